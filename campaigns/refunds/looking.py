"""Asking the gateway again about money that goes back: after a webhook, every ten minutes, and every night."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from campaigns.payments import gateway
from campaigns.payments.answers import Contest, DisputeState, Intent, MoneyBack
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.payments.till import OURS, Till, till_of_pledge, tills
from campaigns.pledges.models import Pledge
from campaigns.refunds import disputes, position, sending, unwinding
from campaigns.refunds.models import Dispute, Refund, RefundCause, RefundStatus
from campaigns.refunds.queries import RECALL
from campaigns.settlement import outcomes
from campaigns.settlement.balance import DAYS
from campaigns.settlement.looking import MOST, PATIENCE, NotKnownYet, Reconciled, fits
from campaigns.settlement.models import Reconciliation
from civic import clock, jobs
from civic.database import retrying, transaction

log = structlog.get_logger("campaigns.refunds")
OPEN_DISPUTES = (DisputeState.OPEN, DisputeState.INQUIRY)


@jobs.outside
async def hear_refund(object_ref: str, kind: str = "", account: str = "", **_event: object) -> None:
    """A webhook spoke of a refund, or of a charge that was refunded: fetch it, whatever the message said.

    Raises NotKnownYet for a refund of ours, or of a charge, that this database does not show yet.
    """
    till = Till(account)
    if kind == "charge.refunded":
        for made in await gateway.list_refunds(till, charge=object_ref):
            await look_at(till, made)
        return
    await look_at(till, await gateway.read_refund(till, object_ref))


async def look_at(till: Till, made: MoneyBack) -> None:
    """Settle the refund that the gateway tells of; one made at the gateway's own site gets its row.

    A connected account's owner may write our names into objects of hers: only that till's rows are touched.
    """
    refund = await _asked_for(made) or await Refund.get_or_none(refund_ref=made.ref) or await _adopt(till, made)
    if refund is not None and await till_of_pledge(refund.pledge_id) == till:
        await sending.settle(refund.id, made)


async def _asked_for(made: MoneyBack) -> Refund | None:
    """The refund of ours that its metadata names; None when it is of another charge, or another has that name.

    Raises NotKnownYet.
    """
    key = made.metadata.get("refund", "")
    if not key:
        return None
    number = key.removeprefix("refund-")
    refund = await Refund.get_or_none(id=int(number)).select_related("attempt") if number.isdigit() else None
    if refund is None:
        raise NotKnownYet(key)
    fits = refund.attempt.intent_ref == made.intent_ref and refund.refund_ref in (None, "", made.ref)
    if not fits:
        log.error("refund under the name of another", refund=refund.key, ref=made.ref, intent=made.intent_ref)
    return refund if fits else None


@retrying
async def _adopt(till: Till, made: MoneyBack) -> Refund | None:
    """A refund that nobody asked for here: somebody made it at the gateway. None when the charge is not ours."""
    attempt = await _attempt_of(till, made.intent_ref)
    if attempt is None:
        return None
    log.warning("refund made at the gateway", ref=made.ref, pledge=attempt.pledge_id, cents=made.amount_cents)
    try:
        async with transaction():
            pledge = await outcomes.hold(attempt.pledge_id, with_campaign=True)
            found = await position.position_of(pledge)
            assert found is not None, "the attempt succeeded"
            return await Refund.create(
                pledge_id=pledge.id, attempt_id=attempt.id, cause=RefundCause.OUTSIDE, status=RefundStatus.PENDING,
                due=pledge.status not in position.PAID, amount_cents=made.amount_cents, refund_ref=made.ref,
                tip_cents=found.tip_of(made.amount_cents), requested_at=made.happened_at, sent_at=made.happened_at,
            )  # fmt: skip
    except IntegrityError:
        return await Refund.get(refund_ref=made.ref)


async def _attempt_of(till: Till, intent_ref: str) -> Attempt | None:
    """The charge behind an intent, once it is known to have succeeded; None when it is not ours, or of another till.

    Raises NotKnownYet.
    """
    attempt = await Attempt.get_or_none(intent_ref=intent_ref) if intent_ref else None
    if attempt is None:
        intent = await gateway.read_intent(till, intent_ref) if intent_ref else None
        if intent is None or not await _may_be_ours(till, intent):
            return None
        raise NotKnownYet(intent_ref)
    if await till_of_pledge(attempt.pledge_id) != till:
        return None
    if attempt.status != AttemptStatus.SUCCEEDED:
        raise NotKnownYet(intent_ref)
    return attempt


async def _may_be_ours(till: Till, intent: Intent) -> bool:
    """Whether a charge we have not heard of is one we asked for; an account's owner may give ours its names."""
    key = intent.metadata.get("attempt")
    attempt = await Attempt.get_or_none(key=key) if key else None
    if attempt is None:
        return bool(key)
    return await till_of_pledge(attempt.pledge_id) == till and await fits(attempt, intent)


