"""What the states of a promise are called, for the person who gave it."""

from campaigns.pledges.models import PledgeStatus
from civic.i18n import _


def state_words(status: PledgeStatus) -> str:
    """Where a promise stands."""
    return {
        "created": _("En attente de votre carte"), "confirmed": _("Promesse enregistrée"),
        "abandoned": _("Promesse abandonnée"), "cancelled": _("Promesse annulée"),
        "released": _("Promesse effacée, rien n’a été débité"), "charging": _("Débit en cours"),
        "unknown": _("Débit en cours de vérification"), "processing": _("Prélèvement en cours"),
        "collected": _("Don reçu, merci"), "needs_backer": _("Votre banque demande votre accord"),
        "switched_offline": _("Vous donnez par chèque ou virement"), "dropped": _("Don abandonné"),
        "refund_pending": _("Remboursement en cours"), "refunded": _("Don remboursé"),
        "disputed": _("Don contesté"), "charged_back": _("Don repris par la banque"),
    }[status.value]  # fmt: skip
