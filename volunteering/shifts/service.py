"""What leads do with one shift. The only writer of its row and its roles, except the places that sign-ups take."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F
from tortoise.functions import Count, Max, Sum

from civic import clock, database, jobs
from civic.errors import DomainError, Invalid
from civic.i18n import _
from volunteering.missions import service as missions
from volunteering.missions.models import Mission
from volunteering.shifts import moments, places, roles
from volunteering.shifts.models import Fairness, Shift, ShiftRole, ShiftSeries, ShiftStatus
from volunteering.shifts.roles import RoleWish as RoleWish


@dataclass(slots=True, frozen=True)
class Slot:
    """Hours and roles as a lead writes them, on the territory's clocks; an end before the start is the next day.

    So it lasts a day of the clock at most, which in one night of autumn is twenty-five hours.
    """

    day: date
    start: time
    end: time
    roles: tuple[RoleWish, ...]
    note: str = ""
    fairness: Fairness = Fairness.FIRST_COME

    @property
    def mark(self) -> str:
        """A short mark of all that is written here; the same words have the same mark."""
        plain = replace(self, roles=tuple(replace(role, id=0, title=role.title.strip()) for role in self.roles))
        return sha256(repr(plain).encode()).hexdigest()[:16]

    def hours(self, day: date | None = None) -> tuple[datetime, datetime]:
        """Start and end in UTC, on its day or on another one at the same hours of the clock, summer or winter."""
        first = day or self.day
        last = first if self.end > self.start else first + timedelta(days=1)
        starts_at = clock.at(first, self.start.hour, self.start.minute)
        ends_at = clock.at(last, self.end.hour, self.end.minute)
        if ends_at <= starts_at:  # half past two to three, in the night that has no such hour
            written = datetime.combine(last, self.end) - datetime.combine(first, self.start)
            ends_at = starts_at + written
        return starts_at, ends_at


@dataclass(slots=True, frozen=True)
class Occurrence:
    """Which day of which series a shift is."""

    series: ShiftSeries
    day: date


async def add(mission: Mission, slot: Slot) -> Shift:
    """A lead adds a shift (PRODUCT V1). Raises Invalid; the same slot twice is refused, so a double click adds one."""
    check(slot)
    async with no_double(), database.transaction():
        shift = await create(mission, slot, None)
        await recount(mission.id)
    return shift


async def added_just_now(mission: Mission, slot: Slot) -> Shift | None:
    """The shift that these very words have added a few minutes ago: a form sent twice is no mistake."""
    starts_at, ends_at = slot.hours()
    there = await Shift.filter(
        mission_id=mission.id, starts_at=starts_at, ends_at=ends_at, note=slot.note, status=ShiftStatus.OPEN,
        created_at__gt=clock.now() - missions.TWICE,
    ).first()  # fmt: skip
    return there if there and (await slot_of(there)).mark == slot.mark else None


async def create(mission: Mission, slot: Slot, occurrence: Occurrence | None) -> Shift:
    """One shift with its roles, in the caller's transaction (which counts the mission again)."""
    starts_at, ends_at = slot.hours(occurrence.day if occurrence else None)
    capacity, present = sum(role.capacity for role in slot.roles), clock.now()
    minimum = sum(role.minimum for role in slot.roles)
    shift = await Shift.create(
        mission=mission, starts_at=starts_at, ends_at=ends_at, capacity=capacity, ceiling=capacity,
        minimum=minimum, missing=minimum, note=slot.note, fairness=slot.fairness,
        series=occurrence.series if occurrence else None, occurs_on=occurrence.day if occurrence else None,
        created_at=present, updated_at=present,
    )  # fmt: skip
    await ShiftRole.bulk_create([roles.row(shift, order, wish) for order, wish in enumerate(slot.roles)])
    await _await_start(shift)
    return shift


async def edit(shift: Shift, slot: Slot, seen: str = "") -> None:
    """A lead changes one shift: hours, roles, places, note, rule. Raises Invalid, or Overtaken (see `check_seen`).

    What changes for those who come is told to them (signups/told.py); more places go to those who wait; fewer places
    than people throw nobody out, the shift shows as overbooked instead. One of a series stands on its own from now on.
    """
    check(slot)
    async with no_double(), database.transaction():
        await places.lock(shift.id)
        if await check_seen(shift, slot, seen):
            return
        await rewrite(shift, slot, detached=shift.series_id is not None)
        await recount(shift.mission_id)


class Overtaken(DomainError):
    """Somebody else has saved in the meantime: `theirs` is what stands now, `seen` the mark of it."""

    def __init__(self, theirs: Slot) -> None:
        super().__init__(_("Une autre personne a enregistré ce créneau entre-temps. Comparez, puis enregistrez."))
        self.theirs, self.seen = theirs, theirs.mark


async def check_seen(shift: Shift, slot: Slot, seen: str) -> bool:
    """Whether just this is written already (a form sent twice). Raises Overtaken when neither this nor `seen` is.

    `seen` is the mark of what a lead had before her eyes, empty for who had nothing. The caller has locked the shift.
    """
    fresh = await Shift.get(id=shift.id)
    there = await slot_of(fresh)
    if there.mark == slot.mark:
        return fresh.is_to_come
    if seen and there.mark != seen:
        raise Overtaken(there)
    return False


