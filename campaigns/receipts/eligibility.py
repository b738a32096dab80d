"""Whether a gift may have a receipt, and if not, why, in a sentence for the donor. Pure."""

from dataclasses import dataclass
from datetime import date

from campaigns import tax
from civic.i18n import _
from civic.settings import settings


@dataclass(slots=True, frozen=True)
class Gift:
    """What decides. Amounts in cents; `received_on` is the day the money was credited, None while it was not.

    `returned`: refunded, being refunded, disputed or charged back. `reward_is_sale`: the thank-you is sold, not given.
    `own_account`: another legal entity was paid directly, whatever its name. `waits`: an all-or-nothing campaign has
    not succeeded yet; `lost`: it did not, and the gift goes back.
    """

    amount_cents: int
    beneficiary: str
    received_on: date | None
    returned: bool = False
    reward_value_cents: int = 0
    reward_is_sale: bool = False
    rewards_of_the_year_cents: int = 0
    company: bool = False
    own_account: bool = False
    waits: bool = False
    lost: bool = False


def refusal(gift: Gift) -> str:
    """Why there is no receipt; empty when there may be one.

    Only received money (art. 200 CGI: « versements »), to the body that issues (one that only collects for others may
    not), on the ground it named and not before it, with little or nothing in return.
    """
    current = settings()
    if not tax.issues_receipts():
        return _("%(site)s ne délivre pas de reçu fiscal.", site=current.site_name)
    if gift.own_account or gift.beneficiary.strip() != current.receipt_issuer:
        return _("L’argent va à une autre structure, qui délivre elle-même ses reçus : %(who)s.", who=gift.beneficiary)
    if gift.returned or gift.amount_cents <= 0:  # a tip may be all that is left of it
        return _("Ce don a été remboursé ou contesté : il n’ouvre pas droit à un reçu.")
    if gift.lost:
        return _("La collecte n’a pas abouti : ce don est à rendre, il n’ouvre pas droit à un reçu.")
    if gift.waits:
        return _("Le reçu vient quand la collecte a réussi. Si elle échoue, ce don est rendu.")
    if gift.received_on is None:
        return _("Le reçu est établi quand l’argent est arrivé.")
    if current.receipt_ground_on and gift.received_on < current.receipt_ground_on:
        return _("Ce don est arrivé avant que nous puissions délivrer des reçus.")
    if gift.reward_is_sale or not tax.reward_allows(
        gift.amount_cents, gift.reward_value_cents, of_the_year_cents=gift.rewards_of_the_year_cents,
        company=gift.company, day=gift.received_on,
    ):  # fmt: skip
        return _("Ce que vous recevez en retour vaut trop pour que la loi permette un reçu.")
    return ""
