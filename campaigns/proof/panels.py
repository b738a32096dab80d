"""What the page of a campaign shows of its proofs."""

from campaigns.ledger import telling
from campaigns.ledger.models import Entry
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.proof.accounts import FINAL
from civic.slots import Panel

WAITING = frozenset({
    CampaignStatus.LIVE, CampaignStatus.SUSPENDED, CampaignStatus.COLLECTING, CampaignStatus.SHORTFALL,
})  # fmt: skip
"""Its page of proofs shows no amounts yet, only what everybody can check."""


async def campaign_panels(campaign: Campaign) -> list[Panel]:
    """« Les comptes », beside the story, once something is booked; and that a gift has left since the settlement."""
    count = await Entry.filter(campaign_id=campaign.id).count()
    if not count:
        return []
    moved = campaign.status in FINAL and await telling.moved_since(campaign.id)
    told = campaign.status in FINAL or campaign.is_standing
    waits = not told and campaign.status in WAITING
    context = {"campaign": campaign, "count": count, "moved": moved, "waits": waits}
    return [Panel("campaigns/proof/panel.html", context, order=105)]
