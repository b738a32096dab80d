"""What a lead reads of a monthly support: counts by month, sums only where they tell nobody's (invariant 15).

Who gives twice is one person: it takes three persons, not three supports, for a sum to be told.
"""

from dataclasses import dataclass
from datetime import date, datetime

from campaigns.pledges.models import PledgeStatus
from campaigns.recurring import standing
from campaigns.recurring.calendar import month_of
from campaigns.recurring.models import Support, SupportMonth, SupportStatus
from civic import clock
from civic.web.formats import month as in_words
from civic.web.formats import month_short

MOST_MONTHS = 24
FAILED = (PledgeStatus.NEEDS_BACKER, PledgeStatus.DROPPED)
STARTED = (SupportStatus.ACTIVE, SupportStatus.PAUSED, SupportStatus.STOPPED)


@dataclass(slots=True)
class Month:
    """One month (« 2026-11 »): supports paid, their sum in cents or None, begun, stopped, charges that failed."""

    month: str
    paid: int = 0
    cents: int | None = 0
    begun: int = 0
    stopped: int = 0
    failed: int = 0

    @property
    def name(self) -> str:
        """« novembre 2026 »."""
        return in_words(date.fromisoformat(f"{self.month}-01"))

    @property
    def short(self) -> str:
        """« nov. », under its bar."""
        return month_short(date.fromisoformat(f"{self.month}-01"))


@dataclass(slots=True, frozen=True)
class Board:
    """Supports that run, paused ones, what they come to (None below three persons), the months, the latest first.

    `waiting`: how many persons have a failed charge to put right.
    """

    active: int
    paused: int
    cents: int | None
    waiting: int
    months: list[Month]

    @property
    def points(self) -> list[tuple[str, int, str]]:
        """The supports that were charged, month by month, for the drawing."""
        return [(one.short, one.paid, str(one.paid)) for one in reversed(self.months[:9])]


async def of(campaign_id: int) -> Board:
    """The board of a standing campaign."""
    supports = await Support.filter(campaign_id=campaign_id, status__in=list(STARTED)).order_by("id")
    charged = SupportMonth.filter(support__campaign_id=campaign_id).order_by("month")
    months: dict[str, Month] = {}
    rows = await charged.select_related("pledge")
    givers: dict[str, set[int]] = {}
    for row in rows:
        one = months.setdefault(row.month, Month(row.month))
        if row.pledge.status == PledgeStatus.COLLECTED:
            givers.setdefault(row.month, set()).add(row.pledge.person_id)
            one.paid, one.cents = one.paid + 1, (one.cents or 0) + row.pledge.amount_cents
        one.failed += row.pledge.status in FAILED
    for support in supports:
        begun = _month(support.started_at or support.created_at)
        months.setdefault(begun, Month(begun)).begun += 1
        if support.status == SupportStatus.STOPPED:
            stopped = _month(support.stopped_at or support.updated_at)
            months.setdefault(stopped, Month(stopped)).stopped += 1
    for one in months.values():
        one.cents = one.cents if len(givers.get(one.month, ())) >= standing.LEAST_SHOWN else None
    active = [support for support in supports if support.status == SupportStatus.ACTIVE]
    persons = {support.person_id for support in active}
    return Board(
        len(active), sum(support.status == SupportStatus.PAUSED for support in supports),
        sum(support.amount_cents for support in active) if len(persons) >= standing.LEAST_SHOWN else None,
        len({row.pledge.person_id for row in rows if row.pledge.status == PledgeStatus.NEEDS_BACKER}),
        sorted(months.values(), key=lambda one: one.month, reverse=True)[:MOST_MONTHS],
    )  # fmt: skip


def _month(at: datetime) -> str:
    return month_of(clock.local(at).date())
