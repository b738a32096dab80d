"""Where a gift stands after its refunds and disputes: what is left of it, and the state that follows.

The state is derived from the rows, never from the order in which they were heard of (invariant 4). In the caller's
transaction, under the lock of `settlement.outcomes.hold`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tortoise.expressions import F, Q

from campaigns import slots
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign, CampaignStatus, Reward
from campaigns.lifecycle.service import keep_need
from campaigns.lifecycle.transitions import By
from campaigns.payments.answers import DisputeState
from campaigns.payments.models import Attempt
from campaigns.pledges import transitions
from campaigns.pledges.models import Pledge, PledgeChange
from campaigns.pledges.models import PledgeStatus as P
from campaigns.pledges.queries import STANDING
from campaigns.refunds.models import UNDER_WAY, UNSENT, Dispute, Refund
from civic import jobs
from civic.contributions import service as contributions
from civic.needs.models import NeedKind

PAID = (P.COLLECTED, P.REFUND_PENDING, P.REFUNDED, P.DISPUTED, P.CHARGED_BACK)
GIVEN = (P.COLLECTED, P.REFUND_PENDING, P.DISPUTED)
"""The gift still counts: its backer is a contributor and holds her reward."""


@dataclass(slots=True, frozen=True)
class Share:
    """Who bears money that has gone, in cents: the gift first, then the tip; `excess` the backer has twice and owes."""

    gift: int = 0
    tip: int = 0
    excess: int = 0

    def __sub__(self, other: "Share") -> "Share":
        return Share(self.gift - other.gift, self.tip - other.tip, self.excess - other.excess)


@dataclass(slots=True, frozen=True)
class Position:
    """A charge and what became of it; all in cents. `refundable_cents` is what may be asked for now."""

    pledge: Pledge
    attempt: Attempt
    refunds: list[Refund]
    disputes: list[Dispute]

    @property
    def out(self) -> list[Refund]:
        """Refunds whose money has left."""
        return [row for row in self.refunds if row.is_out]

    @property
    def awaited(self) -> list[Refund]:
        """Refunds asked for or under way whose money has not left yet."""
        return [row for row in self.refunds if row.status in (*UNSENT, *UNDER_WAY) and not row.is_out]

    @property
    def borne(self) -> Share:
        """How everything that has gone is borne, whatever went first."""
        return self.share_of(self.refunded_cents + sum(row.borne_cents for row in self.disputes))

    def share_of(self, gone_cents: int) -> Share:
        """How so much would be borne."""
        gift = min(gone_cents, self.pledge.amount_cents)
        tip = min(gone_cents - gift, self.attempt.amount_cents - self.pledge.amount_cents)
        return Share(gift, tip, gone_cents - gift - tip)

    @property
    def gift_left_cents(self) -> int:
        """What is left of the gift."""
        return int(self.pledge.amount_cents - self.borne.gift)

    @property
    def tip_left_cents(self) -> int:
        """What is left of the tip."""
        return int(self.attempt.amount_cents - self.pledge.amount_cents - self.borne.tip)

    @property
    def contested_cents(self) -> int:
        """What a bank contests now; an inquiry contests nothing."""
        return sum(row.amount_cents for row in self.disputes if row.status == DisputeState.OPEN)

    @property
    def refunded_cents(self) -> int:
        """What was given back, tip included."""
        return sum(row.amount_cents for row in self.out)

    @property
    def refundable_cents(self) -> int:
        """Σ refunds ≤ collected, and never a contested amount (invariant 9)."""
        awaited = sum(row.amount_cents for row in self.awaited)
        left = self.gift_left_cents + self.tip_left_cents - awaited - self.contested_cents
        return max(0, left) if not any(row.status == DisputeState.OPEN for row in self.disputes) else 0

    def tip_of(self, amount_cents: int, *, apart: Iterable[Refund] = ()) -> int:
        """How much of an amount comes out of the tip: the gift goes first. `apart`: refunds that take before it."""
        gift = self.gift_left_cents - sum(row.gift_cents for row in apart)
        return max(0, amount_cents - max(0, gift))

    @property
    def backer_waits(self) -> bool:
        """Whether she has asked for all of it herself and nothing was begun for it: no row says so yet."""
        return self.pledge.status == P.REFUND_PENDING != self.state

    @property
    def state(self) -> P:
        """The pledge's state by its refunds and disputes."""
        if any(row.status == DisputeState.OPEN for row in self.disputes):
            return P.DISPUTED
        if any(row.status in UNDER_WAY for row in self.refunds):
            return P.REFUND_PENDING
        if self.gift_left_cents + self.tip_left_cents > 0:
            return P.COLLECTED
        return P.CHARGED_BACK if any(row.status == DisputeState.LOST for row in self.disputes) else P.REFUNDED


async def position_of(pledge: Pledge) -> Position | None:
    """The position of a charged pledge; None when nothing was charged."""
    attempt = await Attempt.filter(pledge_id=pledge.id, status="succeeded").first()
    if attempt is None:
        return None
    refunds = await Refund.filter(pledge_id=pledge.id).order_by("id")
    return Position(pledge, attempt, refunds, await Dispute.filter(pledge_id=pledge.id).order_by("id"))


