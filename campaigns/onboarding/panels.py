"""Who receives the money, on the campaign's page; the account's page for who runs it; what the treasurer must know."""

from campaigns.lifecycle.models import Campaign
from campaigns.onboarding.jobs import CONCERNED
from campaigns.payees import queries as payees
from campaigns.slots import Tool
from civic.i18n import _
from civic.initiatives.queries import is_lead
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.people.queries import roles_of
from civic.settings import settings
from civic.slots import Panel, Todo
from civic.web import urls


async def campaign_panels(campaign: Campaign) -> list[Panel]:
    """« L’argent va directement à … »: whose account it is, who never holds it, who issues receipts."""
    if not campaign.payee_id:
        return []
    context = {"campaign": campaign, "host": settings().host_name}
    return [Panel("campaigns/onboarding/_panel.html", context, order=105)]


async def campaign_tools(campaign: Campaign, actor: Actor) -> list[Tool]:
    """The account, for its leads, the team and treasurers."""
    seconds = actor.is_animator or actor.is_treasurer
    if not campaign.payee_id or not (seconds or await is_lead(actor.person, campaign.initiative_id)):
        return []
    return [Tool(_("Compte de paiement"), urls.path("onboarding.show", slug=campaign.slug), "euro", order=15)]


async def desk_todos(person: Person) -> list[Todo]:
    """Accounts that can no longer charge while a campaign is under way, for the treasurers."""
    if RoleName.TREASURER not in await roles_of(person):
        return []
    found = []
    for payee in await payees.closed():
        rows = Campaign.filter(account_ref=payee.account_ref or "none", status__in=list(CONCERNED))
        found += [
            Todo(
                _("%(who)s : le compte de paiement ne peut plus encaisser", who=payee.organisation.name),
                urls.path("onboarding.show", slug=campaign.slug), "argent",
                detail=_("« %(title)s » ne reçoit plus de don et ses prélèvements attendent.", title=campaign.title),
            )
            for campaign in await rows.order_by("id")
        ]  # fmt: skip
    return found
