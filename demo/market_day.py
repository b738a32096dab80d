"""A shift that began twenty minutes ago: somebody is there, somebody is late, somebody waits, one has a stand-in sought.

Whoever opens the demonstration as its lead holds the telephone on market day; a message has gone out the day before.
"""

from datetime import datetime, timedelta
from functools import partial

from civic import clock
from demo.world import Scene, World
from volunteering.boards import messages
from volunteering.missions import service as missions
from volunteering.missions.models import Mission
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift
from volunteering.shifts.places import roles_of
from volunteering.shifts.service import RoleWish, Slot
from volunteering.signups import attendance, stand_ins
from volunteering.signups import service as signups
from volunteering.signups.models import Signup
from volunteering.signups.queries import active_of
from volunteering.signups.service import Wish

TITLE, LEAD, INITIATIVE = "Tenir le stand du marché", "anne-marie", "navette"
BEGAN, LASTS = timedelta(minutes=20), timedelta(hours=3)
COMING = (("rose", 0, 1), ("odile", 0, 1), ("gerard", 1, 1), ("camille", 1, 2), ("lucien", 0, 1), ("fatou", 1, 1))
"""Who, in which role, how many together; the last two wait, or were lucky."""
WORD = "Le barnum est déjà monté, côté fontaine.\n\nGardez des chaussures chaudes : on reste debout sur les pavés."


def scenes() -> list[Scene]:
    """Opened three weeks ago, full within days, a word the day before, two arrivals noted now."""
    start = _start(clock.now())
    return [
        Scene(21, 18, partial(_open, start=start)), Scene(8, 12, _sign_up), Scene(1, 17, _write), Scene(0, -1, _arrive),
    ]  # fmt: skip


def _start(present: datetime) -> datetime:
    """Twenty minutes ago, on a round five minutes."""
    began = present - BEGAN
    return began.replace(minute=began.minute // 5 * 5, second=0, microsecond=0)


async def _open(world: World, *, start: datetime) -> None:
    initiative = world.initiatives[INITIATIVE]
    mission = await missions.create(initiative, world.actor(LEAD), {
        "title": TITLE, "summary": "On montre la carte des arrêts, on sert un café, on note qui monterait samedi.",
        "tasks": "Deux personnes accueillent, deux tiennent la buvette.", "place": "Place du marché",
        "car_free": True, "commune_id": initiative.commune.insee if initiative.commune else None,
    })  # fmt: skip
    begin, end = clock.local(start), clock.local(start + LASTS)
    roles = (RoleWish(2, 2, "Accueil"), RoleWish(3, 1, "Buvette"))
    await shifts.add(mission, Slot(begin.date(), begin.time(), end.time(), roles))
    await missions.open_(await Mission.get(id=mission.id))


async def _sign_up(world: World) -> None:
    shift = await _shift()
    roles = await roles_of(shift.id)
    for key, role, party in COMING:
        wish = Wish(roles[role].id, party, anyway=True)
        await signups.sign_up(shift, world.actor(key), f"demo-marche-{key}", wish)


async def _write(world: World) -> None:
    lead, shift = world.actor(LEAD), await _shift()
    message = await messages.draft(shift, WORD, "demo-marche", lead)
    await messages.send(message, shift, lead)
    gerard = await _signup(shift, world, "gerard")
    await stand_ins.seek(gerard, gerard.person_id, "Ma fille est souffrante.")


async def _arrive(world: World) -> None:
    lead, shift = world.actor(LEAD), await _shift()
    await attendance.here(shift, (await _signup(shift, world, "rose")).id, lead)
    await attendance.walk_in(shift, attendance.WalkIn("Marcel Guichard"), "demo-marche-passant", lead)


async def _signup(shift: Shift, world: World, key: str) -> Signup:
    found = await active_of(shift.id, world.people[key].id)
    assert found is not None, key
    return found


async def _shift() -> Shift:
    found = await Shift.filter(mission__title=TITLE).order_by("id").first()
    assert found is not None
    return await Shift.get(id=found.id).select_related("mission__initiative", "mission__commune")
