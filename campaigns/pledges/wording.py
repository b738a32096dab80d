"""How a promise says where it stands: its state, what happens to its money, what it is made of."""

from campaigns.lifecycle.models import Campaign
from campaigns.pledges.models import Pledge, PledgeStatus
from civic.i18n import _
from civic.settings import settings
from civic.web.formats import day, money

LET_GO = (PledgeStatus.ABANDONED, PledgeStatus.CANCELLED, PledgeStatus.RELEASED, PledgeStatus.DROPPED)
"""Promises that ended without a charge, for good."""


GIVEN = (
    PledgeStatus.PROCESSING, PledgeStatus.COLLECTED, PledgeStatus.REFUND_PENDING, PledgeStatus.REFUNDED,
    PledgeStatus.DISPUTED, PledgeStatus.CHARGED_BACK,
)  # fmt: skip
"""A promise that has become a gift, whatever became of it since."""


def own_page(pledge: Pledge) -> str:
    """What its page is called on the way there: « Mon don » once it is one."""
    return _("Mon don") if pledge.status in GIVEN else _("Ma promesse")


def state_of(pledge: Pledge, *, on_page: bool = False) -> str:
    """The state in a few words; `on_page`: a payment page she opened herself awaits her."""
    states = {
        PledgeStatus.CREATED: _("En attente de votre carte"), PledgeStatus.CONFIRMED: _("Promesse enregistrée"),
        PledgeStatus.ABANDONED: _("Promesse abandonnée"), PledgeStatus.CANCELLED: _("Promesse annulée"),
        PledgeStatus.RELEASED: _("Promesse effacée, rien n’a été débité"),
        PledgeStatus.CHARGING: _("Paiement à terminer") if on_page else _("Débit en cours"),
        PledgeStatus.UNKNOWN: _("Débit en cours de vérification"), PledgeStatus.PROCESSING: _("Prélèvement en cours"),
        PledgeStatus.COLLECTED: _("Don reçu, merci"),
        PledgeStatus.NEEDS_BACKER: _("Le débit n’a pas abouti, à vous d’agir"),
        PledgeStatus.SWITCHED_OFFLINE: _("Vous donnez par chèque ou virement"),
        PledgeStatus.DROPPED: _("Don abandonné"), PledgeStatus.REFUND_PENDING: _("Remboursement en cours"),
        PledgeStatus.REFUNDED: _("Don remboursé"), PledgeStatus.DISPUTED: _("Don contesté"),
        PledgeStatus.CHARGED_BACK: _("Don repris par la banque"),
    }  # fmt: skip
    return states[pledge.status]


def debit_of(pledge: Pledge) -> str:
    """What happens, or happened, to the money of a promise (with its campaign)."""
    if pledge.status in LET_GO:
        return _("Rien n’a été débité, rien ne le sera.")
    if pledge.status == PledgeStatus.REFUND_PENDING:
        return _("Fait ; le remboursement est demandé.")
    if pledge.campaign.charges_at_once and pledge.status == PledgeStatus.PROCESSING:
        return _("En route : votre banque a quelques jours pour répondre.")
    if pledge.collected_at:
        return _("Fait le %(day)s.", day=day(pledge.collected_at))
    waiting = {
        PledgeStatus.NEEDS_BACKER: _("Rien n’a été débité pour l’instant."),
        PledgeStatus.SWITCHED_OFFLINE: _("Aucun : votre chèque ou votre virement le remplace."),
        PledgeStatus.CHARGING: _("En cours : la collecte a réussi."),
        PledgeStatus.UNKNOWN: _("En cours : la collecte a réussi."),
        PledgeStatus.PROCESSING: _("En cours : la collecte a réussi."),
    }
    return waiting.get(pledge.status) or debit_planned(pledge.campaign)


def debit_planned(campaign: Campaign) -> str:
    """When a promise is charged, and on which condition; once decided, that it is on its way."""
    if campaign.charges_at_once:
        return _("Tout de suite, sur la page de paiement.")
    if campaign.decided_at or campaign.deadline is None:
        return _("En cours : la collecte a réussi.")
    minimum = money(campaign.needed_cents)
    return _("%(day)s, si la collecte atteint %(minimum)s", day=day(campaign.deadline), minimum=minimum)


def shown_of(pledge: Pledge) -> str:
    """What others see of it, for its backer."""
    if pledge.anonymous:
        return _("Rien : vous restez anonyme")
    if pledge.amount_hidden:
        return _("%(name)s, une fois la collecte finie, avec d’autres noms", name=pledge.public_name)
    return _("%(name)s (le nom seul, sans montant à côté)", name=pledge.public_name)


def amounts_of(pledge: Pledge, *, hers: bool = True) -> list[tuple[str, str]]:
    """The gift; with a tip, the tip and what is charged in all. `hers`: its backer reads it, else the team."""
    rows = [(_("Mon don") if hers else _("Le don"), money(pledge.amount_cents))]
    if pledge.tip_cents:
        rows.append((_("Aide à %(site)s, en plus", site=settings().site_name), money(pledge.tip_cents)))
        rows.append((_("En tout"), money(pledge.charge_cents)))
    return rows
