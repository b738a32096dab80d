"""Missions, shifts and sign-ups for tests, made through the services."""

import html
import re
from datetime import UTC, date, datetime, time, timedelta

from civic import clock
from civic.initiatives.models import Initiative
from civic.people.actor import Actor
from civic.people.models import Person
from tests.factories import a_person, an_initiative
from volunteering.missions import service as missions
from volunteering.missions.models import Mission
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift
from volunteering.signups import service as signups
from volunteering.signups.models import Signup


def in_days(days: int) -> date:
    """So many days from today."""
    return clock.today() + timedelta(days=days)


def it_is(hour: int, minute: int = 0) -> None:
    """It is tomorrow, at this hour on the territory's clocks."""
    tomorrow = clock.local(datetime.now(UTC)).date() + timedelta(days=1)
    clock.travel(clock.at(tomorrow, hour, minute) - datetime.now(UTC))


def goes_by(span: timedelta) -> None:
    """So much time goes by, from wherever the clock stands."""
    clock.travel(clock.now() - datetime.now(UTC) + span)


async def a_lead(name: str = "Sélim Laurent") -> Person:
    """Somebody who runs initiatives."""
    return await a_person(name)


async def a_mission(
    title: str = "Accompagner la navette du samedi", *, lead: Person | None = None,
    initiative: Initiative | None = None, opened: bool = True, places: int = 8, days: int = 7, **values: object,
) -> Mission:  # fmt: skip
    """An open mission with one shift, 8 h to 11 h."""
    lead = lead or await a_lead()
    initiative = initiative or await an_initiative(lead=lead)
    words: dict[str, object] = {"title": title, "summary": "Vous montez à bord, vous aidez à porter les sacs."}
    mission = await missions.create(initiative, Actor(lead), {**words, **values})
    await a_shift(mission, places=places, days=days)
    if opened:
        await missions.open_(mission)
    return await Mission.get(id=mission.id).select_related("initiative", "commune", "contact")


async def a_shift(
    mission: Mission, *, days: int = 7, start: time = time(8), end: time = time(11), places: int = 8, note: str = ""
) -> Shift:
    """A shift in so many days."""
    added = await shifts.add(mission, shifts.Slot(in_days(days), start, end, (shifts.RoleWish(places),), note))
    return await Shift.get(id=added.id).select_related("mission__initiative", "mission__commune")


async def the_shift(mission: Mission) -> Shift:
    """The first shift of a mission, as it is now."""
    return await Shift.filter(mission_id=mission.id).order_by("id").first().select_related("mission__initiative", "mission__commune")  # type: ignore[return-value]


async def a_signup(shift: Shift, person: Person | None = None, key: str = "cle-de-formulaire") -> Signup:
    """A person with an account signs up."""
    person = person or await a_person()
    return await signups.sign_up(shift, Actor(person), f"{key}-{person.id}", signups.Wish(anyway=True))


def sent_again(text: str) -> dict[str, list[str]]:
    """The hidden fields of a page that shows what will be done, as its yes sends them."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text):
        fields.setdefault(name, []).append(html.unescape(value))
    return fields
