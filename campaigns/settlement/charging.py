"""Charging the pledges of a successful campaign: a row, a call with its key, an outcome each (docs/money.md).

They go by slices: one transaction writes the rows, the calls are made side by side without any, one transaction books
what came of them (docs/decisions/0015-settling-in-batches.md). The job may run again after a crash: the same attempts
are then taken up with the same keys and bodies, so that the gateway answers what it answered, and charges once.
"""

import asyncio
from collections.abc import Sequence
from weakref import WeakKeyDictionary

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
from campaigns.pledges.transitions import Step
from campaigns.settlement import outcomes, rules
from campaigns.settlement.crash import crash_point
from civic import clock, database, jobs
from civic.database import retrying, transaction

log = structlog.get_logger("campaigns.settlement")
OURS = (401, 403)
"""Answers that blame our key, not the backer's card."""
_TO_CHARGE = """SELECT id FROM pledge WHERE campaign_id = ? AND id BETWEEN ? AND ?
AND status IN ('confirmed', 'charging', 'unknown') ORDER BY id"""
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@jobs.outside
async def charge(pledge_id: int) -> None:
    """Charge one pledge, once, however often this runs (PRODUCT C3). Raises as `charge_all`."""
    await charge_all([pledge_id])


@jobs.outside
async def charge_slice(campaign_id: int, first: int, last: int) -> None:
    """Charge what is still to be charged of a campaign's pledges between two ids; again is harmless."""
    rows = await database.fetch_all(_TO_CHARGE, [campaign_id, first, last])
    await charge_all([row["id"] for row in rows])


async def charge_all(pledge_ids: Sequence[int]) -> None:
    """Charge pledges of one campaign: the calls side by side, their rows before and after in two transactions.

    Raises Busy (429) and our own mistakes (a wrong key) once the others are settled: the job comes back later for what
    is left. No answer leaves a pledge unknown.
    """
    begun = await _begin(pledge_ids) if pledge_ids else []
    if not begun:
        return
    crash_point("after_prepare")
    for attempt in begun:
        if attempt.status == AttemptStatus.PREPARED:
            await attempts.sent(attempt)
    await carry_out_all(begun)
    crash_point("after_outcome")


@retrying
async def _begin(pledge_ids: Sequence[int]) -> list[Attempt]:
    """TX1: the states, the rows and their keys; and the attempts a crash left behind. Nothing when nothing is to do."""
    async with transaction():
        held = await outcomes.hold_all(pledge_ids, with_campaign=True)  # reconcile may be at it too
        pledges = [held[id] for id in pledge_ids]
        if not _is_collected(pledges[0].campaign) or pledges[0].campaign.till_closed_at:
            return []
        fresh = [pledge for pledge in pledges if pledge.status == PledgeStatus.CONFIRMED]
        left = [pledge for pledge in pledges if pledge.status in (PledgeStatus.CHARGING, PledgeStatus.UNKNOWN)]
        steps = [Step(pledge, "deadline") for pledge in fresh]
        await transitions.move_all(steps, PledgeStatus.CHARGING, by=By.SCHEDULER)
        begun = await attempts.prepare_all(fresh, leaving=True) + await _left_behind(left)
    for attempt in begun:
        attempt.pledge = held[attempt.pledge_id]
    return begun


async def _left_behind(pledges: Sequence[Pledge]) -> list[Attempt]:
    """Attempts without an end of pledges that are being charged; a hosted page is its backer's business."""
    if not pledges:
        return []
    rows = Attempt.filter(pledge_id__in=[pledge.id for pledge in pledges], status__in=attempts.OPEN, session_ref="")
    return await rows.order_by("pledge_id")


def _is_collected(campaign: Campaign) -> bool:
    """Promises of this campaign are charged now: it was decided, or it is a monthly support that runs."""
    monthly = campaign.goal == GoalKind.MONTHLY and campaign.status == CampaignStatus.LIVE
    return monthly or campaign.status == CampaignStatus.COLLECTING


async def live_attempt(pledge_id: int) -> Attempt | None:
    """The one attempt of a pledge whose end is not known."""
    return await Attempt.get_or_none(pledge_id=pledge_id, status__in=attempts.OPEN)


