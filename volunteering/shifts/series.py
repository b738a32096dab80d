"""Shifts that come again: planned by a rule, changed « this one, this and the following, all » (PRODUCT V1).

Days are the territory's, hours those of its clocks, so a shift at 8 h stays at 8 h on both sides of summer time. A
series ends: at most a year ahead, at most 104 shifts. Changing it never loses anybody silently: `plan` says beforehand
what becomes of each shift and how many people it concerns, and each of them is told what changes for her.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from dateutil.rrule import rrulestr

from civic import clock, database
from civic.errors import Invalid
from civic.i18n import _
from volunteering.missions.models import Mission
from volunteering.shifts import places, service
from volunteering.shifts.models import Shift, ShiftSeries, ShiftStatus
from volunteering.shifts.service import Occurrence, RoleWish, Slot

MOST_SHIFTS = 104
MOST_DAYS = 366


class Reach(StrEnum):
    """How far a change goes."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(slots=True)
class Plan:
    """What a change of a series does: shifts moved to new hours, called off, added; how many people each concerns."""

    moved: list[tuple[Shift, Slot]] = field(default_factory=list)
    called_off: list[Shift] = field(default_factory=list)
    added: list[date] = field(default_factory=list)
    left_alone: list[Shift] = field(default_factory=list)

    @property
    def people(self) -> int:
        """How many persons will get a message."""
        told = [shift for shift, slot in self.moved if slot.hours() != (shift.starts_at, shift.ends_at)]
        return sum(shift.taken for shift in (*told, *self.called_off))


def days(rule: str, first: date) -> list[date]:
    """The days of a rule (RFC 5545 RRULE) from its first one. Raises Invalid for a rule that is none, or never ends."""
    try:
        parsed = rrulestr(rule, dtstart=datetime.combine(first, time()))
        found = [moment.date() for moment in parsed.between(
            datetime.combine(first, time()), datetime.combine(first + timedelta(days=MOST_DAYS), time()), inc=True,
        )]  # fmt: skip
    except (ValueError, TypeError):
        raise Invalid(_("Cette répétition n’est pas comprise."), field="rule") from None
    if not found:
        raise Invalid(_("Cette répétition ne donne aucun créneau."), field="rule")
    if len(found) > MOST_SHIFTS:
        raise Invalid(_("Cela fait plus de 104 créneaux. Choisissez une date de fin plus proche."), field="until")
    return found


async def add(mission: Mission, slot: Slot, rule: str) -> list[Shift]:
    """A lead adds a series. Raises Invalid; nothing of it is kept then."""
    service.check(slot)
    wanted = days(rule, slot.day)
    async with service.no_double(), database.transaction():
        series = await ShiftSeries.create(
            mission=mission, rule=rule, day=slot.day, created_at=clock.now(), **_kept(slot)
        )
        added = [await service.create(mission, slot, Occurrence(series, day)) for day in wanted]
        await service.recount(mission.id)
    return added


async def plan(shift: Shift, slot: Slot, reach: Reach, rule: str) -> Plan:
    """What changing this shift and its series would do; nothing is changed. Needs the shift's series and mission.

    `slot` is what the lead wrote for this shift: its day may have moved, and then the others move by as many days.
    """
    series = shift.series
    assert isinstance(series, ShiftSeries)
    by = slot.day - clock.local(shift.starts_at).date()
    rows = await _reached(series.id, shift, reach)
    found = Plan(left_alone=[row for row in rows if row.detached and row.id != shift.id])
    kept = [row for row in rows if row not in found.left_alone]
    first = min((row.occurs_on for row in kept if row.occurs_on), default=series.day)
    wanted = {day for day in days(rule, series.day) if day >= first}
    for row in kept:
        if row.occurs_on in wanted or rule == series.rule:
            roles = await _matched(row, shift, slot.roles)
            day = (row.occurs_on or slot.day) + by
            found.moved.append((row, replace(slot, day=day, roles=roles)))
        else:
            found.called_off.append(row)
    if rule != series.rule:
        there = {row.occurs_on for row in await Shift.filter(series_id=series.id)}
        found.added = [day for day in sorted(wanted - there) if slot.hours(day + by)[0] > clock.now()]
    return found


@database.retrying
async def change(shift: Shift, slot: Slot, reach: Reach, rule: str, reason: str = "") -> Plan:
    """Carry a plan out, all of it or nothing. Raises Invalid or DomainError. Answers what was done."""
    service.check(slot)
    async with service.no_double(), database.transaction():
        done = await plan(shift, slot, reach, rule)
        series = await _series_for(shift, slot, reach, rule)
        for row, its_slot in done.moved:
            await service.rewrite(row, its_slot, detached=False)
            await Shift.filter(id=row.id).update(series_id=series.id, occurs_on=its_slot.day)
        for row in done.called_off:
            await service.call_off(row, reason)
        for day in done.added:
            await service.create(shift.mission, slot, Occurrence(series, day))
        await service.recount(shift.mission_id)
    return done


@database.retrying
async def call_off(shift: Shift, reach: Reach, reason: str) -> int:
    """Call this shift, it and the following, or all of its series off; everybody who comes is told. How many shifts."""
    async with database.transaction():
        rows = await _reached(int(shift.series_id or 0), shift, reach)
        for row in rows:
            await service.call_off(row, reason)
        await service.recount(shift.mission_id)
    return len(rows)


async def _reached(series_id: int, shift: Shift, reach: Reach) -> list[Shift]:
    """The shifts to come that a change goes to, in order."""
    rows = Shift.filter(series_id=series_id, status=ShiftStatus.OPEN, starts_at__gt=clock.now())
    if reach == Reach.FOLLOWING:
        rows = rows.filter(occurs_on__gte=shift.occurs_on)
    return await rows.order_by("starts_at", "id")


async def _matched(row: Shift, model: Shift, wishes: Sequence[RoleWish]) -> tuple[RoleWish, ...]:
    """The lead's roles, written for another shift of the series: a role is the same by its former title."""
    if row.id == model.id:
        return tuple(wishes)
    titles = {role.id: role.title for role in await places.roles_of(model.id)}
    here = {role.title: role.id for role in await places.roles_of(row.id)}
    return tuple(replace(wish, id=here.get(titles.get(wish.id, wish.title), 0)) for wish in wishes)


async def _series_for(shift: Shift, slot: Slot, reach: Reach, rule: str) -> ShiftSeries:
    """« All » rewrites the series, « this and the following » begins a new one from here."""
    series = shift.series
    assert isinstance(series, ShiftSeries)
    if reach == Reach.ALL:
        await ShiftSeries.filter(id=series.id).update(rule=rule, **_kept(slot))
        return await ShiftSeries.get(id=series.id)
    return await ShiftSeries.create(
        mission_id=shift.mission_id, rule=rule, day=slot.day, created_at=clock.now(), **_kept(slot)
    )


def _kept(slot: Slot) -> dict[str, Any]:
    """What a series remembers of a slot."""
    roles = [
        {"capacity": one.capacity, "minimum": one.minimum, "title": one.title, "skills": list(one.skills),
         "minimum_age": one.minimum_age} for one in slot.roles
    ]  # fmt: skip
    return {
        "start": slot.start.strftime("%H:%M"), "end": slot.end.strftime("%H:%M"), "note": slot.note,
        "fairness": slot.fairness, "roles": roles,
    }  # fmt: skip
