"""What follows from the gateway's answer, in one transaction: the pledge's state, the ledger, the totals, the mails.

`settle` is the only way an attempt ends; whoever comes first (charge, webhook, return page, reconcile) wins.
"""

import json
from datetime import datetime, timedelta

import structlog
from tortoise.expressions import F

from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind, Entry
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.lifecycle.service import keep_need
from campaigns.lifecycle.transitions import By
from campaigns.money import CURRENCY
from campaigns.payments import attempts
from campaigns.payments.answers import Intent, IntentStatus, method_label
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges import service as pledges
from campaigns.pledges import transitions
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from campaigns.settlement import letters, rules
from campaigns.settlement.backers import everybody
from civic import clock, database, jobs
from civic.contributions import service as contributions
from civic.database import retrying, transaction
from civic.needs.models import NeedKind

log = structlog.get_logger("campaigns.settlement")
_OVER = (CampaignStatus.CANCELLED, CampaignStatus.FAILED, CampaignStatus.UNWINDING, CampaignStatus.REFUNDED)
"""Nothing of these is kept: money that still arrives goes back."""
DECLINED = "declined:"
ACCOUNT_CLOSED = "account_closed"
OPEN_PLEDGES = (
    PledgeStatus.CONFIRMED, PledgeStatus.CHARGING, PledgeStatus.UNKNOWN, PledgeStatus.PROCESSING,
    PledgeStatus.NEEDS_BACKER, PledgeStatus.SWITCHED_OFFLINE,
)  # fmt: skip
_GIVEN = "('collected', 'refund_pending', 'disputed')"
_COUNT_GIVERS = f"""UPDATE campaign SET backers_count = {everybody(_GIVEN, "campaign.id")}
WHERE id = ? AND decided_at IS NULL"""  # noqa: S608
_STATES = {
    IntentStatus.SUCCEEDED: PledgeStatus.COLLECTED, IntentStatus.PROCESSING: PledgeStatus.PROCESSING,
    IntentStatus.ACTION_REQUIRED: PledgeStatus.NEEDS_BACKER, IntentStatus.FAILED: PledgeStatus.NEEDS_BACKER,
    IntentStatus.CANCELLED: PledgeStatus.NEEDS_BACKER,
}  # fmt: skip


class AmountDiffers(Exception):
    """The gateway took another amount or currency than we asked for: nothing is booked until a person has looked."""


@retrying
async def settle(attempt: Attempt, intent: Intent) -> bool:
    """Record what became of an attempt and everything that follows from it, once; False when it was settled before.

    Raises AmountDiffers, changing nothing.
    """
    if (intent.amount_cents, intent.currency) != (attempt.amount_cents, CURRENCY):
        raise AmountDiffers(f"{attempt.key}: {intent.amount_cents} {intent.currency}")
    async with transaction():
        pledge = await hold(attempt.pledge_id, with_campaign=intent.status == IntentStatus.SUCCEEDED)
        if not await attempts.record(attempt, intent):
            return False
        after = _STATES[intent.status]
        if pledge.status == after:
            return True
        if (pledge.status, after) == (PledgeStatus.CREATED, PledgeStatus.NEEDS_BACKER):  # a debit that came back
            await transitions.move(pledge, PledgeStatus.PROCESSING, by=By.GATEWAY, cause="debit_under_way")
        if not transitions.allowed(pledge.status, after, By.GATEWAY):
            await _unexpected(pledge, intent)
        elif after == PledgeStatus.COLLECTED:
            await _collect(pledge, intent)
        elif after == PledgeStatus.PROCESSING:
            await _await_debit(pledge)
        else:
            await ask_backer(pledge, intent)
    return True


async def _await_debit(pledge: Pledge) -> None:
    """A direct debit is on its way: she who paid just now hears it; after a deadline she has read it already."""
    at_once = pledge.status == PledgeStatus.CREATED
    await transitions.move(pledge, PledgeStatus.PROCESSING, by=By.GATEWAY, cause="debit_under_way")
    if at_once:
        await letters.to_backer("under_way", pledge, "under_way")


async def hold(pledge_id: int, *, with_campaign: bool = False) -> Pledge:
    """Lock a pledge, its campaign before it, in the order of docs/locking.md, and read it with its person and campaign.

    The campaign's row is the lock under which its chain grows and its last open pledge is noticed.
    """
    present = clock.now()
    if with_campaign:
        await database.execute(
            "UPDATE campaign SET updated_at = ? WHERE id = (SELECT campaign_id FROM pledge WHERE id = ?)",
            [present, pledge_id],
        )
    await Pledge.filter(id=pledge_id).update(updated_at=present)
    return await Pledge.get(id=pledge_id).select_related("person", "campaign")


