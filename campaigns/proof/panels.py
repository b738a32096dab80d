"""What the page of a campaign shows of its proofs."""

from campaigns.ledger.models import Entry
from campaigns.lifecycle.models import Campaign
from civic.slots import Panel


async def campaign_panels(campaign: Campaign) -> list[Panel]:
    """« Les comptes », beside the story, once something is booked."""
    count = await Entry.filter(campaign_id=campaign.id).count()
    return [Panel("campaigns/proof/panel.html", {"campaign": campaign, "count": count}, order=105)] if count else []
