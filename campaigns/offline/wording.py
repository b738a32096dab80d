"""How offline money says where it stands."""

import re

from campaigns.offline.models import LineStatus, Mode, OfflineGift, OfflineStatus
from campaigns.offline.queries import UNSEEN
from civic.i18n import _
from civic.web.formats import money

_CHANGED = re.compile(r"changed, (\d+) to (\d+) cents")


def states() -> dict[str, tuple[str, str]]:
    """State → its words and its colour."""
    return {
        OfflineStatus.CREATED: (_("À confirmer"), "warn"),
        OfflineStatus.PROMISED: (_("Promis, pas encore reçu"), "info"),
        OfflineStatus.RECEIVED: (_("Reçu, à vérifier"), "warn"),
        OfflineStatus.SENT_BACK: (_("Renvoyé, à corriger"), "warn"),
        OfflineStatus.VERIFIED: (_("Vérifié, il compte"), "ok"),
        OfflineStatus.BANKED: (_("Déposé en banque"), "ok"),
        OfflineStatus.EXPIRED: (_("Promesse oubliée"), ""),
        OfflineStatus.WITHDRAWN: (_("Retiré"), ""),
        OfflineStatus.BOUNCED: (_("Impayé"), "err"),
        OfflineStatus.RETURNED: (_("Rendu"), ""),
    }


def came_back(gift: OfflineGift) -> list[str]:
    """To its donor, what became of a gift that counts no more; nothing while it stands."""
    if gift.status == OfflineStatus.BOUNCED:
        return [_("chèque revenu impayé, rien n’est débité")]
    return [_("rendu")] if gift.status == OfflineStatus.RETURNED else []


def own_states() -> dict[str, tuple[str, str]]:
    """The same, said to who gives."""
    return states() | {
        OfflineStatus.CREATED: (_("À confirmer par vous"), "warn"),
        OfflineStatus.PROMISED: (_("Annoncé, nous l’attendons"), "info"),
        OfflineStatus.RECEIVED: (_("Arrivé, une deuxième personne vérifie"), "info"),
        OfflineStatus.SENT_BACK: (_("Arrivé, une deuxième personne vérifie"), "info"),
        OfflineStatus.VERIFIED: (_("Don reçu, merci"), "ok"),
        OfflineStatus.BANKED: (_("Don reçu, merci"), "ok"),
        OfflineStatus.EXPIRED: (_("Rien n’est arrivé : nous ne l’attendons plus"), ""),
        OfflineStatus.WITHDRAWN: (_("Annulé"), ""),
    }


def going_back() -> dict[str, tuple[str, str]]:
    """How the states of money in hand are said once its campaign did not happen."""
    return {
        OfflineStatus.RECEIVED: (_("À rendre, non vérifié"), "warn"),
        OfflineStatus.SENT_BACK: (_("À rendre, renvoyé"), "warn"),
        OfflineStatus.VERIFIED: (_("À rendre, vérifié"), "warn"),
        OfflineStatus.BANKED: (_("À rendre, en banque"), "warn"),
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


def cause_of(cause: str) -> str:
    """Why a gift changed, in words; a reason that a person wrote stands as she wrote it."""
    known = {
        "announced": _("annoncé en donnant"), "address confirmed": _("l’adresse est confirmée"),
        "taken back": _("repris par la personne qui l’avait annoncé"), "reward free": _("le merci n’est plus gardé"),
        "entered": _("saisi"), "received": _("l’argent est arrivé"), "withdrawn": _("retiré par qui gère la collecte"),
        "mine": _("cette personne dit que c’est son don"), "not mine": _("cette personne dit que ce n’est pas son don"),
        "identity told": _("l’identité du donateur est écrite"),
        "identity told by the donor": _("la personne a écrit qui elle est"),
        "cheque numbered": _("le numéro du chèque est noté"),
        "bank line set aside": _("la ligne du relevé est écartée"),
        "bank day": _("daté du jour de la banque"), "not banked": _("la remise en banque est défaite"),
        "verified": "", "not_received": _("personne ne l’a reçu à temps"),
    }  # fmt: skip
    cause = cause.removesuffix(UNSEEN)
    changed = _CHANGED.fullmatch(cause)
    if changed:
        before, after = (money(int(cents)) for cents in changed.groups())
        return _("corrigé") if before == after else _("corrigé, de %(before)s à %(after)s", before=before, after=after)
    word, _space, number = cause.rpartition(" ")
    if word == "entered from bank line":
        return _("saisi depuis un relevé bancaire")
    if word == "deposit" and number.isdecimal():
        return _("remise %(number)s", number=f"R-{int(number):04d}")
    return _("trouvé sur un relevé bancaire") if word == "bank line" else known.get(cause, cause)
