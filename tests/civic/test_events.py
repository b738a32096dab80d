"""Gatherings: announced by a lead, answered by residents."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from icalendar import Calendar

from civic import clock, jobs
from civic.events import service
from civic.events.models import Event
from civic.mail.models import OutboxMessage
from civic.people.models import Person
from civic.web.formats import moment
from tests.client import Client
from tests.factories import a_person, an_initiative

SignIn = Callable[[Person], Awaitable[Client]]


async def _event(**values: object) -> Event:
    start = clock.now() + timedelta(days=3)
    return await service.announce("Balade des étangs", start, start + timedelta(hours=2), **values)


async def test_the_last_place_is_given_once(sign_in: SignIn) -> None:
    event = await _event(capacity=1)
    first, second = await sign_in(await a_person("Une")), await sign_in(await a_person("Deux"))
    for _ in range(2):
        assert (await first.submit(f"/agenda/{event.slug}/venir")).status_code == 303
    assert (await second.submit(f"/agenda/{event.slug}/venir")).status_code == 409
    assert (await Event.get(id=event.id)).coming == 1
    await first.submit(f"/agenda/{event.slug}/ne-pas-venir")
    assert (await second.submit(f"/agenda/{event.slug}/venir")).status_code == 303


@pytest.mark.one_engine
async def test_the_calendar_file_opens_in_a_calendar(client: Client) -> None:
    event = await _event(place="Salle des Carrons")
    calendar = Calendar.from_ical((await client.get(f"/agenda/{event.slug}.ics")).content)
    entry = calendar.walk("VEVENT")[0]
    assert entry.decoded("dtstart") == event.starts_at.replace(microsecond=0)
    assert str(entry["location"]) == "Salle des Carrons"


async def test_the_agenda_pages_through_everything_once(client: Client) -> None:
    for number in range(15):
        start = clock.now() + timedelta(days=1 + number // 5)
        await service.announce(f"Rendez-vous {number}", start, start + timedelta(hours=1))
    first = (await client.get("/agenda")).text
    assert first.count("/agenda/rendez-vous-") == 12
    following = first.split('href="/agenda?apres=')[1].split('"')[0]
    assert (await client.get(f"/agenda?apres={following}")).text.count("/agenda/rendez-vous-") == 3


@pytest.mark.one_engine
async def test_a_lead_announces_and_a_stranger_may_not(sign_in: SignIn) -> None:
    lead = await a_person("Jeanne Perrin")
    initiative = await an_initiative(lead=lead)
    day = (clock.today() + timedelta(days=5)).isoformat()
    fields = {"title": "Fournée", "day": day, "start": "09:00", "end": "08:00", "place": "La Halle"}
    mine = await sign_in(lead)
    wrong = await mine.submit(f"/initiatives/{initiative.slug}/agenda/nouveau", fields)
    assert wrong.status_code == 422
    assert "La fin doit venir après le début" in wrong.text
    right = await mine.submit(f"/initiatives/{initiative.slug}/agenda/nouveau", {**fields, "end": "11:00"})
    assert right.status_code == 303
    assert "Fournée" in (await mine.get(f"/initiatives/{initiative.slug}")).text
    stranger = await sign_in(await a_person("Autre"))
    assert (await stranger.get(f"/initiatives/{initiative.slug}/agenda/nouveau")).status_code == 403


async def _mails(name: str) -> list[OutboxMessage]:
    await jobs.run_due()
    return [mail for mail in await OutboxMessage.all().order_by("id") if mail.subject.startswith(name)]


async def test_who_comes_is_told_old_and_new_when_a_lead_moves_a_gathering(sign_in: SignIn) -> None:
    lead, comer = await a_person("Jeanne Perrin"), await a_person("Odile Rey")
    event = await _event(initiative=await an_initiative(lead=lead), place="La Halle")
    guest, mine = await sign_in(comer), await sign_in(lead)
    await guest.submit(f"/agenda/{event.slug}/venir")
    assert (await guest.get(f"/agenda/{event.slug}/modifier")).status_code == 403
    day = (clock.today() + timedelta(days=6)).isoformat()
    fields = {"title": event.title, "day": day, "start": "10:00", "end": "12:00", "place": "Les Carrons"}
    for _ in range(2):
        assert (await mine.submit(f"/agenda/{event.slug}/modifier", fields)).status_code == 303
    (mail,) = await _mails("Changement")
    assert mail.to == comer.email
    assert "La Halle" in mail.text
    assert "Les Carrons" in mail.text
    (entry,) = Calendar.from_ical(str(mail.calendar)).walk("VEVENT")
    assert entry["sequence"] == 1


async def test_nobody_loses_her_place_when_a_gathering_shrinks(sign_in: SignIn) -> None:
    lead = await a_person("Jeanne Perrin")
    event = await _event(initiative=await an_initiative(lead=lead), place="La Halle", capacity=5)
    for name in ("Une", "Deux"):
        await (await sign_in(await a_person(name))).submit(f"/agenda/{event.slug}/venir")
    day = (clock.today() + timedelta(days=6)).isoformat()
    fields = {"title": event.title, "day": day, "start": "10:00", "end": "12:00", "place": "La Halle", "capacity": "1"}
    mine = await sign_in(lead)
    assert (await mine.submit(f"/agenda/{event.slug}/modifier", fields)).status_code == 422
    assert (await mine.submit(f"/agenda/{event.slug}/modifier", {**fields, "capacity": "2"})).status_code == 303


async def test_a_cancelled_gathering_leaves_the_calendars_and_says_why(sign_in: SignIn, client: Client) -> None:
    lead = await a_person("Jeanne Perrin")
    event = await _event(initiative=await an_initiative(lead=lead))
    guest, mine = await sign_in(await a_person("Odile Rey")), await sign_in(lead)
    await guest.submit(f"/agenda/{event.slug}/venir")
    assert (await guest.submit(f"/agenda/{event.slug}/annuler", {"reason": "Non"})).status_code == 403
    wrong = await mine.submit(f"/agenda/{event.slug}/annuler", {"reason": ""})
    assert wrong.status_code == 422
    assert (await mine.submit(f"/agenda/{event.slug}/annuler", {"reason": "Alerte orages"})).status_code == 303
    (mail,) = await _mails("Annulé")
    assert "Alerte orages" in mail.text
    assert "STATUS:CANCELLED" in str(mail.calendar)
    assert "SEQUENCE:1" in str(mail.calendar)
    assert "annulé" in (await client.get(f"/agenda/{event.slug}")).text
    assert (await guest.submit(f"/agenda/{event.slug}/venir")).status_code == 409


@pytest.mark.one_engine
async def test_an_appointment_is_a_moment_not_a_deadline(sign_in: SignIn) -> None:
    event = await _event()
    guest = await sign_in(await a_person("Odile Rey"))
    await guest.submit(f"/agenda/{event.slug}/venir")
    text = (await guest.get("/mon-espace")).text
    assert f"Le {moment(event.starts_at)}" in text
    assert "Avant" not in text
