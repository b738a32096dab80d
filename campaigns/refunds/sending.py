"""An approved refund: a row, a call with its key, an outcome; as charging, so that a crash gives nothing back twice."""

from dataclasses import replace
from datetime import timedelta

import structlog

from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind, Entry, Posting
from campaigns.ledger.service import Amount
from campaigns.money import CURRENCY
from campaigns.payments import accounts, gateway
from campaigns.payments.answers import MoneyBack, RefundState
from campaigns.payments.gateway import Refused, Unreachable
from campaigns.payments.models import Attempt
from campaigns.payments.till import Till, till_of_pledge
from campaigns.pledges.models import Pledge
from campaigns.refunds import letters, position
from campaigns.refunds.models import Refund, RefundStatus
from campaigns.refunds.requesting import announce, leave
from campaigns.settlement import outcomes, rules
from campaigns.settlement.charging import OURS
from campaigns.settlement.crash import crash_point
from civic import clock, jobs
from civic.database import retrying, transaction

log = structlog.get_logger("campaigns.refunds")
OPEN = (RefundStatus.SENDING, RefundStatus.UNKNOWN, RefundStatus.PENDING)
_STATES = {
    RefundState.PENDING: RefundStatus.PENDING, RefundState.SUCCEEDED: RefundStatus.SUCCEEDED,
    RefundState.FAILED: RefundStatus.FAILED,
}  # fmt: skip


@jobs.outside
async def send(refund_id: int) -> None:
    """Give the money back, once, however often this runs. No answer leaves it unknown, settled by reconcile.

    Raises Busy (429) and our own mistakes (a wrong key): the job comes back later.
    """
    crash_point("refund_approved")
    refund = await _begin(refund_id)
    if refund is None:
        return
    crash_point("refund_prepared")
    await carry_out(refund)
    crash_point("refund_settled")


@retrying
async def _begin(refund_id: int) -> Refund | None:
    """TX1: the row says that the call is about to leave; None when there is nothing to send (any more)."""
    async with transaction():
        refund = await Refund.get(id=refund_id)
        pledge = await outcomes.hold(refund.pledge_id, with_campaign=True)
        refund = await Refund.get(id=refund_id)
        if refund.status in (RefundStatus.SENDING, RefundStatus.UNKNOWN):
            return refund
        if refund.status != RefundStatus.APPROVED:
            return None
        found = await position.position_of(pledge)
        assert found is not None, "a refund belongs to a charge"
        if found.contested_cents or found.gift_left_cents + found.tip_left_cents < refund.amount_cents:
            await _failed(pledge, refund, "contested" if found.contested_cents else "nothing_left")
            return None
        await Refund.filter(id=refund.id).update(status=RefundStatus.SENDING, sent_at=clock.now())
    return await Refund.get(id=refund_id)


async def carry_out(refund: Refund) -> None:
    """Make the call of a refund, or find what became of it, and settle.

    At an account that was disconnected we can give nothing back, nor look: the organisation does it (letter).
    """
    try:
        answer = await _answer(refund)
    except Unreachable as trouble:
        log.warning("no answer to a refund", refund=refund.key, code=trouble.code)
        return await _doubt(refund)
    except Refused:
        gone = await accounts.gone_now(await till_of_pledge(refund.pledge_id))
        if not gone or refund.booked_at is not None:
            raise
        return await give_up(refund.id, outcomes.ACCOUNT_CLOSED)
    if answer is not None:
        await settle(refund.id, answer)


async def _answer(refund: Refund) -> MoneyBack | None:
    if refund.refund_ref:
        return await gateway.read_refund(await till_of_pledge(refund.pledge_id), refund.refund_ref)
    till, attempt = await till_of_pledge(refund.pledge_id), await Attempt.get(id=refund.attempt_id)
    assert attempt.intent_ref, "a charge that succeeded has a name"
    fresh = refund.sent_at is not None and clock.now() - refund.sent_at < rules.KEYS_LAST
    if refund.status == RefundStatus.UNKNOWN or not fresh:
        known = await _listed(till, refund, attempt.intent_ref)
        if known is not None:
            return known
    crash_point("before_refund_call")
    try:
        answer = await gateway.refund(
            till, attempt.intent_ref, key=refund.key, amount_cents=refund.amount_cents,
            metadata={"refund": refund.key},
        )  # fmt: skip
    except Refused as refusal:
        if getattr(refusal.__cause__, "http_status", None) in OURS:
            raise
        known = await _listed(till, refund, attempt.intent_ref)
        if known is None:
            await give_up(refund.id, refusal.code or "refused")
        return known
    crash_point("after_refund_call")
    # an idempotency key replays the first answer for a day: what it says may be old by now
    return answer if refund.status == RefundStatus.SENDING else await gateway.read_refund(till, answer.ref)


async def _listed(till: Till, refund: Refund, intent_ref: str) -> MoneyBack | None:
    """Keys are forgotten after a day, metadata is not."""
    made = await gateway.list_refunds(till, payment_intent=intent_ref)
    return next((one for one in made if one.metadata.get("refund") == refund.key), None)


