"""Reads about campaigns, and the guards of their pages."""

from datetime import datetime

from tortoise.expressions import Q

from campaigns.lifecycle.models import PUBLIC, Campaign, CampaignChange, CampaignStatus, CostLine, GoalKind, Reward
from civic import clock
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.initiatives.queries import is_lead, may_edit
from civic.initiatives.queries import led_by as initiatives_led_by
from civic.people.actor import Actor, must_be_another
from civic.people.models import Person
from civic.web import urls

WITH = ("initiative", "initiative__commune", "initiative__organisation", "initiative__picture", "lead", "payee")
"""What a page that shows a campaign needs along with it."""
_EDITABLE = (CampaignStatus.DRAFT, CampaignStatus.CHANGES_REQUESTED)


async def campaign_to_show(slug: str, actor: Actor | None) -> Campaign:
    """A campaign everybody may see, or one in preparation for its leads and the team. Raises NotFound."""
    campaign = await Campaign.get_or_none(slug=slug).select_related(*WITH)
    if campaign is None or not (campaign.is_public or await may_edit(actor, campaign.initiative)):
        raise NotFound(_("Cette collecte n’existe pas, ou n’est pas encore publiée."))
    return campaign


async def campaign_to_run(slug: str, actor: Actor) -> Campaign:
    """A campaign this person leads. Raises NotFound or Forbidden."""
    campaign = await campaign_to_show(slug, actor)
    if not await may_edit(actor, campaign.initiative):
        raise Forbidden(_("Seules les personnes qui portent cette collecte peuvent faire cela."))
    return campaign


async def campaign_to_edit(slug: str, actor: Actor) -> Campaign:
    """A campaign this person may still change. Raises NotFound or Forbidden."""
    campaign = await campaign_to_run(slug, actor)
    if campaign.status not in _EDITABLE or campaign.goal == GoalKind.MONTHLY:
        way_out = (_("Voir la collecte"), urls.path("campaigns.show", slug=campaign.slug))
        refusal = _("Cette collecte ne se modifie plus : elle a été envoyée à la relecture.")
        raise Forbidden(refusal, way_out=way_out)
    return campaign


async def campaign_to_review(slug: str, actor: Actor) -> Campaign:
    """A campaign, for a member of the team who neither leads it nor sent it, not even by her hand for its lead.

    Raises NotFound or Forbidden.
    """
    campaign = await campaign_to_show(slug, actor)
    if not actor.is_animator:
        raise Forbidden(_("La relecture est faite par l’équipe d’animation."))
    said = _("Personne ne relit sa propre collecte : demandez à une autre personne de l’équipe.")
    must_be_another(actor, campaign.lead_id, said)
    must_be_another(actor, await _sent_by(campaign.id), said)
    if await runs(actor, campaign):
        raise Forbidden(said)
    return campaign


async def runs(actor: Actor, campaign: Campaign) -> bool:
    """Whether she, or the hand that helps her, is among the leads."""
    own = campaign.lead_id in (actor.person.id, actor.hand.id)
    return own or any([await is_lead(one, campaign.initiative_id) for one in {actor.person, actor.hand}])


async def _sent_by(campaign_id: int) -> int | None:
    """Who sent it to be read, last; the team may do that for a lead."""
    sent = CampaignChange.filter(campaign_id=campaign_id, after=CampaignStatus.SUBMITTED.value)
    row = await sent.order_by("-id").first()
    return row.actor_id if row else None


async def campaign_to_supervise(slug: str, actor: Actor) -> Campaign:
    """Any public campaign, for the team and the treasurers (docs/money.md). Raises NotFound or Forbidden."""
    campaign = await campaign_to_show(slug, actor)
    if not (actor.is_animator or actor.is_treasurer):
        raise Forbidden(_("Cette page est réservée à l’équipe d’animation."))
    return campaign


async def cost_lines(campaign_id: int) -> list[CostLine]:
    """What the money is for, required lines first."""
    return await CostLine.filter(campaign_id=campaign_id).order_by("-required", "position", "id")


async def rewards(campaign_id: int) -> list[Reward]:
    """The thank-yous, the smallest amount first."""
    return await Reward.filter(campaign_id=campaign_id).order_by("from_cents", "id")


async def last_note(campaign_id: int) -> str:
    """What the reviewer wrote last."""
    row = await CampaignChange.filter(campaign_id=campaign_id).exclude(note="").order_by("-id").first()
    return row.note if row else ""


async def live(limit: int | None = None) -> list[Campaign]:
    """Campaigns one can give to, the one that ends first on top."""
    rows = Campaign.filter(status=CampaignStatus.LIVE, deadline__gt=clock.glance()).order_by("deadline", "id")
    found = await (rows.limit(limit) if limit else rows).select_related(*WITH)
    clock.changes_at(*(campaign.deadline for campaign in found))
    return found


async def ended(before: datetime | None = None, limit: int = 12) -> list[Campaign]:
    """Public campaigns that are over or stand still, the latest first."""
    rows = Campaign.filter(status__in=list(PUBLIC)).exclude(goal=GoalKind.MONTHLY).exclude(
        status=CampaignStatus.LIVE, deadline__gt=clock.now()
    )
    if before:
        rows = rows.filter(deadline__lt=before)
    return await rows.order_by("-deadline", "-id").limit(limit).select_related(*WITH)


async def of_initiative(initiative_id: int, *, public_only: bool = True) -> list[Campaign]:
    """The campaigns of an initiative, the newest first."""
    rows = Campaign.filter(initiative_id=initiative_id).exclude(goal=GoalKind.MONTHLY)
    if public_only:
        rows = rows.filter(status__in=list(PUBLIC))
    return await rows.order_by("-id")


async def awaiting_review() -> list[Campaign]:
    """Submitted campaigns, the oldest first."""
    return await Campaign.filter(status=CampaignStatus.SUBMITTED).order_by("updated_at")


async def led_by(person: Person) -> list[Campaign]:
    """Campaigns in preparation that a person started, and those under way of every initiative she leads."""
    preparing = [*_EDITABLE, CampaignStatus.SUBMITTED, CampaignStatus.APPROVED]
    under_way = [CampaignStatus.LIVE, CampaignStatus.SUSPENDED, CampaignStatus.COLLECTING, CampaignStatus.SHORTFALL]
    own = Q(lead_id=person.id, status__in=preparing + under_way)
    shared = Q(initiative_id__in=[one.id for one in await initiatives_led_by(person)], status__in=under_way)
    return await Campaign.filter(own | shared).exclude(goal=GoalKind.MONTHLY).order_by("id")
