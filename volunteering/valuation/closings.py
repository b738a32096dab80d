"""When a year was closed, and for whom: what both sides agree on later no longer changes its report (decision 0021).

A closing is the act in the audit log, which only ever grows; the first one of a scope counts.
"""

from dataclasses import dataclass, field
from datetime import datetime

from civic.people.models import AuditEntry

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


async def closings_of(year: int) -> Closings:
    """All closings of a year, of the network, of organisations and of initiatives."""
    first: dict[str, datetime] = {}
    for row in await AuditEntry.filter(act=ACT).order_by("at", "id"):
        if row.details.get("year") == year:
            first.setdefault(row.subject, row.at)
    if not first:
        return Closings()
    found, covered, late = Closings(), [], []
    for subject, at in first.items():
        scope, params = _scope(subject)
        covered.append(scope)
        late.append(f"({scope} AND (entry.frozen_at IS NULL OR entry.frozen_at > ?))")
        found.covered_by += params
        found.late_by += [*params, at]
    found.covered, found.late = " OR ".join(covered), " OR ".join(late)
    return found


def _scope(subject: str) -> tuple[str, list[object]]:
    if subject == NETWORK:
        return "1 = 1", []
    kind, _colon, ref = subject.partition(":")
    return f"{_COLUMNS[kind]} = ?", [int(ref)]
