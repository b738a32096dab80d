"""The decision at the deadline: taken once, from what Stripe knew at the deadline (docs/money.md).

Every open hosted page is ended and looked at first (network); then one transaction counts and changes the state.
"""

from datetime import datetime

import structlog

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.lifecycle.service import keep_need
from campaigns.lifecycle.transitions import By, NotNow, move
from campaigns.matching import service as matching
from campaigns.payments.checkout import close_open_pages
from campaigns.pledges import service as pledges_service
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.settlement import closing, direct, letters, rules
from campaigns.settlement.backers import everybody
from campaigns.settlement.crash import crash_point
from civic import clock, database, jobs
from civic.activity import service as activity
from civic.database import retrying, transaction

log = structlog.get_logger("campaigns.settlement")
ROUNDS = 5
_PROMISED = "('confirmed', 'collected', 'processing', 'disputed')"
_COUNT = f"""SELECT (SELECT COALESCE(SUM(p.amount_cents), 0) FROM pledge p
WHERE p.campaign_id = c.id AND p.status IN {_PROMISED}) AS cents, {everybody(_PROMISED)} AS backers
FROM campaign c WHERE c.id = ?"""  # noqa: S608
_RELEASED = """INSERT INTO pledge_change (pledge_id, before, after, cause, at)
SELECT id, status, 'released', '{cause}', ? FROM pledge WHERE {which}"""
_RELEASE = "UPDATE pledge SET status = 'released', updated_at = ? WHERE {which}"
_GIVE_BACK = """UPDATE reward SET taken = (SELECT COUNT(*) FROM pledge WHERE pledge.reward_id = reward.id
AND pledge.status NOT IN ('abandoned', 'cancelled', 'released', 'dropped', 'refunded', 'charged_back'))
+ (SELECT COUNT(*) FROM offline_gift WHERE offline_gift.reward_id = reward.id
AND offline_gift.status IN ('created', 'promised', 'received', 'sent_back', 'verified', 'banked'))
WHERE campaign_id = ?"""


async def decide(campaign_id: int) -> CampaignStatus | None:
    """Decide a live campaign whose deadline has passed; None when there is nothing to decide.

    Harmless k times on k workers. Raises GatewayTrouble when an open page cannot be looked at: the decision waits.
    """
    for _round in range(ROUNDS):
        campaign = await Campaign.get(id=campaign_id)
        if not is_due(campaign, clock.now()):
            return None
        try:
            await direct.end_pages(campaign)
            await close_open_pages(campaign_id)
        except NotNow:
            continue  # somebody else settled the same page at the same moment: look again
        outcome = await _decide(campaign_id)
        if outcome is not None:
            crash_point("decided")
            return outcome
    return None


def is_due(campaign: Campaign, present: datetime) -> bool:
    """Live, undecided, and its deadline has passed."""
    live = campaign.status == CampaignStatus.LIVE and campaign.decided_at is None
    return live and campaign.deadline is not None and campaign.deadline <= present


@retrying
async def _decide(campaign_id: int) -> CampaignStatus | None:
    """The one transaction; None when it was decided already, or when a page was opened meanwhile."""
    present = clock.now()
    async with transaction():
        due = Campaign.filter(
            id=campaign_id, status=CampaignStatus.LIVE, decided_at__isnull=True, deadline__lte=present
        )
        if not await due.update(updated_at=present):
            return None
        if await Pledge.filter(campaign_id=campaign_id, status=PledgeStatus.CREATED).exists():
            return None
        campaign = await Campaign.get(id=campaign_id)
        deadline = campaign.deadline or present
        await _release(campaign_id, "confirmed_too_late", present, after=deadline)
        return await _conclude(campaign, present)


async def _conclude(campaign: Campaign, present: datetime) -> CampaignStatus:
    online, backers = await _count(campaign.id)
    total = online + campaign.offline_cents + await matching.recompute(campaign.id)
    outcome = await _outcome(campaign, total)
    await move(
        campaign, outcome, by=By.SCHEDULER, decided_at=present, decided_total_cents=total, confirmed_cents=online,
        backers_count=backers, grace_until=present + rules.GRACE if outcome == CampaignStatus.COLLECTING else None,
    )  # fmt: skip
    if outcome == CampaignStatus.FAILED:
        await _release(campaign.id, "goal_not_reached", present)
        await matching.recompute(campaign.id)
        await activity.record(
            "campaign_failed", way="argent", initiative_id=campaign.initiative_id, title=campaign.title,
            slug=campaign.slug,
        )  # fmt: skip
        await letters.to_leads("failed_lead", campaign, total_cents=total)
    await database.execute(_GIVE_BACK, [campaign.id])
    await keep_need(campaign.id)
    if outcome == CampaignStatus.FUNDED:
        await closing.celebrate(await Campaign.get(id=campaign.id))
    await jobs.enqueue("campaign_decided", key=f"campaign-{campaign.id}", campaign_id=campaign.id)
    log.info("campaign decided", campaign=campaign.id, outcome=outcome.value, total_cents=total)
    return outcome


