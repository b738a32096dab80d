"""How a monthly support ends: at once for charges, at midnight for the card, so that a wrong click can be undone."""

from datetime import timedelta

from campaigns.lifecycle.models import CampaignChange, CampaignStatus
from campaigns.pledges.models import PledgeStatus
from campaigns.recurring import calendar, letters, service
from campaigns.recurring.models import Support, SupportMonth
from campaigns.recurring.service import RUNNING, S
from civic import clock, jobs
from civic.database import retrying, transaction
from civic.errors import DomainError
from civic.i18n import _


@retrying
async def stop(support: Support, *, why: str | None = None) -> None:
    """For good: a month not charged yet is let go, a letter says so, the card goes tonight. Harmless when repeated.

    `why`: the standing campaign has ended, in its lead's words; then the card goes at once. The day of its next charge
    stays written: without one it was paused, and undoing the stop leaves it so.
    """
    present = clock.now()
    async with transaction():
        running = Support.filter(id=support.id, status__in=[S.CREATED, *RUNNING])
        if not await running.update(status=S.STOPPED, updated_at=present, stopped_at=present):
            return
        fresh = await service.whole(support.id)
        await service.release(fresh.id, "support_stopped")
        if not fresh.method_ref:
            return
        if why is None:
            tonight = clock.at(clock.today() + timedelta(days=1), 0)
            key = f"support-{fresh.id}-{letters.now()}"
            await jobs.enqueue("support_stopped", key=key, run_at=tonight, support_id=fresh.id)
        else:
            await service.let_go(fresh.method_ref)
        await letters.to_supporter(
            "support_stopped", fresh, letters.now(), ended=why is not None, note=why or "",
            campaign_slug=fresh.campaign.slug,
        )  # fmt: skip


async def forget_card(support_id: int) -> None:
    """The day of the stop is over (fact `support_stopped`): the card is let go, unless she went on."""
    support = await Support.get_or_none(id=support_id, status=S.STOPPED)
    if support and support.stopped_at and clock.local(support.stopped_at).date() < clock.today():
        await service.let_go(support.method_ref)


def may_undo(support: Support) -> bool:
    """A stop may be undone on its own day, while the standing campaign is open."""
    stopped = support.stopped_at and clock.local(support.stopped_at).date() == clock.today()
    is_open = support.campaign.status == CampaignStatus.LIVE
    return bool(support.status == S.STOPPED and support.method_ref and stopped and is_open)


@retrying
async def undo(support: Support) -> None:
    """Take the support up again as it was, running or paused, on the day of its stop. Raises DomainError later."""
    async with transaction():
        await Support.filter(id=support.id).update(updated_at=clock.now())
        fresh = await service.whole(support.id)
        if not may_undo(fresh):
            raise DomainError(_("Ce soutien ne se reprend plus : votre carte est effacée. Commencez-en un autre."))
        state = S.ACTIVE if fresh.next_on else S.PAUSED
        await Support.filter(id=support.id).update(status=state, stopped_at=None)
        fresh.status = state
        if state == S.PAUSED:
            await letters.to_supporter("support_paused", fresh, letters.now(), unpaid=False)
            return
        fresh = await _bring_back(fresh) or await service.plan(fresh, today=True)
        await letters.to_supporter("support_resumed", fresh, letters.now())


async def _bring_back(support: Support) -> Support | None:
    """The month that this stop let go is due again, by a new promise; None when it let none go.

    The one that was let go stays so for good: nothing charges it.
    """
    rows = SupportMonth.filter(support_id=support.id, pledge__status=PledgeStatus.RELEASED)
    gone = await rows.filter(pledge__updated_at__gte=support.stopped_at).order_by("month").first()
    if gone is None:
        return None
    await gone.delete()
    year, month = map(int, gone.month.split("-"))
    due = calendar.in_month(year, month, support.day)
    await Support.filter(id=support.id).update(next_on=due)
    support.next_on = max(due, clock.today())  # as she reads it
    return support


async def stop_all(campaign_id: int) -> None:
    """The standing campaign is over: every support ends (fact `campaign_cancelled`)."""
    change = CampaignChange.filter(campaign_id=campaign_id, after=CampaignStatus.CANCELLED.value)
    last = await change.order_by("-id").first()
    for support in await Support.filter(campaign_id=campaign_id, status__in=[S.CREATED, *RUNNING]).order_by("id"):
        await stop(support, why=last.note if last else "")
