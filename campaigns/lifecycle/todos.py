"""What the end of a campaign and the ceiling of appeals ask of people: a demand to answer, a declaration to prepare."""

from datetime import timedelta

from tortoise.expressions import Q

from campaigns.lifecycle import cancelling
from campaigns.lifecycle.legal import appeals
from campaigns.lifecycle.models import Campaign, Cancellation, GoalKind
from campaigns.lifecycle.models import CampaignStatus as S
from campaigns.lifecycle.wording import state_text
from civic import clock
from civic.i18n import _
from civic.initiatives.queries import is_lead, led_by
from civic.people.models import Person, RoleName
from civic.people.queries import roles_of
from civic.settings import settings
from civic.slots import Panel, Todo
from civic.web import urls
from civic.web.formats import money

SHOWN_AFTER = timedelta(days=60)
"""So long a campaign that is over stays in its leads' space."""

async def person_todos(person: Person) -> list[Todo]:
    """The team asks her to agree to the end of her campaign."""
    ids = [initiative.id for initiative in await led_by(person)]
    rows = Cancellation.filter(side=cancelling.TEAM, answered_at__isnull=True, campaign__initiative_id__in=ids or [0])
    return [_todo(demand.campaign) for demand in await rows.select_related("campaign")]


async def person_panels(person: Person) -> list[Panel]:
    """Where the campaigns she leads stand, when nothing is asked of her: in review, refused, over (for two months)."""
    resting = [S.SUBMITTED, S.SUSPENDED, S.FUNDED, S.REPORTING, S.UNWINDING]
    ended = [S.REJECTED, S.FAILED, S.CANCELLED, S.REFUNDED, S.CLOSED]
    recent = Q(status__in=resting) | Q(status__in=ended, updated_at__gt=clock.now() - SHOWN_AFTER)
    own = Q(lead_id=person.id) | Q(initiative_id__in=[initiative.id for initiative in await led_by(person)])
    found = await Campaign.filter(own & recent).exclude(goal=GoalKind.MONTHLY).order_by("-updated_at", "-id")
    rows = [(campaign, state_text(campaign)) for campaign in found]
    return [Panel("campaigns/lifecycle/_mine.html", {"campaigns": rows}, order=10)] if rows else []


async def desk_todos(person: Person) -> list[Todo]:
    """Leads who ask for the end of their campaign; beneficiaries near the ceiling of appeals to the public."""
    if not {RoleName.ANIMATOR, RoleName.TREASURER} & set(await roles_of(person)):
        return []
    rows = Cancellation.filter(side=cancelling.LEAD, answered_at__isnull=True).select_related("campaign")
    found = [
        _todo(demand.campaign) for demand in await rows if not await is_lead(person, demand.campaign.initiative_id)
    ]
    for appeal in await appeals():
        text = _("Déclarer l’appel à la générosité du public : %(name)s", name=appeal.beneficiary)
        detail = _(
            "%(sum)s cette année, le seuil est à %(ceiling)s. La déclaration se fait à la préfecture.",
            sum=money(appeal.cents), ceiling=money(settings().appeal_ceiling * 100),
        )  # fmt: skip
        found.append(Todo(text, urls.path("campaigns.index"), "argent", detail=detail))
    return found


def _todo(campaign: Campaign) -> Todo:
    text = _("Répondre à la demande d’annuler « %(title)s »", title=campaign.title)
    return Todo(text, urls.path("campaigns.ending", slug=campaign.slug), "argent")
