"""Monthly support on the pages of others: the initiative, the campaign's tools, one's own links."""

from typing import TYPE_CHECKING

from campaigns.recurring import letters, standing
from campaigns.recurring.models import Support, SupportStatus
from campaigns.recurring.service import RUNNING
from civic.i18n import _
from civic.initiatives.queries import is_lead
from civic.people import links
from civic.slots import Panel
from civic.web import urls
from civic.web.formats import money

if TYPE_CHECKING:
    from civic.initiatives.models import Initiative
    from civic.people.models import Person


async def initiative_panels(initiative: "Initiative", person: "Person | None") -> list[Panel]:
    """« Soutien mensuel »: the button for everybody; count and monthly sum, or the way to open one, for its leads."""
    leads = await is_lead(person, initiative.id)
    campaign = await standing.of_initiative(initiative.id, public_only=not leads)
    if campaign is None and (not leads or initiative.is_over):
        return []
    count, cents = await standing.tally(campaign.id) if campaign and leads else (0, 0)
    context = {"initiative": initiative, "campaign": campaign, "leads": leads, "count": count, "cents": cents}
    return [Panel("campaigns/recurring/_panel.html", context, order=32)]


async def secret_links(person: "Person") -> list[tuple[str, str]]:
    """The links to her running supports (A2)."""
    rows = Support.filter(person_id=person.id, status__in=list(RUNNING)).order_by("id")
    return [
        (_named(support), urls.absolute("recurring.manage", token=links.make(letters.MANAGE, support.id)))
        for support in await rows.select_related("campaign__initiative")
    ]


def _named(support: Support) -> str:
    paused = support.status == SupportStatus.PAUSED
    amount, title = money(support.amount_cents), support.campaign.initiative.title
    if paused:
        return _("Soutien mensuel de %(amount)s, %(title)s, en pause", amount=amount, title=title)
    return _("Soutien mensuel de %(amount)s, %(title)s", amount=amount, title=title)
