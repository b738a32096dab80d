"""The board among the tools of whoever runs a campaign."""

from campaigns.lifecycle.models import Campaign
from campaigns.slots import Tool
from civic.i18n import _
from civic.initiatives.queries import may_edit
from civic.people.actor import Actor
from civic.web import urls


async def campaign_tools(campaign: Campaign, actor: Actor) -> list[Tool]:
    """« Tableau de bord »."""
    if not campaign.is_public or campaign.is_standing or not await may_edit(actor, campaign.initiative):
        return []
    return [Tool(_("Tableau de bord"), urls.path("board.show", slug=campaign.slug), "list", order=5)]
