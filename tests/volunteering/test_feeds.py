"""Calendars: invitations in the mail, one's own secret feed, public feeds that name nobody."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta

import httpx2
import pytest
from icalendar import Calendar
from starlette.types import ASGIApp

from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people.models import Person, RoleName, Session
from civic.settings import Settings
from civic.web import logs
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_person
from tests.factories.volunteering import a_lead, a_mission, a_shift, a_signup, in_days, the_shift
from tests.mailbox import listening
from tests.volunteering.ical_reader import Component, moment, read
from volunteering.feeds import service as feeds
from volunteering.feeds.models import CalendarFeed
from volunteering.shifts import calendars
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups import service
from volunteering.signups.models import Signup

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_back():  # type: ignore[no-untyped-def]
    yield
    clock.travel(timedelta())


async def mails_to(person: Person) -> list[OutboxMessage]:
    await jobs.run_due(schedules=False)
    return await OutboxMessage.filter(to=person.email or "").order_by("id")


async def own_path(person: Person) -> str:
    """The path of her secret address."""
    return feeds.address_of(await feeds.renew(person)).removeprefix("http://testserver")


def both(answer: httpx2.Response) -> Component:
    """The feed, read by the library and by our own reading of the standard."""
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    theirs = list(Calendar.from_ical(answer.text).walk("VEVENT"))
    ours = read(answer.text)
    assert [str(event["uid"]) for event in theirs] == [event.text("UID") for event in ours.all("VEVENT")]
    for left, right in zip(theirs, ours.all("VEVENT"), strict=True):
        assert left["dtstart"].dt.astimezone(UTC) == moment(ours, right, "DTSTART")
        assert str(left["description"]) == right.text("DESCRIPTION")
    return ours


async def test_a_volunteer_puts_her_shifts_into_her_own_calendar(database: object, sign_in: SignIn, client: Client) -> None:
    camille = await a_person("Camille Rey")
    shift = await the_shift(await a_mission(place="Place du marché", bring="Des gants"))
    signup = await a_signup(shift, camille)
    await ShiftRole.filter(shift_id=shift.id).update(title="Buvette")
    await Signup.filter(id=signup.id).update(party=2)
    browser = await sign_in(camille)
    followed = (await client.get(f"/missions/{shift.mission.slug}")).text
    assert f'href="webcal://testserver/missions/{shift.mission.slug}/agenda.ics"' in followed
    assert "Mes créneaux dans mon agenda" in (await browser.get("/mon-espace")).text
    assert "Créer mon adresse" in (await browser.get("/mon-espace/agenda")).text
    assert (await browser.submit("/mon-espace/agenda/adresse")).status_code == 303
    page = await browser.get("/mon-espace/agenda")
    assert page.headers["cache-control"] == "no-store"
    found = re.search(r'value="http://testserver(/agendas/[\w-]{43}\.ics)"', page.text)
    assert found
    assert "Aucun agenda ne l’a encore lue" in page.text
    calendar = both(await client.get(found[1]))
    assert calendar.text("X-WR-CALNAME").startswith("Mes créneaux")
    assert calendar.one("REFRESH-INTERVAL").value == "PT1H"
    (event,) = calendar.all("VEVENT")
    assert event.text("SUMMARY") == "Accompagner la navette du samedi"
    assert event.text("LOCATION") == "Place du marché, Trévoux"
    assert "Des gants" in event.text("DESCRIPTION")
    assert signup.code in event.text("DESCRIPTION")
    assert "Buvette" in event.text("DESCRIPTION")
    assert "Vous venez à 2" in event.text("DESCRIPTION")
    assert (event.one("STATUS").value, event.one("SEQUENCE").value) == ("CONFIRMED", "0")
    assert "Votre agenda l’a lue" in (await browser.get("/mon-espace/agenda")).text


async def test_a_renewed_address_is_dead_at_once_and_so_is_a_given_up_one(
    database: object, sign_in: SignIn, client: Client
) -> None:
    camille = await a_person("Camille Rey")
    browser = await sign_in(camille)
    first = await own_path(camille)
    assert (await client.get(first)).status_code == 200
    await browser.submit("/mon-espace/agenda/adresse")
    assert (await client.get(first)).status_code == 410
    (row,) = await CalendarFeed.filter(revoked_at__isnull=True)
    second = feeds.address_of(row).removeprefix("http://testserver")
    assert second != first
    assert (await client.get(second)).status_code == 200
    await browser.submit("/mon-espace/agenda/fermer")
    assert (await client.get(second)).status_code == 410
    assert (await client.get("/agendas/" + "a" * 43 + ".ics")).status_code == 404
    assert (await client.get("/agendas/court.ics")).status_code == 404


async def test_the_table_of_feeds_holds_no_address(database: object, app: object, settings: Settings) -> None:
    camille = await a_person("Camille Rey")
    feed = await feeds.renew(camille)
    secret = feeds.secret_of(feed)
    row = await CalendarFeed.get(id=feed.id)
    assert secret not in str(dict(row))
    assert feeds.address_of(row).endswith(f"{secret}.ics"), "its owner sees it again"
    settings.secret_key = "u" * 40
    assert feeds.address_of(row) == "", "after a change of key there is no wrong address to copy"


async def test_an_erased_person_has_no_feed_and_a_visitor_makes_none(database: object, client: Client) -> None:
    path = await own_path(await a_person("Camille Rey"))
    await Person.filter(name="Camille Rey").update(erased_at=clock.now())
    assert (await client.get(path)).status_code == 410
    assert (await client.get("/mon-espace/agenda")).status_code == 303, "a visitor signs in first"
    assert (await client.submit("/mon-espace/agenda/adresse")).status_code == 303
    assert await CalendarFeed.all().count() == 1


@pytest.mark.one_engine
async def test_an_animator_at_the_counter_does_not_see_the_address_of_whom_she_helps(
    database: object, sign_in: SignIn
) -> None:
    helped, animator = await a_person("Odile Blanc"), await a_person("Agathe Roux", "", RoleName.ANIMATOR)
    path = await own_path(helped)
    assert path in (await (await sign_in(helped)).get("/mon-espace/agenda")).text
    counter = await sign_in(animator)
    await Session.filter(person_id=animator.id).update(counter_for_id=helped.id)
    answer = await counter.get("/mon-espace/agenda")
    assert answer.status_code == 403
    assert "/agendas/" not in answer.text
    assert (await counter.submit("/mon-espace/agenda/adresse")).status_code == 403
    assert (await counter.submit("/mon-espace/agenda/fermer")).status_code == 403
    assert await CalendarFeed.filter(revoked_at__isnull=True).count() == 1


async def test_what_changes_has_the_same_uid_everywhere_and_a_growing_sequence(
    client: Client, sign_in: SignIn
) -> None:
    camille, lead = await a_person("Camille Rey"), await a_lead()
    mission = await a_mission(lead=lead)
    shift = await the_shift(mission)
    own, public = await own_path(camille), f"/missions/{mission.slug}/agenda.ics"
    around = f"/communes/{mission.commune.slug}/missions.ics"  # type: ignore[union-attr]

    async def seen() -> tuple[int, str]:
        (event,) = both(await client.get(own)).all("VEVENT")
        for path in (public, around):
            (same,) = both(await client.get(path)).all("VEVENT")
            assert same.text("UID") == event.text("UID")
            assert same.one("DTSTART") == event.one("DTSTART")
        return int(event.one("SEQUENCE").value), event.one("STATUS").value

    async def mailed() -> tuple[str, str, int, str]:
        whole = read((await mails_to(camille))[-1].calendar or "")
        (event,) = whole.all("VEVENT")
        return event.text("UID"), whole.one("METHOD").value, int(event.one("SEQUENCE").value), event.one("STATUS").value

    signup = await a_signup(shift, camille)
    uid, *said = await mailed()
    assert (said, await seen()) == (["REQUEST", 0, "CONFIRMED"], (0, "CONFIRMED"))
    slot = shifts.Slot(in_days(8), time(9), time(12), (shifts.RoleWish(8),))
    await shifts.edit(await Shift.get(id=shift.id), slot)
    clock.travel(timedelta(minutes=11))
    assert await mailed() == (uid, "REQUEST", 1, "CONFIRMED")
    assert await seen() == (1, "CONFIRMED")
    await service.step_back(signup, camille.id)
    assert await mailed() == (uid, "CANCEL", 2, "CANCELLED")
    assert await seen() == (2, "CANCELLED")
    await service.come_back(signup)
    assert await mailed() == (uid, "REQUEST", 3, "CONFIRMED")
    assert await seen() == (3, "CONFIRMED")
    await shifts.cancel(await Shift.get(id=shift.id), "Il neige.")
    assert await mailed() == (uid, "CANCEL", 5, "CANCELLED")
    assert await seen() == (5, "CANCELLED")
    assert "Il neige." in (await client.get(own)).text
    assert "Il neige." not in (await client.get(public)).text, "a reason may name somebody"


async def test_an_invitation_travels_as_calendar_programs_expect_it(database: object, app: ASGIApp, settings: Settings) -> None:
    camille = await a_person("Camille Rey")
    await a_signup(await the_shift(await a_mission()), camille)
    async with listening() as mailbox:
        settings.smtp_url = mailbox.url
        await jobs.run_due(schedules=False)
    (message,) = mailbox.messages
    parts = {part.get_content_type(): part for part in message.walk()}
    invitation = parts["text/calendar"]
    assert invitation["content-type"].params["method"] == "REQUEST"
    assert invitation["content-type"].params["charset"] == "utf-8"
    whole = read(invitation.get_payload(decode=True).decode())
    (event,) = whole.all("VEVENT")
    guest = event.one("ATTENDEE")
    assert guest.value == f"mailto:{camille.email}"
    assert (guest.params["PARTSTAT"], guest.params["RSVP"]) == ("ACCEPTED", "FALSE")
    assert event.one("ORGANIZER").value == f"mailto:{settings.mail_from}"
    assert parts["application/ics"].get_filename() == "civic.ics"
    assert read(parts["application/ics"].get_payload(decode=True).decode()).all("VEVENT")


async def test_no_feed_names_anybody_else(client: Client) -> None:
    lead = await a_person("Planté-Lead Zyx", "planteur.lead@exemple.fr")
    mission = await a_mission(lead=lead, places=3)
    shift = await the_shift(mission)
    camille = await a_person("Camille Rey")
    await a_signup(shift, camille)
    for number in range(3):
        peer = await a_person(f"Plantée{number} Wxyz", f"plantee{number}@exemple.fr")
        await a_signup(shift, peer)
        await own_path(peer)
    own = (await client.get(await own_path(camille))).text.replace("\r\n ", "")
    public = [
        (await client.get(path)).text.replace("\r\n ", "")
        for path in (
            f"/missions/{mission.slug}/agenda.ics", f"/communes/{mission.commune.slug}/missions.ics",  # type: ignore[union-attr]
            f"/missions/{mission.slug}/creneaux/{shift.id}.ics",
        )
    ]  # fmt: skip
    for text in (own, *public):
        assert "BEGIN:VEVENT" in text
        assert not re.search(r"plant|wxyz|zyx|mes-creneaux|ATTENDEE", text, re.IGNORECASE)
    for text in public:
        assert "camille" not in text.lower()
        assert not re.search(r"[A-Z0-9]{4}$", text.split("DESCRIPTION:")[1].split("\r\n")[0]), "no code of arrival"


async def test_a_draft_and_a_closed_missions_neighbourhood_stay_out_of_public_feeds(client: Client) -> None:
    draft = await a_mission("Un secret", opened=False)
    assert (await client.get(f"/missions/{draft.slug}/agenda.ics")).status_code == 404
    await draft.fetch_related("commune")
    answer = await client.get(f"/communes/{draft.commune.slug}/missions.ics")  # type: ignore[union-attr]
    assert "Un secret" not in answer.text
    assert (await client.get("/communes/99999-nulle-part/missions.ics")).status_code == 404


async def test_a_program_that_has_the_feed_already_gets_304(client: Client) -> None:
    camille = await a_person("Camille Rey")
    mission = await a_mission()
    await a_signup(await the_shift(mission), camille)
    own = await own_path(camille)
    for path, cache in ((own, "private, no-cache"), (f"/missions/{mission.slug}/agenda.ics", "public, max-age=900")):
        first = await client.get(path)
        assert first.headers["cache-control"] == cache
        again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    await a_signup(await a_shift(mission, days=9), camille)
    fresh = await client.get(own, headers={"if-none-match": (await client.get(own)).headers["etag"] + "x"})
    assert fresh.status_code == 200
    assert len(both(fresh).all("VEVENT")) == 2
    private = await client.get(own)
    assert private.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in private.headers["x-robots-tag"]


@pytest.mark.one_engine
async def test_a_secret_address_is_in_no_log(client: Client, settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    path = await own_path(await a_person("Camille Rey"))
    secret = path.split("/")[2].removesuffix(".ics")
    settings.environment = "production"
    try:
        logs.configure(settings)
        assert (await client.get(path)).status_code == 200
        assert (await client.get(path.replace(secret[:4], "zzzz"))).status_code == 404
    finally:
        settings.environment = "test"
        logs.configure(settings)
    said = "".join(capfd.readouterr())
    assert "/agendas/{secret}" in said, "requests are logged, by their pattern"
    assert secret not in said
    assert secret[4:] not in said


async def test_whoever_guesses_addresses_is_slowed_down(client: Client) -> None:
    path = await own_path(await a_person("Camille Rey"))
    for number in range(30):
        assert (await client.get(f"/agendas/{number:043d}.ics")).status_code == 404
    assert (await client.get("/agendas/" + "b" * 43 + ".ics")).status_code == 429
    assert (await client.get(path)).status_code == 200, "who knows an address is not held up by who guesses"


async def test_five_hundred_shifts_cost_as_many_queries_as_one(client: Client) -> None:
    camille = await a_person("Camille Rey")
    path = await own_path(camille)
    mission = await a_mission()
    await a_signup(await the_shift(mission), camille)
    await client.get(path)
    with query_count() as few:
        assert len(both(await client.get(path)).all("VEVENT")) == 1
    first = await Signup.all().first()
    assert first
    model = await Shift.get(id=first.shift_id)
    for number in range(1, 500):
        start = model.starts_at + timedelta(minutes=number)
        shift = await Shift.create(
            mission=mission, starts_at=start, ends_at=start + timedelta(hours=1), capacity=8, ceiling=8,
            created_at=clock.now(), updated_at=clock.now(),
        )  # fmt: skip
        await Signup.create(
            shift=shift, person=camille, form_key=f"k{number}", status="confirmed", confirmed_at=clock.now(),
            created_at=clock.now(), updated_at=clock.now(),
        )  # fmt: skip
    with query_count() as many:
        answer = await client.get(path)
    assert len(both(answer).all("VEVENT")) == 500
    assert len(many) == len(few) <= 4
    with query_count() as public:
        assert len(both(await client.get(f"/missions/{mission.slug}/agenda.ics")).all("VEVENT")) == 500
    assert len(public) <= 3


@pytest.mark.parametrize("month", [3, 10])
async def test_hours_are_right_on_both_days_when_the_clocks_change(client: Client, month: int) -> None:
    year = clock.today().year + 1
    sunday = max(date(year, month, day) for day in range(25, 32) if date(year, month, day).weekday() == 6)
    mission = await a_mission()
    slots = [(time(0, 30), time(1, 30)), (time(1), time(3, 30)), (time(2, 15), time(4)), (time(3), time(5)), (time(22), time(6))]
    for day in (sunday - timedelta(days=1), sunday, sunday + timedelta(days=1)):
        for start, end in slots:
            await shifts.add(mission, shifts.Slot(day, start, end, (shifts.RoleWish(2),)))
    whole = both(await client.get(f"/missions/{mission.slug}/agenda.ics"))
    told = {event.text("UID"): event for event in whole.all("VEVENT")}
    for shift in await Shift.filter(mission_id=mission.id):
        event = told[f"shift-{shift.id}@testserver"]
        assert moment(whole, event, "DTSTART") == shift.starts_at
        assert moment(whole, event, "DTEND") == shift.ends_at


def test_the_written_zone_agrees_with_the_territorys_clocks_for_years(settings: Settings) -> None:
    from tests.volunteering.ical_reader import offset

    whole = read(calendars.feed("Vide", []))
    (zone,) = whole.all("VTIMEZONE")
    hour = datetime(2024, 1, 1, tzinfo=UTC)
    while hour.year < 2045:
        local = clock.local(hour)
        if not local.fold:
            assert offset(zone, local.replace(tzinfo=None)) == local.utcoffset(), local
        hour += timedelta(hours=7) if local.month not in (3, 10) else timedelta(minutes=30)


def test_the_second_time_an_hour_comes_is_written_in_utc(settings: Settings) -> None:
    twice = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert clock.local(twice).fold == 1
    assert calendars._on_the_clock(twice).utcoffset() == timedelta()


def test_a_reader_that_passes_everything_would_be_no_test() -> None:
    good = calendars.feed.__doc__
    assert good
    for wrong in ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "X" * 80 + "\r\n"):
        with pytest.raises((AssertionError, ValueError, KeyError)):
            read(wrong)
