"""Contested charges, and debits that their bank takes back: what is held, what is given back, what is lost."""

from datetime import datetime

from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind, Entry
from campaigns.ledger.service import Amount
from campaigns.payments.answers import Contest, DisputeState, Returned
from campaigns.payments.models import Attempt
from campaigns.pledges.models import Pledge
from campaigns.refunds import letters, position
from campaigns.refunds.models import UNSENT, Dispute, Refund, RefundStatus
from campaigns.refunds.position import Share
from campaigns.settlement import outcomes
from civic import clock, jobs
from civic.database import retrying, transaction
from civic.i18n import _

ENDED = (DisputeState.WON, DisputeState.LOST)
SEPA = "sepa_debit"
MORE = "#"
"""Between a dispute's name and what tells its entries of one kind apart (`settlement.books` adds them up)."""
LINES = ("dispute", "dispute_won", "dispute_fee")
"""The kinds of entry that are lines of the balance; the others say who bears what is lost."""


@retrying
async def settle(attempt_id: int, contest: Contest) -> bool:
    """Record where a dispute stands and everything that follows, once; False when nothing is new.

    `won` and `lost` are final. Money is booked line by line as it left our balance or came back, whatever the state
    says; what an ended dispute keeps is lost, be it only a part.
    """
    async with transaction():
        attempt = await Attempt.get(id=attempt_id)
        pledge = await outcomes.hold(attempt.pledge_id, with_campaign=True)
        row = await _row(attempt, pledge, contest)
        if await _is_older(row, contest):
            return False
        before = row.status
        after = before if before in ENDED else _state(contest)
        now = (after, contest.held_cents, contest.fee_cents)
        if row.answer and now == (before, row.held_cents, row.fee_cents):
            await Dispute.filter(id=row.id).exclude(answer=contest.raw).update(answer=contest.raw)
            return False
        await _move_funds(pledge, row, contest)
        values = {
            "status": after, "held_cents": contest.held_cents, "fee_cents": contest.fee_cents, "answer": contest.raw,
            "due_at": contest.due_at, "reason": contest.reason[:60],
        }  # fmt: skip
        await Dispute.filter(id=row.id).update(**values)
        row.update_from_dict(values)
        if after == DisputeState.OPEN:
            await _drop_requests(pledge)
        if after in ENDED:
            await _close(pledge, row, len(contest.movements))
        await letters.dispute(pledge, row, before)
        await position.follow(pledge, f"dispute_{after.value}")
        key = f"dispute-{row.id}-{after.value}-{len(contest.movements)}"
        await jobs.enqueue("unwinding_looked", key=key, campaign_id=pledge.campaign_id)
    return True


def _state(contest: Contest) -> DisputeState:
    """A dispute is won once money is back on our balance."""
    awaited = contest.state == DisputeState.WON and contest.held_cents and not contest.given_cents
    return DisputeState.OPEN if awaited else contest.state


async def _row(attempt: Attempt, pledge: Pledge, contest: Contest) -> Dispute:
    """Its row, made at the first word of it; the pledge's lock stands before it."""
    known = await Dispute.get_or_none(dispute_ref=contest.ref)
    return known or await Dispute.create(
        pledge_id=pledge.id, attempt_id=attempt.id, dispute_ref=contest.ref, means=contest.means[:20],
        status=contest.state if contest.state not in ENDED else DisputeState.INQUIRY,
        due=pledge.status not in position.PAID, amount_cents=contest.amount_cents, opened_at=contest.happened_at,
    )  # fmt: skip


async def _is_older(row: Dispute, contest: Contest) -> bool:
    """Whether somebody who looked later was faster: more lines are booked than it shows, and none ever goes away."""
    name = f"{row.dispute_ref}{MORE}"
    booked = await Entry.filter(source_type="dispute", source_id__startswith=name, kind__in=LINES).count()
    return booked > sum(1 for line in contest.movements if line.cents or line.fee_cents)


