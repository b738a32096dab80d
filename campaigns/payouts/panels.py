"""What other pages show of spending: a link for those who run a campaign, what waits for a second person."""

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.payouts import queries
from campaigns.slots import Tool
from civic.i18n import _
from civic.initiatives.queries import is_lead
from civic.people.actor import Actor
from civic.slots import Panel
from civic.web import urls


async def campaign_tools(campaign: Campaign, actor: Actor) -> list[Tool]:
    """« Dépenser l’argent », once the campaign has succeeded."""
    may = actor.is_animator or actor.is_treasurer or await is_lead(actor.person, campaign.initiative_id)
    if campaign.status not in queries.spending_states(campaign) | {CampaignStatus.CLOSED} or not may:
        return []
    return [Tool(_("Dépenser l’argent"), urls.path("payouts.show", slug=campaign.slug), "coins", order=20)]


async def treasury_panels(_actor: Actor) -> list[Panel]:
    """Tranches to permit and expenses to verify."""
    tranches, expenses = await queries.waiting()
    if not tranches and not expenses:
        return []
    return [Panel("campaigns/payouts/waiting.html", {"tranches": tranches, "expenses": expenses}, order=30)]
