"""« Faire connaître » beside a campaign."""

from campaigns.lifecycle.models import Campaign
from civic.slots import Panel


async def campaign_panels(campaign: Campaign) -> list[Panel]:
    """A link to everything that makes it known, while one can give."""
    if not campaign.is_open():
        return []
    return [Panel("campaigns/sharing/_panel.html", {"campaign": campaign}, order=150)]