async def _move_funds(pledge: Pledge, row: Dispute, contest: Contest) -> None:
    """Book each line of the balance once: what was taken, what came back, and the fees, which may come back too.

    Until November 2026 one entry under the dispute's own name held all lines of its kind: they are known.
    """
    whole = Entry.filter(source_type="dispute", source_id=row.dispute_ref)
    known = {entry.kind: entry.recorded_at for entry in await whole}
    for line in contest.movements:
        kind = "dispute" if line.cents < 0 else "dispute_won" if line.cents else "dispute_fee"
        if (kind in known and line.happened_at <= known[kind]) or not (line.cents or line.fee_cents):
            continue
        await _book(kind, pledge, row, line.happened_at, [
            Amount(AccountKind.DISPUTES_HELD, -line.cents), Amount(AccountKind.PSP_FEES, line.fee_cents),
            Amount(AccountKind.STRIPE_CLEARING, line.cents - line.fee_cents),
        ], MORE + line.ref)  # fmt: skip


async def _book(
    kind: str, pledge: Pledge, row: Dispute, at: datetime | None, amounts: list[Amount], more: str = ""
) -> None:  # fmt: skip
    """`more` tells entries of one kind apart."""
    await ledger.book(
        kind, "dispute", row.dispute_ref + more, amounts, campaign=pledge.campaign_id, occurred_at=at,
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


async def _close(pledge: Pledge, row: Dispute, turn: int) -> None:
    """It is over: what is still held is lost. A part that comes back later is taken off what was lost.

    `turn`: how many lines the balance shows by now; it names what follows.
    """
    if row.closed_at is None:
        row.closed_at = clock.now()
        await Dispute.filter(id=row.id).update(closed_at=row.closed_at)
    more = f"{MORE}{turn}" if row.borne_cents else ""
    if row.held_cents > row.borne_cents:
        await _lose(pledge, row, AccountKind.DISPUTES_HELD, row.held_cents - row.borne_cents, more=more)
    elif row.held_cents < row.borne_cents:
        await _regain(pledge, row, row.borne_cents - row.held_cents, more)


async def _lose(
    pledge: Pledge, row: Dispute, account: AccountKind, cents: int, *, fee: int = 0, more: str = ""
) -> None:  # fmt: skip
    """The campaign, then the tip, bear it; what the backer had back already is hers twice, and owed by her."""
    share = await _bear(pledge, row, cents)
    kind = "returned" if row.means == SEPA and account == AccountKind.STRIPE_CLEARING else "dispute_lost"
    borne = position.sources(share, due=row.due)
    amounts = [*borne, Amount(AccountKind.PSP_FEES, fee), Amount(account, -cents - fee)]
    await _book(kind, pledge, row, row.opened_at if kind == "returned" else None, amounts, more)
    await letters.given_back_twice(pledge, share.excess, f"dispute-{row.id}{more}")
    await _tell("refund_settled", pledge, row, share.gift, more)


async def _regain(pledge: Pledge, row: Dispute, cents: int, more: str) -> None:
    """The other way round: what the backer owed, then the tip, then the gift."""
    share = await _bear(pledge, row, -cents)
    amounts = [*position.sources(share, due=row.due), Amount(AccountKind.DISPUTES_HELD, cents)]
    await _book("dispute_regained", pledge, row, None, amounts, more)
    await _tell("refund_undone", pledge, row, -share.gift, more)


async def _bear(pledge: Pledge, row: Dispute, cents: int) -> Share:
    """So much more of it is lost (less, when negative); answers who bears the difference."""
    before = await position.borne_by(pledge)
    whole = {"gift_cents": 0, "tip_cents": 0, "excess_cents": row.borne_cents + cents}
    await Dispute.filter(id=row.id).update(**whole)
    change = await position.spread(pledge, before, due=row.due)
    await row.refresh_from_db(fields=list(whole))
    return change


async def _tell(fact: str, pledge: Pledge, row: Dispute, gift_cents: int, more: str) -> None:
    """Tell the slices above how much of the gift is gone, or back."""
    if gift_cents and not row.due:
        await jobs.enqueue(
            fact, key=f"dispute-{row.id}{more}", pledge_id=pledge.id, campaign_id=pledge.campaign_id,
            amount_cents=gift_cents,
        )  # fmt: skip


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
        await _lose(pledge, row, AccountKind.STRIPE_CLEARING, returned.amount_cents, fee=returned.fee_cents)
        await Dispute.filter(id=row.id).update(status=DisputeState.LOST, closed_at=clock.now())
        row.status = DisputeState.LOST
        await letters.dispute(pledge, row, DisputeState.INQUIRY)
        await position.follow(pledge, "debit_returned")
        await jobs.enqueue("unwinding_looked", key=f"dispute-{row.id}-lost", campaign_id=pledge.campaign_id)
    return True
