"""A process killed at any moment of a payout, a permission or an expense: afterwards each is booked exactly once."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator

import httpx2
import pytest

from campaigns.ledger import queries as ledger
from campaigns.ledger.models import Entry
from campaigns.lifecycle.models import Campaign
from campaigns.payouts.models import Answer, Expense, Tranche
from campaigns.payouts.verify import CHECKS
from civic import database as db
from civic import jobs
from civic.people import service as people
from civic.people.middleware import cookie_name
from civic.people.models import AuditEntry, Person
from civic.settings import Settings
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import assert_books_agree, open_till, start_civic
from tests.engines import Database
from tests.factories.payouts import a_tranche, a_treasurer, an_expense
from tests.factories.proof import Given
from tests.factories.proof import a_funded_campaign as a_booked_campaign
from tests.factories.refunds import a_funded_campaign
from tests.serving import mortal_server

GIFTS = (Given("Rose Martin", 30_000), Given("Paul Roux", 50_000), Given("Odile Blanc", 20_000))
SEEDS = range(int(os.environ.get("CIVIC_TEST_KILLS", "2")))
pytestmark = [] if "CIVIC_TEST_KILLS" in os.environ else [pytest.mark.one_engine]
YES = {"answer": "accepted", "reason": ""}


@pytest.fixture
async def gate(database: Database, settings: Settings, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def two_payouts(gate: Harness) -> None:
    """The balance went to the bank twice, and nobody has read it."""
    for cents in (2_000, 3_000):
        await a_funded_campaign(gate, (cents, 0))
        await gate.control.pay_out()


async def assert_paid_out_once(gate: Harness) -> None:
    await db.execute("UPDATE job SET locked_until = 0 WHERE done_at IS NULL")
    for again in range(2):
        await jobs.enqueue("payouts_read", key=f"after {again}")
        await jobs.run_due(schedules=False)
    world = await gate.control.dump()
    assert await Entry.filter(kind="payout").count() == 2
    assert (await ledger.balances())["bank"] == sum(one["amount"] for one in world["payouts"])
    assert await jobs.dead_letters() == []
    await assert_books_agree(gate)


@pytest.mark.parametrize("point", ["payout_read", "payout_booked"])
async def test_a_worker_killed_there_books_each_payout_once(
    database: Database, settings: Settings, gate: Harness, point: str
) -> None:
    await two_payouts(gate)
    process = await start_civic(database, settings, gate, "worker", crash_at=point)
    _out, trouble = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == -signal.SIGKILL, trouble.decode()[-2000:]
    assert await Entry.filter(kind="payout").count() == (1 if point == "payout_booked" else 0)
    await assert_paid_out_once(gate)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_worker_killed_at_any_moment_books_each_payout_once(
    database: Database, settings: Settings, gate: Harness, seed: int
) -> None:
    await two_payouts(gate)
    process = await start_civic(database, settings, gate, "worker")
    for _ in range(600):
        if await db.fetch_all("SELECT id FROM job WHERE name = 'payouts_read' AND attempts > 0"):
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(random.Random(f"{seed}{database.engine}").uniform(0, 0.1))
    process.kill()
    await process.communicate()
    await assert_paid_out_once(gate)


class Desk:
    """A treasurer in front of a page of spending, and what she is asked to answer."""

    def __init__(self, campaign: Campaign, treasurer: Person, cookie: str, tranche: Tranche, expense: Expense) -> None:
        base = f"/campagnes/{campaign.slug}/depenses"
        self.campaign, self.treasurer, self.cookie = campaign, treasurer, cookie
        self.paths = {"tranche": f"{base}/tranches/{tranche.id}", "expense": f"{base}/{expense.id}"}

    async def answer(self, address: str, what: str) -> int:
        """Her click; 0 when the process died under it."""
        headers = {"sec-fetch-site": "same-origin"}
        async with httpx2.AsyncClient(
            base_url=address, headers=headers, cookies={cookie_name(): self.cookie}, trust_env=False, timeout=20
        ) as http:
            try:
                return (await http.post(self.paths[what], data=YES)).status_code
            except httpx2.TransportError:
                return 0


async def a_desk() -> Desk:
    """30 € are permitted on the first line, 10 € of them are said to be spent, 20 € more are asked for."""
    campaign = await a_booked_campaign(*GIFTS)
    treasurer = (await a_treasurer()).person
    await a_tranche(campaign, campaign.lead, 3_000, status=Answer.ACCEPTED, answered_by=treasurer)
    tranche, expense = await a_tranche(campaign, campaign.lead, 2_000), await an_expense(campaign, campaign.lead, 1_000)
    return Desk(campaign, treasurer, await people.open_session(treasurer, "tests"), tranche, expense)


async def assert_answered_once(desk: Desk, what: str) -> None:
    """Answered, audited, and booked when it is an expense: once."""
    model: type[Tranche | Expense] = Tranche if what == "tranche" else Expense
    assert await model.filter(status=Answer.ASKED).count() == 0
    assert await AuditEntry.filter(act=f"{what}_accepted").count() == 1
    spent = (await ledger.campaign_balances(desk.campaign.id)).get("expense_paid", 0)
    assert (await Entry.filter(kind="expense").count(), spent) == ((1, 1_000) if what == "expense" else (0, 0))
    assert [sentence for check in CHECKS for sentence in await check()] == []


@pytest.mark.parametrize("point", ["tranche_answered", "expense_answered", "expense_booked"])
async def test_a_server_killed_under_an_answer_leaves_it_to_be_given_once(
    database: Database, settings: Settings, point: str
) -> None:
    what, desk = point.partition("_")[0], await a_desk()
    with mortal_server(database.url, settings.data, crash_at=point) as (address, process):
        assert await desk.answer(address, what) == 0
        assert process.wait(10) == -signal.SIGKILL
    assert await Entry.filter(kind="expense").count() == 0
    assert await AuditEntry.filter(act=f"{what}_accepted").count() == 0
    with mortal_server(database.url, settings.data) as (address, _process):
        assert [await desk.answer(address, what) for _ in range(2)] == [303, 303]
    await assert_answered_once(desk, what)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_server_killed_at_any_moment_of_an_answer_books_an_expense_once(
    database: Database, settings: Settings, seed: int
) -> None:
    desk = await a_desk()
    with mortal_server(database.url, settings.data) as (address, process):
        clicked = asyncio.create_task(desk.answer(address, "expense"))
        await asyncio.sleep(random.Random(f"{seed}{database.engine}").uniform(0, 0.15))
        process.kill()
        await clicked
    with mortal_server(database.url, settings.data) as (address, _process):
        assert await desk.answer(address, "expense") == 303
    await assert_answered_once(desk, "expense")