async def _count(campaign_id: int) -> tuple[int, int]:
    """What was promised online and counts at the deadline, in cents, and how many give, by hand too."""
    row = await database.fetch_all(_COUNT, [campaign_id])
    return int(row[0]["cents"]), int(row[0]["backers"])


async def _outcome(campaign: Campaign, total_cents: int) -> CampaignStatus:
    """A campaign that keeps what it raises collects the promises it has left; all-or-nothing needs its minimum."""
    if campaign.goal == GoalKind.FLEXIBLE:
        if await Pledge.filter(campaign_id=campaign.id, status=PledgeStatus.CONFIRMED).exists():
            return CampaignStatus.COLLECTING
        return CampaignStatus.FUNDED if total_cents > 0 else CampaignStatus.FAILED
    return CampaignStatus.COLLECTING if total_cents >= campaign.needed_cents else CampaignStatus.FAILED


async def _release(campaign_id: int, cause: str, present: datetime, *, after: datetime | None = None) -> None:
    """Let the confirmed pledges go, those confirmed later than `after` only, with their rows of history."""
    which, params = "campaign_id = ? AND status = 'confirmed'", [campaign_id]
    late = [after] if after else []
    which += " AND confirmed_at > ?" if after else ""
    await database.execute(_RELEASED.format(cause=cause, which=which), [present, *params, *late])
    await database.execute(_RELEASE.format(which=which), [present, *params, *late])


async def spread(campaign_id: int, after: int = 0) -> None:
    """After the decision, so many pledges at a time: jobs to charge them by slices, or a word and a detached method.

    All of it is due since the decision, so that the letters wait for the charges and not the other way round.
    """
    campaign = await Campaign.get(id=campaign_id)
    since = campaign.decided_at
    wanted = (PledgeStatus.CONFIRMED, PledgeStatus.RELEASED)
    rows = Pledge.filter(campaign_id=campaign_id, status__in=wanted, id__gt=after).order_by("id").limit(rules.SPREAD)
    found = await rows.values_list("id", "status")
    async with jobs.together():
        if len(found) == rules.SPREAD:
            last = found[-1][0]
            key = f"campaign-{campaign_id}-{last}"
            await jobs.enqueue("pledges_spread", key=key, run_at=since, campaign_id=campaign_id, after=last)
        if campaign.status == CampaignStatus.COLLECTING:
            await _slice(campaign, [id for id, status in found if status == PledgeStatus.CONFIRMED])
            if not found and not after:  # everything came by hand: no charge will say that it is over
                await jobs.enqueue("collecting_over", key=f"campaign-{campaign_id}-by-hand", campaign_id=campaign_id)
        released = [id for id, status in found if status == PledgeStatus.RELEASED]
        for pledge in await Pledge.filter(id__in=released).order_by("id").select_related("person") if released else []:
            pledge.campaign = campaign
            await let_go(pledge)


async def _slice(campaign: Campaign, pledge_ids: list[int]) -> None:
    """One job for so many pledges (PRODUCT C3, docs/decisions/0015-settling-in-batches.md)."""
    for start in range(0, len(pledge_ids), rules.SLICE):
        some = pledge_ids[start : start + rules.SLICE]
        await jobs.enqueue(
            "charge_pledges", key=f"campaign-{campaign.id}-{some[0]}", run_at=campaign.decided_at,
            campaign_id=campaign.id, first=some[0], last=some[-1],
        )  # fmt: skip


async def let_go(pledge: Pledge) -> None:
    """Tell a backer that nothing will be charged, and why; her method is detached (invariant 7)."""
    campaign = pledge.campaign
    in_time = campaign.deadline is None or pledge.confirmed_at is None or pledge.confirmed_at <= campaign.deadline
    await letters.to_backer(
        "released", pledge, "released", late=not in_time, total_cents=campaign.decided_total_cents or 0,
        minimum_cents=campaign.needed_cents,
    )  # fmt: skip
    await pledges_service.let_method_go(campaign, pledge.method_ref)


async def schedule(campaign_id: int) -> None:
    """Plan the decision for the deadline as it is now; a deadline that moved makes an earlier job harmless."""
    campaign = await Campaign.get(id=campaign_id)
    if campaign.deadline and campaign.status == CampaignStatus.LIVE:
        key = f"campaign-{campaign.id}-{int(campaign.deadline.timestamp())}"
        await jobs.enqueue("campaign_deadline", key=key, run_at=campaign.deadline, campaign_id=campaign.id)


@jobs.outside
async def at_deadline(campaign_id: int) -> None:
    """The deadline's job; asks the clock again, since the deadline may have moved."""
    await decide(campaign_id)


@jobs.outside
async def decide_due(**_payload: object) -> None:
    """Every live campaign whose deadline has passed, in case its own job was lost; one trouble stops no other."""
    for campaign in await due_campaigns():
        try:
            await decide(campaign.id)
        except Exception:
            log.exception("campaign not decided", campaign=campaign.id)


async def due_campaigns() -> list[Campaign]:
    """Live campaigns that should be decided by now, the oldest deadline first."""
    rows = Campaign.filter(
        status=CampaignStatus.LIVE, deadline__lte=clock.now(), decided_at__isnull=True
    )
    return await rows.order_by("deadline", "id").limit(200)
