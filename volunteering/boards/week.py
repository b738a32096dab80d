"""A coordinator's week: every shift of the initiatives she runs, by day, with who comes (PRODUCT V5).

A fixed number of queries, however many shifts. A week with more of them than a page can hold is shown a day at a time,
and a day with more than `A_PAGE` page by page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from civic import clock, database
from civic.initiatives.models import Initiative
from civic.initiatives.queries import initiative_to_edit, led_by
from civic.people.actor import Actor
from civic.web import paging
from volunteering.shifts.models import Shift, ShiftStatus
from volunteering.shifts.queries import roles_by_shift
from volunteering.shifts.words import role_counts
from volunteering.signups import contacts
from volunteering.signups.models import OVER, SignupStatus

MOST_AT_ONCE = 150
A_PAGE = 80
YEARS = range(2000, 2100)
_COUNT = """SELECT {sums} FROM shift s JOIN mission m ON m.id = s.mission_id
WHERE s.starts_at >= ? AND s.starts_at < ? AND {hers}"""
_OF_DAY = "COALESCE(SUM(CASE WHEN s.starts_at >= ? AND s.starts_at < ? THEN 1 ELSE 0 END), 0) AS day{number}"
_COMING = """SELECT s.shift_id, s.status, s.party, s.came, s.stand_in_at, p.name
FROM signup s JOIN person p ON p.id = s.person_id
WHERE s.shift_id IN ({shifts}) AND s.status NOT IN ({out}) ORDER BY p.name_folded, s.id"""


@dataclass(slots=True)
class Turn:
    """One shift of the week: who comes, by name and counted by role, and what its coordinator should look at."""

    shift: Shift
    names: list[str] = field(default_factory=list)
    unconfirmed: int = 0
    seeking: int = 0
    unsaid: bool = False
    roles: str = ""


@dataclass(slots=True)
class Day:
    """A day of the week, with all its shifts, or (`turns` empty) only how many there are."""

    on: date
    count: int
    turns: list[Turn]


@dataclass(slots=True)
class Week:
    """Seven days from Monday; `only`: the one day that is shown when there are too many shifts for a page.

    `after` leads to the rest of that day; `first` tells that this is its beginning.
    """

    monday: date
    days: list[Day]
    initiatives: list[Initiative]
    only: date | None
    after: str | None
    first: bool

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


async def week_of(
    actor: Actor, monday: date, only: date | None = None, slug: str = "", cursor: str | None = None
) -> Week:
    """The week of a coordinator, or of one initiative that she may run; of all for a member of the team who runs none.

    Six queries. Raises NotFound or Forbidden for an initiative that is not hers.
    """
    runs = sorted(await led_by(actor.person), key=lambda one: (one.title, one.id))
    scope = [await initiative_to_edit(slug, actor)] if slug else runs
    hers = None if not scope and actor.is_animator else [one.id for one in scope] or [0]
    counts = await _counts(monday, hers)
    shown = _shown(counts, only)
    most, cursor = (A_PAGE, cursor) if shown else (MOST_AT_ONCE, None)
    found = await _shifts(_between(shown or monday, shown or max(counts)), hers, cursor).limit(most + 1)
    cut = paging.cut(found, lambda row: [row.starts_at.isoformat(), row.id], cursor=cursor, per_page=most)
    turns = [Turn(shift) for shift in cut.items]
    await _fill({turn.shift.id: turn for turn in turns})
    return Week(monday, [_day(on, counts, turns) for on in counts], runs, shown, cut.after, cut.first)


async def _counts(monday: date, hers: Sequence[int] | None) -> dict[date, int]:
    """How many shifts each day has, Monday first; `hers`: the initiatives, None for all."""
    days = [monday + timedelta(days=step) for step in range(8)]
    starts = [clock.at(day, 0) for day in days]
    sums = ", ".join(_OF_DAY.format(number=number) for number in range(7))
    of_hers = f"m.initiative_id IN ({database.marks(hers)})" if hers else "1 = 1"
    bounds = [start for number in range(7) for start in starts[number : number + 2]]
    values = [*bounds, starts[0], starts[7], *(hers or ())]
    row = (await database.fetch_all(_COUNT.format(sums=sums, hers=of_hers), values))[0]
    return {day: row[f"day{number}"] for number, day in enumerate(days[:7])}


def _shifts(days: Q, hers: Sequence[int] | None, cursor: str | None) -> QuerySet[Shift]:
    """The shifts of these days in order, from the cursor on, with their mission."""
    query = Shift.filter(days)
    if hers is not None:
        query = query.filter(mission__initiative_id__in=list(hers))
    if last := paging.decode(cursor, "moment", "id"):
        moment, shift_id = last
        query = query.filter(Q(starts_at__gt=moment) | Q(starts_at=moment, id__gt=shift_id))
    return query.order_by("starts_at", "id").select_related("mission")


def _shown(counts: dict[date, int], only: date | None) -> date | None:
    """The one day to show of a week that is too full: the one asked for, today, or the first that has shifts."""
    if sum(counts.values()) <= MOST_AT_ONCE:
        return None
    return next(day for day in (only, clock.today(), *counts) if day and counts.get(day))


def _between(first: date, last: date) -> Q:
    return Q(starts_at__gte=clock.at(first, 0), starts_at__lt=clock.at(last + timedelta(days=1), 0))


def _day(on: date, counts: dict[date, int], turns: list[Turn]) -> Day:
    return Day(on, counts[on], [turn for turn in turns if clock.local(turn.shift.starts_at).date() == on])


async def _fill(turns: dict[int, Turn]) -> None:
    """Who comes to these shifts, and in which roles: two queries."""
    if not turns:
        return
    for key, roles in (await roles_by_shift([turn.shift for turn in turns.values()])).items():
        turns[key].roles = role_counts(roles)
    out = [status.value for status in (*OVER, SignupStatus.WAITING)]
    sql = _COMING.format(shifts=database.marks(list(turns)), out=database.marks(out))
    for row in await database.fetch_all(sql, [*turns, *out]):
        turn, status = turns[row["shift_id"]], row["status"]
        if status in (SignupStatus.HELD, SignupStatus.OFFERED):
            turn.unconfirmed += row["party"]
            continue
        if status == SignupStatus.CONFIRMED:
            turn.seeking += row["stand_in_at"] is not None
            turn.unsaid |= turn.shift.has_ended and turn.shift.status == ShiftStatus.OPEN
        if status not in (SignupStatus.EXCUSED, SignupStatus.MISSED):
            name, others = contacts.called_by(turn.shift)(row["name"]), (row["came"] or row["party"]) - 1
            turn.names.append(f"{name} (+{others})" if others else name)
