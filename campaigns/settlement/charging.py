"""Charging one pledge of a successful campaign: a row, a call with its key, an outcome (docs/money.md).

The job may run again after a crash: the same attempt is then taken up with the same key and the same body, so that the
gateway answers what it answered, and charges once.
"""

import structlog

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.lifecycle.transitions import By
from campaigns.payments import accounts, attempts, gateway
from campaigns.payments.answers import Intent, IntentStatus
from campaigns.payments.gateway import Charge, Refused, Unreachable
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.payments.till import till_of, till_of_pledge
from campaigns.pledges import transitions
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.settlement import outcomes, rules
from campaigns.settlement.crash import crash_point
from civic import clock, jobs
from civic.database import transaction

log = structlog.get_logger("campaigns.settlement")
OURS = (401, 403)
"""Answers that blame our key, not the backer's card."""


@jobs.outside
async def charge(pledge_id: int) -> None:
    """Charge one pledge, once, however often this runs (PRODUCT C3).

    Raises Busy (429) and our own mistakes (a wrong key): the job comes back later. No answer leaves it unknown.
    """
    attempt = await _begin(pledge_id)
    if attempt is None:
        return
    crash_point("after_prepare")
    if attempt.status == AttemptStatus.PREPARED:
        await attempts.sent(attempt)
    await carry_out(attempt)
    crash_point("after_outcome")


async def _begin(pledge_id: int) -> Attempt | None:
    """TX1: the state, the row and its key; or the attempt a crash left behind; None when there is nothing to do."""
    async with transaction():
        pledge = await outcomes.hold(pledge_id)  # reconcile may take it up at the same moment
        if not _is_collected(pledge.campaign) or pledge.campaign.till_closed_at:
            return None
        if pledge.status == PledgeStatus.CONFIRMED:
            await transitions.move(pledge, PledgeStatus.CHARGING, by=By.SCHEDULER, cause="deadline")
            attempt = await attempts.prepare(pledge, leaving=True)
            attempt.pledge = pledge
            return attempt
        if pledge.status not in (PledgeStatus.CHARGING, PledgeStatus.UNKNOWN):
            return None
        left = await live_attempt(pledge_id)
        return None if left is None or left.session_ref else left


def _is_collected(campaign: Campaign) -> bool:
    """Promises of this campaign are charged now: it was decided, or it is a monthly support that runs."""
    monthly = campaign.goal == GoalKind.MONTHLY and campaign.status == CampaignStatus.LIVE
    return monthly or campaign.status == CampaignStatus.COLLECTING


async def live_attempt(pledge_id: int) -> Attempt | None:
    """The one attempt of a pledge whose end is not known."""
    return await Attempt.get_or_none(pledge_id=pledge_id, status__in=attempts.OPEN)


async def carry_out(attempt: Attempt) -> None:
    """Make the call of an off-session attempt, or find what became of it, and settle."""
    try:
        intent = await _answer(attempt)
        if intent is not None:
            await conclude(attempt, intent)
    except Unreachable as trouble:
        log.warning("no answer to a charge", attempt=attempt.key, code=trouble.code)
        await outcomes.doubt(attempt)


async def _answer(attempt: Attempt) -> Intent | None:
    """The gateway's answer; None when the request itself was refused and the backer is asked."""
    known = await _already_known(attempt)
    if known is not None:
        return known
    pledge = await _pledge_of(attempt)
    crash_point("before_charge_call")
    try:
        intent = await gateway.charge_off_session(till_of(pledge.campaign), _charge(pledge, attempt))
    except Refused as refusal:
        if await accounts.closed_now(till_of(pledge.campaign)):
            return await _waits(attempt, pledge)
        if getattr(refusal.__cause__, "http_status", None) in OURS:
            raise
        return await _refused(attempt, pledge, refusal)
    crash_point("after_charge_call")
    return intent


async def _pledge_of(attempt: Attempt) -> Pledge:
    """Its pledge with the campaign: what a charge is made of never changes after the deadline."""
    if isinstance(attempt.pledge, Pledge) and isinstance(attempt.pledge.campaign, Campaign):
        return attempt.pledge
    return await Pledge.get(id=attempt.pledge_id).select_related("campaign")


async def _already_known(attempt: Attempt) -> Intent | None:
    """What the gateway knows of an attempt under way before; keys are forgotten after a day, metadata is not."""
    if attempt.intent_ref:
        return await gateway.read_intent(await till_of_pledge(attempt.pledge_id), attempt.intent_ref)
    fresh = clock.now() - attempt.created_at < rules.KEYS_LAST
    if fresh and attempt.status != AttemptStatus.UNKNOWN:
        return None
    pledge = await Pledge.get(id=attempt.pledge_id).select_related("campaign")
    return await _listed(attempt, pledge)


async def _listed(attempt: Attempt, pledge: Pledge) -> Intent | None:
    till = till_of(pledge.campaign)
    for intent in await gateway.list_intents(till, pledge.customer_ref):
        if intent.metadata.get("attempt") == attempt.key:
            return await gateway.read_intent(till, intent.ref)
    return None


async def _waits(attempt: Attempt, pledge: Pledge) -> Intent | None:
    """The account cannot charge: what an earlier call of this attempt did counts, else the promise waits."""
    found = await _listed(attempt, pledge)
    if found is None:
        log.warning("account cannot charge", attempt=attempt.key, account=pledge.campaign.account_ref)
        await outcomes.wait_for_account(attempt)
    return found


async def _refused(attempt: Attempt, pledge: Pledge, refusal: Refused) -> Intent | None:
    found = await _listed(attempt, pledge)
    if found is None:
        log.warning("charge refused", attempt=attempt.key, code=refusal.code)
        await outcomes.give_up(attempt, refusal.code or "refused")
    return found


def _charge(pledge: Pledge, attempt: Attempt) -> Charge:
    """The same body for the same key: everything in it is fixed before the deadline."""
    return Charge(
        key=attempt.key, amount_cents=attempt.amount_cents, customer_ref=pledge.customer_ref,
        method_ref=pledge.method_ref, description=f"Collecte {pledge.campaign.slug}",
        metadata={"pledge": str(pledge.id), "campaign": str(pledge.campaign_id), "attempt": attempt.key},
    )  # fmt: skip


async def conclude(attempt: Attempt, intent: Intent) -> None:
    """Settle; a charge that did not work is cancelled first, so that nothing payable is left behind.

    If cancelling says that it succeeded meanwhile, it is paid.
    """
    if intent.status in (IntentStatus.FAILED, IntentStatus.ACTION_REQUIRED) and not attempt.session_ref:
        till = await till_of_pledge(attempt.pledge_id)
        ended = await gateway.cancel_intent(till, intent.ref, key=f"{attempt.key}-cancel")
        if ended.status in (IntentStatus.SUCCEEDED, IntentStatus.PROCESSING):
            intent = ended
    crash_point("after_answer_known")
    await outcomes.settle(attempt, intent)
