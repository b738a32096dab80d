"""Each month, on the day chosen: one pledge, one attempt. The unique (support, month) has the last word."""

from datetime import date, timedelta

import structlog

from campaigns.lifecycle.models import CampaignStatus
from campaigns.lifecycle.transitions import By
from campaigns.pledges import transitions
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.recurring import calendar, cards, letters, service
from campaigns.recurring.models import Support, SupportMonth, SupportStatus
from campaigns.settlement.crash import crash_point
from civic import clock, database, jobs
from civic.database import retrying, transaction

log = structlog.get_logger("campaigns.recurring")
UNSETTLED = (
    PledgeStatus.CONFIRMED, PledgeStatus.CHARGING, PledgeStatus.UNKNOWN, PledgeStatus.NEEDS_BACKER,
    PledgeStatus.SWITCHED_OFFLINE,
)  # fmt: skip
BEFORE_FIRST = timedelta(days=3)
_SPENT = """SELECT COALESCE(SUM(posting.amount_cents), 0) AS cents FROM posting
JOIN entry ON entry.id = posting.entry_id JOIN account ON account.id = posting.account_id
WHERE account.kind = 'expense_paid' AND entry.campaign_id = ? AND entry.occurred_at >= ? AND entry.occurred_at < ?"""
_YEAR = """SELECT m.support_id AS support, COUNT(*) AS months, SUM(p.amount_cents) AS cents
FROM support_month m JOIN pledge p ON p.id = m.pledge_id
WHERE m.month LIKE ? AND p.status = 'collected' GROUP BY m.support_id ORDER BY m.support_id"""


@jobs.outside
async def charge_due(**_payload: object) -> None:
    """Every hour: the supports whose day has come, then the pages that were left."""
    due = Support.filter(status=SupportStatus.ACTIVE, next_on__lte=clock.today()).order_by("next_on", "id")
    for support in await due.limit(1000):
        try:
            if await charge(support.id):
                crash_point("month_made")
        except Exception:
            log.exception("support not charged", support=support.id)
    await _announce()
    await cards.sweep()


async def _announce() -> None:
    """Three days before the first charge ever, a word; those who began since have just read the day."""
    soon = Support.filter(status=SupportStatus.ACTIVE, next_on=clock.today() + BEFORE_FIRST)
    for row in await soon.order_by("id").limit(1000):
        new = row.started_at is None or clock.local(row.started_at).date() == clock.today()
        if new or await SupportMonth.filter(support_id=row.id).exists():
            continue
        async with transaction():
            await letters.to_supporter("support_soon", await service.whole(row.id), str(row.next_on))


@retrying
async def charge(support_id: int) -> Pledge | None:
    """Make this month's pledge of a support and have it charged; None when it is not due, or was made already.

    While an earlier month still waits for its backer, or the standing campaign is suspended, it waits too.
    """
    async with transaction():
        active = Support.filter(id=support_id, status=SupportStatus.ACTIVE, next_on__lte=clock.today())
        if not await active.update(updated_at=clock.now()):
            return None
        support = await service.whole(support_id)
        if support.campaign.status != CampaignStatus.LIVE or await _waits(support_id):
            return None
        due = support.next_on or clock.today()
        month = calendar.month_of(due)
        later = calendar.after(due, support.day, clock.today())
        await Support.filter(id=support_id).update(next_on=later)
        if await SupportMonth.filter(support_id=support_id, month=month).exists():
            return None
        pledge = await _promise(support, month)
        await SupportMonth.create(support_id=support_id, month=month, pledge_id=pledge.id)
        crash_point("month_begun")
        await jobs.enqueue("charge_pledge", key=f"pledge-{pledge.id}", pledge_id=pledge.id)
        return pledge


async def _waits(support_id: int) -> bool:
    rows = await SupportMonth.filter(support_id=support_id).order_by("-month").limit(2)
    return await Pledge.filter(id__in=[row.pledge_id for row in rows] or [0], status__in=list(UNSETTLED)).exists()


async def _promise(support: Support, month: str) -> Pledge:
    """A pledge that nobody reads about: monthly supports are never named in public."""
    present = clock.now()
    key = f"month-{support.id}-{month}"
    if before := await Pledge.filter(form_key__startswith=key).count():  # a stop let one go and was undone
        key = f"{key}-{before + 1}"
    pledge = await Pledge.create(
        campaign_id=support.campaign_id, person_id=support.person_id, form_key=key,
        amount_cents=support.amount_cents, anonymous=True, amount_hidden=True, customer_ref=support.customer_ref,
        method_ref=support.method_ref, method_label=support.method_label, created_at=present, updated_at=present,
    )  # fmt: skip
    await transitions.move(pledge, PledgeStatus.CONFIRMED, by=By.GATEWAY, cause="monthly", confirmed_at=present)
    return pledge


async def sum_up(**_payload: object) -> None:
    """In January: to each supporter, what last year's months came to; each letter once."""
    present = clock.today()
    if present.month != 1:
        return
    year = present.year - 1
    spent: dict[int, int] = {}
    for row in await database.fetch_all(_YEAR, [f"{year}-%"]):
        support = await service.whole(int(row["support"]))
        if support.campaign_id not in spent:
            spent[support.campaign_id] = await _spent(support.campaign_id, year)
        await letters.to_supporter(
            "support_year", support, str(year), year=year, months=int(row["months"]), total_cents=int(row["cents"]),
            running=support.status in service.RUNNING, spent_cents=spent[support.campaign_id],
            campaign_slug=support.campaign.slug,
        )  # fmt: skip


async def _spent(campaign_id: int, year: int) -> int:
    """What was spent in a calendar year, in cents, by the day it was paid."""
    span = [clock.at(date(year, 1, 1), 0), clock.at(date(year + 1, 1, 1), 0)]
    rows = await database.fetch_all(_SPENT, [campaign_id, *span])
    return int(rows[0]["cents"])
