"""The deadline, as backers and leads live it: charged once or not at all, told in plain words, booked to the cent."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import Gift, Saved
from campaigns.settlement import deciding, looking
from civic import clock, jobs
from civic.contributions.models import Contribution
from civic.mail.models import OutboxMessage
from civic.settings import Settings
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import assert_books_agree, open_till
from tests.engines import Database
from tests.factories import a_person
from tests.factories.settlement import ASKS_BANK, a_live_campaign, a_pledge, books_of, deadline_passes

pytestmark = pytest.mark.usefixtures("database", "settings")


@pytest.fixture
async def gate(database: Database, settings: Settings, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def states(campaign: Campaign) -> list[str]:
    rows = await Pledge.filter(campaign_id=campaign.id).order_by("id")
    return [row.status.value for row in rows]


async def status_of(campaign: Campaign) -> CampaignStatus:
    return (await Campaign.get(id=campaign.id)).status


async def subjects() -> list[str]:
    return [mail.subject for mail in await OutboxMessage.all().order_by("id")]


async def settle_now(campaign: Campaign) -> None:
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)


async def test_a_campaign_that_reaches_its_goal_charges_everyone_once_and_is_funded(gate: Harness) -> None:
    campaign = await a_live_campaign(10_000)
    for cents, tip in ((5000, 0), (4000, 200), (3000, 0)):
        await a_pledge(campaign, gate, cents=cents, tip=tip)
    assert (await books_of(gate))["charges"] == 0
    await settle_now(campaign)
    assert await states(campaign) == ["collected"] * 3
    found = await Campaign.get(id=campaign.id)
    assert (found.status, found.decided_total_cents, found.collected_cents) == (CampaignStatus.FUNDED, 12_000, 12_000)
    assert await ledger.collected_cents(campaign.id) == 12_000
    assert (await ledger.balances())["platform_tips"] == -200
    assert (await books_of(gate))["gross"] == 12_200
    assert await Contribution.filter(revoked_at__isnull=True).count() == 3
    await assert_books_agree(gate)
    told = await subjects()
    assert sum(subject.startswith("Votre don est arrivé") for subject in told) == 3
    assert sum(subject.startswith("C’est fait") for subject in told) == 3
    assert sum(subject.startswith("Votre collecte est financée") for subject in told) == 1
    assert await jobs.dead_letters() == []


async def test_a_campaign_that_misses_its_goal_charges_nobody_and_lets_every_card_go(gate: Harness) -> None:
    campaign = await a_live_campaign(10_000)
    pledge = await a_pledge(campaign, gate, cents=9_999)
    await settle_now(campaign)
    assert (await status_of(campaign), await states(campaign)) == (CampaignStatus.FAILED, ["released"])
    assert (await books_of(gate))["charges"] == 0
    world = await gate.control.dump()
    assert world["payment_intents"] == []
    assert {method["customer"] for method in world["payment_methods"]} == {None}
    assert await Attempt.filter(pledge_id=pledge.id).count() == 0
    assert any("pas atteint son objectif" in subject for subject in await subjects())
    await assert_books_agree(gate)
