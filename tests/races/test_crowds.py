"""Crowds over HTTP against two server processes: what is scarce stays scarce, and everybody gets a page, not an error.

One process proves nothing: its requests take turns by themselves.
"""

from __future__ import annotations

import asyncio
import collections
from collections.abc import Awaitable, Callable

import httpx2

from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign, CampaignStatus, Reward
from campaigns.payments.models import Attempt
from campaigns.pledges.models import Pledge, PledgeStatus
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import assert_books_agree, open_till
from tests.factories.campaigns import a_live_campaign as a_reviewed_campaign
from tests.factories.campaigns import a_reward
from tests.factories.settlement import a_live_campaign, a_pledge, books_of, deadline_passes
from tests.factories.volunteering import a_mission, the_shift
from tests.site import Site, command
from volunteering.shifts.models import Shift
from volunteering.signups import queries, tallies
from volunteering.signups.letters import token_of
from volunteering.signups.models import Signup, SignupStatus

PEOPLE, PLACES = 200, 10
BACKERS, REWARDS = 100, 5
AT_ONCE = 32
DESIGNED = {303, 409, 422}
Act = Callable[[httpx2.AsyncClient, str], Awaitable[int]]


async def crowd(site: Site, size: int, act: Act) -> collections.Counter[int]:
    """So many visitors, each with cookies and an address of her own, half at either process; how they were answered."""
    turns, gate = asyncio.Semaphore(AT_ONCE), asyncio.Event()
    transports = [httpx2.AsyncHTTPTransport(limits=httpx2.Limits(max_connections=AT_ONCE)) for _ in site.urls]

    async def one(number: int) -> int:
        await gate.wait()
        async with turns:
            visitor = httpx2.AsyncClient(
                transport=_Shared(transports[number % len(transports)]), timeout=60,
                base_url=site.urls[number % len(site.urls)].replace("localhost", "127.0.0.1"),
                headers={"x-forwarded-for": f"10.0.{number // 250}.{number % 250 + 1}", "sec-fetch-site": "same-origin"},
            )  # fmt: skip
            return await act(visitor, f"habitante{number}@exemple.fr")

    tasks = [asyncio.create_task(one(number)) for number in range(size)]
    gate.set()
    answers = collections.Counter(await asyncio.gather(*tasks))
    for transport in transports:
        await transport.aclose()
    return answers


class _Shared(httpx2.AsyncBaseTransport):
    """Connections that outlive the visitor who borrowed them."""

    def __init__(self, transport: httpx2.AsyncHTTPTransport) -> None:
        self.transport = transport

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self.transport.handle_async_request(request)


async def test_two_hundred_people_want_ten_places_and_ten_have_one(two: Site) -> None:
    mission = await a_mission(places=PLACES)
    shift = await the_shift(mission)
    path = f"/missions/{mission.slug}/creneaux/{shift.id}/inscription"

    async def signs_up(visitor: httpx2.AsyncClient, email: str) -> int:
        fields = {"cle": f"cle-de-{email}", "name": f"Habitante {email.partition('@')[0]}", "email": email}
        return (await visitor.post(path, data=fields)).status_code

    answers = await crowd(two, PEOPLE, signs_up)
    assert answers == {303: PEOPLE}, answers
    after = await Shift.get(id=shift.id)
    seated = await Signup.filter(shift_id=shift.id, status=SignupStatus.HELD).count()
    waiting = await Signup.filter(shift_id=shift.id, status=SignupStatus.WAITING).count()
    assert (after.taken, seated, waiting) == (PLACES, PLACES, PEOPLE - PLACES)


async def test_five_hundred_people_want_fifty_places_and_the_rest_wait_in_order(two: Site) -> None:
    mission = await a_mission(places=50)
    shift = await the_shift(mission)
    path = f"/missions/{mission.slug}/creneaux/{shift.id}/inscription"

    async def signs_up(visitor: httpx2.AsyncClient, email: str) -> int:
        fields = {"cle": f"cle-de-{email}", "name": f"Habitante {email.partition('@')[0]}", "email": email}
        return (await visitor.post(path, data=fields)).status_code

    answers = await crowd(two, 500, signs_up)
    assert answers == {303: 500}, answers
    rows = await Signup.filter(shift_id=shift.id).order_by("id")
    assert [row.status for row in rows] == [SignupStatus.HELD] * 50 + [SignupStatus.WAITING] * 450
    assert await tallies.verifications() == []
    ranks = [await queries.position(await queries.whole(row.id)) for row in (rows[50], rows[51], rows[-1])]
    assert ranks == [1, 2, 450]

    async def gives_back(visitor: httpx2.AsyncClient, email: str) -> int:
        number = int("".join(one for one in email if one.isdigit()))
        return (await visitor.post(f"/mes-creneaux/{token_of(rows[number])}/annuler")).status_code

    assert await crowd(two, 20, gives_back) == {303: 20}
    after = await Signup.filter(shift_id=shift.id).order_by("id")
    expected = [SignupStatus.CANCELLED] * 20 + [SignupStatus.HELD] * 30 + [SignupStatus.OFFERED] * 20
    assert [row.status for row in after] == expected + [SignupStatus.WAITING] * 430
    assert (await Shift.get(id=shift.id)).taken == 50
    assert await tallies.verifications() == []


async def test_a_hundred_backers_want_five_rewards_and_five_hold_one(two: Site) -> None:
    campaign = await a_reviewed_campaign()
    reward = await a_reward(campaign, stock=REWARDS)
    start = f"/campagnes/{campaign.slug}/soutenir"

    async def backs(visitor: httpx2.AsyncClient, email: str) -> int:
        steps = (
            (start, {"amount": "3000", "reward": str(reward.id)}),
            (f"{start}/moi", {"name": f"Habitante {email.partition('@')[0]}", "email": email, "shown": "name"}),
            (f"{start}/verifier", {"tip": "0", "terms": "1"}),
        )
        status = 0
        for path, fields in steps:
            status = (await visitor.post(path, data=fields)).status_code
            if status != 303:
                break
        return status

    answers = await crowd(two, BACKERS, backs)
    assert set(answers) <= DESIGNED, answers
    assert answers[303] == REWARDS
    assert (await Reward.get(id=reward.id)).taken == REWARDS
    held = Pledge.filter(reward_id=reward.id).exclude(status__in=[PledgeStatus.ABANDONED, PledgeStatus.CANCELLED])
    assert await held.count() == REWARDS


async def test_two_workers_meet_one_deadline_and_each_card_is_charged_once(two: Site, till: Harness) -> None:
    async with open_till(till):
        campaign = await a_live_campaign(10_000)
        for number in range(8):
            await a_pledge(campaign, till, cents=2_000, name=f"Personne {number}")
        await deadline_passes(campaign)
        await asyncio.gather(*(command(two, "settle", campaign.slug) for _ in range(2)))
        states = collections.Counter([row.status for row in await Pledge.filter(campaign_id=campaign.id)])
        assert states == {PledgeStatus.COLLECTED: 8}
        assert await Attempt.filter(pledge__campaign_id=campaign.id).count() == 8
        theirs = await books_of(till)
        assert (theirs["charges"], theirs["gross"]) == (8, 16_000)
        assert await ledger.collected_cents(campaign.id) == 16_000
        assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.FUNDED
        await assert_books_agree(till)
