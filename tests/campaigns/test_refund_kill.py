"""A worker killed at any moment of a refund: after a restart the money has gone back exactly once."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.pledges.models import Pledge
from campaigns.settlement.crash import REFUND_POINTS
from civic import database as db
from civic import jobs
from civic.mail.models import OutboxMessage
from civic.settings import Settings
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import assert_books_agree, open_till, start_civic
from tests.engines import Database
from tests.factories.refunds import a_funded_campaign, a_gift, approved, restart, unwinding


@pytest.fixture
async def gate(database: Database, settings: Settings, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def assert_given_back_once(campaign: Campaign, gate: Harness) -> None:
    refunds = (await gate.control.dump())["refunds"]
    assert sorted(refund["amount"] for refund in refunds) == [2_000, 3_100, 4_000]
    found = await Campaign.get(id=campaign.id)
    assert (found.status, found.collected_cents) == (CampaignStatus.REFUNDED, 0)
    assert {row.status for row in await Pledge.filter(campaign_id=campaign.id)} == {"refunded"}
    subjects = [mail.subject for mail in await OutboxMessage.all()]
    assert sum(subject.startswith("Votre don vous est rendu") for subject in subjects) == 3
    assert await jobs.dead_letters() == []
    await assert_books_agree(gate)


@pytest.mark.parametrize("point", REFUND_POINTS)
async def test_a_worker_killed_there_gives_everyone_back_once(
    database: Database, settings: Settings, gate: Harness, point: str
) -> None:
    campaign = await a_funded_campaign(gate, (2_000, 0), (3_000, 100), (4_000, 0))
    await unwinding(campaign)
    process = await start_civic(database, settings, gate, "worker", crash_at=point)
    _out, trouble = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == -signal.SIGKILL, trouble.decode()[-2000:]
    await restart()
    await assert_given_back_once(campaign, gate)


@pytest.mark.one_engine
@pytest.mark.parametrize("point", [point for point in REFUND_POINTS if point.startswith(("refund", "after"))])
async def test_a_worker_killed_there_gives_a_part_back_once(
    database: Database, settings: Settings, gate: Harness, point: str
) -> None:
    """Of a whole gift the gateway itself refuses a second one; of a part only its key keeps us from it."""
    pledge = await a_gift(gate, 5_000)
    await approved(pledge, 2_000)
    process = await start_civic(database, settings, gate, "worker", crash_at=point)
    _out, trouble = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == -signal.SIGKILL, trouble.decode()[-2000:]
    await restart()
    assert [refund["amount"] for refund in (await gate.control.dump())["refunds"]] == [2_000]
    assert (await Campaign.get(id=pledge.campaign_id)).collected_cents == 3_000
    await assert_books_agree(gate)


@pytest.mark.parametrize("seed", range(int(os.environ.get("CIVIC_TEST_KILLS", "2"))))
async def test_a_worker_killed_at_any_moment_gives_everyone_back_once(
    database: Database, settings: Settings, gate: Harness, seed: int
) -> None:
    campaign = await a_funded_campaign(gate, (2_000, 0), (3_000, 100), (4_000, 0))
    await unwinding(campaign)
    process = await start_civic(database, settings, gate, "worker")
    for _ in range(600):
        if await db.fetch_all("SELECT id FROM job WHERE name = 'campaign_unwinding' AND attempts > 0"):
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(random.Random(f"{seed}{database.engine}").uniform(0, 0.4))
    process.kill()
    await process.communicate()
    await restart()
    await assert_given_back_once(campaign, gate)
