"""The numbers of a year: agreed hours × the rate of their day, by initiative and organisation."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from civic import clock, database
from civic.errors import DomainError
from civic.i18n import _
from civic.people import service as people
from civic.people.actor import Actor
from volunteering.hours.freezing import freeze
from volunteering.hours.models import AGREED, EntryStatus, HoursEntry, TimeKind
from volunteering.valuation.closings import ACT, NETWORK, closings_of, written
from volunteering.valuation.rates import Rate, rates_of, value_cents

_HOURS = """SELECT entry.initiative_id AS initiative_id, entry.organisation_id AS organisation_id,
initiative.title AS initiative, organisation.name AS organisation, entry.kind AS kind, entry.day AS day,
SUM(entry.minutes * (1 + entry.companions)) AS minutes,
CASE WHEN {late} THEN 1 ELSE 0 END AS is_late, SUM(CASE WHEN {covered} THEN 0 ELSE 1 END) AS open_lines
FROM hours_entry entry JOIN initiative ON initiative.id = entry.initiative_id
LEFT JOIN organisation ON organisation.id = entry.organisation_id
WHERE entry.status IN ('validated', 'frozen') AND entry.day >= ? AND entry.day <= ? {scope}
GROUP BY entry.initiative_id, entry.organisation_id, initiative.title, organisation.name, entry.kind, entry.day,
is_late"""
_TO_FREEZE = """SELECT entry.id AS id FROM hours_entry entry WHERE entry.status = 'validated'
AND entry.day >= ? AND entry.day <= ? {scope} AND NOT ({late}) ORDER BY entry.id"""
_Key = tuple[str, str, int, int, bool, Rate]
_SCOPED = {"initiative": "AND entry.initiative_id = ?", "organisation": "AND entry.organisation_id = ?", "": ""}


@dataclass(slots=True, frozen=True)
class Scope:
    """Whose hours: the whole network's, an organisation's or an initiative's (`kind` says which), and its name."""

    kind: str = ""
    id: int = 0
    name: str = ""


@dataclass(slots=True, frozen=True)
class Part:
    """Hours of one initiative, for one organisation, of one sort, at one rate. `minutes` with those who came along."""

    organisation: str
    initiative: str
    organisation_id: int
    initiative_id: int
    governance: bool
    rate: Rate
    minutes: int

    @property
    def cents(self) -> int:
        """What they count for."""
        return value_cents(self.minutes, self.rate)


@dataclass(slots=True)
class Line:
    """An initiative's year: minutes and cents of its activity, and of its governance apart."""

    initiative: str
    minutes: int = 0
    cents: int = 0
    governance_minutes: int = 0
    governance_cents: int = 0


@dataclass(slots=True)
class Group:
    """An organisation's lines (id 0 and no name: initiatives without one), and what they add up to."""

    organisation_id: int
    organisation: str
    lines: list[Line] = field(default_factory=list)

    @property
    def total(self) -> Line:
        """All its lines as one."""
        return Line(
            "", sum(line.minutes for line in self.lines), sum(line.cents for line in self.lines),
            sum(line.governance_minutes for line in self.lines), sum(line.governance_cents for line in self.lines),
        )  # fmt: skip


@dataclass(slots=True)
class Report:
    """A year of agreed hours.

    `open_lines` are agreed, and no closing of the year holds them yet; `waiting` the minutes nobody agreed to; `late`
    the minutes agreed to after the year was closed, which are not in its numbers.
    """

    year: int
    scope: Scope
    parts: list[Part] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    open_lines: int = 0
    waiting: int = 0
    late: int = 0

    @property
    def minutes(self) -> int:
        """Activity, without governance."""
        return sum(group.total.minutes for group in self.groups)

    @property
    def cents(self) -> int:
        """What stands under 864 and 875."""
        return sum(group.total.cents for group in self.groups)

    @property
    def governance_minutes(self) -> int:
        """Boards, committees, assemblies."""
        return sum(group.total.governance_minutes for group in self.groups)

    @property
    def governance_cents(self) -> int:
        """What governance would count for at the same rate."""
        return sum(group.total.governance_cents for group in self.groups)

    @property
    def rates(self) -> list[Rate]:
        """The rates that were used, the oldest first."""
        return sorted({part.rate for part in self.parts})

    @property
    def is_over(self) -> bool:
        """The year has ended on the territory's calendar."""
        return clock.today().year > self.year

    @property
    def is_closed(self) -> bool:
        """The year is over and was closed for everything in the report: the numbers never change."""
        return self.is_over and bool(self.parts) and not self.open_lines


