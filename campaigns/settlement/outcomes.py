"""What follows from the gateway's answers, in one transaction: the pledges' states, the ledger, the totals, the mails.

`settle_all` is the only way attempts end, one or a batch of a campaign; whoever comes first (charge, webhook, return
page, reconcile) wins. It takes as many statements for fifty as for one (docs/decisions/0015-settling-in-batches.md).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from tortoise.expressions import F

from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind, Entry
from campaigns.ledger.service import Amount, Fact
from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.lifecycle.service import keep_need
from campaigns.lifecycle.transitions import By
from campaigns.money import CURRENCY
from campaigns.payments import attempts
from campaigns.payments.answers import Intent, IntentStatus
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges import service as pledges
from campaigns.pledges import transitions
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from campaigns.pledges.transitions import Step
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
_LOCK_CAMPAIGN = "UPDATE campaign SET updated_at = ? WHERE id = (SELECT campaign_id FROM pledge WHERE id = ?)"
_LOCK_PLEDGES = {
    "sqlite": "UPDATE pledge SET updated_at = ? WHERE id IN ({marks})",
    "postgres": """UPDATE pledge SET updated_at = ?
    WHERE id IN (SELECT id FROM pledge WHERE id IN ({marks}) ORDER BY id FOR UPDATE)""",
}
"""PostgreSQL's UPDATE … IN locks rows as it comes upon them, not by their ids; SQLite has one lock for all."""
_DECLINES = """SELECT pledge_id, COUNT(*) AS n FROM pledge_change
WHERE pledge_id IN ({marks}) AND cause LIKE 'declined:%' GROUP BY pledge_id"""
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


async def settle(attempt: Attempt, intent: Intent) -> bool:
    """Record what became of one attempt, once; False when it was settled before. Raises AmountDiffers."""
    return bool(await settle_all([(attempt, intent)]))


@retrying
async def settle_all(ended: Sequence[tuple[Attempt, Intent]]) -> int:
    """Record what became of attempts of one campaign, each of another pledge, and everything that follows from it.

    All of them or none; answers how many were not settled before. Raises AmountDiffers, changing nothing.
    """
    for attempt, intent in ended:
        if (intent.amount_cents, intent.currency) != (attempt.amount_cents, CURRENCY):
            raise AmountDiffers(f"{attempt.key}: {intent.amount_cents} {intent.currency}")
    with_campaign = len(ended) > 1 or ended[0][1].status == IntentStatus.SUCCEEDED
    async with transaction(), jobs.together():
        held = await hold_all([attempt.pledge_id for attempt, _intent in ended], with_campaign=with_campaign)
        recorded = await attempts.record_all(ended)
        await _follow([(held[attempt.pledge_id], intent) for attempt, intent in ended if attempt.id in recorded])
    return len(recorded)


Told = tuple[Pledge, Intent]
"""A pledge, locked, and what the gateway says of its charge."""


async def _follow(told: Sequence[Told]) -> None:
    """Sort the answers by what they make of their pledge, and let each sort follow at once."""
    sorts: dict[PledgeStatus | None, list[Told]] = {}
    for pledge, intent in told:
        after = _STATES[intent.status]
        if pledge.status == after:
            continue
        if (pledge.status, after) == (PledgeStatus.CREATED, PledgeStatus.NEEDS_BACKER):  # a debit that came back
            await transitions.move(pledge, PledgeStatus.PROCESSING, by=By.GATEWAY, cause="debit_under_way")
        fits = transitions.allowed(pledge.status, after, By.GATEWAY)
        sorts.setdefault(after if fits else None, []).append((pledge, intent))
    await _unexpected(sorts.get(None, []))
    await _await_debits([pledge for pledge, _intent in sorts.get(PledgeStatus.PROCESSING, [])])
    await _ask_all([(pledge, _reason(intent)) for pledge, intent in sorts.get(PledgeStatus.NEEDS_BACKER, [])])
    await _collect_all(sorts.get(PledgeStatus.COLLECTED, []))


async def _await_debits(awaited: list[Pledge]) -> None:
    """Direct debits are on their way: she who paid just now hears it; after a deadline she has read it already."""
    at_once = [pledge for pledge in awaited if pledge.status == PledgeStatus.CREATED]
    steps = [Step(pledge, "debit_under_way") for pledge in awaited]
    await transitions.move_all(steps, PledgeStatus.PROCESSING, by=By.GATEWAY)
    for pledge in at_once:
        await letters.to_backer("under_way", pledge, "under_way")


