"""A coordinator's week: every shift of the initiatives she runs, by day, with who comes (PRODUCT V5).

A fixed number of queries, however many shifts. A week with more of them than a page can hold is shown a day at a time.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tortoise.expressions import Q

from civic import clock
from civic.initiatives.models import Initiative
from civic.initiatives.queries import initiative_to_edit, led_by
from civic.people.actor import Actor
from volunteering.shifts.models import Shift, ShiftStatus
from volunteering.signups.models import OVER, Signup, SignupStatus

MOST_AT_ONCE = 150
YEARS = range(2000, 2100)


@dataclass(slots=True)
class Turn:
    """One shift of the week: who comes, by name, and what its coordinator should look at."""

    shift: Shift
    names: list[str] = field(default_factory=list)
    unconfirmed: int = 0
    seeking: int = 0
    unsaid: bool = False


@dataclass(slots=True)
class Day:
    """A day of the week, with all its shifts, or (`turns` empty) only how many there are."""

    on: date
    count: int
    turns: list[Turn]


@dataclass(slots=True)
class Week:
    """Seven days from Monday; `only`: the one day that is shown when there are too many shifts for a page."""

    monday: date
    days: list[Day]
    initiatives: list[Initiative]
    only: date | None

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.monday + timedelta(days=6)

    @property
    def count(self) -> int:
        """How many shifts it has."""
        return sum(day.count for day in self.days)


def monday_of(text: str) -> date:
    """The Monday of the week of a day written « 2026-11-23 », else of today."""
    found = day_of(text) or clock.today()
    return found - timedelta(days=found.weekday())


def day_of(text: str) -> date | None:
    """A day as our links write it, or None."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None


async def week_of(actor: Actor, monday: date, only: date | None = None, slug: str = "") -> Week:
    """The week of a coordinator, or of one initiative that she may run; of all for a member of the team who runs none.

    Five queries. Raises NotFound or Forbidden for an initiative that is not hers.
    """
    runs = sorted(await led_by(actor.person), key=lambda one: (one.title, one.id))
    scope = [await initiative_to_edit(slug, actor)] if slug else runs
    hers = Q() if not scope and actor.is_animator else Q(mission__initiative_id__in=[one.id for one in scope] or [0])
    starts = Shift.filter(_between(monday, monday + timedelta(days=7)) & hers)
    counts = Counter(_local_day(start) for start in await starts.values_list("starts_at", flat=True))
    days = [monday + timedelta(days=step) for step in range(7)]
    shown = _shown(days, counts, only)
    end = (shown or days[-1]) + timedelta(days=1)
    shifts = await Shift.filter(_between(shown or monday, end) & hers).order_by("starts_at", "id").select_related(
        "mission__initiative"
    )  # fmt: skip
    turns = {shift.id: Turn(shift) for shift in shifts}
    await _fill(turns)
    return Week(monday, [_day(on, counts, turns) for on in days], runs, shown)


def _shown(days: list[date], counts: Counter[date], only: date | None) -> date | None:
    """The one day to show of a week that is too full: the one asked for, today, or the first that has shifts."""
    if counts.total() <= MOST_AT_ONCE:
        return None
    wanted = (only, clock.today(), *(day for day in days if counts[day]))
    return next(day for day in wanted if day in days and counts[day])


def _between(first: date, end: date) -> Q:
    return Q(starts_at__gte=clock.at(first, 0), starts_at__lt=clock.at(end, 0))


def _local_day(moment: object) -> date:
    assert isinstance(moment, datetime)
    return clock.local(moment).date()


def _day(on: date, counts: Counter[date], turns: dict[int, Turn]) -> Day:
    return Day(on, counts[on], [turn for turn in turns.values() if _local_day(turn.shift.starts_at) == on])


async def _fill(turns: dict[int, Turn]) -> None:
    """Who comes to these shifts: one query, plain values."""
    if not turns:
        return
    rows = await Signup.filter(shift_id__in=list(turns)).exclude(status__in=(*OVER, SignupStatus.WAITING)).order_by(
        "person__name_folded", "id"
    ).values("shift_id", "status", "party", "stand_in_at", "person__name")  # fmt: skip
    for row in rows:
        turn, status = turns[row["shift_id"]], row["status"]
        if status in (SignupStatus.HELD, SignupStatus.OFFERED):
            turn.unconfirmed += row["party"]
            continue
        if status == SignupStatus.CONFIRMED:
            turn.seeking += row["stand_in_at"] is not None
            turn.unsaid |= turn.shift.has_ended and turn.shift.status == ShiftStatus.OPEN
        if status not in (SignupStatus.EXCUSED, SignupStatus.MISSED):
            turn.names.append(_called(row["person__name"], row["party"]))


def _called(name: str, party: int) -> str:
    first, _space, rest = name.partition(" ")
    short = f"{first} {rest[0].upper()}." if rest else first
    return f"{short} (+{party - 1})" if party > 1 else short
