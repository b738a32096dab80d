"""The verbs of a monthly support: begin, keep its card, change, pause, resume. The network never within.

Every change is told by a letter, once. `stopping` holds how a support ends.
"""

import hashlib
from contextlib import suppress
from datetime import timedelta

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.lifecycle.transitions import By, NotNow
from campaigns.pledges import transitions
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import Saved
from campaigns.recurring import calendar, letters
from campaigns.recurring.models import Support, SupportMonth, SupportStatus
from civic import clock, database, jobs
from civic.database import retrying, transaction
from civic.errors import DomainError, Gone
from civic.i18n import _
from civic.people.models import Person

S = SupportStatus
RUNNING = (S.ACTIVE, S.PAUSED)
_GIVEN = """SELECT m.support_id AS support, SUM(p.amount_cents) AS cents FROM support_month m
JOIN pledge p ON p.id = m.pledge_id AND p.status = 'collected'"""


async def begin(campaign: Campaign, backer: Person, cents: int, day: int, key: str) -> Support:
    """A support whose card is not saved yet; the same form again is the same one, unless it says something else now
    (another sum, or the next person at the same tablet). Raises Gone when it is closed.
    """
    key = hashlib.sha256(f"{key} {campaign.id} {backer.id} {cents} {day}".encode()).hexdigest()
    known = await Support.get_or_none(form_key=key)
    if known:
        await Support.filter(id=known.id, status=S.ABANDONED).update(status=S.CREATED, updated_at=clock.now())
        return known
    try:
        return await _begin(campaign, backer, cents, day, key)
    except IntegrityError:  # a double click: the other one was kept
        return await Support.get(form_key=key)


@retrying
async def _begin(campaign: Campaign, backer: Person, cents: int, day: int, key: str) -> Support:
    present = clock.now()
    async with transaction():
        if not await Campaign.filter(id=campaign.id, status=CampaignStatus.LIVE).update(updated_at=present):
            raise Gone(_("Ce soutien mensuel n’est pas ouvert."))
        again = await _just_begun(campaign, backer, cents, day)
        return again or await Support.create(
            campaign_id=campaign.id, person_id=backer.id, amount_cents=cents, day=day, form_key=key,
            created_at=present, updated_at=present,
        )  # fmt: skip


async def _just_begun(campaign: Campaign, backer: Person, cents: int, day: int) -> Support | None:
    """The same form, sent from another window a moment ago: one page to save one card."""
    soon = clock.now() - timedelta(hours=1)
    rows = Support.filter(campaign_id=campaign.id, person_id=backer.id, amount_cents=cents, day=day)
    return await rows.filter(status=S.CREATED, created_at__gt=soon).order_by("id").first()


@retrying
async def card_saved(support_id: int, saved: Saved, page_ref: str = "") -> Support:
    """The card or mandate is saved: the support begins, or goes on with the new one. Harmless when repeated.

    An older page that is heard of late changes nothing: a card was saved since.
    """
    async with transaction():
        await Support.filter(id=support_id).update(updated_at=clock.now())
        found = await whole(support_id)
        if found.method_ref == saved.method_ref:
            return found
        late = bool(page_ref and found.method_ref) and page_ref != found.session_ref
        if late or found.status in (S.STOPPED, S.ABANDONED):
            await let_go(saved.method_ref)
            return found
        former = found.method_ref
        values: dict[str, object] = {"method_ref": saved.method_ref, "method_label": saved.method_label}
        if found.status == S.CREATED:
            first = calendar.first_from(clock.today(), found.day)
            values |= {"status": S.ACTIVE, "next_on": first, "started_at": clock.now()}
        await Support.filter(id=support_id).update(customer_ref=saved.customer_ref, **values)
        await let_go(former)
        fresh = await whole(support_id)
        if found.status == S.CREATED:
            await letters.to_supporter("support_started", fresh)
        else:
            await letters.to_supporter("support_changed", fresh, saved.method_ref, card=True)
        return fresh


@retrying
async def change(support: Support, cents: int, day: int) -> None:
    """Another sum, another day, from the next charge on. Raises DomainError once it is stopped."""
    async with transaction():
        await _set(support, RUNNING, amount_cents=cents, day=day)
        fresh = await whole(support.id)
        if fresh.status == S.ACTIVE:
            fresh = await plan(fresh, today=support.day == day)
        if (support.amount_cents, support.day) != (cents, day):
            await letters.to_supporter("support_changed", fresh, letters.now(), card=False)


@retrying
async def pause(support: Support) -> None:
    """Nothing is charged until she resumes, nor the month that was prepared and not begun."""
    async with transaction():
        await _set(support, (S.ACTIVE,), status=S.PAUSED, next_on=None)
        await release(support.id, "support_paused")
        await letters.to_supporter("support_paused", await whole(support.id), letters.now(), unpaid=False)