@jobs.outside
async def hear_dispute(object_ref: str, account: str = "", **_event: object) -> None:
    """A webhook spoke of a dispute: fetch it anew. Raises NotKnownYet until its charge is booked here."""
    till = Till(account)
    await look_at_dispute(till, await gateway.read_dispute(till, object_ref))


async def look_at_dispute(till: Till, contest: Contest) -> None:
    """Settle a dispute; what became of the same gift's refunds is looked at first, so that no order matters."""
    attempt = await _attempt_of(till, contest.intent_ref)
    if attempt is None:
        return
    under_way = (*sending.OPEN, RefundStatus.SUCCEEDED)
    for refund in await Refund.filter(attempt_id=attempt.id, status__in=under_way, means="gateway").order_by("id"):
        await look(refund)
    await disputes.settle(attempt.id, contest)


@jobs.outside
async def hear_charge(object_ref: str, account: str = "", **_event: object) -> None:
    """A webhook spoke of a failed charge: a debit that its bank took back after its success counts, others do not."""
    till = Till(account)
    returned = await gateway.read_returned(till, object_ref)
    if returned is None:
        return
    attempt = await _attempt_of(till, returned.intent_ref)
    if attempt is not None:
        await disputes.take_back(attempt.id, returned)


@jobs.outside
async def look_again(refund_id: int) -> None:
    """A refund got no answer a minute ago."""
    refund = await Refund.get(id=refund_id)
    if refund.status in sending.OPEN:
        await look(refund)


async def look(refund: Refund) -> None:
    """Find out what became of a refund; one whose job was lost is sent. Raises GatewayTrouble."""
    if refund.status == RefundStatus.APPROVED:
        await sending.send(refund.id)
    else:
        await sending.carry_out(refund)


async def look_again_at_dispute(dispute: Dispute) -> None:
    """Where an open dispute stands now. Raises GatewayTrouble."""
    till = await till_of_pledge(dispute.pledge_id)
    await look_at_dispute(till, await gateway.read_dispute(till, dispute.dispute_ref))


async def reconcile(*, patience: timedelta = PATIENCE) -> Reconciled:
    """Settle refunds older than `patience` that are still open, and look at every open dispute."""
    done, before = Reconciled(), clock.now() - patience
    old = Q(decided_at__lte=before) | Q(decided_at__isnull=True)
    waiting = Refund.filter(old, status__in=(RefundStatus.APPROVED, *sending.OPEN), means="gateway")
    for refund in await waiting.order_by("id").limit(MOST):
        await _try(done, refund.key, look, refund)
        done.settled += (await Refund.get(id=refund.id)).status not in sending.OPEN
    for dispute in await Dispute.filter(status__in=OPEN_DISPUTES).order_by("id").limit(MOST):
        await _try(done, dispute.dispute_ref, look_again_at_dispute, dispute)
        done.settled += (await Dispute.get(id=dispute.id)).status not in OPEN_DISPUTES
    await unwinding.finish_due()
    return done


async def recall(since: timedelta = DAYS) -> Reconciled:
    """Every refund and dispute of the last 35 days, whatever was heard of them: what a lost message said is found."""
    done = Reconciled()
    await _recall(done, OURS, clock.now() - since)
    for till in (await tills())[1:]:
        await _try(done, till.account, partial(_recall, done, till), clock.now() - since)
    return done


async def _recall(done: Reconciled, till: Till, start: datetime) -> None:
    for made in await gateway.list_refunds(till, since=start):
        known = Refund.filter(refund_ref=made.ref, status=made.state.value)
        if not await known.exists():
            await _try(done, made.ref, partial(look_at, till), made)
            done.settled += await known.exists()
    for contest in await gateway.list_disputes(till, start):
        row = Dispute.filter(dispute_ref=contest.ref, status=contest.state.value)
        if not await row.exists():
            await _try(done, contest.ref, partial(look_at_dispute, till), contest)
            done.settled += await row.exists()


async def _try(done: Reconciled, name: str, verb: Callable[[Any], Awaitable[object]], subject: object) -> None:
    """One trouble, of whatever kind, must not keep the others from being looked at."""
    done.looked += 1
    try:
        await verb(subject)
    except Exception as trouble:
        done.troubles += 1
        log.error("not reconciled", subject=name, kind=type(trouble).__name__, detail=str(trouble)[:200])


@jobs.outside
async def reconcile_due(**_payload: object) -> None:
    """Every ten minutes, when money goes back at all; the result is kept for the team."""
    if await Refund.all().exists() or await Dispute.all().exists():
        await _keep(await reconcile())


@jobs.outside
async def recall_due(**_payload: object) -> None:
    """Every few hours, before the books are compared, once money has moved."""
    if await Pledge.filter(status__in=position.PAID).exists():
        await _keep(await recall(), RECALL)


async def _keep(done: Reconciled, kind: str = "refunds") -> None:
    await Reconciliation.create(
        at=clock.now(), kind=kind, looked=done.looked, settled=done.settled, troubles=done.troubles
    )
    log.info("refunds reconciled", looked=done.looked, settled=done.settled, troubles=done.troubles)
