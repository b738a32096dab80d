"""What backers are told when their campaign has a new end, and how their promises go when it is cancelled."""

from campaigns.lifecycle.models import Campaign, GoalKind
from campaigns.pledges import service
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.queries import confirmed
from civic import jobs


async def tell_new_end(campaign_id: int) -> None:
    """A suspension is over and the deadline has moved: every backer hears it."""
    campaign = await Campaign.get(id=campaign_id)
    moment = int(campaign.deadline.timestamp()) if campaign.deadline else 0
    for pledge in await confirmed(campaign_id):
        await service.tell(pledge, "deadline_moved", f"-{moment}")


async def release_all(campaign_id: int) -> None:
    """A cancelled campaign lets every promise go that was not charged; a month goes with its support.

    Payment pages still open are looked at and ended.
    """
    for pledge in await confirmed(campaign_id):
        if pledge.campaign.goal == GoalKind.MONTHLY:
            continue
        await service.release(pledge, "campaign_cancelled")
        await service.tell(pledge, "campaign_cancelled")
    open_pages = Pledge.filter(
        campaign_id=campaign_id, status=PledgeStatus.CREATED, campaign__goal=GoalKind.FLEXIBLE
    )
    for pledge in await open_pages.order_by("id"):
        await jobs.enqueue("pledge_replaced", key=f"pledge-{pledge.id}-ended", pledge_id=pledge.id)


handlers = {
    "campaign_resumed": tell_new_end, "campaign_cancelled": release_all, "campaign_unwinding": release_all,
}  # fmt: skip