def sources(share: Share, *, due: bool) -> list[Amount]:
    """Where money that goes back is taken from: the fund (or what is due back), the tips, what the backer owes."""
    fund = AccountKind.REFUNDS_DUE if due else AccountKind.CAMPAIGN_FUND
    return [
        Amount(fund, share.gift), Amount(AccountKind.PLATFORM_TIPS, share.tip),
        Amount(AccountKind.BACKER_EXTERNAL, share.excess),
    ]  # fmt: skip


async def borne_by(pledge: Pledge) -> Share:
    """How what has gone of a charged pledge is borne now."""
    found = await position_of(pledge)
    assert found is not None, "what goes back was charged"
    return found.borne


async def spread(pledge: Pledge, before: Share, *, due: bool) -> Share:
    """Money has left or come back: each row bears its share anew, refunds before disputes, and the total follows.

    So the order in which they are heard of changes nothing. Answers what changed since `before`; a refund keeps what
    its backer has twice beside the tip.
    """
    found = await position_of(pledge)
    assert found is not None, "what goes back was charged"
    gone = 0
    for row in sorted(found.out, key=lambda one: (one.booked_at, one.id)):  # what was booked keeps its share
        share = found.share_of(gone + row.amount_cents) - found.share_of(gone)
        gone += row.amount_cents
        if row.tip_cents != share.tip + share.excess:
            await Refund.filter(id=row.id).update(tip_cents=share.tip + share.excess)
    for contest in found.disputes:
        share = found.share_of(gone + contest.borne_cents) - found.share_of(gone)
        gone += contest.borne_cents
        if (contest.gift_cents, contest.tip_cents, contest.excess_cents) != (share.gift, share.tip, share.excess):
            rows = Dispute.filter(id=contest.id)
            await rows.update(gift_cents=share.gift, tip_cents=share.tip, excess_cents=share.excess)
    change = found.borne - before
    await take(pledge, change.gift, due=due)
    return change


async def take(pledge: Pledge, gift_cents: int, *, due: bool) -> None:
    """Lower the campaign's total by what left its fund; a negative amount came back."""
    if gift_cents and not due:
        changed = F("collected_cents") - gift_cents
        await Campaign.filter(id=pledge.campaign_id).update(collected_cents=changed)


async def follow(
    pledge: Pledge, cause: str, *, by: By = By.GATEWAY, actor_id: int | None = None
) -> None:  # fmt: skip
    """Bring the pledge's state, its backer's place and its reward in line with refunds and disputes.

    A gift that counts again is told (`refund_undone`): what waited for it, as its receipt, may follow. What comes back
    to a campaign that failed meanwhile is given back in its turn.
    """
    position = await position_of(pledge)
    if position is not None and pledge.status in PAID:
        before, after = pledge.status, position.state
        if before != after:
            await transitions.move(pledge, after, by=by, cause=cause[:60], actor_id=actor_id)
        if before in GIVEN and after not in GIVEN:
            await _leave(pledge)
        elif before not in GIVEN and after in GIVEN:
            await _come_back(pledge)
        if after == P.COLLECTED != before:
            await _tell_again(pledge)
    for keep_up in slots.gift_moved:
        await keep_up(pledge.campaign_id)
    await keep_need(pledge.campaign_id)


async def _tell_again(pledge: Pledge) -> None:
    key = f"pledge-{pledge.id}-{await PledgeChange.filter(pledge_id=pledge.id).count()}"
    await jobs.enqueue(
        "refund_undone", key=key, pledge_id=pledge.id, campaign_id=pledge.campaign_id, amount_cents=0
    )
    if pledge.campaign.status == CampaignStatus.FAILED:
        await jobs.enqueue("gift_came_late", key=key, pledge_id=pledge.id)


async def _leave(pledge: Pledge) -> None:
    await contributions.revoke(f"pledge:{pledge.id}")
    if pledge.reward_id:
        await Reward.filter(id=pledge.reward_id, taken__gt=0).update(taken=F("taken") - 1)
    if not await _gives_otherwise(pledge):
        rows = Campaign.filter(id=pledge.campaign_id, backers_count__gt=0)
        await rows.update(backers_count=F("backers_count") - 1)


async def _come_back(pledge: Pledge) -> None:
    initiative_id = pledge.campaign.initiative_id
    await contributions.contribute(pledge.person_id, initiative_id, NeedKind.MONEY, f"pledge:{pledge.id}")
    if pledge.reward_id:
        free = Reward.filter(Q(stock__isnull=True) | Q(taken__lt=F("stock")), id=pledge.reward_id)
        if not await free.update(taken=F("taken") + 1):
            await Pledge.filter(id=pledge.id).update(reward_id=None)  # somebody else has it now
    if not await _gives_otherwise(pledge):
        await Campaign.filter(id=pledge.campaign_id).update(backers_count=F("backers_count") + 1)


async def _gives_otherwise(pledge: Pledge) -> bool:
    others = Pledge.filter(campaign_id=pledge.campaign_id, person_id=pledge.person_id)
    if await others.filter(status__in=[*STANDING, *GIVEN]).exclude(id=pledge.id).exists():
        return True
    return any([await other(pledge.campaign_id, pledge.person_id) for other in slots.gives_otherwise])
