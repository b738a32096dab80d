"""Monthly support on the pages of others: the initiative, the campaign's tools, one's own links."""

from typing import TYPE_CHECKING

from campaigns.lifecycle.models import CampaignStatus
from campaigns.recurring import letters, service, standing, wording
from campaigns.recurring.models import Support, SupportStatus
from campaigns.recurring.service import RUNNING
from civic.i18n import _
from civic.initiatives.queries import is_lead, led_by
from civic.people import links
from civic.slots import Panel, Todo
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
    count, cents = await standing.tally(campaign.id) if campaign and leads else (0, None)
    context = {"initiative": initiative, "campaign": campaign, "leads": leads, "count": count, "cents": cents}
    return [Panel("campaigns/recurring/_panel.html", context, order=32)]


async def person_panels(person: "Person") -> list[Panel]:
    """« Mes soutiens mensuels » in her space: those that run, else the last ones, with the way to all."""
    found = await service.of_person(person.id)
    if not found:
        return []
    running = [one for one in found if one.status in RUNNING]
    rows = [(one, links.make(letters.MANAGE, one.id), wording.state_text(one)) for one in running or found[:3]]
    return [Panel("campaigns/recurring/_mine.html", {"supports": rows}, order=20)]


async def person_todos(person: "Person") -> list[Todo]:
    """A monthly support she leads that was accepted, or has to be written anew."""
    texts = {
        CampaignStatus.APPROVED: _("Ouvrir votre soutien mensuel"),
        CampaignStatus.CHANGES_REQUESTED: _("Changer votre soutien mensuel après sa relecture"),
    }
    found = []
    for initiative in await led_by(person):
        campaign = await standing.of_initiative(initiative.id, public_only=False)
        if campaign and campaign.status in texts:
            href = urls.path("recurring.show", slug=initiative.slug)
            found.append(Todo(texts[campaign.status], href, "argent", detail=initiative.title))
    return found


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
