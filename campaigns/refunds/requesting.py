"""Two persons of the team decide, one of them a treasurer: one asks for a refund, the other approves or refuses it."""

from tortoise.exceptions import IntegrityError

from campaigns import two_persons
from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.lifecycle.transitions import By, NotNow
from campaigns.payees import queries as payees
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.refunds import letters, position, queries
from campaigns.refunds.models import Refund, RefundCause, RefundMeans, RefundStatus
from campaigns.refunds.position import Position
from campaigns.settlement import outcomes
from civic import clock, jobs
from civic.database import retrying, transaction
from civic.errors import DomainError, Forbidden, Invalid, NotFound
from civic.i18n import _
from civic.people.actor import Actor, must_be_another
from civic.people.service import audit
from civic.web.formats import money


@retrying
async def request(pledge_id: int, actor: Actor, amount_cents: int, reason: str, means: RefundMeans) -> Refund:
    """Ask for a gift, or a part of it, to be given back; tip included, in cents (PRODUCT C4).

    Raises Forbidden outside the team, DomainError when nothing can be given back, Invalid above what is left.
    """
    _team(actor)
    async with transaction():
        pledge = await outcomes.hold(pledge_id, with_campaign=True)
        found = await _to_refund(pledge)
        payee_id = pledge.campaign.payee_id
        if means == RefundMeans.TRANSFER and payee_id and not await payees.is_cut_off(payee_id):
            raise Invalid(_("L’argent est chez %(who)s : il revient par la carte, pas par un virement du site.",
                            who=pledge.campaign.beneficiary), field="means")  # fmt: skip
        if not 0 < amount_cents <= found.refundable_cents:
            most = money(found.refundable_cents)
            raise Invalid(_("On peut rendre au plus %(most)s pour ce don.", most=most), field="amount")
        try:
            async with transaction():
                refund = await Refund.create(
                    pledge_id=pledge.id, attempt_id=found.attempt.id, amount_cents=amount_cents, means=means,
                    tip_cents=found.tip_of(amount_cents, apart=found.awaited), due=pledge.status not in position.PAID,
                    reason=reason, requested_by_id=actor.hand.id, requested_at=clock.now(),
                )  # fmt: skip
        except IntegrityError as error:
            raise DomainError(_("Un remboursement de ce don attend déjà. Terminez-le d’abord.")) from error
        await audit(actor, "refund_requested", f"refund:{refund.id}", amount_cents=amount_cents)
    return refund


@retrying
async def give_back(pledge_id: int) -> None:
    """A backer changed her mind within the stated delay (fact `refund_wanted`): all of it goes back, asking nobody."""
    present = clock.now()
    async with transaction():
        pledge = await outcomes.hold(pledge_id, with_campaign=True)
        if pledge.status != PledgeStatus.REFUND_PENDING:
            return
        note = _("Cette personne a demandé elle-même le retour de son don.")
        asked = Refund.filter(pledge_id=pledge.id, status=RefundStatus.REQUESTED)
        await asked.update(status=RefundStatus.REFUSED, refusal=note, decided_at=present)
        found = await position.position_of(pledge)
        if found is None or found.awaited or not found.refundable_cents:
            return
        refund = await Refund.create(
            pledge_id=pledge.id, attempt_id=found.attempt.id, cause=RefundCause.BACKER, requested_at=present,
            status=RefundStatus.APPROVED, amount_cents=found.refundable_cents, decided_at=present,
            tip_cents=found.tip_of(found.refundable_cents),
        )  # fmt: skip
        await jobs.enqueue("send_refund", key=refund.key, refund_id=refund.id)


async def _to_refund(pledge: Pledge) -> Position:
    found = await position.position_of(pledge)
    if found is None:
        raise DomainError(_("Rien n’a été payé en ligne pour ce don : il n’y a rien à rendre ici."))
    if pledge.status == PledgeStatus.DISPUTED or found.contested_cents:
        raise DomainError(_("Ce don est contesté auprès de la banque : on ne le rend pas une deuxième fois."))
    if not found.refundable_cents:
        raise DomainError(_("Tout ce don a déjà été rendu, ou va l’être."))
    return found


@retrying
async def approve(refund_id: int, actor: Actor) -> Refund:
    """Somebody who did not ask for it lets the money go (`must_decide`); sending it is a job.

    Raises Forbidden, NotNow when somebody was faster, DomainError when the gift was contested meanwhile.
    """
    async with transaction():
        refund, pledge = await _held(refund_id)
        await must_decide(refund, actor)
        own = _("Vous avez demandé ce remboursement : une autre personne doit l’approuver.")
        must_be_another(actor, refund.requested_by_id, own)
        found = await position.position_of(pledge)
        if found is None or found.contested_cents:
            raise DomainError(_("Ce don est contesté auprès de la banque : on ne le rend pas une deuxième fois."))
        said = {"status": RefundStatus.APPROVED, "tip_cents": _tip_left(found, refund)}
        if refund.status != RefundStatus.REQUESTED or not await two_persons.answer(refund, actor, own, **said):
            raise NotNow(_("Ce remboursement est déjà décidé."))
        await audit(actor, "refund_approved", f"refund:{refund.id}", amount_cents=refund.amount_cents)
        await position.follow(pledge, "refund_approved", by=By.TEAM, actor_id=actor.person.id)
        if refund.means == RefundMeans.TRANSFER:
            await _transferred(await Refund.get(id=refund.id), pledge, actor)
        else:
            await jobs.enqueue("send_refund", key=refund.key, refund_id=refund.id)
    return await Refund.get(id=refund.id)


