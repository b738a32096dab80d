"""A worker killed at any moment of a settlement: after a restart everybody has been charged exactly once."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.settlement import deciding, looking, queries
from campaigns.settlement.crash import POINTS
from civic import clock, jobs
from civic import database as db
from civic.mail.models import OutboxMessage
from civic.settings import Settings
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import assert_books_agree, open_till, start_civic
from tests.engines import Database
from tests.factories.settlement import a_live_campaign, a_pledge, books_of, deadline_passes

POOR = "pm_card_chargeCustomerFail"


@pytest.fixture
async def gate(database: Database, settings: Settings, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def finish() -> None:
    """The restart: the dead worker's leases have ended, reconcile looks, the jobs go on."""
    await db.execute("UPDATE job SET locked_until = 0 WHERE done_at IS NULL")
    await looking.reconcile(patience=timedelta())
    await jobs.run_due(schedules=False)
    await looking.reconcile(patience=timedelta())
    await jobs.run_due(schedules=False)


async def a_campaign_at_its_deadline(gate: Harness) -> Campaign:
    campaign = await a_live_campaign(10_000)
    for number in range(4):
        await a_pledge(campaign, gate, cents=3_000, tip=100 * (number % 2), name=f"Personne {number}")
    await a_pledge(campaign, gate, cents=500, card=POOR, name="Carte Refusée")
    await deadline_passes(campaign)
    await deciding.schedule(campaign.id)
    return campaign


async def assert_charged_once(campaign: Campaign, gate: Harness) -> None:
    states = [row.status for row in await Pledge.filter(campaign_id=campaign.id).order_by("id")]
    assert states == [PledgeStatus.COLLECTED] * 4 + [PledgeStatus.NEEDS_BACKER]
    found = await Campaign.get(id=campaign.id)
    assert (found.status, found.collected_cents) == (CampaignStatus.COLLECTING, 12_000)
    assert await ledger.collected_cents(campaign.id) == 12_000
    done = await queries.progress(campaign.id)
    assert (done.paid.n, done.failed.n, done.percent) == (4, 1, 100)
    theirs = await books_of(gate)
    assert (theirs["charges"], theirs["gross"]) == (4, 12_200)
    subjects = [mail.subject for mail in await OutboxMessage.all()]
    assert sum(subject.startswith("Votre don est arrivé") for subject in subjects) == 4
    assert sum("pas pu être prélevé" in subject for subject in subjects) == 1
    assert await jobs.dead_letters() == []
    await assert_books_agree(gate)


@pytest.mark.parametrize("point", POINTS)
async def test_a_worker_killed_there_charges_everyone_once(
    database: Database, settings: Settings, gate: Harness, point: str
) -> None:
    campaign = await a_campaign_at_its_deadline(gate)
    process = await start_civic(database, settings, gate, "worker", crash_at=point)
    _out, trouble = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == -signal.SIGKILL, trouble.decode()[-2000:]
    await finish()
    await assert_charged_once(campaign, gate)


async def test_two_workers_settle_side_by_side(database: Database, settings: Settings, gate: Harness) -> None:
    campaign = await a_campaign_at_its_deadline(gate)
    workers = [await start_civic(database, settings, gate, "worker") for _ in range(2)]
    for _ in range(300):
        if await jobs_left() == 0:
            break
        await asyncio.sleep(0.1)
    for process in workers:
        process.terminate()
        await process.communicate()
    await assert_charged_once(campaign, gate)


async def jobs_left() -> int:
    """What is due and not done."""
    present = int(clock.now().timestamp() * 1000)
    rows = await db.fetch_all("SELECT COUNT(*) AS n FROM job WHERE done_at IS NULL AND run_at <= ?", [present])
    return int(rows[0]["n"])


@pytest.mark.parametrize("seed", range(int(os.environ.get("CIVIC_TEST_KILLS", "2"))))
async def test_a_worker_killed_at_any_moment_charges_everyone_once(
    database: Database, settings: Settings, gate: Harness, seed: int
) -> None:
    campaign = await a_campaign_at_its_deadline(gate)
    process = await start_civic(database, settings, gate, "worker")
    for _ in range(600):
        if await db.fetch_all("SELECT id FROM job WHERE name = 'campaign_deadline' AND attempts > 0"):
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(random.Random(f"{seed}{database.engine}").uniform(0, 0.5))
    process.kill()
    await process.communicate()
    halfway = await queries.progress(campaign.id)  # what its lead sees meanwhile
    assert (halfway.total, halfway.asked + halfway.waiting.n) == (5, 5)
    await finish()
    await assert_charged_once(campaign, gate)


async def test_without_a_test_installation_no_crash_point_bites(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from campaigns.settlement.crash import crash_point

    killed: list[int] = []
    monkeypatch.setattr(os, "kill", lambda _process, signal_: killed.append(signal_))
    monkeypatch.setenv("CIVIC_CRASH_AT", "decided")
    crash_point("after_prepare")
    settings.environment = "demo"
    crash_point("decided")
    assert killed == []
    settings.environment = "test"
    crash_point("decided")
    assert killed == [signal.SIGKILL]
