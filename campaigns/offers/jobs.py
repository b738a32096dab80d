"""When a campaign ends early or its deadline moves, the gauge of what time and things may pay follows."""

from campaigns.lifecycle.models import Campaign
from campaigns.offers.models import Offer, OfferStatus
from campaigns.offers.service import keep_needs


async def follow(*, campaign_id: int, **_payload: object) -> None:
    """Write the gauge again; a campaign that never took an offer has none."""
    if await Offer.filter(campaign_id=campaign_id, status=OfferStatus.ACCEPTED).exists():
        await keep_needs(await Campaign.get(id=campaign_id))


handlers = {"campaign_cancelled": follow, "campaign_resumed": follow}
