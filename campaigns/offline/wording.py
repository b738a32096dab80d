"""How offline money says where it stands."""

from campaigns.offline.models import LineStatus, Mode, OfflineStatus
from civic.i18n import _


def states() -> dict[str, tuple[str, str]]:
    """State → its words and its colour."""
    return {
        OfflineStatus.PROMISED: (_("Promis, pas encore reçu"), "info"),
        OfflineStatus.RECEIVED: (_("Reçu, à vérifier"), "warn"),
        OfflineStatus.VERIFIED: (_("Vérifié, il compte"), "ok"),
        OfflineStatus.BANKED: (_("Déposé en banque"), "ok"),
        OfflineStatus.EXPIRED: (_("Promesse oubliée"), ""),
        OfflineStatus.WITHDRAWN: (_("Retiré"), ""),
        OfflineStatus.BOUNCED: (_("Impayé"), "err"),
        OfflineStatus.RETURNED: (_("Rendu"), ""),
    }


def modes() -> dict[str, str]:
    """How money comes, in one word."""
    return {Mode.CHEQUE: _("Chèque"), Mode.CASH: _("Espèces"), Mode.TRANSFER: _("Virement")}


def choices(*, promised: bool = True) -> list[tuple[str, str]]:
    """The choices of the stall's form; a gift that is received is no promise any more."""
    found = [(str(mode.value), text) for mode, text in modes().items() if isinstance(mode, Mode)]
    return [*found, ("promised", _("Promis, je n’ai rien reçu"))] if promised else found


def line_states() -> dict[str, tuple[str, str]]:
    """State of a bank's line → its words and its colour."""
    return {
        LineStatus.OPEN: (_("Rien trouvé"), ""),
        LineStatus.PROPOSED: (_("À confirmer"), "warn"),
        LineStatus.CONFIRMED: (_("Confirmé"), "ok"),
        LineStatus.ASIDE: (_("Écarté"), ""),
    }
