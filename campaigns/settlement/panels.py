"""What settlement shows on a campaign's page: the corrected totals for everybody, the tools for those who run it."""

from campaigns.lifecycle.models import SETTLED, Campaign, CampaignStatus
from campaigns.settlement import queries, shortfall
from campaigns.slots import Tool
from civic.i18n import _
from civic.initiatives.queries import is_lead
from civic.people.actor import Actor
from civic.slots import Panel
from civic.web import urls

GIVEN_BACK = (CampaignStatus.UNWINDING, CampaignStatus.REFUNDED)
FOLLOWED = frozenset({CampaignStatus.COLLECTING, *SETTLED})


async def campaign_panels(campaign: Campaign) -> list[Panel]:
    """After a shortfall: promised, received, missing, why, and what was decided, with the public note."""
    if campaign.status not in SETTLED:
        return []
    if campaign.status == CampaignStatus.SHORTFALL:
        return [_panel(campaign, until=await shortfall.decide_by(campaign.id))]
    if campaign.status in GIVEN_BACK:
        change = await queries.change_to(campaign.id, CampaignStatus.UNWINDING)
        return [_panel(campaign, note=change.note if change else "")]
    plan = await queries.accepted_plan(campaign.id)
    return [_panel(campaign, plan=plan, note=plan.note)] if plan else []


def _panel(campaign: Campaign, **context: object) -> Panel:
    empty: dict[str, object] = {"plan": None, "until": None, "note": ""}
    values = {"campaign": campaign, "promised_cents": shortfall.promised(campaign), **empty, **context}
    return Panel("campaigns/settlement/panel.html", values, order=5)


async def campaign_tools(campaign: Campaign, actor: Actor) -> list[Tool]:
    """For leads, team and treasurers, from the deadline on."""
    if campaign.status not in FOLLOWED:
        return []
    if not (actor.is_animator or actor.is_treasurer or await is_lead(actor.person, campaign.initiative_id)):
        return []
    follow = Tool(_("Suivre les prélèvements"), urls.path("settlement.progress", slug=campaign.slug), "euro", order=20)
    if campaign.status != CampaignStatus.SHORTFALL:
        return [follow]
    decide = Tool(
        _("Décider de la suite"), urls.path("settlement.shortfall", slug=campaign.slug), "alert",
        due_at=await shortfall.decide_by(campaign.id), order=1,
    )  # fmt: skip
    return [decide, follow]
