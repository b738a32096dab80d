"""How a monthly support ends: at once for charges, at midnight for the card, so that a wrong click can be undone."""

from contextlib import suppress
from datetime import timedelta

from campaigns.lifecycle.models import CampaignChange, CampaignStatus
from campaigns.lifecycle.transitions import By, NotNow
from campaigns.pledges import transitions
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.recurring import letters, service
from campaigns.recurring.models import Support, SupportMonth
from campaigns.recurring.service import RUNNING, S
from civic import clock, jobs
from civic.database import retrying, transaction
from civic.errors import DomainError
from civic.i18n import _


@retrying
async def stop(support: Support, *, why: str | None = None) -> None:
    """For good: a month not charged yet is let go, a letter says so, the card goes tonight. Harmless when repeated.

    `why`: the standing campaign has ended, in its lead's words; then the card goes at once.
    """
    present = clock.now()
    async with transaction():
        running = Support.filter(id=support.id, status__in=[S.CREATED, *RUNNING])
        if not await running.update(status=S.STOPPED, next_on=None, updated_at=present, stopped_at=present):
            return
        fresh = await service.whole(support.id)
        await _release(fresh)
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
    """Take the support up again, on the day of its stop. Raises DomainError later."""
    async with transaction():
        await Support.filter(id=support.id).update(updated_at=clock.now())
        fresh = await service.whole(support.id)
        if not may_undo(fresh):
            raise DomainError(_("Ce soutien ne se reprend plus : votre carte est effacée. Commencez-en un autre."))
        await Support.filter(id=support.id).update(status=S.ACTIVE, stopped_at=None)
        fresh.status = S.ACTIVE
        await letters.to_supporter("support_resumed", await service.plan(fresh), letters.now())


async def _release(support: Support) -> None:
    """Let the months go whose charge has not begun; no total ever counted them as promises."""
    ids = await SupportMonth.filter(support_id=support.id).values_list("pledge_id", flat=True)
    for pledge in await Pledge.filter(id__in=list(ids) or [0], status=PledgeStatus.CONFIRMED).order_by("id"):
        with suppress(NotNow):  # its charge begins at this moment
            await transitions.move(pledge, PledgeStatus.RELEASED, by=By.SCHEDULER, cause="support_stopped")


async def stop_all(campaign_id: int) -> None:
    """The standing campaign is over: every support ends (fact `campaign_cancelled`)."""
    change = CampaignChange.filter(campaign_id=campaign_id, after=CampaignStatus.CANCELLED.value)
    last = await change.order_by("-id").first()
    for support in await Support.filter(campaign_id=campaign_id, status__in=[S.CREATED, *RUNNING]).order_by("id"):
        await stop(support, why=last.note if last else "")
