"""Contested charges, and debits that their bank takes back: what is held, what is given back, what is lost."""

from dataclasses import dataclass
from datetime import datetime

from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.payments.answers import Contest, DisputeState, Returned
from campaigns.payments.models import Attempt
from campaigns.pledges.models import Pledge
from campaigns.refunds import letters, position
from campaigns.refunds.models import UNSENT, Dispute, Refund, RefundStatus
from campaigns.settlement import outcomes
from civic import clock, jobs
from civic.database import retrying, transaction
from civic.i18n import _

ENDED = (DisputeState.WON, DisputeState.LOST)
SEPA = "sepa_debit"


@dataclass(slots=True, frozen=True)
class _Share:
    """How a lost amount is borne, in cents."""

    gift: int
    tip: int
    excess: int


@retrying
async def settle(attempt_id: int, contest: Contest) -> bool:
    """Record where a dispute stands and everything that follows, once; False when nothing is new.

    `won` and `lost` are final. Money is booked as it left our balance or came back, whatever the state says.
    """
    async with transaction():
        attempt = await Attempt.get(id=attempt_id)
        pledge = await outcomes.hold(attempt.pledge_id, with_campaign=True)
        row = await _row(attempt, pledge, contest)
        before = row.status
        after = before if before in ENDED else _state(contest)
        changed = await _hold_funds(pledge, row, contest) or after != before
        if not changed and row.answer:
            return False
        values = {"status": after, "answer": contest.raw, "due_at": contest.due_at, "reason": contest.reason[:60]}
        await Dispute.filter(id=row.id).update(**values)
        row.update_from_dict(values)
        if after == DisputeState.OPEN:
            await _drop_requests(pledge)
        if after in ENDED and row.closed_at is None:
            await _close(pledge, row, after)
        await letters.dispute(pledge, row)
        await position.follow(pledge, f"dispute_{after.value}")
        await jobs.enqueue("unwinding_looked", key=f"dispute-{row.id}-{after.value}", campaign_id=pledge.campaign_id)
    return True


def _state(contest: Contest) -> DisputeState:
    """A dispute is won once its money is back on our balance."""
    awaited = contest.state == DisputeState.WON and contest.taken_cents and not contest.given_cents
    return DisputeState.OPEN if awaited else contest.state


async def _row(attempt: Attempt, pledge: Pledge, contest: Contest) -> Dispute:
    """Its row, made at the first word of it; the pledge's lock stands before it."""
    known = await Dispute.get_or_none(dispute_ref=contest.ref)
    return known or await Dispute.create(
        pledge_id=pledge.id, attempt_id=attempt.id, dispute_ref=contest.ref, means=contest.means[:20],
        status=contest.state if contest.state not in ENDED else DisputeState.INQUIRY,
        due=pledge.status not in position.PAID, amount_cents=contest.amount_cents, opened_at=contest.happened_at,
    )  # fmt: skip


async def _hold_funds(pledge: Pledge, row: Dispute, contest: Contest) -> bool:
    """Book what the gateway took (with its fee, which it keeps) and gave back; True when that is new."""
    new = False
    if contest.taken_cents and not row.held_cents:
        fee = contest.taken_fee_cents
        await _book("dispute", pledge, row, contest.happened_at, [
            Amount(AccountKind.DISPUTES_HELD, contest.taken_cents), Amount(AccountKind.PSP_FEES, fee),
            Amount(AccountKind.STRIPE_CLEARING, -(contest.taken_cents + fee)),
        ])  # fmt: skip
        row.held_cents, row.fee_cents, new = contest.taken_cents, fee, True
        await Dispute.filter(id=row.id).update(held_cents=row.held_cents, fee_cents=fee)
    if contest.given_cents and row.held_cents:
        fee = contest.given_fee_cents
        await _book("dispute_won", pledge, row, None, [
            Amount(AccountKind.STRIPE_CLEARING, contest.given_cents - fee), Amount(AccountKind.PSP_FEES, fee),
            Amount(AccountKind.DISPUTES_HELD, -contest.given_cents),
        ])  # fmt: skip
    return new


async def _book(
    kind: str, pledge: Pledge, row: Dispute, at: datetime | None, amounts: list[Amount]
) -> None:  # fmt: skip
    await ledger.book(
        kind, "dispute", row.dispute_ref, amounts, campaign=pledge.campaign_id, occurred_at=at,
        memo=f"pledge {pledge.id}",
    )  # fmt: skip


async def _drop_requests(pledge: Pledge) -> None:
    """What is contested is never refunded as well (invariant 9): refunds that have not left are called off."""
    waiting = Refund.filter(pledge_id=pledge.id, status__in=UNSENT)
    note = _("La banque conteste ce don : il n’est pas rendu une deuxième fois.")
    await waiting.filter(status=RefundStatus.REQUESTED).update(
        status=RefundStatus.REFUSED, refusal=note, decided_at=clock.now()
    )
    await waiting.filter(status=RefundStatus.APPROVED).update(
        status=RefundStatus.FAILED, failure="contested", settled_at=clock.now()
    )


