"""The ledger in words, one table for every page and file: what an entry books, what an account holds.

An accountant reads the same words in her file as the treasurer on a gift's page.
"""

from campaigns.ledger.models import AccountKind
from civic.i18n import _


def entry(kind: str) -> str:
    """What an entry books."""
    return entries()[kind]


def entries() -> dict[str, str]:
    """Every kind of entry that is booked anywhere."""
    return {
        "charge": _("Don par carte ou prélèvement"), "fee": _("Frais de paiement"),
        "offline_verified": _("Don par chèque, espèces ou virement"), "offline_banked": _("Remise en banque"),
        "match_due": _("Abondement dû"), "match_reduced": _("Abondement réduit"),
        "match_received": _("Abondement reçu"), "match_given_back": _("Abondement rendu"),
        "refund": _("Remboursement"), "excess_back": _("Rendu deux fois, récupéré"),
        "returned": _("Prélèvement repris par la banque"), "dispute": _("Somme retenue par la banque"),
        "dispute_fee": _("Frais de contestation"), "dispute_won": _("Somme revenue de la banque"),
        "dispute_lost": _("Contestation perdue"), "dispute_regained": _("Contestation perdue, somme revenue"),
        "expense": _("Dépense"), "payout": _("Virement de Stripe à la banque"),
        "account_fee": _("Frais du compte Stripe"), "reversal": _("Contre-passation"),
    }  # fmt: skip


def account(key: str) -> str:
    """What an account holds, by its key or its kind (`campaign_fund:12`, `bank`)."""
    return {
        AccountKind.BANK: _("Banque"), AccountKind.STRIPE_CLEARING: _("Stripe, en attente de virement"),
        AccountKind.CHEQUES_IN_HAND: _("Chèques à encaisser"), AccountKind.CASH_BOX: _("Caisse"),
        AccountKind.CAMPAIGN_FUND: _("Dons reçus"), AccountKind.MATCH_FUND: _("Abondements à recevoir"),
        AccountKind.PSP_FEES: _("Frais de paiement"), AccountKind.PLATFORM_TIPS: _("Aide au site"),
        AccountKind.REFUNDS_DUE: _("Sommes à rendre"), AccountKind.DISPUTES_HELD: _("Paiements contestés"),
        AccountKind.BENEFICIARY_PAYABLE: _("Dû à des tiers"), AccountKind.EXPENSE_PAID: _("Dépenses des collectes"),
        AccountKind.BACKER_EXTERNAL: _("Donateurs, rendu deux fois"),
    }[AccountKind(key.partition(":")[0])]  # fmt: skip
