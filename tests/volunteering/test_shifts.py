"""Shifts: hours on the territory's clocks, changes told, presence noted."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from icalendar import Calendar

from civic import clock, jobs
from civic.contributions.models import Contribution
from civic.contributions.queries import has_contributed
from civic.errors import Invalid
from civic.mail.models import OutboxMessage
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_lead, a_mission, a_shift, a_signup, in_days, sent_again, the_shift
from volunteering.shifts import series, service
from volunteering.shifts.forms import read_time
from volunteering.shifts.models import Shift
from volunteering.signups.models import Signup

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_back():  # type: ignore[no-untyped-def]
    yield
    clock.travel(timedelta())


def event_in(text: str) -> object:
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    return event


async def mails_to(email: str | None) -> list[OutboxMessage]:
    await jobs.run_due(schedules=False)
    return await OutboxMessage.filter(to=email or "").order_by("id")


@pytest.mark.parametrize(
    ("typed", "meant"), [("8 h", time(8)), ("8h30", time(8, 30)), ("08:05", time(8, 5)), ("14", time(14))]
)
def test_hours_are_read_as_people_write_them(typed: str, meant: time) -> None:
    assert read_time(typed) == meant


@pytest.mark.parametrize("typed", ["25 h", "8 h 75", "midi", ""])
def test_what_is_no_hour_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        read_time(typed)


def test_a_night_shift_lasts_as_long_as_the_clocks_say_that_night() -> None:
    autumn = service.Slot(date(2027, 10, 30), time(22), time(6), (service.RoleWish(4),)).hours()
    spring = service.Slot(date(2027, 3, 27), time(22), time(6), (service.RoleWish(4),)).hours()
    assert autumn == (datetime(2027, 10, 30, 20, tzinfo=UTC), datetime(2027, 10, 31, 5, tzinfo=UTC))
    assert autumn[1] - autumn[0] == timedelta(hours=9)
    assert spring[1] - spring[0] == timedelta(hours=7)


async def test_a_weekly_shift_keeps_its_hours_across_the_change_of_clocks(client: Client) -> None:
    mission = await a_mission()
    year = clock.today().year + 1
    sunday = max(date(year, 10, day) for day in range(25, 32) if date(year, 10, day).weekday() == 6)
    slot = service.Slot(sunday - timedelta(days=8), time(22), time(6), (service.RoleWish(4),), "nuit")
    added = await series.add(mission, slot, "FREQ=WEEKLY;COUNT=3")
    assert [shift.starts_at.hour for shift in added] == [20, 20, 21]
    assert [shift.lasts for shift in added] == [timedelta(hours=8), timedelta(hours=9), timedelta(hours=8)]
    text = (await client.get(f"/missions/{mission.slug}")).text
    assert text.count("22\u00a0h\u00a0à\u00a06\u00a0h le lendemain") == 3
    event = event_in((await client.get(f"/missions/{mission.slug}/creneaux/{added[1].id}.ics")).text)
    first, last = (event[name].dt.astimezone(UTC) for name in ("dtstart", "dtend"))  # type: ignore[index]
    assert last - first == timedelta(hours=9)


async def test_the_calendar_file_says_what_where_when(client: Client) -> None:
    camille = await a_person("Camille Rey")
    mission = await a_mission(place="Place du marché", bring="Des gants, de l’eau")
    shift = await the_shift(mission)
    await a_signup(shift, camille)
    (mail,) = await mails_to(camille.email)
    event = event_in(mail.calendar or "")
    assert str(event["summary"]) == "Accompagner la navette du samedi"  # type: ignore[index]
    assert str(event["location"]) == "Place du marché, Trévoux"  # type: ignore[index]
    assert event["dtstart"].dt == shift.starts_at  # type: ignore[index]
    assert (str(event["status"]), event["sequence"]) == ("CONFIRMED", 0)  # type: ignore[index]
    link = re.search(r"http://testserver(/mes-creneaux/\S+)", mail.text)
    assert link
    downloaded = await client.get(link[1] + "/agenda.ics")
    assert downloaded.headers["content-type"].startswith("text/calendar")
    assert event_in(downloaded.text)["uid"] == event["uid"]  # type: ignore[index]
    public = await client.get(f"/missions/{mission.slug}/creneaux/{shift.id}.ics")
    assert "Camille" not in public.text
    assert "mes-creneaux" not in public.text
    await client.submit(link[1] + "/annuler")
    gone = event_in((await mails_to(camille.email))[-1].calendar or "")
    assert (gone["uid"], str(gone["status"]), gone["sequence"]) == (event["uid"], "CANCELLED", 1)  # type: ignore[index]


async def test_moving_a_shift_tells_those_who_come_old_and_new(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead))
    camille = await a_person("Camille Rey")
    await a_signup(shift, camille)
    first = event_in((await mails_to(camille.email))[0].calendar or "")
    browser = await sign_in(lead)
    path = f"/missions/{shift.mission.slug}/creneaux/{shift.id}/modifier"
    assert 'value="08:00"' in (await browser.get(path)).text
    fields = {"day": in_days(7).isoformat(), "start": "09:00", "end": "12:00", "capacity": "8"}
    assert (await browser.submit(path, fields)).status_code == 303
    assert len(await mails_to(camille.email)) == 1, "the lead may still correct herself"
    clock.travel(timedelta(minutes=11))
    mail = (await mails_to(camille.email))[-1]
    assert mail.subject.startswith("Nouvel horaire")
    assert "8\u00a0h\u00a0à\u00a011\u00a0h" in mail.text
    assert "9\u00a0h\u00a0à\u00a012\u00a0h" in mail.text
    event = event_in(mail.calendar or "")
    assert (event["uid"], event["sequence"]) == (first["uid"], 1)  # type: ignore[index]
    await browser.submit(path, {**fields, "start": "09:04"})
    clock.travel(timedelta(minutes=22))
    assert len(await mails_to(camille.email)) == 2, "four minutes are not worth a message"


async def test_more_places_go_to_those_who_wait_and_fewer_than_taken_show_as_overbooked(
    database: object, sign_in: SignIn
) -> None:
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead, places=2))
    for _ in range(4):
        await a_signup(shift)
    browser = await sign_in(lead)
    path = f"/missions/{shift.mission.slug}/creneaux/{shift.id}/modifier"
    fields = {"day": in_days(7).isoformat(), "start": "08:00", "end": "11:00", "capacity": "3"}
    assert (await browser.submit(path, fields)).status_code == 303
    await jobs.run_due(schedules=False)
    fresh = await Shift.get(id=shift.id)
    assert (fresh.taken, fresh.waiting) == (3, 1)
    assert (await browser.submit(path, {**fields, "capacity": "2"})).status_code == 303
    fresh = await Shift.get(id=shift.id)
    assert (fresh.taken, fresh.capacity, fresh.overbooked, fresh.waiting) == (3, 2, 1, 1), "nobody is thrown out"


async def test_calling_a_shift_off_tells_everyone_why(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead, places=1)
    shift = await the_shift(mission)
    coming, waits = await a_person("Camille Rey"), await a_person("Odile Martin")
    await a_signup(shift, coming)
    await a_signup(shift, waits)
    browser = await sign_in(lead)
    path = f"/missions/{mission.slug}/creneaux/{shift.id}/annuler"
    asked = await browser.submit(path, {})
    assert (await browser.submit(path, {**sent_again(asked.text), "reason": "Il neige."})).status_code == 303
    for person in (coming, waits):
        mail = (await mails_to(person.email))[-1]
        assert mail.subject.startswith("Créneau annulé")
        assert "Il neige." in mail.text
    mail = (await mails_to(coming.email))[-1]
    assert str(event_in(mail.calendar or "")["status"]) == "CANCELLED"  # type: ignore[index]
    fresh = await Shift.get(id=shift.id)
    assert (fresh.taken, fresh.waiting) == (0, 0)
    await browser.submit(path, {"reason": "Encore."})
    assert len(await mails_to(coming.email)) == 2, "called off once"


async def test_the_same_shift_twice_and_impossible_ones_are_refused(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead)
    browser = await sign_in(lead)
    path = f"/missions/{mission.slug}/creneaux"
    fields = {"day": in_days(9).isoformat(), "start": "14:00", "end": "16:00", "capacity": "5"}
    assert (await browser.submit(path, fields)).status_code == 303
    assert (await browser.submit(path, fields)).status_code == 303, "a double click"
    assert await Shift.filter(mission_id=mission.id).count() == 2
    assert "existe déjà" in (await browser.submit(path, {**fields, "capacity": "6"})).text
    past = await browser.submit(path, {**fields, "day": in_days(-2).isoformat()})
    assert "à venir" in past.text
    assert "Le minimum dépasse" in (await browser.submit(path, {**fields, "minimum": "6"})).text
    assert "par exemple 8" in (await browser.submit(path, {**fields, "start": "midi"})).text
    assert await Shift.filter(mission_id=mission.id).count() == 2


async def test_a_stranger_never_sees_who_comes(client: Client, sign_in: SignIn) -> None:
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead))
    await a_signup(shift, await a_person("Camille Rey", "camille@exemple.fr"))
    path = f"/missions/{shift.mission.slug}/creneaux/{shift.id}/liste"
    listed = await (await sign_in(lead)).get(path)
    assert "Camille Rey" in listed.text, "who runs the shift knows whom she waits for"
    assert "camille@exemple.fr" in listed.text
    page = await client.get(f"/missions/{shift.mission.slug}")
    assert "Camille" not in page.text
    stranger = await sign_in(await a_person("Odile Martin"))
    refused = await stranger.get(path)
    assert refused.status_code == 403
    assert "Camille" not in refused.text
    assert (await client.get(path)).status_code in (303, 401)
    assert "Camille" not in (await stranger.get(f"/missions/{shift.mission.slug}")).text


async def test_time_really_given_becomes_a_contribution(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead)
    shift = await the_shift(mission)
    came, stayed = await a_person("Camille Rey"), await a_person("Odile Martin")
    rows = [await a_signup(shift, came), await a_signup(shift, stayed)]
    browser = await sign_in(lead)
    path = f"/missions/{mission.slug}/creneaux/{shift.id}"
    early = await browser.submit(path + "/presences", {f"p{rows[0].id}": "confirmed:attended"})
    assert "une fois le créneau commencé" in (await browser.get(early.headers["location"])).text
    assert await Contribution.all().count() == 0
    clock.travel(timedelta(days=8))
    assert "Noter les présences" in (await browser.get(path + "/liste")).text
    presences = {f"p{rows[0].id}": "confirmed:attended", f"p{rows[1].id}": "confirmed:missed"}
    await browser.submit(path + "/presences", presences)
    assert await has_contributed(came.id, mission.initiative_id)
    assert not await has_contributed(stayed.id, mission.initiative_id)
    presences = {f"p{rows[0].id}": "attended:missed", f"p{rows[1].id}": "missed:attended"}
    await browser.submit(path + "/presences", presences)
    assert not await has_contributed(came.id, mission.initiative_id)
    assert await has_contributed(stayed.id, mission.initiative_id)
    assert [row.status.value for row in await Signup.all().order_by("id")] == ["missed", "attended"]
    stranger = await sign_in(await a_person("Un Passant"))
    assert (await stranger.submit(path + "/presences", {f"p{rows[0].id}": "missed:attended"})).status_code == 403
    assert await a_shift(mission, days=30)
