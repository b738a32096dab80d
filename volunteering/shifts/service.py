"""What leads do with shifts. The only writer of their rows, except the places that sign-ups take."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from civic import clock, database, jobs
from civic.errors import DomainError, Invalid
from civic.i18n import _
from volunteering.missions import service as missions
from volunteering.missions.models import Mission
from volunteering.shifts.models import Shift, ShiftStatus

MOST_HOURS = 24
NOTEWORTHY = timedelta(minutes=5)


@dataclass(slots=True, frozen=True)
class Slot:
    """Hours and places as a lead writes them, on the territory's clocks."""

    day: date
    start: time
    end: time
    capacity: int
    minimum: int = 0
    note: str = ""

    def hours(self, weeks_later: int = 0) -> tuple[datetime, datetime]:
        """Start and end in UTC, so many weeks later at the same hours; an end before the start is the next day."""
        day = self.day + timedelta(weeks=weeks_later)
        last = day if self.end > self.start else day + timedelta(days=1)
        return clock.at(day, self.start.hour, self.start.minute), clock.at(last, self.end.hour, self.end.minute)


async def add(mission: Mission, slot: Slot, *, weeks: int = 1) -> list[Shift]:
    """A lead adds a shift, or one a week at the same hours (PRODUCT V1). Raises Invalid.

    The same slot sent twice is refused, so that a double click adds nothing.
    """
    _check(slot)
    try:
        async with database.transaction():
            added = [await _create(mission, slot, later) for later in range(weeks)]
            await recount(mission.id)
    except IntegrityError:
        raise Invalid(_("Ce créneau existe déjà. Changez l’heure ou la précision."), field="start") from None
    return added


async def edit(shift: Shift, slot: Slot) -> None:
    """A lead changes hours, places or the note. Raises Invalid.

    A change of more than five minutes is told to those who come; more places go to those who wait.
    """
    _check(slot)
    if not shift.is_to_come:
        raise DomainError(_("Ce créneau est annulé, ou il a commencé."))
    starts_at, ends_at = slot.hours()
    changed = (starts_at, ends_at, slot.note) != (shift.starts_at, shift.ends_at, shift.note)
    try:
        async with database.transaction():
            kept = await Shift.filter(id=shift.id, status=ShiftStatus.OPEN, taken__lte=slot.capacity).update(
                starts_at=starts_at, ends_at=ends_at, note=slot.note, capacity=slot.capacity,
                minimum=slot.minimum, sequence=F("sequence") + int(changed), version=F("version") + 1,
                updated_at=clock.now(),
            )  # fmt: skip
            if not kept:
                raise Invalid(_("Plus de personnes ont déjà une place. Gardez au moins ce nombre."), field="capacity")
            await _tell_after_edit(shift, starts_at, ends_at)
            await recount(shift.mission_id)
    except IntegrityError:
        raise Invalid(_("Ce créneau existe déjà. Changez l’heure ou la précision."), field="start") from None


async def cancel(shift: Shift, reason: str) -> None:
    """A lead calls a shift off; everyone who has or awaits a place is told why."""
    async with database.transaction():
        called_off = await Shift.filter(id=shift.id, status=ShiftStatus.OPEN, starts_at__gt=clock.now()).update(
            status=ShiftStatus.CANCELLED, reason=reason, sequence=F("sequence") + 1, version=F("version") + 1,
            updated_at=clock.now(),
        )  # fmt: skip
        if not called_off:
            raise DomainError(_("Ce créneau est annulé, ou il a commencé."))
        await jobs.enqueue("shift_cancelled", key=f"shift:{shift.id}", shift_id=shift.id)
        await recount(shift.mission_id)


async def recount(mission_id: int) -> None:
    """Keep true what the mission's shifts to come add up to, in the caller's transaction.

    The mission's row is written first: two shifts of one mission change at once, and each must see the other.
    """
    await missions.lock(mission_id)
    rows: list[Any] = (
        await Shift.filter(mission_id=mission_id, status=ShiftStatus.OPEN, starts_at__gt=clock.now())
        .order_by("starts_at", "id").values_list("starts_at", "ends_at", "capacity", "taken")
    )  # fmt: skip
    first, last = (rows[0], rows[-1]) if rows else ((None, None), (None,))
    coming = missions.Coming(
        len(rows), sum(row[2] for row in rows), sum(row[3] for row in rows), first[0], first[1], last[0]
    )
    await missions.note_coming(mission_id, coming)


async def _create(mission: Mission, slot: Slot, weeks_later: int) -> Shift:
    starts_at, ends_at = slot.hours(weeks_later)
    present = clock.now()
    shift = await Shift.create(
        mission=mission, starts_at=starts_at, ends_at=ends_at, capacity=slot.capacity, minimum=slot.minimum,
        note=slot.note, created_at=present, updated_at=present,
    )  # fmt: skip
    await _await_start(shift.id, mission.id, starts_at)
    return shift


async def _await_start(shift_id: int, mission_id: int, starts_at: datetime) -> None:
    """When it starts it is no longer to come: the mission is counted again then."""
    key = f"shift:{shift_id}:{starts_at.isoformat()}"
    await jobs.enqueue("shift_started", key=key, run_at=starts_at, mission_id=mission_id)


async def _tell_after_edit(before: Shift, starts_at: datetime, ends_at: datetime) -> None:
    fresh = await Shift.get(id=before.id)
    key = f"shift:{before.id}:{fresh.version}"
    if starts_at != before.starts_at:
        await _await_start(before.id, before.mission_id, starts_at)
    moved = max(abs(starts_at - before.starts_at), abs(ends_at - before.ends_at))
    if moved > NOTEWORTHY:
        await jobs.enqueue(
            "shift_moved", key=key, shift_id=before.id, version=fresh.version,
            old_start=before.starts_at.isoformat(), old_end=before.ends_at.isoformat(),
        )  # fmt: skip
    if fresh.waiting and fresh.taken < fresh.capacity:
        await jobs.enqueue("shift_widened", key=key, shift_id=before.id)


def _check(slot: Slot) -> None:
    starts_at, ends_at = slot.hours()
    if starts_at <= clock.now():
        raise Invalid(_("Choisissez une date et une heure à venir."), field="day")
    if not timedelta() < ends_at - starts_at <= timedelta(hours=MOST_HOURS):
        raise Invalid(_("L’heure de fin ne convient pas."), field="end")
    if slot.minimum > slot.capacity:
        raise Invalid(_("Le minimum dépasse le nombre de places."), field="minimum")