@retrying
async def doubt(attempt: Attempt) -> None:
    """No answer came: attempt and pledge are unknown until the gateway is asked again, in a minute."""
    async with transaction():
        pledge = await hold(attempt.pledge_id)
        if not await attempts.unknown(attempt):
            return
        if pledge.status == PledgeStatus.CHARGING:
            await transitions.move(pledge, PledgeStatus.UNKNOWN, by=By.GATEWAY, cause="no_answer")
        soon = clock.now() + timedelta(minutes=1)
        await jobs.enqueue("attempt_unknown", key=attempt.key, run_at=soon, attempt_id=attempt.id)


@retrying
async def give_up(attempt: Attempt, code: str) -> None:
    """The request itself was refused, so nothing was charged (a method that is gone): the backer is asked."""
    async with transaction():
        pledge = await hold(attempt.pledge_id)
        rows = Attempt.filter(id=attempt.id, status__in=attempts.OPEN)
        if not await rows.update(status=AttemptStatus.FAILED, error_code=code[:60], settled_at=clock.now()):
            return
        if transitions.allowed(pledge.status, PledgeStatus.NEEDS_BACKER, By.GATEWAY):
            await _ask(pledge, code)


@retrying
async def wait_for_account(attempt: Attempt) -> None:
    """The beneficiary's account cannot charge, so no card was asked: the promise waits until it can."""
    async with transaction():
        pledge = await hold(attempt.pledge_id)
        rows = Attempt.filter(id=attempt.id, status__in=attempts.OPEN)
        if not await rows.update(status=AttemptStatus.CANCELLED, error_code=ACCOUNT_CLOSED, settled_at=clock.now()):
            return
        if transitions.allowed(pledge.status, PledgeStatus.CONFIRMED, By.GATEWAY):
            await transitions.move(pledge, PledgeStatus.CONFIRMED, by=By.GATEWAY, cause=ACCOUNT_CLOSED)


@retrying
async def page_left(attempt: Attempt) -> None:
    """A hosted page of recovery ended without a payment: the pledge waits for its backer again, without a new mail."""
    async with transaction():
        pledge = await hold(attempt.pledge_id)
        rows = Attempt.filter(id=attempt.id, status__in=attempts.OPEN)
        if not await rows.update(status=AttemptStatus.CANCELLED, error_code="page_left", settled_at=clock.now()):
            return
        if pledge.status == PledgeStatus.CREATED:
            await pledges.abandon(pledge, "page_expired")
        elif transitions.allowed(pledge.status, PledgeStatus.NEEDS_BACKER, By.GATEWAY):
            await transitions.move(pledge, PledgeStatus.NEEDS_BACKER, by=By.GATEWAY, cause="page_left")


async def ask_backer(pledge: Pledge, intent: Intent) -> None:
    """The charge did not work: `decline_code` says why (authentication_required: her bank wants to hear her)."""
    code = intent.decline_code or intent.error_code
    if intent.status == IntentStatus.ACTION_REQUIRED:
        code = "authentication_required"
    await _ask(pledge, code or "generic_decline")


async def _ask(pledge: Pledge, code: str) -> None:
    was_debit = pledge.status == PledgeStatus.PROCESSING
    await transitions.move(
        pledge, PledgeStatus.NEEDS_BACKER, by=By.GATEWAY, cause=f"{DECLINED}{code}"[:60], decline_code=code[:60]
    )
    present = clock.now()
    drop_at, turn = _drop_at(pledge, present, was_debit), await declines(pledge.id)
    await letters.card_trouble(pledge, 0, drop_at, turn)
    for days in rules.REMINDER_DAYS:
        at = present + timedelta(days=days)
        if at < drop_at:
            await jobs.enqueue(
                "card_reminder_due", key=f"pledge-{pledge.id}-{days}-{turn}", run_at=at, pledge_id=pledge.id, days=days,
                until=drop_at.isoformat(), turn=turn,
            )  # fmt: skip
    key = f"pledge-{pledge.id}-{turn}"
    await jobs.enqueue("pledge_grace_over", key=key, run_at=drop_at, pledge_id=pledge.id, turn=turn)


