"""Shifts and missions copied for later: a week of shifts, a mission with its shifts or without (PRODUCT V1).

A copy is at the same hours of the clock so many weeks later; nobody's sign-up is copied, and a copy belongs to no
series. What is there already is passed by, so copying twice is no harm.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from civic import clock, database
from civic.errors import Invalid
from civic.i18n import _
from civic.people.actor import Actor
from volunteering.missions import service as missions
from volunteering.missions.models import Mission
from volunteering.shifts import service
from volunteering.shifts.models import Shift, ShiftStatus
from volunteering.shifts.rules import MOST_SHIFTS
from volunteering.shifts.service import Slot

WEEK = timedelta(weeks=1)
BACK = timedelta(weeks=8)
"""Weeks gone by that may still be copied."""


@dataclass(slots=True)
class Copied:
    """How many shifts were added, were there already, or would have been in the past."""

    added: int = 0
    there: int = 0
    past: int = 0


async def weeks_of(mission_id: int) -> list[date]:
    """The Mondays of the weeks in which the mission has shifts, of the last two months and to come."""
    start = clock.at(clock.today() - BACK, 0)
    rows = await Shift.filter(mission_id=mission_id, status=ShiftStatus.OPEN, starts_at__gte=start)
    days = {clock.local(row.starts_at).date() for row in rows}
    return sorted({monday(day) for day in days})


def monday(day: date) -> date:
    """The Monday of this day's week."""
    return day - timedelta(days=day.weekday())


async def copy_week(mission: Mission, week: date, later: int, times: int) -> Copied:
    """Copy the shifts of the week that begins on this Monday so many weeks later, and again, so many times."""
    end = clock.at(week + WEEK, 0)
    rows = await Shift.filter(
        mission_id=mission.id, status=ShiftStatus.OPEN, starts_at__gte=clock.at(week, 0), starts_at__lt=end
    ).order_by("starts_at", "id")
    if not rows:
        raise Invalid(_("Cette semaine n’a pas de créneau."), field="week")
    slots = [await service.slot_of(row) for row in rows]
    return await _copy(mission, slots, [WEEK * later * turn for turn in range(1, times + 1)])


async def copy_mission(mission: Mission, actor: Actor, title: str, weeks: int | None) -> tuple[Mission, Copied]:
    """The same mission as a new draft; with its shifts so many weeks later, or without when `weeks` is None.

    Sent twice it makes one. How to reach the contact is copied only where she copies herself. Needs the mission's
    initiative.
    """
    values = {name: getattr(mission, name) for name in missions.WRITTEN} | {"title": title}
    if mission.contact_id != actor.person.id:
        values["contact_note"] = ""
    async with database.transaction():
        there = await missions.written_just_now(mission.initiative, values, but=mission.id)
        made = there or await missions.create(mission.initiative, actor, values)
        if weeks is None or there:
            return made, Copied()
        rows = await Shift.filter(mission_id=mission.id, status=ShiftStatus.OPEN).order_by("starts_at", "id")
        slots = [await service.slot_of(row) for row in rows if row.starts_at + WEEK * weeks > clock.now()]
        return made, await _copy(made, slots, [WEEK * weeks])


async def _copy(mission: Mission, slots: list[Slot], by: list[timedelta]) -> Copied:
    if len(slots) * len(by) > MOST_SHIFTS:
        raise Invalid(_("Cela fait plus de 104 créneaux. Copiez-en moins à la fois."), field="times")
    done = Copied()
    async with service.no_double(), database.transaction():
        for slot in (_later(slot, one) for one in by for slot in slots):
            starts_at, ends_at = slot.hours()
            there = Shift.filter(
                mission_id=mission.id, starts_at=starts_at, ends_at=ends_at, note=slot.note, status=ShiftStatus.OPEN
            )
            if starts_at <= clock.now():
                done.past += 1
            elif await there.exists():
                done.there += 1
            else:
                await service.create(mission, slot, None)
                done.added += 1
        await service.recount(mission.id)
    return done


def _later(slot: Slot, by: timedelta) -> Slot:
    return replace(slot, day=slot.day + by, roles=tuple(replace(role, id=0) for role in slot.roles))