async def slot_of(shift: Shift) -> Slot:
    """A shift as its lead would write it."""
    start, end = clock.local(shift.starts_at), clock.local(shift.ends_at)
    wishes = await roles.wishes_of(shift.id)
    return Slot(start.date(), start.time(), end.time(), wishes, shift.note, shift.fairness)


async def rewrite(shift: Shift, slot: Slot, *, detached: bool) -> None:
    """The same in the caller's transaction, which counts the mission again. Raises DomainError when it is over."""
    starts_at, ends_at = slot.hours()
    changed = (starts_at, ends_at, slot.note) != (shift.starts_at, shift.ends_at, shift.note)
    kept = await Shift.filter(id=shift.id, status=ShiftStatus.OPEN, starts_at__gt=clock.now()).update(
        starts_at=starts_at, ends_at=ends_at, note=slot.note, fairness=slot.fairness, detached=detached,
        sequence=F("sequence") + int(changed), version=F("version") + 1, updated_at=clock.now(),
    )  # fmt: skip
    if not kept:
        raise DomainError(_("Ce créneau est annulé, ou il a commencé."))
    await roles.rewrite(shift, slot.roles)
    await places.sum_up(shift.id)
    await _tell_after_edit(shift, starts_at)


async def cancel(shift: Shift, reason: str) -> None:
    """A lead calls a shift off; everyone who has or awaits a place is told why. Raises DomainError when it is over."""
    async with database.transaction():
        await call_off(shift, reason)
        await recount(shift.mission_id)


async def call_off(shift: Shift, reason: str) -> None:
    """The same in the caller's transaction, which counts the mission again."""
    called_off = await Shift.filter(id=shift.id, status=ShiftStatus.OPEN, starts_at__gt=clock.now()).update(
        status=ShiftStatus.CANCELLED, reason=reason, sequence=F("sequence") + 1, version=F("version") + 1,
        updated_at=clock.now(),
    )  # fmt: skip
    if not called_off:
        raise DomainError(_("Ce créneau est annulé, ou il a commencé."))
    now = await Shift.get(id=shift.id)
    await jobs.enqueue("shift_cancelled", key=f"shift:{shift.id}:{now.sequence}", shift_id=shift.id)


async def reopen(shift: Shift) -> None:
    """It takes place after all, in the caller's transaction, which asks the people and counts the mission again.

    SEQUENCE grows by two: who is told that a shift is called off has in her calendar one more than the shift itself.
    """
    await Shift.filter(id=shift.id).update(
        status=ShiftStatus.OPEN, reason="", sequence=F("sequence") + 2, version=F("version") + 1,
        updated_at=clock.now(),
    )  # fmt: skip
    shift.status, shift.reason, shift.sequence = ShiftStatus.OPEN, "", shift.sequence + 2


async def recount(mission_id: int) -> None:
    """Keep true what the mission's shifts to come add up to, in the caller's transaction.

    The mission's row is written first: two shifts of one mission change at once, and each must see the other.
    """
    await missions.lock(mission_id)
    coming = Shift.filter(mission_id=mission_id, status=ShiftStatus.OPEN, starts_at__gt=clock.now())
    sums = coming.annotate(
        n=Count("id"), places_sum=Sum("capacity"), taken_sum=Sum("taken"), most=Sum("ceiling"), last=Max("starts_at")
    )
    row = (await sums.values("n", "places_sum", "taken_sum", "most", "last"))[0]
    capacity, taken, ceiling = (int(row[name] or 0) for name in ("places_sum", "taken_sum", "most"))
    first = await coming.order_by("starts_at", "id").limit(1).values_list("starts_at", "ends_at")
    starts_at, ends_at = first[0] if first else (None, None)
    found = missions.Coming(row["n"], capacity, capacity + taken - ceiling, starts_at, ends_at, row["last"])
    await missions.note_coming(mission_id, found)


def check(slot: Slot) -> None:
    """What a lead wrote can be. Raises Invalid with the field."""
    if slot.hours()[0] <= clock.now():
        raise Invalid(_("Choisissez une date et une heure à venir."), field="day")
    roles.check(slot.roles)


class no_double:  # noqa: N801  (used like a word)
    """Tell a lead that this very slot exists already, instead of failing."""

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, IntegrityError):
            raise Invalid(_("Ce créneau existe déjà. Changez l’heure ou la précision."), field="start") from None


async def _await_start(shift: Shift) -> None:
    """The day before it is open to all; when it starts it is no longer to come, and the mission is counted again."""
    key = f"shift:{shift.id}:{shift.starts_at.isoformat()}"
    await jobs.enqueue("shift_started", key=key, run_at=shift.starts_at, mission_id=shift.mission_id)
    await jobs.enqueue("shift_widened", key=f"{key}:day", run_at=shift.opens_to_all_at, shift_id=shift.id)
    await moments.await_reminders(shift)


async def _tell_after_edit(before: Shift, starts_at: datetime) -> None:
    fresh = await Shift.get(id=before.id)
    key = f"shift:{before.id}:{fresh.version}"
    if starts_at != before.starts_at:
        await _await_start(fresh)
        await jobs.enqueue("shift_moved", key=key, shift_id=before.id)
    if fresh.sequence != before.sequence:
        await moments.tell_change(fresh, before.starts_at, before.ends_at)
    if fresh.waiting:
        await jobs.enqueue("shift_widened", key=key, shift_id=before.id)
