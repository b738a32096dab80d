"""The end of collecting: reminders, dropping what never came, funded or shortfall (docs/money.md)."""

from datetime import datetime
from typing import Any

import structlog
from tortoise.expressions import F

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind, Reward
from campaigns.lifecycle.service import keep_need
from campaigns.lifecycle.transitions import By, move
from campaigns.matching import service as matching
from campaigns.offline import donors
from campaigns.offline.models import OfflineGift, OfflineStatus
from campaigns.payments import accounts, attempts
from campaigns.payments.gateway import GatewayTrouble
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.payments.till import till_of
from campaigns.pledges import service as pledges
from campaigns.pledges import transitions
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from campaigns.settlement import letters, outcomes, queries, recovery, rules
from civic import clock, jobs
from civic.activity import service as activity
from civic.database import retrying, transaction
from civic.settings import settings

log = structlog.get_logger("campaigns.settlement")
UNSEEN = (PledgeStatus.CHARGING, PledgeStatus.UNKNOWN)
"""Promises whose charge nobody can look at any more once its account was disconnected."""
DROPPABLE = (PledgeStatus.NEEDS_BACKER, PledgeStatus.SWITCHED_OFFLINE)


async def remind(pledge_id: int, days: int, until: str, turn: int) -> None:
    """A reminder to a backer whose charge did not work, unless it is settled meanwhile (invariant 17)."""
    pledge = await Pledge.get(id=pledge_id).select_related("person", "campaign")
    if recovery.waits(pledge) and turn == await outcomes.declines(pledge_id):
        await letters.card_trouble(pledge, days, datetime.fromisoformat(until), turn)


@jobs.outside
async def grace_over(pledge_id: int, turn: int) -> None:
    """A week has passed: end the page she may have open, look at it a last time, and let the pledge go.

    Unless another payment of hers came back meanwhile: her last letter names another day.
    """
    if turn != await outcomes.declines(pledge_id):
        return
    pledge = await Pledge.get(id=pledge_id)
    await recovery.end_open_page(pledge)
    await _drop(pledge_id, PledgeStatus.NEEDS_BACKER)


@retrying
async def _drop(pledge_id: int, only: PledgeStatus) -> None:
    async with transaction():
        pledge = await outcomes.hold(pledge_id, with_campaign=True)
        if pledge.status != only:
            return
        if pledge.reward_id:
            await Reward.filter(id=pledge.reward_id, taken__gt=0).update(taken=F("taken") - 1)
        await transitions.move(pledge, PledgeStatus.DROPPED, by=By.SCHEDULER, cause="grace_over")
        if not pledge.campaign.is_standing:  # its support is paused, and that letter says so
            await letters.to_backer("dropped", pledge, "dropped")
            await pledges.let_method_go(pledge.campaign, pledge.method_ref)
        await jobs.enqueue("pledge_dropped", key=f"pledge-{pledge.id}", pledge_id=pledge.id)
        await outcomes.close_if_done(pledge.campaign)


@jobs.outside
async def close_due(**_payload: object) -> None:
    """Campaigns whose grace is over: what is still open is dropped, debits under way are awaited; then they close."""
    rows = Campaign.filter(status=CampaignStatus.COLLECTING, grace_until__lte=clock.now())
    for campaign in await rows.order_by("grace_until", "id").limit(100):
        gone = await _is_gone(campaign)
        left = Pledge.filter(campaign_id=campaign.id, status__in=outcomes.OPEN_PLEDGES).order_by("updated_at", "id")
        for pledge in await left.limit(rules.SPREAD).select_related("campaign"):
            waits = campaign.till_closed_at and pledge.status == PledgeStatus.CONFIRMED
            if waits or (gone and pledge.status in UNSEEN):
                await _let_go(pledge.id)
            elif not (await _has_time(pledge) or await _is_handed_over(pledge)):
                await _last_look(pledge)
    for campaign in await Campaign.filter(status=CampaignStatus.COLLECTING).order_by("id").limit(100):
        await close(campaign.id)
    await _drop_announced()


