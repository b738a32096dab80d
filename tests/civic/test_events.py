"""Gatherings: announced by a lead, answered by residents."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from icalendar import Calendar

from civic import clock
from civic.events import service
from civic.events.models import Event
from civic.people.models import Person
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