async def carry_out(attempt: Attempt) -> None:
    """Make the call of an off-session attempt, or find what became of it, and settle."""
    await carry_out_all([attempt])


async def carry_out_all(begun: Sequence[Attempt]) -> None:
    """The calls of several attempts of one campaign side by side, then their outcomes together.

    One trouble keeps no other from being settled; the first is raised at the end.
    """
    answers = await asyncio.gather(*(_ended(attempt) for attempt in begun), return_exceptions=True)
    ended = [
        (attempt, answer) for attempt, answer in zip(begun, answers, strict=True) if isinstance(answer, Intent)
    ]  # fmt: skip
    troubles = [answer for answer in answers if isinstance(answer, BaseException)]
    crash_point("after_answer_known")
    troubles += await _settle(ended)
    if troubles:
        raise troubles[0]


async def _settle(ended: Sequence[tuple[Attempt, Intent]]) -> list[Exception]:
    """All in one transaction; when that cannot be, one by one, so that one that cannot be booked stops no other."""
    if not ended:
        return []
    try:
        await outcomes.settle_all(ended)
    except Exception as trouble:
        if len(ended) == 1:
            return [trouble]
        log.warning("a batch of charges is settled one by one", kind=type(trouble).__name__)
        return [one for each in ended for one in await _settle([each])]
    return []


async def _ended(attempt: Attempt) -> Intent | None:
    """What became of one attempt, in its turn; None when it is settled otherwise, or nobody knows.

    At an account that was disconnected nobody can know: it waits as for an answer (`closing.close_due` ends it).
    """
    try:
        async with _turn():
            intent = await _answer(attempt)
            return None if intent is None else await _final(attempt, intent)
    except Unreachable as trouble:
        log.warning("no answer to a charge", attempt=attempt.key, code=trouble.code)
    except Refused as refusal:
        till = await till_of_pledge(attempt.pledge_id)
        if not await accounts.gone_now(till):
            raise
        log.error("account gone, a charge cannot be known", attempt=attempt.key, code=refusal.code)
    await outcomes.doubt(attempt)
    return None


def _turn() -> asyncio.Semaphore:
    """So many calls at once and no more in this process; more would only be told 429."""
    loop = asyncio.get_running_loop()
    return _turns.setdefault(loop, asyncio.Semaphore(rules.CALLS_AT_ONCE))


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
    return await listed(attempt, pledge)


async def listed(attempt: Attempt, pledge: Pledge) -> Intent | None:
    """The charge that bears this attempt's name, whatever is written here; None when there is none."""
    till = till_of(pledge.campaign)
    for intent in await gateway.list_intents(till, pledge.customer_ref):
        if intent.metadata.get("attempt") == attempt.key:
            return await gateway.read_intent(till, intent.ref)
    return None


async def _waits(attempt: Attempt, pledge: Pledge) -> Intent | None:
    """The account cannot charge: what an earlier call of this attempt did counts, else the promise waits."""
    found = await listed(attempt, pledge)
    if found is None:
        log.warning("account cannot charge", attempt=attempt.key, account=pledge.campaign.account_ref)
        await outcomes.wait_for_account(attempt)
    return found


async def _refused(attempt: Attempt, pledge: Pledge, refusal: Refused) -> Intent | None:
    found = await listed(attempt, pledge)
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
    """Settle one attempt by an answer that is known."""
    intent = await _final(attempt, intent)
    crash_point("after_answer_known")
    await outcomes.settle(attempt, intent)


async def _final(attempt: Attempt, intent: Intent) -> Intent:
    """A charge that did not work is cancelled first, so that nothing payable is left behind.

    If cancelling says that it succeeded meanwhile, it is paid.
    """
    if intent.status in (IntentStatus.FAILED, IntentStatus.ACTION_REQUIRED) and not attempt.session_ref:
        till = till_of((await _pledge_of(attempt)).campaign)
        ended = await gateway.cancel_intent(till, intent.ref, key=f"{attempt.key}-cancel")
        if ended.status in (IntentStatus.SUCCEEDED, IntentStatus.PROCESSING):
            return ended
    return intent
