"""Asking the gateway again: after a webhook, on a return page, and every ten minutes for whatever is still open.

Nothing is believed from a message: the object is fetched anew, its attempt found by the metadata we wrote.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from tortoise.expressions import Q

from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import CampaignStatus, GoalKind
from campaigns.payments import attempts, gateway
from campaigns.payments.answers import CheckoutStatus, Intent, IntentStatus
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.payments.till import Till, till_of, till_of_campaign, till_of_pledge
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.settlement import charging, outcomes, pages
from campaigns.settlement.models import Reconciliation
from civic import clock, jobs
from civic.database import transaction

log = structlog.get_logger("campaigns.settlement")
PATIENCE = timedelta(minutes=2)
KEPT = timedelta(days=35)
MOST = 500
PAID = (IntentStatus.SUCCEEDED, IntentStatus.PROCESSING)


class NotKnownYet(Exception):
    """The gateway speaks of an attempt this database does not show yet: asked again later."""


@dataclass(slots=True)
class Reconciled:
    """What one round did: attempts looked at, settled by it, and those that could not be looked at."""

    looked: int = 0
    settled: int = 0
    troubles: int = 0


async def look(attempt: Attempt) -> None:
    """Find out what became of an attempt and settle it; calls again, with the same key, one that never arrived.

    Raises GatewayTrouble when the gateway does not answer.
    """
    if attempt.session_ref:
        await look_at_page(attempt)
    else:
        await charging.carry_out(attempt)


async def look_at_page(attempt: Attempt, *, end: bool = False) -> None:
    """Settle a recovery by what its hosted page says; `end` closes a page that is still open."""
    ref, till = await pages.ref_of(attempt), await till_of_pledge(attempt.pledge_id)
    if not ref:
        return await outcomes.page_left(attempt)
    try:
        asked = gateway.expire_checkout(till, ref, key=f"{ref}-expire") if end else gateway.read_checkout(till, ref)
        page = await asked
    except gateway.Missing:
        log.error("hosted page is gone", attempt=attempt.key, session=ref)
        await note_gone(attempt.pledge_id, ref)
        return await outcomes.page_left(attempt)
    intent = await gateway.read_intent(till, page.intent_ref) if page.intent_ref else None
    if intent is not None and (intent.status in PAID or page.status == CheckoutStatus.COMPLETE):
        await outcomes.settle(attempt, intent)
    elif page.status == CheckoutStatus.EXPIRED:
        await outcomes.page_left(attempt)


async def note_gone(pledge_id: int, session_ref: str) -> None:
    """The gateway forgot a hosted page: nothing can come of it; the team sees it on its desk."""
    await Reconciliation.create(
        at=clock.now(), kind="gone", looked=1, settled=0, troubles=1, details=[[session_ref, pledge_id]]
    )


async def look_at_intent(till: Till, intent: Intent) -> None:
    """Settle the attempt an intent belongs to; an intent that is not ours, or of another till, is nobody's business.

    Raises NotKnownYet when the attempt is not visible yet.
    """
    key = intent.metadata.get("attempt")
    if not key:
        return
    attempt = await Attempt.get_or_none(key=key)
    if attempt is None:
        raise NotKnownYet(key)
    if await till_of_pledge(attempt.pledge_id) != till:
        log.error("intent of another account", attempt=attempt.key, intent=intent.ref, account=till.account)
        return
    if attempt.status not in attempts.OPEN and not outcomes.ended_unseen(attempt):
        return
    if not attempt.session_ref and not await fits(attempt, intent):
        log.error("intent does not fit its attempt", attempt=attempt.key, intent=intent.ref, account=till.account)
        return
    if outcomes.ended_unseen(attempt) and not (intent.status in PAID and await outcomes.take_up_again(attempt)):
        return
    if attempt.session_ref:
        await look_at_page(attempt)
    elif intent.status != IntentStatus.FAILED or intent.error_code:  # else it is being tried this very moment
        await charging.conclude(attempt, intent)


async def fits(attempt: Attempt, intent: Intent) -> bool:
    """Whether it is the charge we asked for, and not another under its name: whose, how much, and which it is."""
    pledge = await Pledge.get(id=attempt.pledge_id)
    asked = (pledge.customer_ref, attempt.amount_cents, attempt.intent_ref or intent.ref)
    return asked == (intent.customer_ref, intent.amount_cents, intent.ref)


@jobs.outside
async def hear_intent(object_ref: str, account: str = "", **_event: object) -> None:
    """A webhook spoke of a payment intent: fetch it, whatever the message said."""
    till = Till(account)
    await look_at_intent(till, await gateway.read_intent(till, object_ref))


@jobs.outside
async def account_is_back(payee_id: int, **_fact: object) -> None:
    """A beneficiary's account can be asked again (fact `till_opened`): what was paid there unseen is found and booked.

    Its promise has ended meanwhile, so the money is due back. Raises GatewayTrouble.
    """
    ended = Attempt.filter(status=AttemptStatus.CANCELLED, error_code=outcomes.ACCOUNT_CLOSED)
    rows = ended.filter(pledge__campaign__payee_id=payee_id).order_by("id")
    for attempt in await rows.select_related("pledge", "pledge__campaign"):
        if intent := await charging.listed(attempt, attempt.pledge):
            await look_at_intent(till_of(attempt.pledge.campaign), intent)


@jobs.outside
async def hear_page(session_ref: str, account: str = "") -> None:
    """A hosted payment page changed."""
    till = Till(account)
    attempt = await Attempt.filter(session_ref=session_ref).order_by("-id").first()
    if attempt is None:
        page = await gateway.read_checkout(till, session_ref)
        attempt = await Attempt.get_or_none(key=page.metadata.get("attempt", ""))
    if attempt is None or await till_of_pledge(attempt.pledge_id) != till:
        return
    if attempt.status in attempts.OPEN:
        await look_at_page(attempt)


@jobs.outside
async def look_again(attempt_id: int) -> None:
    """A charge got no answer a minute ago."""
    attempt = await Attempt.get(id=attempt_id)
    if attempt.status in attempts.OPEN:
        await look(attempt)


@jobs.outside
async def fetch_fee(intent_ref: str, campaign_id: int) -> None:
    """Book a fee the gateway did not tell at once. Raises NotKnownYet until it does: the job comes back."""
    intent = await gateway.read_intent(await till_of_campaign(campaign_id), intent_ref)
    if intent.fee_cents is None:
        raise NotKnownYet(intent_ref)
    if not intent.fee_cents:
        return
    amounts = [
        Amount(AccountKind.PSP_FEES, intent.fee_cents), Amount(AccountKind.STRIPE_CLEARING, -intent.fee_cents)
    ]  # fmt: skip
    async with transaction():
        source = intent.charge_ref or intent.ref
        await ledger.book(
            "fee", "charge", source, amounts, campaign=campaign_id, occurred_at=intent.happened_at
        )


async def reconcile(*, patience: timedelta = PATIENCE) -> Reconciled:
    """Settle what is older than `patience` and still open: attempts without an end, pledges without an attempt."""
    done = Reconciled()
    before = clock.now() - patience
    for attempt in await attempts.open_attempts(before, MOST):
        await attempts.looked(attempt)
        await _try(done, attempt.key, look, attempt)
        fresh = await Attempt.get(id=attempt.id)
        done.settled += fresh.status not in attempts.OPEN
    for pledge_id in await _left_behind(before):
        await _try(done, f"pledge {pledge_id}", charging.charge, pledge_id)
    return done


async def _try(done: Reconciled, name: str, verb: Callable[..., Awaitable[object]], subject: object) -> None:
    """One trouble, of whatever kind, must not keep the others from being looked at."""
    done.looked += 1
    try:
        await verb(subject)
    except Exception as trouble:
        done.troubles += 1
        log.error("not reconciled", subject=name, kind=type(trouble).__name__, detail=str(trouble)[:200])


async def _left_behind(before: object) -> list[int]:
    """Pledges of a decided campaign, or of a monthly support, whose charge never began: their job was lost."""
    decided = Q(campaign__status=CampaignStatus.COLLECTING, campaign__decided_at__lte=before)
    monthly = Q(campaign__goal=GoalKind.MONTHLY, campaign__status=CampaignStatus.LIVE, confirmed_at__lte=before)
    rows = Pledge.filter(decided | monthly, status=PledgeStatus.CONFIRMED)
    return [pledge.id for pledge in await rows.order_by("updated_at", "id").limit(MOST).only("id")]


@jobs.outside
async def reconcile_due(**_payload: object) -> None:
    """Every ten minutes; the result is kept 35 days, for the team and the proof page."""
    done = await reconcile()
    present = clock.now()
    await Reconciliation.filter(at__lt=present - KEPT).delete()
    await Reconciliation.create(at=present, looked=done.looked, settled=done.settled, troubles=done.troubles)
    log.info("reconciled", looked=done.looked, settled=done.settled, troubles=done.troubles)