async def _drop_announced() -> None:
    """What was announced by cheque and never came, where gifts are charged at once: no grace ends there.

    Unless it was entered and only waits for the second person.
    """
    rows = Pledge.filter(status=PledgeStatus.SWITCHED_OFFLINE).exclude(campaign__goal=GoalKind.ALL_OR_NOTHING)
    for pledge in await rows.order_by("updated_at", "id").limit(rules.SPREAD):
        entered = await OfflineGift.filter(pledge_id=pledge.id, status=OfflineStatus.RECEIVED).exists()
        if not entered and not await _has_time(pledge):
            await _drop(pledge.id, PledgeStatus.SWITCHED_OFFLINE)


async def _is_gone(campaign: Campaign) -> bool:
    """Whether the account it charges at was disconnected, asked anew; no answer is no yes."""
    if not campaign.till_closed_at:
        return False
    try:
        return await accounts.gone_now(till_of(campaign))
    except GatewayTrouble as trouble:
        log.warning("account not asked", campaign=campaign.id, code=trouble.code)
        return False


@retrying
async def _let_go(pledge_id: int) -> None:
    """The beneficiary's account could not charge until the grace was over: a promise never charged is let go.

    So is one whose charge cannot be looked at any more; its backer and the team hear that nobody knows.
    """
    async with transaction():
        pledge = await outcomes.hold(pledge_id, with_campaign=True)
        if not pledge.campaign.till_closed_at:
            return
        unseen = await _end_unseen(pledge)
        if pledge.status != PledgeStatus.CONFIRMED:
            return
        await transitions.move(pledge, PledgeStatus.RELEASED, by=By.SCHEDULER, cause=outcomes.ACCOUNT_CLOSED)
        if pledge.reward_id:
            await Reward.filter(id=pledge.reward_id, taken__gt=0).update(taken=F("taken") - 1)
        beneficiary = pledge.campaign.beneficiary
        await letters.to_backer("account_closed", pledge, "account_closed", beneficiary=beneficiary, unseen=unseen)
        if unseen:
            await letters.to_team("charge_unseen", pledge.campaign, beneficiary=beneficiary)
        await pledges.let_method_go(pledge.campaign, pledge.method_ref)
        await outcomes.close_if_done(pledge.campaign)


async def _end_unseen(pledge: Pledge) -> bool:
    """End the attempt of a promise that is being charged where nobody can look; whether it was one."""
    if pledge.status not in UNSEEN:
        return False
    rows = Attempt.filter(pledge_id=pledge.id, status__in=attempts.OPEN)
    await rows.update(status=AttemptStatus.CANCELLED, error_code=outcomes.ACCOUNT_CLOSED, settled_at=clock.now())
    await transitions.move(pledge, PledgeStatus.CONFIRMED, by=By.GATEWAY, cause=outcomes.ACCOUNT_CLOSED)
    return True


async def _has_time(pledge: Pledge) -> bool:
    """Whether its backer was promised a later day: a debit that came back last, a cheque announced last."""
    if pledge.status == PledgeStatus.SWITCHED_OFFLINE:
        rows = PledgeChange.filter(pledge_id=pledge.id, after=PledgeStatus.SWITCHED_OFFLINE.value)
        change = await rows.order_by("-id").first()
        return change is not None and change.at + rules.OFFLINE_LASTS > clock.now()
    until = await outcomes.last_moment(pledge)
    return until is not None and until > clock.now()


async def _is_handed_over(pledge: Pledge) -> bool:
    """Whether its cheque is with us and only waits for the second person, who has three days more (invariant 16)."""
    until = pledge.campaign.grace_until
    if pledge.status != PledgeStatus.SWITCHED_OFFLINE or until is None or until + rules.VERIFYING_LASTS <= clock.now():
        return False
    return await OfflineGift.filter(pledge_id=pledge.id, status=OfflineStatus.RECEIVED).exists()


