"""A transfer from or to a matcher: one person notes it as the bank statement says, a treasurer confirms it, or not.

`receiving` and `returning` say what may be noted and what follows; here is what both do alike.
"""

from datetime import date
from typing import TypeVar

from campaigns import two_persons
from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.matching import service
from campaigns.matching.models import MatchAgreement, PaymentState, Transfer
from civic import clock
from civic.database import retrying, transaction
from civic.errors import Forbidden, Invalid
from civic.i18n import _
from civic.people.actor import Actor
from civic.people.service import audit

Row = TypeVar("Row", bound=Transfer)


def must_have_come(on: date, field: str) -> None:
    """A day on a statement is no day to come. Raises Invalid."""
    if on > clock.today():
        raise Invalid(_("Ce jour n’est pas encore venu. Écrivez la date du relevé de compte."), field=field)


async def note(kind: type[Row], agreement: MatchAgreement, actor: Actor, cents: int, on: date, reference: str) -> Row:
    """Write it down in the caller's transaction, which holds the campaign and has asked whether it may be."""
    row = kind(
        agreement_id=agreement.id, amount_cents=cents, reference=reference, requested_by_id=actor.hand.id,
        requested_at=clock.now(), **{kind.on: on},
    )  # fmt: skip
    await row.save()
    await _audit(actor, row, agreement.campaign_id, "entered")
    return row


async def held(row: Transfer) -> MatchAgreement:
    """The agreement with campaign and matcher, its campaign locked (docs/locking.md)."""
    known = await MatchAgreement.get(id=row.agreement_id)
    await service.hold_campaign(known.campaign_id)
    return await MatchAgreement.get(id=known.id).select_related("campaign", "fund", "fund__organisation")


async def answer(row: Transfer, actor: Actor, state: PaymentState) -> bool:
    """A treasurer who did not note it says yes or no, once; False when it is answered. Raises Forbidden."""
    if not actor.is_treasurer:
        raise Forbidden(_("Seule la trésorerie confirme un virement."))
    own = _("Vous avez noté ce virement : une autre personne doit le confirmer.")
    return await two_persons.answer(row, actor, own, state=state)


async def book(row: Transfer, agreement: MatchAgreement, actor: Actor) -> None:
    """It is confirmed: the bank has so much more, or less, and the matcher owes so much less, or more."""
    await ledger.book(
        row.entry, row.name, str(row.id),
        [Amount(AccountKind.BANK, row.bank_cents), Amount(AccountKind.MATCH_FUND, -row.bank_cents)],
        campaign=agreement.campaign_id, occurred_at=clock.at(getattr(row, row.on), 12), actor=actor.hand.id,
        memo=f"agreement {agreement.id}",
    )  # fmt: skip
    await _audit(actor, row, agreement.campaign_id, "confirmed")


@retrying
async def refuse(row: Transfer, actor: Actor) -> None:
    """The second person does not find it: it may be noted again. Raises Forbidden for who noted it."""
    async with transaction():
        if await answer(row, actor, PaymentState.REFUSED):
            agreement = await MatchAgreement.get(id=row.agreement_id)
            await _audit(actor, row, agreement.campaign_id, "refused")


async def _audit(actor: Actor, row: Transfer, campaign_id: int, act: str) -> None:
    await audit(actor, f"{row.name}_{act}", f"campaign:{campaign_id}", transfer=row.id, cents=row.amount_cents)
