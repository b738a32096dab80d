"""The last euros of a commune, wanted by twenty gifts at once over two servers and two workers: never beyond its budget."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from campaigns.lifecycle.models import Campaign
from campaigns.matching.models import Match, MatchAgreement, MatchFund, MatchState
from campaigns.matching.verify import CHECKS as MATCHING
from campaigns.pledges.models import Pledge, PledgeStatus
from civic import jobs
from tests.campaigns.sandbox_server import SECRET, Harness
from tests.campaigns.till import open_till
from tests.engines import Database
from tests.factories.campaigns import a_live_campaign
from tests.factories.matching import an_agreement
from tests.races.test_crowds import crowd
from tests.site import Site, free_port, served

BACKERS, BUDGET = 20, 25_000
CARD = {"means": "card", "number": "4242424242424242", "expiry": "12 / 40", "cvc": "123", "name": "Rose Martin"}


@pytest.fixture
async def busy(database: Database, tmp_path: Path, till: Harness) -> AsyncIterator[Site]:
    """Two web processes whose jobs run beside them; this process runs jobs too."""
    (tmp_path / "sandbox-webhook-secret").write_text(SECRET)
    async with served(database, tmp_path, ports=[free_port(), free_port()], TEST_SANDBOX=till.url) as site:
        yield site
        assert site.trouble() == []


async def test_twenty_gifts_want_the_last_euros_of_a_fund_and_it_gives_no_more_than_it_has(
    busy: Site, till: Harness
) -> None:
    async with open_till(till):
        campaigns = [await a_live_campaign() for _ in range(2)]
        first = await an_agreement(campaigns[0], budget_cents=BUDGET, cap_cents=BUDGET)
        await an_agreement(campaigns[1], fund_id=first.fund_id, cap_cents=BUDGET)

        async def backs(visitor: httpx2.AsyncClient, email: str) -> int:
            campaign = campaigns[len(email) % 2 ^ int(email[9]) % 2]
            return await gives(visitor, campaign, email, till)

        async def another_worker() -> None:
            for _ in range(200):
                await jobs.run_due(schedules=False)
                await asyncio.sleep(0.02)

        worker = asyncio.create_task(another_worker())
        answers = await crowd(busy, BACKERS, backs)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        await jobs.run_due(schedules=False)
        assert answers == {200: BACKERS}
        assert await Pledge.filter(status=PledgeStatus.CONFIRMED).count() == BACKERS
        fund = await MatchFund.get()
        standing = await Match.exclude(state=MatchState.RELEASED)
        assert fund.used_cents == sum(row.amount_cents for row in standing) == BUDGET
        shares = [agreement.reserved_cents for agreement in await MatchAgreement.all()]
        shown = [(await Campaign.get(id=one.id)).matched_cents for one in campaigns]
        assert sorted(shares) == sorted(shown)
        assert [said for check in MATCHING for said in await check()] == []


async def gives(visitor: httpx2.AsyncClient, campaign: Campaign, email: str, till: Harness) -> int:
    """From the form to « Merci », her card saved at the hosted page."""
    start = f"/campagnes/{campaign.slug}/soutenir"
    steps = (
        (start, {"amount": "3000"}),
        (f"{start}/moi", {"name": f"Habitante {email.partition('@')[0]}", "email": email, "shown": "name"}),
        (f"{start}/verifier", {"tip": "0", "terms": "1"}),
    )
    for path, fields in steps:
        answer = await visitor.post(path, data=fields)
        if answer.status_code != 303:
            return answer.status_code
    hosted = (await visitor.get(answer.headers["location"])).headers["location"]
    back = (await till.browser.post(hosted, data=CARD)).headers["location"]
    return (await visitor.get(httpx2.URL(back).raw_path.decode())).status_code
