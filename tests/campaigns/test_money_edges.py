"""What happens between two steps of the money: a page too many, a second look, a debit that comes back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign, CampaignStatus, Reward
from campaigns.payments import checkout
from campaigns.payments.gateway import GatewayTrouble
from campaigns.payments.models import Attempt
from campaigns.pledges import service
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.queries import PAY
from campaigns.settlement import books, charging, closing, deciding, looking
from civic import clock, jobs
from civic.database import transaction
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import RoleName
from tests.campaigns.conftest import Payments
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.test_pledges import walk, within
from tests.campaigns.test_recovery import a_trouble
from tests.campaigns.till import assert_books_agree, open_till
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_reward, give_otherwise
from tests.factories.campaigns import a_live_campaign as a_campaign
from tests.factories.settlement import a_live_campaign, a_pledge, books_of, deadline_passes

GOOD_IBAN = "FR1420041010050500013M02606"


@pytest.fixture
async def gate(client: Client, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def test_a_tip_she_takes_away_before_paying_is_not_charged(client: Client, payments: Payments):
    campaign = await a_campaign()
    reward = await a_reward(campaign, stock=1)
    await walk(client, campaign, {"amount": "3000", "reward": str(reward.id)}, tip="500")
    again = await client.submit(f"/campagnes/{campaign.slug}/soutenir/verifier", {"tip": "0", "terms": "1"})
    hosted = (await client.get(again.headers["location"])).headers["location"]
    await client.get(within(await payments.fill_in(hosted)))
    await jobs.run_due()
    standing = await Pledge.get(status=PledgeStatus.CONFIRMED)
    assert (standing.amount_cents, standing.tip_cents) == (3000, 0)
    assert await Pledge.filter(status=PledgeStatus.ABANDONED, tip_cents=500).count() == 1
    assert (await Reward.get(id=reward.id)).taken == 1
    sessions = (await payments.sandbox.control.dump())["checkout_sessions"]
    assert sorted(one["status"] for one in sessions) == ["complete", "expired"]


async def test_a_page_left_too_long_is_opened_anew(client: Client, payments: Payments):
    campaign = await a_campaign()
    await walk(client, campaign)
    await payments.sandbox.control.clock(3600)
    await Pledge.all().update(created_at=clock.now() - timedelta(minutes=50))
    await checkout.sweep()
    assert (await Pledge.all().get()).status == PledgeStatus.ABANDONED
    await payments.sandbox.control.clock(-3600)
    again = await client.submit(f"/campagnes/{campaign.slug}/soutenir/verifier", {"tip": "0", "terms": "1"})
    hosted = (await client.get(again.headers["location"])).headers["location"]
    assert hosted.startswith(payments.sandbox.url)
    assert "Merci Odile" in (await client.get(within(await payments.fill_in(hosted)))).text
    assert await Pledge.filter(status=PledgeStatus.CONFIRMED).count() == 1


async def test_a_card_saved_in_time_counts_though_she_asks_for_the_page_again_afterwards(client: Client, payments: Payments):
    campaign = await a_campaign()
    await payments.fill_in(await walk(client, campaign))
    pledge = await Pledge.all().get()
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() + timedelta(seconds=1))
    await asyncio.sleep(1.1)
    await client.get(f"/campagnes/{campaign.slug}/payer/{links.make(PAY, pledge.id)}")
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.CONFIRMED


async def test_a_page_that_does_not_fit_its_promise_holds_up_no_decision(client: Client, payments: Payments):
    campaign = await a_campaign()
    await payments.fill_in(await walk(client, campaign))
    await Pledge.all().update(tip_cents=100)
    await Campaign.filter(id=campaign.id).update(deadline=clock.now())
    assert await deciding.decide(campaign.id) == CampaignStatus.FAILED
    await jobs.run_due(schedules=False)
    assert (await Pledge.all().get()).status == PledgeStatus.ABANDONED
    methods = (await payments.sandbox.control.dump())["payment_methods"]
    assert [method["customer"] for method in methods] == [None]


async def test_a_promise_changed_in_another_tab_is_taken_back_whole(app):
    campaign = await a_campaign()
    seen = await a_confirmed_pledge(campaign, cents=3000)
    await give_otherwise(seen, 8000)
    await service.cancel(seen)
    after = await Campaign.get(id=campaign.id)
    assert (after.confirmed_cents, after.backers_count) == (0, 0)


async def test_taking_back_is_done_again_when_its_transaction_was_lost(app):
    campaign = await a_campaign()
    seen = await a_confirmed_pledge(campaign)
    seen.status = PledgeStatus.CANCELLED  # what a turn that was rolled back leaves in memory
    await service.cancel(seen)
    assert (await Pledge.get(id=seen.id)).status == PledgeStatus.CANCELLED
    assert (await Campaign.get(id=campaign.id)).confirmed_cents == 0


async def test_while_a_campaign_is_suspended_its_deadline_stands_still(client: Client, payments: Payments):
    campaign = await a_campaign()
    hosted = await walk(client, campaign)
    other = await a_confirmed_pledge(campaign, await a_person("Paul Roux"), 5000)
    team = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    await lifecycle.suspend(campaign, team, "Nous vérifions un devis.")
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() - timedelta(minutes=5))
    await service.cancel(other)
    await client.get(within(await payments.fill_in(hosted)))
    states = [pledge.status for pledge in await Pledge.all().order_by("id")]
    assert states == [PledgeStatus.CONFIRMED, PledgeStatus.CANCELLED]
    assert (await Campaign.get(id=campaign.id)).confirmed_cents == 3000


async def test_many_workers_charge_one_promise_once_and_none_of_them_fails(gate: Harness):
    campaign = await a_live_campaign(1_000)
    pledge = await a_pledge(campaign, gate)
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await asyncio.gather(*(charging.charge(pledge.id) for _ in range(5)))
    await looking.reconcile(patience=timedelta())
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.COLLECTED
    assert (await books_of(gate))["charges"] == 1
    await assert_books_agree(gate)


async def test_one_payment_that_cannot_be_booked_leaves_the_others_to_be_reconciled(gate: Harness):
    campaign = await a_live_campaign(1_000)
    first, second = await a_pledge(campaign, gate), await a_pledge(campaign, gate, name="Paul Roux")
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    for pledge in (first, second):
        await gate.control.fault("error_after", "/v1/payment_intents", "post", times=1)
        await gate.control.fault("error_before", "/v1/payment_intents", "post", times=2)
        await charging.charge(pledge.id)
    charge = (await gate.control.dump())["charges"][0]["id"]
    wrong = [Amount(AccountKind.STRIPE_CLEARING, 1), Amount(AccountKind.CAMPAIGN_FUND, -1)]
    async with transaction():
        await ledger.book("charge", "charge", charge, wrong, campaign=campaign.id)
    done = await looking.reconcile(patience=timedelta())
    assert (done.settled, done.troubles) == (1, 1)
    assert (await Pledge.get(id=second.id)).status == PledgeStatus.COLLECTED


async def a_debit_that_comes_back(client: Client, gate: Harness) -> tuple[Campaign, Pledge]:
    """Her card was declined; five days later she pays by direct debit, which her bank rejects a day after."""
    campaign, pledge, address = await a_trouble(gate)
    clock.travel(timedelta(days=5))
    await gate.control.clock(5 * 86_400)
    leaving = await client.submit(f"{address}/payer")
    assert leaving.status_code == 303, leaving.text
    fields = {"means": "sepa_debit", "test_iban": GOOD_IBAN, "name": "Rose Martin"}
    await gate.browser.post(leaving.headers["location"], data=fields)
    await looking.reconcile(patience=timedelta())
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.PROCESSING
    clock.travel(timedelta(days=6))
    attempt = await Attempt.get(pledge_id=pledge.id, status="processing")
    await gate.control.settle(attempt.intent_ref, succeeds=False)
    await looking.reconcile(patience=timedelta())
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.NEEDS_BACKER
    return campaign, await Pledge.get(id=pledge.id)


async def test_a_debit_that_comes_back_after_a_declined_card_is_told_too(client: Client, gate: Harness):
    _campaign, pledge = await a_debit_that_comes_back(client, gate)
    await jobs.run_due(schedules=False)
    letters = await OutboxMessage.filter(subject__contains="pas pu être prélevé").order_by("id")
    assert len(letters) == 2
    clock.travel(timedelta(days=7, minutes=5))
    await jobs.run_due(schedules=False)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.NEEDS_BACKER  # her letter says one day more
    clock.travel(timedelta(days=8, minutes=5))
    await jobs.run_due(schedules=False)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.DROPPED
    await closing.close_due()
    await assert_books_agree(gate)


async def test_a_debit_that_took_days_is_no_difference_where_the_comparison_begins(gate: Harness):
    campaign = await a_live_campaign(1_000)
    await a_pledge(campaign, gate, card="pm_success_fr")
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    await gate.control.clock(8 * 86_400)
    clock.travel(timedelta(days=8))
    await gate.control.settle((await gate.control.dump())["payment_intents"][0]["id"])
    await looking.reconcile(patience=timedelta())
    assert (await Campaign.get(id=campaign.id)).collected_cents == 5_000
    for days in range(-2, 9):
        assert await books.compare(clock.now() - timedelta(days=days)) == [], days


async def test_a_failure_that_stripe_replays_for_a_day_holds_up_no_decision(client: Client, payments: Payments):
    campaign = await a_campaign()
    await walk(client, campaign)
    await Campaign.filter(id=campaign.id).update(deadline=clock.now())
    await payments.sandbox.control.fault("error_kept", "/v1/checkout/sessions/*/expire", "post")
    with pytest.raises(GatewayTrouble):
        await deciding.decide(campaign.id)
    assert await deciding.decide(campaign.id) == CampaignStatus.FAILED
    assert (await Pledge.all().get()).status == PledgeStatus.ABANDONED
