"""Two persons at two servers act on the same money at the same instant: it moves once, and never beyond what there is."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import httpx2
import pytest

from campaigns.ledger.models import Entry
from campaigns.lifecycle.models import Campaign
from campaigns.offline.models import OfflineGift, OfflineStatus
from campaigns.offline.verify import CHECKS as OFFLINE
from campaigns.payments import gateway
from campaigns.payments.models import Attempt
from campaigns.payouts import queries as purses
from campaigns.payouts.models import Answer, Expense, Tranche
from campaigns.payouts.verify import CHECKS as SPENDING
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.queries import MANAGE
from campaigns.receipts.models import Receipt
from campaigns.receipts.verify import CHECKS as RECEIPTS
from campaigns.refunds import looking as refunds
from campaigns.refunds.models import Refund, RefundStatus
from campaigns.sandbox.deliveries import signature
from civic import clock, jobs
from civic.people import links
from civic.people import service as people
from civic.people.middleware import cookie_name
from civic.people.models import Person, RoleName
from tests.campaigns.sandbox_server import SECRET, Harness
from tests.campaigns.till import assert_books_agree, open_till, problems
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign
from tests.factories.offline import a_gift as a_cheque
from tests.factories.payouts import a_tranche, an_expense
from tests.factories.proof import Given
from tests.factories.proof import a_funded_campaign as a_booked_campaign
from tests.factories.refunds import a_funded_campaign, asked
from tests.site import Site

GIFTS = (Given("Rose Martin", 30_000), Given("Paul Roux", 50_000), Given("Odile Blanc", 20_000))
YES = {"answer": "accepted", "reason": ""}
DESIGNED = {303, 409, 422}


class Hall:
    """Where everybody sits in front of one of the two servers."""

    def __init__(self, site: Site, stack: AsyncExitStack) -> None:
        self.site, self.stack = site, stack

    async def seat(self, number: int, person: Person) -> httpx2.AsyncClient:
        """This person, signed in."""
        base = self.site.urls[number % len(self.site.urls)].replace("localhost", "127.0.0.1")
        http = httpx2.AsyncClient(base_url=base, trust_env=False, timeout=60, headers={"sec-fetch-site": "same-origin"})
        await self.stack.enter_async_context(http)
        http.cookies.set(cookie_name(), await people.open_session(person, "tests"))
        await http.get("/moi")  # connected, so that the clicks meet
        return http

    async def treasurers(self, many: int = 2) -> list[httpx2.AsyncClient]:
        """So many treasurers, one at each server in turn."""
        return [await self.seat(n, await a_person(f"Garde {n}", "", RoleName.TREASURER)) for n in range(many)]


@pytest.fixture
async def hall(two: Site) -> AsyncIterator[Hall]:
    async with AsyncExitStack() as stack:
        yield Hall(two, stack)


async def all_at_once(*clicks: tuple[httpx2.AsyncClient, str, dict[str, object]]) -> Counter[int]:
    """Everybody clicks in the same instant; how they were answered."""
    answers = await asyncio.gather(*(http.post(path, data=fields) for http, path, fields in clicks))
    found = Counter(answer.status_code for answer in answers)
    assert set(found) <= DESIGNED, [answer.text[-500:] for answer in answers if answer.status_code not in DESIGNED]
    return found


async def settle(till: Harness) -> None:
    """The jobs, then a look at everything."""
    for _round in range(2):
        await jobs.run_due(schedules=False)
        await refunds.reconcile(patience=timedelta())
        await refunds.recall()
    await jobs.run_due(schedules=False)


async def test_two_treasurers_approve_one_refund_and_it_leaves_once(hall: Hall, till: Harness) -> None:
    async with open_till(till):
        campaign = await a_funded_campaign(till, *[(3_000, 100)] * 5)
        first, second = await hall.treasurers()
        for pledge in await Pledge.filter(campaign_id=campaign.id).order_by("id"):
            path = f"/tresorerie/remboursements/{(await asked(pledge, 1_000)).id}/approuver"
            assert await all_at_once((first, path, {}), (second, path, {})) == {303: 1, 409: 1}
        await settle(till)
        back = (await till.control.dump())["refunds"]
        assert [one["amount"] for one in back] == [1_000] * 5
        assert await Refund.filter(status=RefundStatus.SUCCEEDED).count() == 5
        assert (await Campaign.get(id=campaign.id)).collected_cents == 10_000
        await assert_books_agree(till)


async def test_refunds_asked_for_by_many_never_exceed_the_gift(hall: Hall, till: Harness) -> None:
    async with open_till(till):
        campaign = await a_funded_campaign(till, (5_000, 0), (5_000, 0), (5_000, 0))
        desks = await hall.treasurers(4)
        for pledge in await Pledge.filter(campaign_id=campaign.id).order_by("id"):
            path, fields = (
                f"/tresorerie/dons/{pledge.id}/rembourser",
                {"amount": "30", "reason": "Elle déménage.", "means": "gateway"},
            )
            asked_for = await all_at_once(*((desk, path, fields) for desk in desks))
            assert asked_for == {303: 1, 422: 3}
            waiting = await Refund.get(pledge_id=pledge.id)
            approve = f"/tresorerie/remboursements/{waiting.id}/approuver"
            await asyncio.gather(
                *(desk.post(approve) for desk in desks), *(desk.post(path, data=fields) for desk in desks)
            )
        await settle(till)
        for charge in (await till.control.dump())["charges"]:
            assert charge["amount_refunded"] == 3_000
        assert await problems() == []
        await assert_books_agree(till)


async def test_a_refund_and_a_dispute_meet_and_the_gift_is_not_given_back_twice(hall: Hall, till: Harness) -> None:
    async with open_till(till):
        campaign = await a_funded_campaign(till, *[(5_000, 0)] * 4)
        desks = await hall.treasurers()
        for number, pledge in enumerate(await Pledge.filter(campaign_id=campaign.id).order_by("id")):
            path = f"/tresorerie/remboursements/{(await asked(pledge, 2_000)).id}/approuver"
            attempt = await Attempt.get(pledge_id=pledge.id, status="succeeded")
            await till.control.dispute((await gateway.read_intent(gateway.OURS, attempt.intent_ref or "")).charge_ref)
            event = (await till.control.dump())["events"][-1]
            body = json.dumps(event)
            signed = {"stripe-signature": signature(body, SECRET, int(time.time()))}
            told = (desk.post("/webhooks/stripe", content=body, headers=signed) for desk in desks)
            answers = await asyncio.gather(desks[number % 2].post(path), *told, jobs.run_due(schedules=False))
            assert [answer.status_code for answer in answers[1:3]] == [200, 200]
        await settle(till)
        for charge in (await till.control.dump())["charges"]:
            assert charge["amount_refunded"] == 0, "what is contested is never refunded as well"
        states = {row.status for row in await Pledge.filter(campaign_id=campaign.id)}
        assert states == {PledgeStatus.DISPUTED}
        assert await problems() == []
        await assert_books_agree(till)


async def test_two_persons_verify_one_cheque_and_it_counts_once(hall: Hall) -> None:
    campaign = await a_live_campaign()
    cheques = [(await a_cheque(campaign, 2_000)).id for _ in range(6)]
    desks = await hall.treasurers()
    for id in cheques:
        fields = {"ids": f"{id}:2000"}
        await all_at_once(*((desk, "/tresorerie/hors-ligne/verifier", fields) for desk in desks))
    found = await Campaign.get(id=campaign.id)
    assert (found.offline_cents, await Entry.filter(kind="offline_verified").count()) == (12_000, 6)
    assert await OfflineGift.filter(status=OfflineStatus.VERIFIED, turn=1).count() == 6
    assert [said for check in OFFLINE for said in await check()] == []


async def test_permissions_and_expenses_answered_at_once_stay_within_the_fund(hall: Hall) -> None:
    campaign = await a_booked_campaign(*GIFTS)
    desks = await hall.treasurers(4)
    base = f"/campagnes/{campaign.slug}/depenses"
    tranches = [await a_tranche(campaign, campaign.lead, 30_000) for _ in range(4)]
    clicks = [(desk, f"{base}/tranches/{one.id}", YES) for one in tranches for desk in desks]
    await all_at_once(*clicks)
    assert await Tranche.filter(status=Answer.ACCEPTED).count() == 3
    purse = await purses.purse_of(campaign)
    assert 0 <= purse.free < 30_000
    expenses = [await an_expense(campaign, campaign.lead, 30_000) for _ in range(4)]
    await all_at_once(*((desk, f"{base}/{one.id}", YES) for one in expenses for desk in desks))
    assert await Entry.filter(kind="expense").count() == await Expense.filter(status=Answer.ACCEPTED).count() == 3
    assert (await purses.purse_of(campaign)).spendable >= 0
    assert [said for check in SPENDING for said in await check()] == []


async def test_twelve_donors_ask_for_receipts_at_once_and_no_number_lacks(hall: Hall) -> None:
    campaign = await a_live_campaign()
    await Campaign.filter(id=campaign.id).update(beneficiary="Les Voisins du Mardi")
    fields = {
        "kind": "person",
        "name": "Odile Blanc",
        "street": "3 chemin des Étangs",
        "postcode": "01330",
        "city": "Villars",
    }
    clicks, asked = [], []
    for number in range(12):
        donor = await a_person(f"Donatrice {number}")
        pledge = await a_confirmed_pledge(campaign, donor, 1_000 + number)
        await Pledge.filter(id=pledge.id).update(status=PledgeStatus.COLLECTED, collected_at=clock.now())
        path = f"/promesses/{links.make(MANAGE, pledge.id)}/recu"
        clicks += [(await hall.seat(desk, donor), path, dict(fields)) for desk in range(2)]
        asked += [(await hall.seat(desk, donor), f"{path}/etablir", {}) for desk in range(2)]
    assert await all_at_once(*clicks) == {303: 24}
    assert await all_at_once(*asked) == {303: 24}
    receipts = await Receipt.all().order_by("number")
    assert [row.number for row in receipts] == list(range(1, 13))
    assert len({row.pledge_id for row in receipts}) == 12
    assert [said for check in RECEIPTS for said in await check()] == []
