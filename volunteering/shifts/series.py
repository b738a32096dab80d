"""Shifts that come again: planned by a rule, changed « this one, this and the following, all » (PRODUCT V1).

Days are the territory's, hours those of its clocks, so a shift at 8 h stays at 8 h on both sides of summer time.
Changing a series never loses anybody silently: `plan` says beforehand what becomes of each shift and how many people
it concerns, and each of them is told what changes for her. A shift changed or called off on its own is `detached`.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from tortoise.expressions import F

from civic import clock, database
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.web.formats import day as day_in_words
from volunteering.missions.models import Mission
from volunteering.missions.service import TWICE
from volunteering.shifts import moments, places, roles, service
from volunteering.shifts.models import Shift, ShiftSeries, ShiftStatus
from volunteering.shifts.rules import Every, Repeat, days, repeat_of
from volunteering.shifts.service import Occurrence, Slot


class Reach(StrEnum):
    """How far a change goes."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(slots=True)
class Plan:
    """What a change of a series does: shifts rewritten, called off, added, left alone (they stand on their own)."""

    rule: str
    first: date
    moved: list[tuple[Shift, Slot]] = field(default_factory=list)
    called_off: list[Shift] = field(default_factory=list)
    added: list[date] = field(default_factory=list)
    left_alone: list[Shift] = field(default_factory=list)

    @property
    def people(self) -> int:
        """How many persons come or wait for something that changes for them; each is told."""
        told = [shift for shift, slot in self.moved if tells(shift, slot)]
        return sum(concerned(shift) for shift in (*told, *self.called_off))

    @property
    def dropped(self) -> int:
        """How many persons come or wait for a shift that will not take place."""
        return sum(concerned(shift) for shift in self.called_off)

    @property
    def mark(self) -> str:
        """A short mark of what will be done to which shift, so that what was read is what is carried out."""
        moved = [(shift.id, slot.mark) for shift, slot in self.moved]
        whole = (self.rule, self.first, moved, [shift.id for shift in self.called_off], self.added)
        return sha256(repr(whole).encode()).hexdigest()[:16]


class Replanned(DomainError):
    """Since the lead read the plan something has changed: she reads the new one before it is carried out."""

    def __init__(self) -> None:
        super().__init__(_("La liste a changé entre-temps. Relisez-la avant d’enregistrer."))


def concerned(shift: Shift) -> int:
    """How many persons come to a shift or wait for a place."""
    return shift.taken + shift.waiting


def tells(shift: Shift, slot: Slot) -> bool:
    """Whether these hours are other enough for a message: more than five minutes."""
    return moments.is_noteworthy((shift.starts_at, shift.ends_at), slot.hours())


async def add(mission: Mission, slot: Slot, rule: str) -> list[Shift]:
    """A lead adds a series. Raises Invalid; nothing of it is kept then."""
    service.check(slot)
    wanted = days(rule, slot.day)
    async with service.no_double(), database.transaction():
        series = await ShiftSeries.create(
            mission=mission, rule=rule, day=slot.day, created_at=clock.now(), **kept(slot)
        )
        added = [await service.create(mission, slot, Occurrence(series, day)) for day in wanted]
        await service.recount(mission.id)
    return added


async def added_just_now(mission: Mission, slot: Slot, rule: str) -> list[Shift]:
    """The shifts of the series that these very words have made a few minutes ago: a form sent twice makes one."""
    wanted = kept(slot)
    recent = ShiftSeries.filter(mission_id=mission.id, rule=rule, day=slot.day, created_at__gt=clock.now() - TWICE)
    for one in await recent.order_by("id"):
        if {name: getattr(one, name) for name in wanted} == wanted:
            return await Shift.filter(series_id=one.id, status=ShiftStatus.OPEN).order_by("starts_at")
    return []


async def series_of(shift: Shift) -> ShiftSeries | None:
    """The series that a shift follows; None for a single one and for one that stands on its own."""
    return await ShiftSeries.get_or_none(id=shift.series_id) if shift.series_id and not shift.detached else None


