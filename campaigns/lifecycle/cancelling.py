"""Ending a campaign before its deadline takes two: a lead and the team, in either order (docs/decisions/0013)."""

from datetime import timedelta

from tortoise.expressions import F

from campaigns import two_persons
from campaigns.lifecycle import service
from campaigns.lifecycle.models import Campaign, CampaignStatus, Cancellation
from campaigns.lifecycle.queries import campaign_to_show
from civic import clock, mail
from civic.database import transaction
from civic.errors import DomainError, Forbidden
from civic.i18n import _
from civic.initiatives.queries import is_lead, leads_of
from civic.people.actor import Actor, must_be_another
from civic.people.service import audit

LEAD, TEAM = "lead", "team"
SILENCE = timedelta(days=7)
"""After this long without a word from the leads, a second member of the team may agree in their place."""


async def campaign_to_cancel(slug: str, actor: Actor) -> tuple[Campaign, str]:
    """A campaign and the side on which this person stands: a lead counts as a lead. Raises NotFound or Forbidden."""
    campaign = await campaign_to_show(slug, actor)
    if await is_lead(actor.person, campaign.initiative_id):
        return campaign, LEAD
    if actor.is_animator or actor.is_treasurer:
        return campaign, TEAM
    raise Forbidden(_("Seules les personnes qui portent cette collecte et l’équipe peuvent faire cela."))


async def waiting(campaign_id: int) -> Cancellation | None:
    """The demand that waits for the other side."""
    return await Cancellation.get_or_none(campaign_id=campaign_id, answered_at__isnull=True).select_related("asked_by")


async def ask(campaign: Campaign, actor: Actor, side: str, note: str) -> None:
    """Ask the other side to agree to the end; the note becomes public if they do.

    Raises DomainError when the campaign is neither live nor suspended, or a demand waits already.
    """
    rows = Campaign.filter(id=campaign.id, status__in=[CampaignStatus.LIVE, CampaignStatus.SUSPENDED])
    async with transaction():
        if not await rows.update(version=F("version") + 1):
            raise DomainError(_("Cette collecte n’est ni ouverte ni suspendue."))
        if await waiting(campaign.id):
            raise DomainError(_("Une demande d’annulation attend déjà une réponse."))
        demand = await Cancellation.create(
            campaign=campaign, side=side, asked_by=actor.hand, note=note, asked_at=clock.now()
        )
        await audit(actor, "campaign_cancellation_asked", f"campaign:{campaign.id}", side=side)
        if side == TEAM:
            await _write_to_leads(campaign, demand)


async def _write_to_leads(campaign: Campaign, demand: Cancellation) -> None:
    for lead in await leads_of(campaign.initiative_id):
        if lead.email:
            await mail.send(
                "campaigns/cancel_asked", to=lead.email, key=f"cancel-{demand.id}-{lead.id}", locale=lead.locale,
                title=campaign.title, slug=campaign.slug, note=demand.note, person=lead.name,
            )  # fmt: skip


def may_answer(demand: Cancellation, actor: Actor, side: str) -> bool:
    """The other side may, by another hand; after seven days without a lead's word, another member of the team too."""
    if two_persons.is_hers(demand, actor):
        return False
    return side != demand.side or (side == TEAM and demand.asked_at <= clock.now() - SILENCE)


async def answer(campaign: Campaign, actor: Actor, side: str, demand_id: int, *, agreed: bool) -> None:
    """Agree, and every promise is released; or not, and the campaign goes on. Raises DomainError or Forbidden."""
    demand = await waiting(campaign.id)
    if demand is None:
        raise DomainError(_("Aucune demande d’annulation n’attend de réponse."))
    if demand.id != demand_id:
        raise DomainError(_("La demande a été remplacée. Relisez-la avant de répondre."))
    own = _("Une autre personne doit répondre : cette demande est de votre main.")
    must_be_another(actor, demand.asked_by_id, own)
    if not may_answer(demand, actor, side):
        raise Forbidden(_("C’est à l’autre partie de répondre : les porteurs ou l’équipe."))
    async with transaction():
        if not await two_persons.answer(demand, actor, own, agreed=agreed):
            raise DomainError(_("Quelqu’un vient de répondre. Rechargez la page."))
        await audit(actor, "campaign_cancellation_answered", f"campaign:{campaign.id}", agreed=agreed, side=side)
        if agreed:
            await service.cancel(campaign, actor, demand.note)


def is_own(demand: Cancellation, actor: Actor, side: str) -> bool:
    """Whether she asked: by her own hand, or as a lead for whom it was written at the counter."""
    return demand.asked_by_id == actor.hand.id or side == demand.side == LEAD


async def take_back(campaign: Campaign, actor: Actor, side: str) -> None:
    """Who asked changes her mind; harmless when somebody answered meanwhile."""
    demand = await waiting(campaign.id)
    if demand is None or not is_own(demand, actor, side):
        return
    async with transaction():
        if await Cancellation.filter(id=demand.id, answered_at__isnull=True).delete():
            await audit(actor, "campaign_cancellation_taken_back", f"campaign:{campaign.id}")