async def hold(pledge_id: int, *, with_campaign: bool = False) -> Pledge:
    """Lock a pledge, its campaign before it, in the order of docs/locking.md, and read it with its person and campaign.

    The campaign's row is the lock under which its chain grows and its last open pledge is noticed.
    """
    return (await hold_all([pledge_id], with_campaign=with_campaign))[pledge_id]


async def hold_all(pledge_ids: Sequence[int], *, with_campaign: bool) -> dict[int, Pledge]:
    """Lock pledges of one campaign, in the order of their ids, and read them, by their id."""
    present = clock.now()
    if with_campaign:
        await database.execute(_LOCK_CAMPAIGN, [present, pledge_ids[0]])
    lock = _LOCK_PLEDGES[database.dialect()].format(marks=database.marks(pledge_ids))
    await database.execute(lock, [present, *sorted(pledge_ids)])
    held = {pledge.id: pledge for pledge in await Pledge.filter(id__in=pledge_ids).select_related("person")}
    campaign = await Campaign.get(id=held[pledge_ids[0]].campaign_id)
    for pledge in held.values():
        pledge.campaign = campaign
    return held


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
            await _ask_all([(pledge, code)])


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


def ended_unseen(attempt: Attempt) -> bool:
    """Whether it was ended because nobody could look at its account any more, not because its end was known."""
    return (attempt.status, attempt.error_code) == (AttemptStatus.CANCELLED, ACCOUNT_CLOSED)


@retrying
async def take_up_again(attempt: Attempt) -> bool:
    """Its account can be looked at again: it waits for its end once more, unless another attempt does already."""
    async with transaction():
        await hold(attempt.pledge_id)
        if await attempts.is_under_way(attempt.pledge_id):
            return False
        rows = Attempt.filter(id=attempt.id, status=AttemptStatus.CANCELLED, error_code=ACCOUNT_CLOSED)
        return bool(await rows.update(status=AttemptStatus.UNKNOWN, error_code="", settled_at=None))


@retrying
async def page_left(attempt: Attempt, *, unseen: bool = False) -> None:
    """A hosted page of recovery ended without a payment: the pledge waits for its backer again, without a new mail.

    `unseen`: nobody can look at its account any more, so that what happened on it is not known.
    """
    code, cause = (ACCOUNT_CLOSED, "page_gone") if unseen else ("page_left", "page_expired")
    async with transaction():
        pledge = await hold(attempt.pledge_id)
        rows = Attempt.filter(id=attempt.id, status__in=attempts.OPEN)
        if not await rows.update(status=AttemptStatus.CANCELLED, error_code=code, settled_at=clock.now()):
            return
        if pledge.status == PledgeStatus.CREATED:
            await pledges.abandon(pledge, cause)
        elif transitions.allowed(pledge.status, PledgeStatus.NEEDS_BACKER, By.GATEWAY):
            await transitions.move(pledge, PledgeStatus.NEEDS_BACKER, by=By.GATEWAY, cause="page_left")


def _reason(intent: Intent) -> str:
    """Why a charge did not work (authentication_required: her bank wants to hear her)."""
    if intent.status == IntentStatus.ACTION_REQUIRED:
        return "authentication_required"
    return intent.decline_code or intent.error_code or "generic_decline"


async def _ask_all(declined: Sequence[tuple[Pledge, str]]) -> None:
    """These charges did not work, for these reasons: a letter to each backer, and the days that follow it."""
    debits = {pledge.id for pledge, _code in declined if pledge.status == PledgeStatus.PROCESSING}
    steps = [Step(pledge, f"{DECLINED}{code}"[:60], {"decline_code": code[:60]}) for pledge, code in declined]
    await transitions.move_all(steps, PledgeStatus.NEEDS_BACKER, by=By.GATEWAY)
    turns = await _turns([pledge.id for pledge, _code in declined])
    for pledge, _code in declined:
        await _remind(pledge, pledge.id in debits, turns[pledge.id])


async def _remind(pledge: Pledge, was_debit: bool, turn: int) -> None:
    present = clock.now()
    drop_at = _drop_at(pledge, present, was_debit)
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


