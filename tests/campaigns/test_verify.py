"""`civic verify` says what is wrong, `civic settle` and `civic reconcile` do what the jobs would have done."""

from collections.abc import AsyncIterator

import pytest

from campaigns.lifecycle.models import Campaign, Reward
from campaigns.pledges.models import Pledge
from campaigns.settlement import deciding
from civic import clock, jobs
from civic import database as db
from civic.settings import Settings
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import civic, open_till, problems
from tests.engines import Database
from tests.factories.settlement import a_live_campaign, a_pledge, deadline_passes


@pytest.fixture
async def gate(database: Database, settings: Settings, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


WRONGS = {
    "a total": ("UPDATE campaign SET collected_cents = collected_cents + 100", "le total gardé"),
    "a gauge": ("UPDATE need SET reached = reached + 1", "le total gardé"),
    "a contribution that is missing": ("UPDATE contribution SET revoked_at = at", "manque aux contributions"),
    "a contribution without a gift": ("UPDATE contribution SET source = 'pledge:999'", "n’a pas de don"),
    "a gift without a payment": ("UPDATE attempt SET status = 'failed'", "sans paiement"),
    "a payment nobody shows": ("UPDATE pledge SET status = 'needs_backer'", "sans le dire"),
    "a payment before success": ("UPDATE campaign SET status = 'failed'", "précède la réussite"),
    "a late promise": ("UPDATE campaign SET deadline = starts_at", "tardive"),
    "a reward": ("UPDATE reward SET taken = 3", "Contrepartie"),
}


@pytest.mark.parametrize("name", list(WRONGS))
async def test_whatever_is_wrong_is_said(gate: Harness, name: str) -> None:
    campaign = await a_live_campaign(5_000, starts_at=clock.now())
    await Reward.create(campaign_id=campaign.id, title="Une carte", from_cents=1000)
    await a_pledge(campaign, gate)
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    assert await problems() == []
    sql, words = WRONGS[name]
    await db.execute(sql)
    assert any(words in sentence for sentence in await problems())


async def test_promises_that_do_not_add_up_are_said_while_the_campaign_is_live(gate: Harness) -> None:
    campaign = await a_live_campaign(5_000)
    await a_pledge(campaign, gate)
    assert await problems() == []
    await Campaign.filter(id=campaign.id).update(backers_count=7)
    assert len(await problems()) == 1


async def test_the_host_settles_verifies_and_reconciles_from_a_terminal(
    database: Database, settings: Settings, gate: Harness
) -> None:
    campaign = await a_live_campaign(5_000)
    await a_pledge(campaign, gate, cents=6_000, tip=300)
    status, said = await civic(database, settings, gate, "settle", "--predict", "3")
    assert (status, "Elle réussirait" in said) == (0, True)
    await deadline_passes(campaign)
    status, said = await civic(database, settings, gate, "settle", campaign.slug)
    assert status == 0, said
    assert (await Pledge.get()).status == "collected"
    assert (await civic(database, settings, gate, "reconcile"))[0] == 0
    assert await civic(database, settings, gate, "verify") == (0, "Tout est juste.\n")
    await db.execute("UPDATE campaign SET collected_cents = 1")
    status, said = await civic(database, settings, gate, "verify")
    assert (status, "le total gardé" in said) == (1, True)
    assert (await civic(database, settings, gate, "settle", "nulle-part"))[0] == 1