def _tip_left(found: Position, refund: Refund) -> int:
    """What comes out of the tip as things stand now. Raises DomainError when less is left than was asked for."""
    if refund.status != RefundStatus.REQUESTED:
        return int(refund.tip_cents)
    if found.backer_waits:
        raise DomainError(_("Cette personne a repris son don elle-même : tout lui revient."))
    before = [row for row in found.awaited if row.id != refund.id]
    left = found.gift_left_cents + found.tip_left_cents - sum(row.amount_cents for row in before)
    if left < refund.amount_cents:
        raise DomainError(_("Il reste moins à rendre que ce qui est demandé : refusez cette demande."))
    return found.tip_of(refund.amount_cents, apart=before)


async def _transferred(refund: Refund, pledge: Pledge, actor: Actor) -> None:
    """She has made the transfer from the bank: it is booked at once, the gateway knows nothing of it."""
    present = clock.now()
    await Refund.filter(id=refund.id).update(status=RefundStatus.SUCCEEDED, settled_at=present)
    refund.status = RefundStatus.SUCCEEDED
    amounts = position.sources(await leave(pledge, refund), due=refund.due)
    amounts.append(Amount(AccountKind.BANK, -refund.amount_cents))
    await ledger.book(
        "refund", "transfer", refund.key, amounts, campaign=pledge.campaign_id, actor=actor.person.id,
        memo=f"pledge {pledge.id}",
    )  # fmt: skip
    await position.follow(pledge, "refund_succeeded")
    await letters.refunded(pledge, refund)
    await announce(pledge, refund)


async def leave(pledge: Pledge, refund: Refund) -> position.Share:
    """Its money leaves our balance now; answers who bears it."""
    before = await position.borne_by(pledge)
    refund.booked_at = clock.now()
    await Refund.filter(id=refund.id).update(booked_at=refund.booked_at)
    change = await position.spread(pledge, before, due=refund.due)
    await refund.refresh_from_db(fields=["tip_cents"])
    return change


async def announce(pledge: Pledge, refund: Refund) -> None:
    """Tell the slices above: `amount_cents` of the gift are gone, the tip apart."""
    if not refund.due:
        await jobs.enqueue(
            "refund_settled", key=refund.key, pledge_id=pledge.id, campaign_id=pledge.campaign_id,
            amount_cents=refund.gift_cents,
        )  # fmt: skip
    await jobs.enqueue("unwinding_looked", key=refund.key, campaign_id=pledge.campaign_id)


@retrying
async def refuse(refund_id: int, actor: Actor, reason: str) -> None:
    """Who may decide says no, with a reason; whoever asked may take her own request back.

    Raises Forbidden, NotNow when it is decided already.
    """
    async with transaction():
        refund, pledge = await _held(refund_id)
        await must_refuse(refund, actor)
        rows = Refund.filter(id=refund.id, status=RefundStatus.REQUESTED)
        if not await rows.update(status=RefundStatus.REFUSED, refusal=reason, decided_at=clock.now()):
            raise NotNow(_("Ce remboursement est déjà décidé."))
        await audit(actor, "refund_refused", f"refund:{refund.id}", reason=reason)
        found = await position.position_of(pledge)
        if found is not None and found.backer_waits:
            await give_back(pledge.id)


async def must_refuse(refund: Refund, actor: Actor) -> None:
    """Raises Forbidden for whoever neither decides nor has asked for it."""
    _team(actor)
    if refund.requested_by_id != actor.hand.id:
        await must_decide(refund, actor)


async def must_decide(refund: Refund, actor: Actor) -> None:
    """Two of the team, one of them a treasurer: a network with one treasurer can give money back too.

    Raises Forbidden.
    """
    _team(actor)
    if not (actor.is_treasurer or await queries.asked_by_treasurer(refund)):
        raise Forbidden(_("Une personne de la trésorerie doit décider : l’équipe a demandé ce remboursement."))


async def _held(refund_id: int) -> tuple[Refund, Pledge]:
    """A refund and its pledge, locked in the order of docs/locking.md."""
    found = await Refund.get_or_none(id=refund_id)
    if found is None:
        raise NotFound(_("Ce remboursement n’existe pas."))
    pledge = await outcomes.hold(found.pledge_id, with_campaign=True)
    return await Refund.get(id=refund_id), pledge


def _team(actor: Actor) -> None:
    if not (actor.is_animator or actor.is_treasurer):
        raise Forbidden(_("Cette page est réservée à l’équipe."))