async def _turns(pledge_ids: list[int]) -> dict[int, int]:
    if not pledge_ids:
        return {}
    rows = await database.fetch_all(_DECLINES.format(marks=database.marks(pledge_ids)), pledge_ids)
    return {row["pledge_id"]: row["n"] for row in rows}


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


async def _collect_all(told: Sequence[Told]) -> None:
    """The money of these pledges has arrived."""
    if not told:
        return
    campaign = told[0][0].campaign
    steps = [
        Step(pledge, "charge_succeeded", {
            "collected_at": intent.happened_at, "decline_code": "",
            "method_label": intent.paid_with or pledge.method_label,
        })
        for pledge, intent in told
    ]  # fmt: skip
    await transitions.move_all(steps, PledgeStatus.COLLECTED, by=By.GATEWAY)
    cents = sum(pledge.amount_cents for pledge, _intent in told)
    await Campaign.filter(id=campaign.id).update(collected_cents=F("collected_cents") + cents)
    if campaign.charges_at_once:
        await database.execute(_COUNT_GIVERS, [campaign.id])
        await keep_need(campaign.id)
    entries = await _book(told, AccountKind.CAMPAIGN_FUND)
    gifts = [(pledge.person_id, f"pledge:{pledge.id}") for pledge, _intent in told]
    await contributions.contribute_all(campaign.initiative_id, NeedKind.MONEY, gifts)
    late = campaign.status in _OVER and campaign.goal != GoalKind.MONTHLY  # what monthly supporters gave stays given
    await jobs.enqueue("payments_collected", key=f"entry-{entries[0].id}", pledge_ids=[one.id for one, _intent in told])
    for (pledge, _intent), entry in zip(told, entries, strict=True):
        await jobs.enqueue("payment_collected", key=f"pledge-{pledge.id}", pledge_id=pledge.id)
        if late:
            await jobs.enqueue("gift_came_late", key=f"pledge-{pledge.id}", pledge_id=pledge.id)
        else:
            await letters.collected(pledge, entry.hash)
    await close_if_done(campaign)


async def _book(told: Sequence[Told], fund: AccountKind) -> list[Entry]:
    """The charges as their balance transactions say; a fee follows when the gateway does not tell it yet.

    Their campaign is locked by `hold_all`.
    """
    campaign_id = told[0][0].campaign.id
    for _pledge, intent in told:
        if intent.fee_cents is None:
            await jobs.enqueue(
                "fee_awaited", key=intent.ref, run_at=clock.now() + timedelta(minutes=5), intent_ref=intent.ref,
                campaign_id=campaign_id,
            )  # fmt: skip
    return await ledger.book_all([_fact(*one, fund) for one in told], campaign=campaign_id, held=True)


def _fact(pledge: Pledge, intent: Intent, fund: AccountKind) -> Fact:
    fee, source = intent.fee_cents or 0, intent.charge_ref or intent.ref
    postings = (
        Amount(AccountKind.STRIPE_CLEARING, intent.amount_cents - fee),
        Amount(AccountKind.PSP_FEES, fee),
        Amount(fund, -pledge.amount_cents),
        Amount(AccountKind.PLATFORM_TIPS, -(intent.amount_cents - pledge.amount_cents)),
    )
    return Fact("charge", "charge", source, postings, intent.happened_at, f"pledge {pledge.id}")


async def _unexpected(told: Sequence[Told]) -> None:
    """Money for a pledge that no longer awaits any is not lost: it is booked as due back, and the log says so."""
    for pledge, intent in told:
        log.error("charge for a pledge that awaits none", pledge=pledge.id, status=pledge.status, intent=intent.ref)
    if paid := [one for one in told if one[1].status == IntentStatus.SUCCEEDED]:
        await _book(paid, AccountKind.REFUNDS_DUE)


async def close_if_done(campaign: Campaign) -> None:
    """When nothing of a collecting campaign is open any more, its end is a job; under the campaign's row lock."""
    if campaign.status != CampaignStatus.COLLECTING:
        return
    if not await Pledge.filter(campaign_id=campaign.id, status__in=OPEN_PLEDGES).exists():
        await jobs.enqueue("collecting_over", key=f"campaign-{campaign.id}", campaign_id=campaign.id)
