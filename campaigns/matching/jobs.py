"""What match funding does after the fact: gifts that come, change, go or are paid back; campaigns that end."""

from campaigns.lifecycle.models import Campaign
from campaigns.matching import letters, returning, service, waiting
from campaigns.matching.gifts import OVER
from campaigns.matching.models import AgreementStatus, MatchAgreement
from campaigns.pledges.models import Pledge
from civic.jobs import Handler


async def after_gift(pledge_id: int, **_payload: object) -> None:
    """A gift was confirmed, changed, cancelled, or paid back: its campaign's matches follow."""
    pledge = await Pledge.get(id=pledge_id)
    await service.refresh(pledge.campaign_id)


async def after_payments(pledge_ids: list[int]) -> None:
    """Gifts of a campaign arrived: new where gifts are charged at once; elsewhere counted as promises already."""
    pledge = await Pledge.get(id=pledge_ids[0]).select_related("campaign")
    if pledge.campaign.charges_at_once:
        await service.refresh(pledge.campaign_id)


async def after_offline(campaign_id: int, **_payload: object) -> None:
    """Money that came by hand was verified, or a verification was undone, or a cheque came back unpaid."""
    await service.refresh(campaign_id)


async def after_end(campaign_id: int, **_payload: object) -> None:
    """A campaign was decided, funded or cancelled: what was reserved is due, or released and the matcher told."""
    await service.refresh(campaign_id)
    await service.make_due(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if campaign.status not in OVER:
        return
    agreements = MatchAgreement.filter(campaign_id=campaign_id, status=AgreementStatus.ACTIVE)
    for agreement in await agreements.order_by("id").select_related("campaign", "fund", "fund__organisation"):
        owed = await returning.owed_to(agreement.id)
        await letters.to_matcher("match_released", agreement, owed_cents=owed)


async def after_freed(fund_id: int) -> None:
    """A pot that was used up has room again: the other campaigns it serves may take it, the oldest agreement first."""
    agreements = MatchAgreement.filter(fund_id=fund_id, status=AgreementStatus.ACTIVE)
    for agreement in await agreements.filter(campaign__decided_at__isnull=True).order_by("id"):
        await service.refresh(agreement.campaign_id)


handlers: dict[str, Handler] = {
    "pledge_confirmed": after_gift,
    "pledge_changed": after_gift,
    "payments_collected": after_payments,
    "refund_settled": after_gift,
    "refund_undone": after_gift,
    "offline_verified": after_offline,
    "offline_reversed": after_offline,
    "campaign_unwinding": after_end,
    "campaign_decided": after_end,
    "campaign_cancelled": after_end,
    "campaign_funded": after_end,
    "match_budget_freed": after_freed,
    "match_proposals_swept": waiting.sweep,
}
minutes = {"match_proposals_swept": 60}
"""How often the clock asks, in minutes."""
