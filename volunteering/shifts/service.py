"""What leads do with one shift. The only writer of its row and its roles, except the places that sign-ups take."""

from collections.abc import Sequence
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
from volunteering.shifts import moments, places
from volunteering.shifts.models import Fairness, Shift, ShiftRole, ShiftSeries, ShiftStatus

MOST_HOURS = 24
MOST_ROLES = 12
MOST_PLACES = 1000


@dataclass(slots=True, frozen=True)
class RoleWish:
    """A role as a lead writes it; `id` is that of a role that exists already, 0 for a new one."""

    capacity: int
    minimum: int = 0
    title: str = ""
    skills: tuple[str, ...] = ()
    minimum_age: int | None = None
    id: int = 0


@dataclass(slots=True, frozen=True)
class Slot:
    """Hours and roles as a lead writes them, on the territory's clocks; an end before the start is the next day."""

    day: date
    start: time
    end: time
    roles: tuple[RoleWish, ...]
    note: str = ""
    fairness: Fairness = Fairness.FIRST_COME

    def hours(self, day: date | None = None) -> tuple[datetime, datetime]:
        """Start and end in UTC, on its day or on another one at the same hours of the clock, summer or winter."""
        first = day or self.day
        last = first if self.end > self.start else first + timedelta(days=1)
        return clock.at(first, self.start.hour, self.start.minute), clock.at(last, self.end.hour, self.end.minute)


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


async def create(mission: Mission, slot: Slot, occurrence: Occurrence | None) -> Shift:
    """One shift with its roles, in the caller's transaction (which counts the mission again)."""
    starts_at, ends_at = slot.hours(occurrence.day if occurrence else None)
    capacity, present = sum(role.capacity for role in slot.roles), clock.now()
    shift = await Shift.create(
        mission=mission, starts_at=starts_at, ends_at=ends_at, capacity=capacity, ceiling=capacity,
        minimum=sum(role.minimum for role in slot.roles), note=slot.note, fairness=slot.fairness,
        series=occurrence.series if occurrence else None, occurs_on=occurrence.day if occurrence else None,
        created_at=present, updated_at=present,
    )  # fmt: skip
    await ShiftRole.bulk_create([_role(shift, order, wish) for order, wish in enumerate(slot.roles)])
    await _await_start(shift)
    return shift


async def edit(shift: Shift, slot: Slot) -> None:
    """A lead changes one shift: hours, roles, places, note, rule. Raises Invalid.

    What changes for those who come is told to them (signups/told.py); more places go to those who wait; fewer places
    than people throw nobody out, the shift shows as overbooked. A shift of a series stands on its own from now on.
    """
    check(slot)
    async with no_double(), database.transaction():
        await rewrite(shift, slot, detached=shift.series_id is not None)
        await recount(shift.mission_id)


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
    await _rewrite_roles(shift, slot.roles)
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
    await jobs.enqueue("shift_cancelled", key=f"shift:{shift.id}", shift_id=shift.id)


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


def check(slot: Slot) -> None:
    """What a lead wrote can be. Raises Invalid with the field."""
    starts_at, ends_at = slot.hours()
    if starts_at <= clock.now():
        raise Invalid(_("Choisissez une date et une heure à venir."), field="day")
    if not timedelta() < ends_at - starts_at <= timedelta(hours=MOST_HOURS):
        raise Invalid(_("L’heure de fin ne convient pas."), field="end")
    if not 1 <= len(slot.roles) <= MOST_ROLES or not 1 <= sum(role.capacity for role in slot.roles) <= MOST_PLACES:
        raise Invalid(_("Un créneau a de 1 à 12 postes, et de 1 à 1 000 places."), field="capacity")
    if any(role.minimum > role.capacity for role in slot.roles):
        raise Invalid(_("Le minimum dépasse le nombre de places."), field="minimum")
    titles = [role.title.strip().casefold() for role in slot.roles]
    if len(set(titles)) < len(titles) or (len(titles) > 1 and "" in titles):
        raise Invalid(_("Donnez à chaque poste son propre nom."), field="title")


class no_double:  # noqa: N801  (used like a word)
    """Tell a lead that this very slot exists already, instead of failing."""

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, IntegrityError):
            raise Invalid(_("Ce créneau existe déjà. Changez l’heure ou la précision."), field="start") from None


def _role(shift: Shift, order: int, wish: RoleWish) -> ShiftRole:
    return ShiftRole(
        shift=shift, order=order, title=wish.title.strip(), capacity=wish.capacity, ceiling=wish.capacity,
        minimum=wish.minimum, skills=list(wish.skills), minimum_age=wish.minimum_age,
    )  # fmt: skip


_REWRITE = """UPDATE shift_role SET title = ?, capacity = ?, minimum = ?, minimum_age = ?, "order" = ?,
ceiling = CASE WHEN taken > ? THEN taken ELSE ? END WHERE id = ? AND shift_id = ?"""


async def _rewrite_roles(shift: Shift, wishes: Sequence[RoleWish]) -> None:
    """Keep, add and drop roles; one that somebody has or awaits a place in is not dropped. Raises Invalid."""
    known = {role.id for role in await places.roles_of(shift.id)}
    gone = known - {wish.id for wish in wishes}
    if len(known) == len(wishes) == 1 and not wishes[0].id:
        wishes, gone = [RoleWish(**{**_fields(wishes[0]), "id": known.pop()})], set()
    for role_id in sorted(gone):
        if not await ShiftRole.filter(id=role_id, taken=0, waiting=0).delete():
            said = _("Des personnes sont inscrites à un poste que vous retirez. Gardez-le, ou écrivez-leur d’abord.")
            raise Invalid(said, field="title")
    for order, wish in enumerate(wishes):
        if wish.id not in known | {wish.id} or not wish.id:
            await ShiftRole.bulk_create([_role(shift, order, wish)])
            continue
        await database.execute(_REWRITE, [
            wish.title.strip(), wish.capacity, wish.minimum, wish.minimum_age, order, wish.capacity, wish.capacity,
            wish.id, shift.id,
        ])  # fmt: skip
        await ShiftRole.filter(id=wish.id, shift_id=shift.id).update(skills=list(wish.skills))


def _fields(wish: RoleWish) -> dict[str, Any]:
    return {name: getattr(wish, name) for name in RoleWish.__slots__}


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
    if fresh.sequence != before.sequence:
        await moments.tell_change(fresh, before.starts_at, before.ends_at)
    if fresh.waiting:
        await jobs.enqueue("shift_widened", key=key, shift_id=before.id)