@retrying
async def resume(support: Support) -> None:
    """Charge again from the next day of hers on, today's if it is today; a month is never charged twice."""
    async with transaction():
        await _set(support, (S.PAUSED,), status=S.ACTIVE)
        fresh = await whole(support.id)
        await _forget_released_today(fresh)
        await letters.to_supporter("support_resumed", await plan(fresh, today=True), letters.now())


async def _forget_released_today(support: Support) -> None:
    """On its day: the month that the pause let go before its charge began is due again, by a new promise."""
    present = clock.today()
    if calendar.in_month(present.year, present.month, support.day) == present:
        month = SupportMonth.filter(support_id=support.id, month=calendar.month_of(present))
        if gone := await month.filter(pledge__status=PledgeStatus.RELEASED).first():
            await gone.delete()


async def plan(fresh: Support, *, today: bool = False) -> Support:
    """Write its next charge, under the lock the caller holds: a month is being charged or was.

    From tomorrow on, or from today on when today's charge, not made yet, is still wanted.
    """
    after = clock.today() - timedelta(days=today)
    next_on = calendar.first_after(after, fresh.day, await last_month(fresh.id))
    await Support.filter(id=fresh.id).update(next_on=next_on)
    fresh.next_on = next_on
    return fresh


async def abandon(support: Support) -> None:
    """The card was never saved."""
    await Support.filter(id=support.id, status=S.CREATED).update(status=S.ABANDONED, updated_at=clock.now())


async def pause_unpaid(pledge_id: int) -> None:
    """A month that stayed unpaid after its letters pauses the support (fact `pledge_dropped`)."""
    month = await SupportMonth.get_or_none(pledge_id=pledge_id)
    if month is None:
        return
    active = Support.filter(id=month.support_id, status=S.ACTIVE)
    if await active.update(status=S.PAUSED, next_on=None, updated_at=clock.now()):
        await release(month.support_id, "support_paused")
        await letters.to_supporter("support_paused", await whole(month.support_id), month.month, unpaid=True)


async def release(support_id: int, cause: str) -> None:
    """Let the months go whose charge has not begun; no total ever counted them as promises. The caller holds the lock.

    One whose charge has begun is left to it: its card is being asked, or was.
    """
    ids = await SupportMonth.filter(support_id=support_id).values_list("pledge_id", flat=True)
    for pledge in await Pledge.filter(id__in=list(ids) or [0], status=PledgeStatus.CONFIRMED).order_by("id"):
        with suppress(NotNow):  # its charge begins at this moment
            await transitions.move(pledge, PledgeStatus.RELEASED, by=By.SCHEDULER, cause=cause)


async def whole(support_id: int) -> Support:
    """A support with its person, campaign and initiative."""
    return await Support.get(id=support_id).select_related("person", "campaign", "campaign__initiative")


async def last_month(support_id: int) -> str:
    """The last month that was charged, or nothing."""
    row = await SupportMonth.filter(support_id=support_id).order_by("-month").first()
    return str(row.month) if row else ""


async def _set(support: Support, before: tuple[SupportStatus, ...], **values: object) -> None:
    rows = Support.filter(id=support.id, status__in=list(before))
    if not await rows.update(updated_at=clock.now(), **values):
        raise DomainError(_("Ce soutien a changé entre-temps. Voici où il en est."))


async def let_go(method_ref: str) -> None:
    """Have a saved card or mandate detached; nothing for none."""
    if method_ref:
        await jobs.enqueue("method_unneeded", key=method_ref, method_ref=method_ref)


async def months_of(support_id: int) -> list[SupportMonth]:
    """The last twelve months that were charged, with their pledges, the latest first."""
    rows = SupportMonth.filter(support_id=support_id).order_by("-month").limit(12)
    return await rows.select_related("pledge", "pledge__campaign")


async def of_person(person_id: int) -> list[Support]:
    """A person's supports whose card was saved once, those that run first, then the latest."""
    rows = Support.filter(person_id=person_id, status__in=[*RUNNING, S.CREATED, S.STOPPED])
    rows = rows.filter(~Q(method_ref="") | ~Q(session_ref=""))
    found = await rows.order_by("-id").select_related("person", "campaign", "campaign__initiative")
    order = (S.ACTIVE, S.PAUSED, S.CREATED)
    return sorted(found, key=lambda one: order.index(one.status) if one.status in order else len(order))


async def given_cents(support_id: int) -> int:
    """What a support has given in all, in cents."""
    rows = await database.fetch_all(f"{_GIVEN} WHERE m.support_id = ? GROUP BY m.support_id", [support_id])
    return int(rows[0]["cents"]) if rows else 0


async def given_by_support(supports: list[Support]) -> dict[int, int]:
    """What each has given in all, in cents."""
    ids = [support.id for support in supports] or [0]
    marks = ", ".join("?" * len(ids))
    rows = await database.fetch_all(f"{_GIVEN} WHERE m.support_id IN ({marks}) GROUP BY m.support_id", ids)
    return {int(row["support"]): int(row["cents"]) for row in rows}
