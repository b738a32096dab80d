"""The matcher has paid: one person enters what the bank statement says, another confirms it, then it is booked."""

from datetime import date

from campaigns.matching import letters, service, transfers
from campaigns.matching.models import Match, MatchAgreement, MatchPayment, MatchState, PaymentState
from civic import clock
from civic.database import retrying, transaction
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.people.actor import Actor
from civic.web.formats import money


@retrying
async def enter(agreement: MatchAgreement, actor: Actor, cents: int, on: date, reference: str) -> MatchPayment:
    """Write down the matcher's transfer, in cents, as the bank statement says; nothing counts yet.

    Raises DomainError when nothing is due or it was entered already, Invalid for another amount or a day to come.
    """
    transfers.must_have_come(on, "received_on")
    async with transaction():
        await service.hold_campaign(agreement.campaign_id)
        found = await MatchAgreement.get(id=agreement.id)
        if found.stage != MatchState.DUE or not found.reserved_cents:
            raise DomainError(_("Rien n’est attendu pour cet accord en ce moment."))
        if await MatchPayment.filter(agreement_id=found.id).exclude(state=PaymentState.REFUSED).exists():
            raise DomainError(_("Ce versement est déjà noté : une autre personne doit le confirmer."))
        _same_amount(cents, found)
        return await transfers.note(MatchPayment, found, actor, cents, on, reference)


def _same_amount(cents: int, agreement: MatchAgreement) -> None:
    if cents != agreement.reserved_cents:
        raise Invalid(
            _("Le montant attendu est %(due)s. S’il diffère, écrivez d’abord au financeur.",
              due=money(agreement.reserved_cents)), field="amount",
        )  # fmt: skip


@retrying
async def confirm(payment: MatchPayment, actor: Actor) -> None:
    """A second person saw the transfer too: Dr bank, Cr match fund, and the matcher is told. Harmless when repeated.

    Raises Forbidden for the same person, Invalid when a refund has changed what is due meanwhile.
    """
    async with transaction():
        agreement = await transfers.held(payment)
        if not await transfers.answer(payment, actor, PaymentState.CONFIRMED):
            return
        _same_amount(payment.amount_cents, agreement)
        await transfers.book(payment, agreement, actor)
        present = clock.now()
        await MatchAgreement.filter(id=agreement.id).update(received_at=present)
        due = Match.filter(agreement_id=agreement.id, state=MatchState.DUE)
        await due.update(state=MatchState.RECEIVED, updated_at=present)
        await letters.to_matcher("match_received", agreement, amount_cents=payment.amount_cents)