async def report_of(year: int, scope: Scope | None = None) -> Report:
    """The year's report of the network, an organisation or an initiative."""
    scope = scope or Scope()
    found = Report(year, scope)
    minutes: dict[_Key, int] = defaultdict(int)
    closed = await closings_of(year)
    sql = _HOURS.format(scope=_SCOPED[scope.kind], late=closed.late, covered=closed.covered)
    for row in await database.fetch_report(sql, [*closed.late_by, *closed.covered_by, *_bounds(year, scope)]):
        if row["is_late"]:
            found.late += int(row["minutes"])
            continue
        body, initiative = int(row["organisation_id"] or 0), int(row["initiative_id"])
        key = (
            str(row["organisation"] or ""), str(row["initiative"]), body, initiative,
            row["kind"] == TimeKind.GOVERNANCE.value, closed.rate(_day(row["day"]), body, initiative),
        )  # fmt: skip
        minutes[key] += int(row["minutes"])
        found.open_lines += int(row["open_lines"])
    found.parts = [Part(*key, minutes[key]) for key in sorted(minutes, key=_order)]
    found.groups = grouped(found.parts)
    waiting = HoursEntry.filter(status__in=(EntryStatus.PROPOSED, EntryStatus.CORRECTED), **_within(year, scope))
    found.waiting = sum(row.total_minutes for row in await waiting)
    return found


async def years_of(scope: Scope) -> list[int]:
    """The years that have agreed hours, and this one; the latest first."""
    wanted = {f"{scope.kind}_id": scope.id} if scope.kind else {}
    rows = HoursEntry.filter(status__in=(EntryStatus.VALIDATED, EntryStatus.FROZEN), **wanted)
    days = await rows.distinct().values_list("day", flat=True)
    return sorted({clock.today().year, *(_day(day).year for day in days)}, reverse=True)


async def close(year: int, scope: Scope, actor: Actor) -> int:
    """Freeze the agreed hours of a year that is over; answers how many lines. Its report stays as it is then.

    Raises DomainError before its end, and when there is nothing to report.
    """
    if clock.today().year <= year:
        raise DomainError(_("%(year)s n’est pas finie : ses heures se figent à partir du 1ᵉʳ janvier.", year=year))
    async with database.transaction():
        if not await HoursEntry.filter(status__in=AGREED, **_within(year, scope)).exists():
            raise DomainError(_("Aucune heure n’est validée pour %(year)s : il n’y a rien à figer.", year=year))
        closed = await closings_of(year)
        sql = _TO_FREEZE.format(scope=_SCOPED[scope.kind], late=closed.late)
        rows = await database.fetch_all(sql, [*_bounds(year, scope), *closed.late_by])
        frozen = await freeze([int(row["id"]) for row in rows], actor.hand.id, f"year:{year}")
        subject = f"{scope.kind}:{scope.id}" if scope.kind else NETWORK
        await people.audit(actor, ACT, subject, year=year, lines=frozen, rates=written(rates_of(year)))
    return frozen


def grouped(parts: Sequence[Part]) -> list[Group]:
    """The parts as a line for each initiative, under its organisation, in their order."""
    groups: dict[int, Group] = {}
    lines: dict[tuple[int, int], Line] = {}
    for part in parts:
        group = groups.setdefault(part.organisation_id, Group(part.organisation_id, part.organisation))
        key = part.organisation_id, part.initiative_id
        if key not in lines:
            lines[key] = Line(part.initiative)
            group.lines.append(lines[key])
        if part.governance:
            lines[key].governance_minutes += part.minutes
            lines[key].governance_cents += part.cents
        else:
            lines[key].minutes += part.minutes
            lines[key].cents += part.cents
    return list(groups.values())


def _order(key: _Key) -> tuple[object, ...]:
    organisation, initiative, *rest = key
    return organisation.casefold(), initiative.casefold(), *rest


def _bounds(year: int, scope: Scope) -> list[object]:
    return [date(year, 1, 1), date(year, 12, 31), *([scope.id] if scope.kind else [])]


def _within(year: int, scope: Scope) -> dict[str, Any]:
    wanted: dict[str, Any] = {f"{scope.kind}_id": scope.id} if scope.kind else {}
    return {"day__gte": date(year, 1, 1), "day__lte": date(year, 12, 31), **wanted}


def _day(value: object) -> date:
    """Raw rows hold a day as text on SQLite."""
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
