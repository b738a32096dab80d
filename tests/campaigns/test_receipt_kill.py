"""A process killed at any moment of a receipt: one number each, no gap, one letter, and the same paper afterwards."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from datetime import date

import httpx2
import pypdfium2
import pytest

from campaigns.lifecycle.models import Campaign
from campaigns.pledges.models import Pledge
from campaigns.pledges.queries import MANAGE
from campaigns.receipts import service
from campaigns.receipts.forms import DonorForm
from campaigns.receipts.models import Receipt, ReceiptSeries
from campaigns.receipts.verify import CHECKS
from campaigns.refunds import requesting
from campaigns.refunds.models import RefundMeans
from civic import database as db
from civic import jobs
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.settings import Settings, configure
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import open_till, start_civic
from tests.engines import Database
from tests.factories.refunds import a_funded_campaign, a_treasurer, asked
from tests.serving import mortal_server

ISSUER = {
    "receipt_issuer": "Les Jardins du Carron", "receipt_address": "4 rue du Four|01600 Trévoux",
    "receipt_number": "W012345678", "receipt_purpose": "Relier les hameaux", "receipt_category": "interet_general",
    "receipt_ground": "Rescrit de la DDFiP de l’Ain", "receipt_ground_on": "2020-01-01",
    "receipt_signatory": "Rose Petit, trésorière",
}  # fmt: skip
ADDRESS = {
    "kind": "person",
    "name": "Odile Blanc",
    "street": "3 chemin des Étangs",
    "postcode": "01330",
    "city": "Villars",
}
ENVIRONMENT = {f"CIVIC_{name.upper()}": value for name, value in ISSUER.items()}
SEEDS = range(int(os.environ.get("CIVIC_TEST_KILLS", "2")))
pytestmark = [] if "CIVIC_TEST_KILLS" in os.environ else [pytest.mark.one_engine]


@pytest.fixture
async def gate(database: Database, settings: Settings, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


def issuing(settings: Settings) -> None:
    """From now on the host issues receipts."""
    configure(settings.model_copy(update=ISSUER | {"receipt_ground_on": date(2020, 1, 1)}))


async def three_donors(gate: Harness) -> list[Pledge]:
    """Three gifts have arrived; their donors have said who they are; the fact is told from now on."""
    await a_funded_campaign(gate, (2_000, 0), (3_000, 100), (4_000, 0))
    found = await Pledge.all().order_by("id").select_related("campaign", "person")
    for pledge in found:
        await service.tell_identity(pledge, DonorForm.model_validate(ADDRESS))
        await jobs.enqueue("payment_collected", key=f"again-{pledge.id}", pledge_id=pledge.id)
    return found


async def finish(settings: Settings) -> None:
    """The restart: the dead worker's leases have ended, the jobs go on."""
    issuing(settings)
    await db.execute("UPDATE job SET locked_until = 0 WHERE done_at IS NULL")
    await jobs.run_due(schedules=False)


async def assert_each_once() -> None:
    receipts = await Receipt.all().order_by("number")
    assert [row.number for row in receipts] == [1, 2, 3]
    assert sorted(row.amount_cents for row in receipts) == [2_000, 3_000, 4_000]
    assert (await ReceiptSeries.get()).highest == 3
    assert await letters("est prêt") == 3
    assert [sentence for check in CHECKS for sentence in await check()] == []
    assert await jobs.dead_letters() == []


async def letters(words: str) -> int:
    return sum(words in mail.subject for mail in await OutboxMessage.all())


@pytest.mark.parametrize("point", ["receipt_numbered", "receipt_written", "receipt_issued"])
async def test_a_worker_killed_there_gives_each_gift_one_number(
    database: Database, settings: Settings, gate: Harness, point: str
) -> None:
    await three_donors(gate)
    process = await start_civic(database, settings, gate, "worker", crash_at=point, **ENVIRONMENT)
    _out, trouble = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == -signal.SIGKILL, trouble.decode()[-2000:]
    await finish(settings)
    await assert_each_once()


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_worker_killed_at_any_moment_gives_each_gift_one_number(
    database: Database, settings: Settings, gate: Harness, seed: int
) -> None:
    await three_donors(gate)
    process = await start_civic(database, settings, gate, "worker", **ENVIRONMENT)
    for _ in range(600):
        if await db.fetch_all(
            "SELECT id FROM job WHERE name = 'payment_collected' AND key LIKE 'again%' AND attempts > 0"
        ):
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(random.Random(f"{seed}{database.engine}").uniform(0, 0.2))
    process.kill()
    await process.communicate()
    await finish(settings)
    await assert_each_once()


async def test_a_worker_killed_under_a_void_leaves_neither_gap_nor_twin(
    database: Database, settings: Settings, gate: Harness
) -> None:
    pledge = (await three_donors(gate))[1]
    await finish(settings)
    await assert_each_once()
    await give_a_part_back(pledge)
    process = await start_civic(database, settings, gate, "worker", crash_at="receipt_numbered", **ENVIRONMENT)
    _out, trouble = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == -signal.SIGKILL, trouble.decode()[-2000:]
    await finish(settings)
    rows = await Receipt.filter(pledge_id=pledge.id).order_by("number")
    assert [(row.number > 3, row.amount_cents, row.voids_id is None) for row in rows] == [
        (False, 3_000, True), (True, 3_000, False), (True, 2_000, True),
    ]  # fmt: skip
    assert sorted(row.number for row in await Receipt.all()) == [1, 2, 3, 4, 5]
    assert await letters("est annulé") == 1
    assert [sentence for check in CHECKS for sentence in await check()] == []


async def give_a_part_back(pledge: Pledge) -> None:
    """10 € of it went back by a transfer that two persons wanted."""
    refund = await asked(pledge, 1_000, RefundMeans.TRANSFER)
    await requesting.approve(refund.id, await a_treasurer())


async def test_a_server_killed_while_it_draws_the_paper_draws_the_same_one_afterwards(
    database: Database, settings: Settings, gate: Harness
) -> None:
    pledge = (await three_donors(gate))[0]
    await finish(settings)
    number = (await Receipt.get(pledge_id=pledge.id)).label
    path = f"/promesses/{links.make(MANAGE, pledge.id)}/recu.pdf"
    async with httpx2.AsyncClient(trust_env=False, timeout=20) as http:
        with mortal_server(database.url, settings.data, crash_at="receipt_drawn") as (address, process):
            with pytest.raises(httpx2.TransportError):
                await http.get(f"{address}{path}")
            assert process.wait(10) == -signal.SIGKILL
        with mortal_server(database.url, settings.data) as (address, _process):
            paper = (await http.get(f"{address}{path}")).content
    assert number in pypdfium2.PdfDocument(paper)[0].get_textpage().get_text_range()
    await assert_each_once()
    assert (await Campaign.get(id=pledge.campaign_id)).collected_cents == 9_000
