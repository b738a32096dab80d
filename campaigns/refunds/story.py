"""The history of a gift in words for the treasurer: states and causes are codes in the rows."""

from campaigns.payments.models import AttemptStatus
from campaigns.pledges.models import Pledge, PledgeStatus
from civic.i18n import _


def state(code: str) -> str:
    """A state of a pledge."""
    return {
        PledgeStatus.CREATED: _("commencé"), PledgeStatus.CONFIRMED: _("promis"),
        PledgeStatus.ABANDONED: _("abandonné"), PledgeStatus.CANCELLED: _("annulé par la personne"),
        PledgeStatus.RELEASED: _("effacé, rien n’est débité"), PledgeStatus.CHARGING: _("débit demandé"),
        PledgeStatus.UNKNOWN: _("réponse de Stripe attendue"), PledgeStatus.PROCESSING: _("prélèvement en route"),
        PledgeStatus.COLLECTED: _("argent reçu"), PledgeStatus.NEEDS_BACKER: _("débit refusé"),
        PledgeStatus.SWITCHED_OFFLINE: _("chèque ou virement annoncé"),
        PledgeStatus.DROPPED: _("éteint, rien n’est venu"),
        PledgeStatus.REFUND_PENDING: _("remboursement en route"), PledgeStatus.REFUNDED: _("remboursé"),
        PledgeStatus.DISPUTED: _("contesté"), PledgeStatus.CHARGED_BACK: _("repris par la banque"),
    }.get(PledgeStatus(code), code)  # fmt: skip


def title(pledge: Pledge) -> str:
    """Where a gift stands, to begin a line with."""
    words = state(pledge.status)
    return words[:1].upper() + words[1:]


def cause(code: str) -> str:
    """Why a state changed; a cause that only the machine knows is left out."""
    name = code.partition(":")[0]
    if code.startswith(("dispute_", "refund_", "debit_", "gift_")):
        return _money_back(code)
    return {
        "method_saved": _("moyen de paiement enregistré"), "deadline": _("la collecte a réussi"),
        "charge_succeeded": _("Stripe l’a reçu"), "debit_under_way": _("la banque a quelques jours pour répondre"),
        "declined": _("la banque a dit non"), "no_answer": _("Stripe n’a pas répondu"),
        "page_left": _("page de paiement quittée"), "page_expired": _("page de paiement expirée"),
        "page_gone": _("page de paiement disparue chez Stripe"), "never_left": _("page de paiement jamais ouverte"),
        "replaced": _("une autre page de paiement la remplace"), "link": _("par le lien de son message"),
        "grace_over": _("le délai est passé"), "too_late": _("après la fin de la collecte"),
        "cheque_or_transfer": _("donnera par chèque ou virement"), "offline_verified": _("chèque ou virement vérifié"),
        "offline_reversed": _("chèque ou virement repris"), "not_received": _("chèque ou virement jamais reçu"),
        "changed_her_mind": _("la personne a changé d’avis"), "support_stopped": _("soutien mensuel arrêté"),
        "support_paused": _("soutien mensuel mis en pause"),
        "monthly": _("débit du mois"), "account_closed": _("le compte du bénéficiaire ne pouvait pas encaisser"),
        "goal_not_reached": _("objectif non atteint"), "confirmed_too_late": _("confirmé après la fin"),
        "pays_again": _("la personne paie de nouveau"), "campaign_cancelled": _("collecte annulée"),
        "campaign_unwinding": _("collecte défaite, les dons sont rendus"),
    }.get(name, "")  # fmt: skip


def _money_back(code: str) -> str:
    return {
        "dispute_open": _("la banque retient la somme"), "dispute_inquiry": _("la banque se renseigne"),
        "dispute_won": _("la contestation est gagnée"), "dispute_lost": _("la contestation est perdue"),
        "refund_approved": _("le remboursement est approuvé"), "refund_pending": _("le remboursement est parti"),
        "refund_succeeded": _("le remboursement est arrivé"), "refund_failed": _("le remboursement n’est pas arrivé"),
        "debit_returned": _("la banque a repris le prélèvement"), "gift_came_late": _("argent venu après la fin"),
    }.get(code, "")  # fmt: skip


def attempt(code: str) -> str:
    """What became of one try to charge."""
    return {
        AttemptStatus.PREPARED: _("préparé"), AttemptStatus.SENT: _("envoyé"), AttemptStatus.SUCCEEDED: _("réussi"),
        AttemptStatus.PROCESSING: _("en route"), AttemptStatus.ACTION_REQUIRED: _("la banque interroge la personne"),
        AttemptStatus.FAILED: _("échoué"), AttemptStatus.CANCELLED: _("abandonné"),
        AttemptStatus.UNKNOWN: _("sans réponse"),
    }.get(AttemptStatus(code), code)  # fmt: skip
