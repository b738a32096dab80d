"""Unwinding: every gift of a campaign that cannot go on goes back, once, however often this is begun again.

The decision was taken by two persons before (state `unwinding`, fact `campaign_unwinding`): these refunds ask nobody.
A refund that fails waits for the treasurer; the campaign is `refunded` when nothing is left.
"""

import structlog

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.lifecycle.service import keep_need
from campaigns.lifecycle.transitions import By, move
from campaigns.payments.models import Attempt
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.refunds import letters, position
from campaigns.refunds.models import Refund, RefundCause, RefundStatus
from campaigns.settlement import outcomes, rules
from campaigns.settlement.crash import crash_point
from civic import clock, database, jobs
from civic.database import retrying, transaction
from civic.i18n import _

log = structlog.get_logger("campaigns.refunds")
_LEFT = f"""SELECT p.id FROM pledge p JOIN attempt a ON a.pledge_id = p.id AND a.status = 'succeeded'
WHERE p.campaign_id = ? AND p.status = 'collected' AND p.id > ?
AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.pledge_id = p.id AND r.cause IN ('unwinding', 'late'))
ORDER BY p.id LIMIT {rules.SPREAD}"""  # noqa: S608
WAITING = (
    PledgeStatus.COLLECTED, PledgeStatus.REFUND_PENDING, PledgeStatus.DISPUTED, PledgeStatus.CONFIRMED,
    PledgeStatus.CHARGING, PledgeStatus.UNKNOWN, PledgeStatus.PROCESSING, PledgeStatus.CREATED,
)  # fmt: skip


async def begin(campaign_id: int, **_event: object) -> None:
    """The fact that a campaign is to be unwound: promises are let go, gifts spread into refunds."""
    await unwind(campaign_id)


async def unwind(campaign_id: int, after: int = 0) -> None:
    """Refund every collected gift whose id is above `after`, so many at a time; the rest is a job.

    In the caller's transaction when there is one. Raises nothing for a campaign that is not being unwound.
    """
    if not await Campaign.filter(id=campaign_id, status=CampaignStatus.UNWINDING).exists():
        return
    for promised in await Pledge.filter(campaign_id=campaign_id, status=PledgeStatus.CONFIRMED).limit(rules.SPREAD):
        await pledges.release(promised, "campaign_unwinding")
    rows = await database.fetch_all(_LEFT, [campaign_id, after])
    for row in rows:
        await give_all_back(row["id"])
    crash_point("unwinding_spread")
    if len(rows) == rules.SPREAD:
        last = rows[-1]["id"]
        key = f"campaign-{campaign_id}-{last}"
        await jobs.enqueue("unwinding_spread", key=key, campaign_id=campaign_id, after=last)
    await finish(campaign_id)


@retrying
async def give_all_back(pledge_id: int, cause: RefundCause = RefundCause.UNWINDING) -> Refund | None:
    """The whole of a gift that is still collected; what was asked for it meanwhile gives way. None: nothing is left."""
    present = clock.now()
    async with transaction():
        pledge = await outcomes.hold(pledge_id, with_campaign=True)
        asked = Refund.filter(pledge_id=pledge.id, status=RefundStatus.REQUESTED)
        late = cause == RefundCause.LATE
        note = _("Ce paiement est arrivé trop tard.") if late else _("Toute la collecte est remboursée.")
        await asked.update(status=RefundStatus.REFUSED, refusal=note, decided_at=present)
        found = await position.position_of(pledge)
        begun = await Refund.filter(pledge_id=pledge.id, cause__in=(RefundCause.UNWINDING, RefundCause.LATE)).exists()
        if found is None or pledge.status != PledgeStatus.COLLECTED or begun or not found.refundable_cents:
            return None
        refund = await Refund.create(
            pledge_id=pledge.id, attempt_id=found.attempt.id, cause=cause, requested_at=present,
            status=RefundStatus.APPROVED, amount_cents=found.refundable_cents, decided_at=present,
            tip_cents=found.tip_of(found.refundable_cents),
        )  # fmt: skip
        await position.follow(pledge, "gift_came_late" if late else "campaign_unwinding", by=By.TEAM)
        await jobs.enqueue("send_refund", key=refund.key, refund_id=refund.id)
    return refund


async def give_late_back(pledge_id: int) -> None:
    """Money that arrived when its campaign was over already (fact `gift_came_late`); its refund is the only letter."""
    await give_all_back(pledge_id, RefundCause.LATE)


async def look(campaign_id: int) -> None:
    """Something of a campaign was settled: what a dispute or a partial refund left is given back, then the end."""
    if await Campaign.filter(id=campaign_id, status=CampaignStatus.UNWINDING).exists():
        await unwind(campaign_id)


@retrying
async def finish(campaign_id: int) -> bool:
    """Unwinding → refunded, once nothing of its online gifts is left (docs/money.md)."""
    async with transaction():
        waiting = Campaign.filter(id=campaign_id, status=CampaignStatus.UNWINDING)
        if not await waiting.update(updated_at=clock.now()):
            return False
        paid = Attempt.filter(pledge__campaign_id=campaign_id, status="succeeded", pledge__status__in=WAITING)
        still = Pledge.filter(campaign_id=campaign_id, status__in=WAITING[3:])
        if await paid.exists() or await still.exists():
            return False
        campaign = await Campaign.get(id=campaign_id)
        await move(campaign, CampaignStatus.REFUNDED, by=By.GATEWAY)
        await keep_need(campaign_id)
        await letters.unwound(campaign)
    return True


async def finish_due() -> None:
    """Campaigns whose last job was lost (every ten minutes)."""
    for campaign in await Campaign.filter(status=CampaignStatus.UNWINDING).order_by("id").limit(100):
        await unwind(campaign.id)
