"""The matcher has paid: one person enters what the bank statement says, another confirms it, then it is booked."""

from datetime import date

from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.matching import letters, service
from campaigns.matching.models import Match, MatchAgreement, MatchPayment, MatchState, PaymentState
from civic import clock
from civic.database import retrying, transaction
from civic.errors import DomainError, Forbidden, Invalid
from civic.i18n import _
from civic.people.actor import Actor, must_be_another
from civic.people.service import audit
from civic.web.formats import money


@retrying
async def enter(agreement: MatchAgreement, actor: Actor, cents: int, on: date, reference: str) -> MatchPayment:
    """Write down the matcher's transfer, in cents, as the bank statement says; nothing counts yet.

    Raises DomainError when nothing is due or it was entered already, Invalid for another amount or a day to come.
    """
    if on > clock.today():
        raise Invalid(_("Ce jour n’est pas encore venu. Écrivez la date du relevé de compte."), field="received_on")
    async with transaction():
        await service.hold_campaign(agreement.campaign_id)
        found = await MatchAgreement.get(id=agreement.id)
        if found.stage != MatchState.DUE or not found.reserved_cents:
            raise DomainError(_("Rien n’est attendu pour cet accord en ce moment."))
        if await MatchPayment.filter(agreement_id=found.id).exclude(state=PaymentState.REFUSED).exists():
            raise DomainError(_("Ce versement est déjà noté : une autre personne doit le confirmer."))
        _same_amount(cents, found)
        made = await MatchPayment.create(
            agreement_id=found.id, amount_cents=cents, received_on=on, reference=reference,
            requested_by_id=actor.hand.id, requested_at=clock.now(),
        )  # fmt: skip
        await audit(actor, "match_payment_entered", f"campaign:{found.campaign_id}", payment=made.id, cents=cents)
    return made


def _same_amount(cents: int, agreement: MatchAgreement) -> None:
    if cents != agreement.reserved_cents:
        raise Invalid(
            _("Le montant attendu est %(due)s. S’il diffère, écrivez d’abord au financeur.",
              due=money(agreement.reserved_cents)), field="amount",
        )  # fmt: skip


def check_other(payment: MatchPayment, actor: Actor) -> None:
    """Another person than the one who entered it, and a treasurer. Raises Forbidden."""
    if not actor.is_treasurer:
        raise Forbidden(_("Seule la trésorerie confirme un versement."))
    must_be_another(actor, payment.requested_by_id, _(
        "Vous avez noté ce versement : une autre personne doit le confirmer."
    ))  # fmt: skip


@retrying
async def confirm(payment: MatchPayment, actor: Actor) -> None:
    """A second person saw the transfer too: the money is booked. Harmless when repeated.

    Raises Forbidden for the same person, Invalid when a refund has changed what is due meanwhile.
    """
    check_other(payment, actor)
    async with transaction():
        agreement_id = payment.agreement_id
        known = await MatchAgreement.get(id=agreement_id)
        await service.hold_campaign(known.campaign_id)
        agreement = await MatchAgreement.get(id=agreement_id).select_related("campaign", "fund", "fund__organisation")
        if not await _answer(payment, actor, PaymentState.CONFIRMED):
            return
        _same_amount(payment.amount_cents, agreement)
        present = clock.now()
        await ledger.book(
            "match_received", "match_payment", str(payment.id),
            [Amount(AccountKind.BANK, payment.amount_cents), Amount(AccountKind.MATCH_FUND, -payment.amount_cents)],
            campaign=agreement.campaign_id, occurred_at=clock.at(payment.received_on, 12), actor=actor.hand.id,
            memo=f"agreement {agreement.id}",
        )  # fmt: skip
        await MatchAgreement.filter(id=agreement.id).update(received_at=present)
        await Match.filter(agreement_id=agreement.id, state=MatchState.DUE).update(
            state=MatchState.RECEIVED, updated_at=present
        )
        await audit(actor, "match_payment_confirmed", f"campaign:{agreement.campaign_id}", payment=payment.id)
        await letters.to_matcher("match_received", agreement, amount_cents=payment.amount_cents)


@retrying
async def refuse(payment: MatchPayment, actor: Actor) -> None:
    """The second person does not find the transfer: it may be entered again. Raises Forbidden for the same person."""
    check_other(payment, actor)
    async with transaction():
        if await _answer(payment, actor, PaymentState.REFUSED):
            await audit(actor, "match_payment_refused", f"match_payment:{payment.id}")


async def _answer(payment: MatchPayment, actor: Actor, state: PaymentState) -> int:
    open_one = MatchPayment.filter(id=payment.id, state=PaymentState.ENTERED)
    others = open_one.exclude(requested_by_id=actor.hand.id)
    return await others.update(state=state, approved_by_id=actor.hand.id, approved_at=clock.now())
