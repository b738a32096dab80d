"""Every change of a campaign's state: what everybody may read, and what its leads and the team read besides."""

from campaigns.lifecycle.models import PUBLIC, Campaign, CampaignChange, Cancellation
from campaigns.lifecycle.transitions import By
from campaigns.slots import Step, campaign_history
from civic.i18n import _
from civic.initiatives.queries import leads_of


def said() -> dict[str, str]:
    """Each state as something that happened."""
    return {
        "submitted": _("Envoyée à la relecture"), "changes_requested": _("Des changements sont demandés"),
        "approved": _("Relue et acceptée"), "rejected": _("Refusée à la relecture"), "withdrawn": _("Retirée"),
        "live": _("Ouverte"), "suspended": _("Suspendue"), "cancelled": _("Annulée : toutes les promesses s’effacent"),
        "failed": _("Objectif non atteint : personne n’est débité"),
        "collecting": _("Objectif atteint : débits en cours"),
        "shortfall": _("Une partie des dons n’a pas pu être débitée"), "funded": _("Réussie"),
        "unwinding": _("Remboursements en cours"), "refunded": _("Dons remboursés"),
        "reporting": _("Comptes en préparation"), "closed": _("Comptes publiés"),
    }  # fmt: skip


async def public_steps(campaign: Campaign) -> list[Step]:
    """What happened since the opening, with the reasons that were written to be published."""
    rows = await CampaignChange.filter(campaign_id=campaign.id, after__in=list(PUBLIC)).order_by("id")
    found = [Step(row.at, _text(row, campaign), row.note if row.before in PUBLIC else "") for row in rows]
    return sorted([*found, *await _of_others(campaign)], key=lambda step: step.at)


async def _of_others(campaign: Campaign) -> list[Step]:
    return [step for fill in campaign_history for step in await fill(campaign)] if campaign.is_public else []


async def inside_steps(campaign: Campaign) -> list[Step]:
    """Everything, with who did it and for whom, demands of cancellation included."""
    rows = await CampaignChange.filter(campaign_id=campaign.id).order_by("id").select_related("actor")
    own = {person.id for person in await leads_of(campaign.initiative_id)} | {campaign.lead_id}
    found = [Step(campaign.created_at, _("Brouillon commencé"), who=campaign.lead.name)]
    found += [Step(row.at, _text(row, campaign), row.note, _who(row, own)) for row in rows]
    found += await _of_others(campaign)
    demands = Cancellation.filter(campaign_id=campaign.id)
    for demand in await demands.select_related("asked_by", "answered_by"):
        found.append(Step(demand.asked_at, _("Annulation demandée"), demand.note, demand.asked_by.name))
        if demand.answered_at and demand.answered_by:
            text = _("Annulation confirmée") if demand.agreed else _("Annulation refusée")
            found.append(Step(demand.answered_at, text, who=demand.answered_by.name))
    return sorted(found, key=lambda step: step.at)


def _text(row: CampaignChange, campaign: Campaign) -> str:
    if row.after == "cancelled" and campaign.is_standing:
        return _("Arrêté : plus rien n’est débité, ce qui est donné reste")
    if row.before == row.after:
        return _("Date de fin changée")
    if row.before == "suspended" and row.after == "live":
        return _("Rouverte")
    return said().get(row.after, row.after)


def _who(row: CampaignChange, own: set[int]) -> str:
    if row.actor is None:
        return _("automatique") if row.by in (By.SCHEDULER, By.GATEWAY) else ""
    for_lead = row.by == By.LEAD and row.actor_id not in own
    return _("%(name)s, pour les porteurs", name=row.actor.name) if for_lead else str(row.actor.name)
