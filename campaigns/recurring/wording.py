"""The states of a support and of its months, in words."""

from campaigns.pledges.models import PledgeStatus
from campaigns.recurring.models import Support, SupportStatus
from civic.i18n import _


def state_text(support: Support) -> tuple[str, str]:
    """A support's state, and the look of its label."""
    return {
        SupportStatus.ACTIVE: (_("En cours, merci"), "ok"), SupportStatus.PAUSED: (_("En pause"), "warn"),
        SupportStatus.CREATED: (_("En attente de votre carte"), "warn"),
    }.get(support.status, (_("Arrêté"), "info"))


def month_text(status: PledgeStatus) -> str:
    """What became of a month."""
    return {
        PledgeStatus.COLLECTED: _("reçu"), PledgeStatus.PROCESSING: _("en route"),
        PledgeStatus.NEEDS_BACKER: _("attend votre accord"), PledgeStatus.DROPPED: _("abandonné"),
        PledgeStatus.RELEASED: _("non débité"), PledgeStatus.SWITCHED_OFFLINE: _("attend votre chèque ou virement"),
        PledgeStatus.REFUND_PENDING: _("en cours de remboursement"), PledgeStatus.REFUNDED: _("remboursé"),
        PledgeStatus.DISPUTED: _("contesté"), PledgeStatus.CHARGED_BACK: _("repris par la banque"),
    }.get(status, _("en cours"))  # fmt: skip
