"""Find the campaigns that reach a moment, and write to their leads, once."""

from collections.abc import Callable
from datetime import datetime, timedelta

from campaigns.coaching.models import CoachStop
from campaigns.lifecycle.models import Campaign, CampaignStatus
from civic import clock, database, mail
from civic.database import transaction
from civic.i18n import speaking
from civic.initiatives.queries import leads_of
from civic.people import links
from civic.people.models import Person
from civic.web.formats import until

STOP = "coaching"
"""Purpose of the signed link that stops these letters."""
IDLE, TO_DATE, AFTER = timedelta(days=7), timedelta(days=2), timedelta(days=1)
STALE = timedelta(days=14)
"""A moment older than this is over: a campaign found late (an import, a long breakdown) hears nothing of it."""

_ONCE = """INSERT INTO coach_letter (campaign_id, moment, at) VALUES (?, ?, ?)
ON CONFLICT (campaign_id, moment) DO NOTHING"""


def moment_of(campaign: Campaign, now: datetime) -> str:
    """The letter this campaign is due for now: idle, approved, eve, first, half, last, success or failure; or none."""
    due = _DUE.get(campaign.status)
    return due(campaign, now) if due else ""


def _idle(campaign: Campaign, now: datetime) -> str:
    return "idle" if IDLE <= now - campaign.updated_at < STALE else ""


def _approved(campaign: Campaign, now: datetime) -> str:
    if campaign.starts_at and clock.local(campaign.starts_at).date() == clock.local(now).date() + timedelta(days=1):
        return "eve"
    return "approved" if now - campaign.updated_at < STALE else ""


def _live(campaign: Campaign, now: datetime) -> str:
    start, end = campaign.starts_at, campaign.deadline
    if start is None or end is None or now >= end:
        return ""
    if end - now <= TO_DATE:
        return "last"
    if now - start < TO_DATE:
        return "first"
    return "half" if now >= start + (end - start) / 2 else ""


def _ended(name: str) -> Callable[[Campaign, datetime], str]:
    def due(campaign: Campaign, now: datetime) -> str:
        since = now - campaign.decided_at if campaign.decided_at else timedelta(0)
        return name if AFTER <= since < STALE * 2 else ""

    return due


_DUE: dict[CampaignStatus, Callable[[Campaign, datetime], str]] = {
    CampaignStatus.DRAFT: _idle, CampaignStatus.CHANGES_REQUESTED: _idle, CampaignStatus.APPROVED: _approved,
    CampaignStatus.LIVE: _live, CampaignStatus.FUNDED: _ended("success"), CampaignStatus.FAILED: _ended("failure"),
}  # fmt: skip


async def write_due(**_payload: object) -> None:
    """Send the letters whose moment has come (hourly)."""
    present = clock.now()
    since = present - STALE * 8
    for campaign in await Campaign.filter(status__in=list(_DUE), updated_at__gte=since).select_related("initiative"):
        moment = moment_of(campaign, present)
        if moment:
            await write(campaign, moment)


async def write(campaign: Campaign, moment: str) -> None:
    """Write to every lead who did not stop these letters; nothing when this moment's letter went out before."""
    async with transaction():
        if not await database.execute(_ONCE, [campaign.id, moment, clock.now()]):
            return
        for lead in await leads_of(campaign.initiative_id):
            if lead.email and not await is_stopped(lead):
                await _send(campaign, moment, lead)


async def _send(campaign: Campaign, moment: str, lead: Person) -> None:
    await mail.send(
        f"campaigns/coach_{moment}", to=lead.email or "", key=f"coach-{moment}-{campaign.id}-{lead.id}",
        locale=lead.locale, title=campaign.title, slug=campaign.slug, person=lead.name,
        collected_cents=campaign.shown_cents, minimum_cents=campaign.needed_cents, token=links.make(STOP, lead.id),
        until=_when(campaign, lead.locale),
    )  # fmt: skip


def _when(campaign: Campaign, locale: str) -> str:
    """When it ends, in the reader's language; empty without a deadline."""
    with speaking(locale):
        return until(campaign.deadline) if campaign.deadline else ""


async def is_stopped(person: Person) -> bool:
    """Whether this person wants no such letters."""
    return await CoachStop.filter(person_id=person.id).exists()


async def stop(person_id: int) -> None:
    """No more letters; harmless when repeated."""
    sql = "INSERT INTO coach_stop (person_id, at) VALUES (?, ?) ON CONFLICT (person_id) DO NOTHING"
    await database.execute(sql, [person_id, clock.now()])


async def start_again(person_id: int) -> None:
    """She wants them after all."""
    await CoachStop.filter(person_id=person_id).delete()