async def declines(pledge_id: int) -> int:
    """How many of a pledge's payments did not work: each has its own letters and its own last day."""
    return await PledgeChange.filter(pledge_id=pledge_id, cause__startswith=DECLINED).count()


def _drop_at(pledge: Pledge, present: datetime, was_debit: bool) -> datetime:
    """A week after the decision for cards; two days more for a direct debit that came back late."""
    decided = pledge.campaign.decided_at or present
    week = decided + rules.DROP_CARDS_AFTER
    return max(week, present + rules.DROP_LATE_AFTER) if was_debit or week < present else week


async def last_moment(pledge: Pledge) -> datetime | None:
    """Until when its backer may put right a charge that did not work, UTC; None when none of hers failed."""
    rows = PledgeChange.filter(pledge_id=pledge.id, cause__startswith=DECLINED)
    change = await rows.order_by("-id").first()
    return _drop_at(pledge, change.at, change.before == PledgeStatus.PROCESSING) if change else None


async def _collect(pledge: Pledge, intent: Intent) -> None:
    campaign = pledge.campaign
    await transitions.move(
        pledge, PledgeStatus.COLLECTED, by=By.GATEWAY, cause="charge_succeeded", collected_at=intent.happened_at,
        decline_code="", method_label=_paid_with(intent) or pledge.method_label,
    )  # fmt: skip
    await Campaign.filter(id=campaign.id).update(collected_cents=F("collected_cents") + pledge.amount_cents)
    if campaign.charges_at_once:
        await database.execute(_COUNT_GIVERS, [campaign.id])
        await keep_need(campaign.id)
    entry = await _book(pledge, intent, AccountKind.CAMPAIGN_FUND)
    await contributions.contribute(pledge.person_id, campaign.initiative_id, NeedKind.MONEY, f"pledge:{pledge.id}")
    await jobs.enqueue("payment_collected", key=f"pledge-{pledge.id}", pledge_id=pledge.id)
    if campaign.status in _OVER and campaign.goal != GoalKind.MONTHLY:  # what monthly supporters gave stays given
        await jobs.enqueue("gift_came_late", key=f"pledge-{pledge.id}", pledge_id=pledge.id)
    else:
        await letters.collected(pledge, entry.hash)
    await close_if_done(campaign)


def _paid_with(intent: Intent) -> str:
    """The card or account that really paid: after a recovery it is not the one saved at the pledge."""
    charge = json.loads(intent.raw).get("latest_charge")
    return method_label(charge.get("payment_method_details") or {}) if isinstance(charge, dict) else ""


async def _book(pledge: Pledge, intent: Intent, fund: AccountKind) -> Entry:
    """The charge as the balance transaction says; its fee follows when the gateway does not tell it yet.

    Its campaign is locked by `hold`.
    """
    fee = intent.fee_cents
    source = intent.charge_ref or intent.ref
    if fee is None:
        await jobs.enqueue(
            "fee_awaited", key=intent.ref, run_at=clock.now() + timedelta(minutes=5), intent_ref=intent.ref,
            campaign_id=pledge.campaign.id,
        )  # fmt: skip
    postings = [
        Amount(AccountKind.STRIPE_CLEARING, intent.amount_cents - (fee or 0)),
        Amount(AccountKind.PSP_FEES, fee or 0),
        Amount(fund, -pledge.amount_cents),
        Amount(AccountKind.PLATFORM_TIPS, -(intent.amount_cents - pledge.amount_cents)),
    ]
    return await ledger.book(
        "charge", "charge", source, postings, campaign=pledge.campaign.id, occurred_at=intent.happened_at,
        memo=f"pledge {pledge.id}", held=True,
    )  # fmt: skip


async def _unexpected(pledge: Pledge, intent: Intent) -> None:
    """Money for a pledge that no longer awaits any is not lost: it is booked as due back, and the log says so."""
    log.error("charge for a pledge that awaits none", pledge=pledge.id, status=pledge.status, intent=intent.ref)
    if intent.status == IntentStatus.SUCCEEDED:
        await _book(pledge, intent, AccountKind.REFUNDS_DUE)


async def close_if_done(campaign: Campaign) -> None:
    """When nothing of a collecting campaign is open any more, its end is a job; under the campaign's row lock."""
    if campaign.status != CampaignStatus.COLLECTING:
        return
    if not await Pledge.filter(campaign_id=campaign.id, status__in=OPEN_PLEDGES).exists():
        await jobs.enqueue("collecting_over", key=f"campaign-{campaign.id}", campaign_id=campaign.id)
