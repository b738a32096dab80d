"""Reads for the people who run settlement: where it stands, and what was decided about a shortfall."""

from dataclasses import dataclass

from campaigns.lifecycle.models import Campaign, CampaignChange, CampaignStatus
from campaigns.pledges.models import PledgeStatus
from campaigns.settlement.models import PlanStatus, ShortfallPlan
from civic import database

_STATES = """SELECT status, COUNT(*) AS n, SUM(amount_cents) AS cents, COUNT(DISTINCT person_id) AS persons FROM pledge
WHERE campaign_id = ? AND confirmed_at IS NOT NULL GROUP BY status"""
PAID = (PledgeStatus.COLLECTED, PledgeStatus.REFUND_PENDING, PledgeStatus.REFUNDED, PledgeStatus.DISPUTED,
        PledgeStatus.CHARGED_BACK)  # fmt: skip
UNDER_WAY = (PledgeStatus.CHARGING, PledgeStatus.UNKNOWN, PledgeStatus.PROCESSING)
WAITING = (PledgeStatus.CONFIRMED,)
FAILED = (PledgeStatus.NEEDS_BACKER,)
OFFLINE = (PledgeStatus.SWITCHED_OFFLINE,)
DROPPED = (PledgeStatus.DROPPED,)
FEWEST = 3
"""A sum of the gifts of so many persons tells nobody's."""


@dataclass(slots=True, frozen=True)
class Count:
    """So many promises, their sum in cents (tips apart), of so many persons."""

    n: int
    cents: int
    persons: int = 0


@dataclass(slots=True, frozen=True)
class Progress:
    """Where the charges of a campaign stand; the six groups do not overlap."""

    paid: Count
    under_way: Count
    waiting: Count
    failed: Count
    offline: Count
    dropped: Count

    @property
    def groups(self) -> tuple[Count, ...]:
        """All six."""
        return self.paid, self.under_way, self.waiting, self.failed, self.offline, self.dropped

    @property
    def total(self) -> int:
        """How many promises are to be charged, were, or could not be."""
        return sum(one.n for one in self.groups)

    @property
    def tells_nobodys(self) -> bool:
        """Whether its sums may be read by a lead: the list of backers says whose gift is which (invariant 15)."""
        return all(not one.n or one.persons >= FEWEST for one in self.groups)

    @property
    def asked(self) -> int:
        """How many the gateway has been asked about."""
        return self.total - self.waiting.n

    @property
    def percent(self) -> int:
        """Share of the promises whose charge has been tried."""
        return self.asked * 100 // self.total if self.total else 100


async def progress(campaign_id: int) -> Progress:
    """Where the charges stand, in one query."""
    rows = await database.fetch_all(_STATES, [campaign_id])
    found = {row["status"]: Count(int(row["n"]), int(row["cents"]), int(row["persons"])) for row in rows}

    def group(states: tuple[PledgeStatus, ...]) -> Count:
        counts = [found[state.value] for state in states if state.value in found]
        return Count(sum(one.n for one in counts), sum(one.cents for one in counts), sum(one.persons for one in counts))

    return Progress(*(group(states) for states in (PAID, UNDER_WAY, WAITING, FAILED, OFFLINE, DROPPED)))


async def open_plan(campaign_id: int) -> ShortfallPlan | None:
    """The proposal that awaits the other side's yes."""
    return await ShortfallPlan.get_or_none(campaign_id=campaign_id, status=PlanStatus.PROPOSED)


async def accepted_plan(campaign_id: int) -> ShortfallPlan | None:
    """How a campaign that received too little went on, when both sides agreed."""
    return await ShortfallPlan.get_or_none(campaign_id=campaign_id, status=PlanStatus.ACCEPTED)


async def refused_plan(campaign_id: int) -> ShortfallPlan | None:
    """The last proposal, when it was refused and none followed."""
    last = await ShortfallPlan.filter(campaign_id=campaign_id).order_by("-id").first()
    return last if last and last.status == PlanStatus.REFUSED else None


async def change_to(campaign_id: int, status: CampaignStatus) -> CampaignChange | None:
    """When, by whom and why a campaign came into a state, the last time."""
    return await CampaignChange.filter(campaign_id=campaign_id, after=status.value).order_by("-id").first()


async def campaign_to_settle(slug: str) -> Campaign | None:
    """The campaign of this address, for the command line."""
    return await Campaign.get_or_none(slug=slug)
