"""How a campaign says where it stands, for every page and paper that shows one."""

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from civic import clock
from civic.i18n import _, _n


def days_left(campaign: Campaign) -> int:
    """Whole days before the last one; 0 on the last day and afterwards."""
    return max(0, (campaign.last_day - clock.today()).days) if campaign.last_day else 0


def ends_text(campaign: Campaign) -> str:
    """« Encore 12 jours. », « Dernier jour. », or nothing once it is over."""
    if not campaign.is_open():
        return ""
    days = days_left(campaign)
    return _n("Encore %(n)s jour.", "Encore %(n)s jours.", days) if days else _("Dernier jour.")


def state_text(campaign: Campaign) -> str:
    """The state of a public campaign in a sentence; nothing while one can give."""
    if campaign.is_standing:
        return _standing(campaign)
    if campaign.status == CampaignStatus.LIVE:
        if campaign.till_closed_at:
            return _(
                "Le compte de paiement de la structure (%(who)s) ne peut pas encaisser pour l’instant.",
                who=campaign.beneficiary,
            )
        return "" if campaign.is_open() else _("La collecte est terminée, le résultat arrive.")
    if campaign.goal == GoalKind.FLEXIBLE and (said := _kept(campaign)):
        return said
    sentences = {
        CampaignStatus.SUBMITTED: _("En relecture."),
        CampaignStatus.CHANGES_REQUESTED: _("Des changements sont demandés."),
        CampaignStatus.APPROVED: _("Relue et acceptée, pas encore ouverte."),
        CampaignStatus.REJECTED: _("Cette collecte n’a pas été acceptée."),
        CampaignStatus.WITHDRAWN: _("Cette collecte a été retirée."),
        CampaignStatus.SUSPENDED: _("Collecte suspendue."),
        CampaignStatus.CANCELLED: _("Collecte annulée. Personne n’a été débité."),
        CampaignStatus.FAILED: _("Objectif non atteint. Personne n’a été débité."),
        CampaignStatus.COLLECTING: _("Objectif atteint. Les dons sont en cours de débit."),
        CampaignStatus.SHORTFALL: _("Il manque de l’argent, une décision est attendue."),
        CampaignStatus.FUNDED: _("Collecte réussie."),
        CampaignStatus.UNWINDING: _("Les dons sont en cours de remboursement."),
        CampaignStatus.REFUNDED: _("Les dons ont été remboursés."),
        CampaignStatus.REPORTING: _("Collecte réussie, les comptes sont en cours."),
        CampaignStatus.CLOSED: _("Collecte réussie, comptes publiés."),
    }
    return sentences.get(campaign.status, _("Cette collecte est en préparation."))


def _kept(campaign: Campaign) -> str:
    """What differs for a campaign that keeps what it raises."""
    if campaign.status == CampaignStatus.FAILED:
        return _("Collecte terminée. Elle n’a reçu aucun don.")
    missed = campaign.raised_cents < campaign.needed_cents
    if campaign.status in (CampaignStatus.FUNDED, CampaignStatus.REPORTING, CampaignStatus.CLOSED) and missed:
        return _("Collecte terminée sous son objectif. Le projet garde ce qu’il a reçu.")
    return ""


def _standing(campaign: Campaign) -> str:
    """The state of a monthly support; nothing while one can begin."""
    return {
        CampaignStatus.LIVE: "", CampaignStatus.SUBMITTED: _("En relecture."),
        CampaignStatus.CHANGES_REQUESTED: _("Des changements sont demandés."),
        CampaignStatus.APPROVED: _("Relu et accepté, pas encore ouvert."),
        CampaignStatus.SUSPENDED: _("Soutien mensuel suspendu : personne n’est débité."),
        CampaignStatus.CANCELLED: _("Soutien mensuel terminé."),
        CampaignStatus.REPORTING: _("Soutien mensuel terminé, les comptes sont en cours."),
        CampaignStatus.CLOSED: _("Soutien mensuel terminé, comptes publiés."),
    }.get(campaign.status, _("Ce soutien mensuel n’est pas ouvert."))