async def plan(shift: Shift, slot: Slot, reach: Reach, repeat: Repeat | None = None) -> Plan:
    """What changing this shift and its series would do; nothing is changed. Raises Invalid.

    `slot` is what the lead wrote for this shift: when its day has moved, the others move by as many days. `repeat` is
    the new repetition; None, or the one it has, keeps the days.
    """
    service.check(slot)
    series = await ShiftSeries.get(id=shift.series_id)
    by = slot.day - (shift.occurs_on or slot.day)
    rows = await reached(shift, reach)
    kept = [row for row in rows if not row.detached]
    anchor = (kept[0].occurs_on if kept else None) or series.day
    wish, same = _wish(repeat_of(series.rule, series.day), repeat, by)
    rule = wish.rule(slot.day)
    wanted = days(rule, _first(wish, anchor + by, slot.day))
    if not same and slot.day not in wanted:
        raise Invalid(_("Le jour de ce créneau ne fait pas partie de la répétition."), field="weekdays")
    found = Plan(rule, wanted[0], left_alone=[row for row in rows if row.detached])
    by_weeks = same and wish.every != Every.MONTH
    for row in kept:
        day = (row.occurs_on or slot.day) + by
        if same and not by_weeks:
            day = min(wanted, key=lambda one: abs(one - day))
        if by_weeks or day in wanted:
            its_slot = replace(slot, day=day, roles=await roles.matched(row, shift, slot.roles))
            await _check_moved(row, its_slot)
            found.moved.append((row, its_slot))
        else:
            found.called_off.append(row)
    if not same:
        found.added = await _to_add(series, found, slot, wanted)
    return found


def first_days(slot: Slot, repeat: Repeat) -> list[date]:
    """The days of a new series. Raises Invalid when the first shift is none of its days, or is past."""
    service.check(slot)
    wanted = days(repeat.rule(slot.day), slot.day)
    if wanted[0] != slot.day:
        raise Invalid(_("Le jour de ce créneau ne fait pas partie de la répétition."), field="weekdays")
    return wanted


@database.retrying
async def change(
    shift: Shift, slot: Slot, reach: Reach, repeat: Repeat | None = None, *, reason: str = "", mark: str = "",
    seen: str = "",
) -> Plan:  # fmt: skip
    """Carry a plan out, all of it or nothing. Answers what was done.

    `mark` is that of the plan the lead has read, `seen` that of the shift she had before her eyes (empty: not asked).
    Raises Invalid, Replanned, Overtaken, or DomainError when a shift is over.
    """
    service.check(slot)
    async with service.no_double(), database.transaction():
        await _lock(shift)
        await service.check_seen(shift, slot, seen)
        done = await plan(await Shift.get(id=shift.id), slot, reach, repeat)
        if mark and mark != done.mark:
            raise Replanned
        if done.dropped and not reason:
            said = _("Des personnes sont inscrites à un créneau qui disparaît. Écrivez-leur pourquoi.")
            raise Invalid(said, field="reason")
        await _carry_out(shift, slot, reach, done, reason)
        await service.recount(shift.mission_id)
    return done


@database.retrying
async def call_off(shift: Shift, reach: Reach, reason: str) -> list[Shift]:
    """Call this shift, it and the following, or all of its series off; everybody who comes is told. Answers which."""
    async with database.transaction():
        await _lock(shift)
        rows = await reached(shift, reach)
        for row in rows:
            await service.call_off(row, reason)
        if reach == Reach.THIS and shift.series_id:
            await Shift.filter(id=shift.id).update(detached=True)
        await service.recount(shift.mission_id)
    return rows


async def reached(shift: Shift, reach: Reach) -> list[Shift]:
    """The shifts to come that a change goes to, in order; those that stand on their own are among them."""
    if reach == Reach.THIS or not shift.series_id:
        return [shift]
    rows = Shift.filter(series_id=shift.series_id, status=ShiftStatus.OPEN, starts_at__gt=clock.now())
    if reach == Reach.FOLLOWING:
        rows = rows.filter(occurs_on__gte=shift.occurs_on)
    return await rows.order_by("occurs_on", "id")