async def _close(pledge: Pledge, row: Dispute, after: DisputeState) -> None:
    present = clock.now()
    await Dispute.filter(id=row.id).update(closed_at=present)
    row.closed_at = present
    if after == DisputeState.LOST and row.held_cents:
        await _lose(pledge, row, AccountKind.DISPUTES_HELD, -row.held_cents)


async def _lose(pledge: Pledge, row: Dispute, account: AccountKind, cents: int, fee: int = 0) -> None:
    """The campaign, then the tip, bear it; what the backer had back already is hers twice, and owed by her."""
    found = await position.position_of(pledge)
    assert found is not None, "a dispute belongs to a charge"
    share = _share(found, row.held_cents)
    kind = "returned" if row.means == SEPA and account == AccountKind.STRIPE_CLEARING else "dispute_lost"
    amounts = position.sources(share.gift, share.tip, due=row.due)
    amounts += [
        Amount(AccountKind.BACKER_EXTERNAL, share.excess), Amount(AccountKind.PSP_FEES, fee),
        Amount(account, cents - fee),
    ]  # fmt: skip
    await _book(kind, pledge, row, row.opened_at if kind == "returned" else None, amounts)
    values = {"gift_cents": share.gift, "tip_cents": share.tip, "excess_cents": share.excess}
    await Dispute.filter(id=row.id).update(**values)
    row.update_from_dict(values)
    await position.take(pledge, share.gift, due=row.due)
    if share.gift and not row.due:
        await jobs.enqueue(
            "refund_settled", key=f"dispute-{row.id}", pledge_id=pledge.id, campaign_id=pledge.campaign_id,
            amount_cents=share.gift,
        )  # fmt: skip


def _share(found: position.Position, cents: int) -> _Share:
    """The gift first, then the tip, as refunds do; a part refunded before is never taken a second time."""
    gift = min(cents, found.gift_left_cents)
    tip = min(cents - gift, found.tip_left_cents)
    return _Share(gift, tip, cents - gift - tip)


@retrying
async def take_back(attempt_id: int, returned: Returned) -> bool:
    """A direct debit came back after its success: a dispute that is lost at once; False when it is known."""
    async with transaction():
        attempt = await Attempt.get(id=attempt_id)
        pledge = await outcomes.hold(attempt.pledge_id, with_campaign=True)
        if await Dispute.filter(dispute_ref=returned.charge_ref).exists():
            return False
        row = await Dispute.create(
            pledge_id=pledge.id, attempt_id=attempt.id, dispute_ref=returned.charge_ref, means=SEPA,
            status=DisputeState.INQUIRY, due=pledge.status not in position.PAID, amount_cents=returned.amount_cents,
            held_cents=returned.amount_cents, fee_cents=returned.fee_cents, reason=returned.reason[:60],
            opened_at=returned.happened_at, answer=returned.raw,
        )  # fmt: skip
        await _lose(pledge, row, AccountKind.STRIPE_CLEARING, -returned.amount_cents, returned.fee_cents)
        await Dispute.filter(id=row.id).update(status=DisputeState.LOST, closed_at=clock.now())
        row.status = DisputeState.LOST
        await letters.dispute(pledge, row)
        await position.follow(pledge, "debit_returned")
        await jobs.enqueue("unwinding_looked", key=f"dispute-{row.id}-lost", campaign_id=pledge.campaign_id)
    return True


async def absorb(pledge: Pledge, refund: Refund) -> None:
    """A refund came back after its charge was lost to the bank: what the backer had twice, she has once now."""
    for row in await Dispute.filter(pledge_id=pledge.id, excess_cents__gt=0).order_by("id"):
        found = await position.position_of(pledge)
        assert found is not None, "a dispute belongs to a charge"
        share = _share(found, min(row.excess_cents, found.gift_left_cents + found.tip_left_cents))
        moved = share.gift + share.tip
        if not moved:
            continue
        amounts = position.sources(share.gift, share.tip, due=row.due)
        amounts.append(Amount(AccountKind.BACKER_EXTERNAL, -moved))
        source = f"{refund.key}-{row.id}"
        await ledger.book("excess_back", "excess", source, amounts, campaign=pledge.campaign_id)
        await Dispute.filter(id=row.id).update(
            gift_cents=row.gift_cents + share.gift, tip_cents=row.tip_cents + share.tip,
            excess_cents=row.excess_cents - moved,
        )  # fmt: skip
        await position.take(pledge, share.gift, due=row.due)