async def _last_look(pledge: Pledge) -> None:
    try:
        await recovery.end_open_page(pledge)
    except GatewayTrouble as trouble:
        log.warning("open page not ended", pledge=pledge.id, code=trouble.code)
        return
    for status in DROPPABLE:
        await _drop(pledge.id, status)


@retrying
async def close(campaign_id: int) -> CampaignStatus | None:
    """Funded or shortfall, once nothing is open any more; None while something is, or when it is closed already."""
    async with transaction():
        waiting = Campaign.filter(id=campaign_id, status=CampaignStatus.COLLECTING)
        if not await waiting.update(updated_at=clock.now()):
            return None
        if await Pledge.filter(campaign_id=campaign_id, status__in=outcomes.OPEN_PLEDGES).exists():
            return None
        await matching.recompute(campaign_id)
        campaign = await Campaign.get(id=campaign_id)
        outcome = CampaignStatus.FUNDED if _reached(campaign) else CampaignStatus.SHORTFALL
        await move(campaign, outcome, by=By.SCHEDULER)
        await keep_need(campaign_id)
        if outcome == CampaignStatus.FUNDED:
            await celebrate(campaign)
        else:
            await jobs.enqueue("campaign_short", key=f"campaign-{campaign.id}", campaign_id=campaign.id)
    return outcome


def _reached(campaign: Campaign) -> bool:
    """The money itself, after the declines: nearly the minimum is enough (CIVIC_COLLECTION_TOLERANCE, percent)."""
    received = campaign.collected_cents + campaign.offline_cents + campaign.matched_cents
    if campaign.goal == GoalKind.FLEXIBLE:
        return bool(received)
    return bool(received * 100 >= campaign.needed_cents * settings().collection_tolerance)


async def celebrate(campaign: Campaign) -> None:
    """A campaign has its money: the territory, the leads and (fact `campaign_funded`) the backers hear it."""
    await activity.record(
        "campaign_funded", way="argent", initiative_id=campaign.initiative_id, title=campaign.title,
        slug=campaign.slug, collected_cents=campaign.raised_cents,
    )  # fmt: skip
    await letters.to_leads("funded_lead", campaign, collected_cents=campaign.raised_cents)
    await jobs.enqueue("campaign_funded", key=f"campaign-{campaign.id}", campaign_id=campaign.id)


@retrying
async def offline_arrived(pledge_id: int | None = None, **_payload: object) -> None:
    """A promise was collected by hand (fact `offline_verified`): it may have been the last open one."""
    if pledge_id is None:
        return
    async with transaction():
        pledge = await outcomes.hold(pledge_id, with_campaign=True)
        await outcomes.close_if_done(pledge.campaign)


async def end_collecting(campaign_id: int) -> None:
    """The last open pledge of a campaign was settled."""
    await close(campaign_id)


async def thank(campaign_id: int, after: int = 0) -> None:
    """Tell those whose gift arrived that the campaign is funded, so many at a time; first those who gave by hand."""
    campaign = await Campaign.get(id=campaign_id)
    rows = Pledge.filter(campaign_id=campaign_id, status=PledgeStatus.COLLECTED, id__gt=after).order_by("id")
    pledges = await rows.limit(rules.SPREAD).select_related("person")
    plan = await queries.accepted_plan(campaign_id)
    said: dict[str, Any] = {"missed": campaign.raised_cents < campaign.needed_cents}
    if plan:
        said = {"note": plan.note, "corrected_cents": plan.corrected_cents, "guarantor": plan.guarantor,
                "guarantee_cents": plan.guarantee_cents}  # fmt: skip
    name, said = "funded_short" if plan else "funded", said | {"collected_cents": campaign.raised_cents}
    for giver in await donors.givers(campaign_id) if not after else ():
        await letters.to_giver(name, giver, campaign, f"funded-{campaign_id}", **said)
    for pledge in pledges:
        pledge.campaign = campaign
        await letters.to_backer(name, pledge, "funded", **said)
    if len(pledges) == rules.SPREAD:
        last = pledges[-1].id
        await jobs.enqueue("backers_thanked", key=f"campaign-{campaign_id}-{last}", campaign_id=campaign_id, after=last)