async def _lock(shift: Shift) -> None:
    """Write the series' row first, then the shift's: two leads who change one series do it one after the other."""
    await ShiftSeries.filter(id=shift.series_id or 0).update(day=F("day"))
    await places.lock(shift.id)


async def _carry_out(shift: Shift, slot: Slot, reach: Reach, done: Plan, reason: str) -> None:
    """Shifts move in the order in which none comes to stand where another still is."""
    series = await _series_for(shift, slot, reach, done)
    later = any(its_slot.day > (row.occurs_on or its_slot.day) for row, its_slot in done.moved)
    for row in done.called_off:
        await service.call_off(row, reason)
    for row, its_slot in reversed(done.moved) if later else done.moved:
        await service.rewrite(row, its_slot, detached=False)
        await Shift.filter(id=row.id).update(series_id=series.id, occurs_on=its_slot.day)
    mission = await Mission.get(id=shift.mission_id)
    for day in done.added:
        await service.create(mission, slot, Occurrence(series, day))


def _wish(present: Repeat, repeat: Repeat | None, by: timedelta) -> tuple[Repeat, bool]:
    """The repetition to come, and whether it is the present one, moved by as many days as the shift."""
    moved = present.moved(by)
    if repeat is None or repeat == present:
        return moved, True
    if repeat.until and repeat.until == present.until:
        repeat = replace(repeat, until=moved.until)
    return repeat, repeat == moved


async def _check_moved(row: Shift, its_slot: Slot) -> None:
    if its_slot.hours()[0] <= clock.now():
        raise Invalid(_("Un des créneaux tomberait dans le passé."), field="day")
    try:
        await roles.leaving(row, its_slot.roles)
    except Invalid as error:
        raise Invalid(f"{error.message} ({day_in_words(row.starts_at)})", field=error.field) from None


async def _to_add(series: ShiftSeries, found: Plan, slot: Slot, wanted: list[date]) -> list[date]:
    """The days of the new rule that no shift of the series has yet; one changed or called off alone has its day."""
    gone = {row.id for row in found.called_off}
    there = {
        row.occurs_on for row in await Shift.filter(series_id=series.id)
        if row.id not in gone and (row.detached or row.status == ShiftStatus.OPEN)
    }  # fmt: skip
    there = (there - {row.occurs_on for row, _slot in found.moved}) | {its.day for _row, its in found.moved}
    return [day for day in wanted if day not in there and slot.hours(day)[0] > clock.now()]


def _first(wish: Repeat, target: date, day: date) -> date:
    """From when on the rule counts: the first shift that changes, in a week that the rule takes `day` in."""
    if wish.every == Every.MONTH:
        return target if target == day else target - timedelta(days=6)
    weeks = (_monday(day) - _monday(target)).days // 7
    return target + timedelta(weeks=weeks % 2) if wish.every == Every.FORTNIGHT else target


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


async def _series_for(shift: Shift, slot: Slot, reach: Reach, done: Plan) -> ShiftSeries:
    """« All » rewrites the series; « this and the following » ends it the day before, and begins a new one."""
    series = await ShiftSeries.get(id=shift.series_id)
    if reach == Reach.ALL:
        await ShiftSeries.filter(id=series.id).update(rule=done.rule, day=done.first, **kept(slot))
        return await ShiftSeries.get(id=series.id)
    before = replace(repeat_of(series.rule, series.day), until=(shift.occurs_on or slot.day) - timedelta(days=1))
    await ShiftSeries.filter(id=series.id).update(rule=before.rule(series.day))
    return await ShiftSeries.create(
        mission_id=shift.mission_id, rule=done.rule, day=done.first, created_at=clock.now(), **kept(slot)
    )


def kept(slot: Slot) -> dict[str, Any]:
    """What a series remembers of a slot."""
    wishes = [
        {"capacity": one.capacity, "minimum": one.minimum, "title": one.title, "skills": list(one.skills),
         "minimum_age": one.minimum_age} for one in slot.roles
    ]  # fmt: skip
    return {
        "start": slot.start.strftime("%H:%M"), "end": slot.end.strftime("%H:%M"), "note": slot.note,
        "fairness": slot.fairness, "roles": wishes,
    }  # fmt: skip
