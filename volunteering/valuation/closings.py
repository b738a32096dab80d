"""When a year was closed, and for whom: what both sides agree on later no longer changes its report (decision 0021).

A closing is the act in the audit log, which only ever grows; the first one of a scope counts. It holds the rates of
that day as well: a figure that is written or corrected afterwards changes no euro of a report that was handed in.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from civic.people.models import AuditEntry
from volunteering.valuation.rates import Rate, rate_on

ACT = "hours_closed"
NETWORK = "network"
_COLUMNS = {"initiative": "entry.initiative_id", "organisation": "entry.organisation_id"}
_NEVER = "1 = 0"


@dataclass(slots=True)
class Closings:
    """Conditions on `entry`, a row of hours of one year, with their parameters in order.

    `covered`: some closing was about it. `late`: it was not frozen by then, so that no closed report holds it.
    """

    covered: str = _NEVER
    late: str = _NEVER
    covered_by: list[object] = field(default_factory=list)
    late_by: list[object] = field(default_factory=list)
    rates: dict[str, list[Rate]] = field(default_factory=dict)

    def rate(self, day: date, organisation_id: int, initiative_id: int) -> Rate:
        """What an hour of that day counts for: as it did when the first closing was about it, else as it does now."""
        about = (NETWORK, f"organisation:{organisation_id}", f"initiative:{initiative_id}")
        kept = next((rates for subject, rates in self.rates.items() if subject in about and rates), None)
        if kept is None:
            return rate_on(day)
        return next((rate for rate in reversed(kept) if rate.since <= day), kept[0])


async def closings_of(year: int) -> Closings:
    """All closings of a year, of the network, of organisations and of initiatives."""
    found, covered, late = Closings(), [], []
    first: dict[str, datetime] = {}
    for row in await AuditEntry.filter(act=ACT).order_by("at", "id"):
        if row.details.get("year") == year:
            first.setdefault(row.subject, row.at)
            found.rates.setdefault(row.subject, read_rates(row.details.get("rates")))
    if not first:
        return found
    for subject, at in first.items():
        scope, params = _scope(subject)
        covered.append(scope)
        late.append(f"({scope} AND (entry.frozen_at IS NULL OR entry.frozen_at > ?))")
        found.covered_by += params
        found.late_by += [*params, at]
    found.covered, found.late = " OR ".join(covered), " OR ".join(late)
    return found


def written(rates: list[Rate]) -> list[list[object]]:
    """Rates as the audit log keeps them."""
    return [[rate.since.isoformat(), rate.cents, rate.source, rate.charges] for rate in rates]


def read_rates(kept: object) -> list[Rate]:
    """Rates out of the audit log, the oldest first; none in a closing that was made before they were kept."""
    rows = kept if isinstance(kept, list) else []
    return sorted(Rate(date.fromisoformat(row[0]), row[1], row[2], row[3]) for row in rows)


def _scope(subject: str) -> tuple[str, list[object]]:
    if subject == NETWORK:
        return "1 = 1", []
    kind, _colon, ref = subject.partition(":")
    return f"{_COLUMNS[kind]} = ?", [int(ref)]