@retrying
async def settle(refund_id: int, answer: MoneyBack) -> bool:
    """Record what became of a refund and everything that follows, once; False when nothing is new.

    A success may still fail, weeks later; a failure is the end. Raises AmountDiffers, changing nothing.
    """
    async with transaction():
        refund = await Refund.get(id=refund_id)
        pledge = await outcomes.hold(refund.pledge_id, with_campaign=True)
        refund = await Refund.get(id=refund_id)
        if (answer.amount_cents, answer.currency) != (refund.amount_cents, CURRENCY):
            raise outcomes.AmountDiffers(f"{refund.key}: {answer.amount_cents} {answer.currency}")
        if answer.state == RefundState.FAILED:
            return await _sent_back(pledge, refund, answer)
        if refund.status not in OPEN:
            return False
        if answer.fee_cents is None:
            answer = replace(answer, state=RefundState.PENDING)  # its line on the balance is awaited
        await _record(refund, answer)
        await _book(pledge, refund, answer)
        if answer.state == RefundState.SUCCEEDED:
            await letters.refunded(pledge, refund)
            await announce(pledge, refund)
        await position.follow(pledge, f"refund_{answer.state.value}")
    return True


async def _record(refund: Refund, answer: MoneyBack) -> None:
    ended = None if answer.state == RefundState.PENDING else clock.now()
    values = {
        "status": _STATES[answer.state], "refund_ref": answer.ref, "answer": answer.raw, "settled_at": ended,
        "failure": answer.failure[:60],
    }  # fmt: skip
    await Refund.filter(id=refund.id).update(**values)
    refund.update_from_dict(values)


async def _book(pledge: Pledge, refund: Refund, answer: MoneyBack) -> None:
    """The money leaves the fund as soon as it left our balance; the charge's own fee is not given back."""
    if answer.fee_cents is None or refund.booked_at is not None:
        return
    share = await leave(pledge, refund)
    if share.excess:
        log.error("given back twice", refund=answer.ref, pledge=pledge.id, cents=share.excess)
        await letters.given_back_twice(pledge, share.excess, refund.key)
    amounts = position.sources(share, due=refund.due)
    amounts += [
        Amount(AccountKind.PSP_FEES, answer.fee_cents),
        Amount(AccountKind.STRIPE_CLEARING, -(refund.amount_cents + answer.fee_cents)),
    ]
    await ledger.book(
        "refund", "refund", answer.ref, amounts, campaign=pledge.campaign_id, occurred_at=answer.happened_at,
        actor=refund.approved_by_id, memo=f"pledge {pledge.id}",
    )  # fmt: skip


async def _sent_back(pledge: Pledge, refund: Refund, answer: MoneyBack) -> bool:
    """The backer's bank does not take it: the money is ours again, the entry is reversed (docs/money.md)."""
    if refund.status not in (*OPEN, RefundStatus.SUCCEEDED):
        return False
    was_settled, before = refund.status == RefundStatus.SUCCEEDED, await position.borne_by(pledge)
    await _record(refund, answer)
    if refund.booked_at is not None:
        await _reverse(pledge, refund, before)
    if was_settled and not refund.due:
        await jobs.enqueue(
            "refund_undone", key=refund.key, pledge_id=pledge.id, campaign_id=pledge.campaign_id,
            amount_cents=refund.gift_cents,
        )  # fmt: skip
    await _failed(pledge, refund, answer.failure)
    return True


async def _reverse(pledge: Pledge, refund: Refund, before: position.Share) -> None:
    """Its entry is undone; if other rows had been heard of since, what they bear is theirs from now on."""
    entry = await Entry.get(source_type="refund", source_id=refund.refund_ref, kind="refund")
    await ledger.reverse(entry, memo=f"pledge {pledge.id}")
    change = await position.spread(pledge, before, due=refund.due)
    booked = {one.account.kind: one.amount_cents for one in await Posting.filter(entry=entry).select_related("account")}
    rest = [
        Amount(one.account, one.cents + booked.get(one.account, 0))
        for one in position.sources(change, due=refund.due)
    ]  # fmt: skip
    if any(one.cents for one in rest):
        memo = f"pledge {pledge.id}"
        await ledger.book("excess_back", "excess", refund.key, rest, campaign=pledge.campaign_id, memo=memo)


@retrying
async def give_up(refund_id: int, code: str) -> None:
    """The gateway refused the request itself: nothing was given back, the treasurer is told why."""
    async with transaction():
        refund = await Refund.get(id=refund_id)
        pledge = await outcomes.hold(refund.pledge_id, with_campaign=True)
        refund = await Refund.get(id=refund_id)
        if refund.status in (RefundStatus.APPROVED, *OPEN):
            await _failed(pledge, refund, code)


async def _failed(pledge: Pledge, refund: Refund, code: str) -> None:
    values = {"status": RefundStatus.FAILED, "failure": code[:60], "settled_at": clock.now()}
    await Refund.filter(id=refund.id).update(**values)
    refund.update_from_dict(values)
    await position.follow(pledge, "refund_failed")
    await letters.refund_failed(pledge, refund)
    await jobs.enqueue("unwinding_looked", key=f"{refund.key}-failed", campaign_id=pledge.campaign_id)


@retrying
async def _doubt(refund: Refund) -> None:
    """No answer came: unknown until the gateway is asked again, in a minute."""
    async with transaction():
        if await Refund.filter(id=refund.id, status=RefundStatus.SENDING).update(status=RefundStatus.UNKNOWN):
            soon = clock.now() + timedelta(minutes=1)
            await jobs.enqueue("refund_unknown", key=refund.key, run_at=soon, refund_id=refund.id)
