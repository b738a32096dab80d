"""What the page of a campaign shows of its proofs."""

from campaigns.ledger.models import Entry
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.proof.accounts import FINAL
from campaigns.proof.natures import GIVEN_BACK
from civic.slots import Panel

WAITING = frozenset({
    CampaignStatus.LIVE, CampaignStatus.SUSPENDED, CampaignStatus.COLLECTING, CampaignStatus.SHORTFALL,
})  # fmt: skip
"""Its page of proofs shows no amounts yet, only what everybody can check."""


async def campaign_panels(campaign: Campaign) -> list[Panel]:
    """« Les comptes », beside the story, once something is booked; and that something was given back or contested."""
    count = await Entry.filter(campaign_id=campaign.id).count()
    if not count:
        return []
    moved = campaign.status in FINAL and await Entry.filter(
        campaign_id=campaign.id, source_type__in=list(GIVEN_BACK)
    ).exists()
    told = campaign.status in FINAL or campaign.is_standing
    waits = not told and campaign.status in WAITING
    context = {"campaign": campaign, "count": count, "moved": moved, "waits": waits}
    return [Panel("campaigns/proof/panel.html", context, order=105)]
