"""What the machine of `test_money_model` found, told once more in the shortest words."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.lifecycle.transitions import NotNow
from campaigns.payments import checkout
from campaigns.payments.models import Attempt
from campaigns.payments.till import OURS
from campaigns.payouts.queries import purse_of
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import Gift
from campaigns.refunds import looking
from campaigns.settlement import deciding, direct
from campaigns.settlement import looking as attempts_looked_at
from civic import jobs
from civic.settings import Settings
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import assert_books_agree, open_till
from tests.engines import Database
from tests.factories import a_person
from tests.factories.campaigns import give_otherwise
from tests.factories.refunds import a_gift, approved, charge_of, hear
from tests.factories.settlement import a_live_campaign, a_pledge, deadline_passes

pytestmark = pytest.mark.usefixtures("database", "settings")
CARD = {"means": "card", "number": "4242424242424242", "expiry": "12 / 40", "cvc": "123", "name": "Rose Martin"}


@pytest.fixture
async def gate(database: Database, settings: Settings, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def a_gift_paid_at_once(gate: Harness) -> Pledge:
    """The only gift, of 30 €, of a campaign that keeps what it raises."""
    campaign = await a_live_campaign(10_000, goal=GoalKind.FLEXIBLE)
    gift = Gift(3_000, 0, 0, False, False, "Rose Martin")
    made = await pledges.pledge(await a_person("Rose Martin"), campaign, gift, "key", [])
    page = await direct.pay_now(await Pledge.get(id=made.id).select_related("campaign", "person"))
    await gate.browser.post(page or "", data=CARD)
    await checkout.settle(OURS, (await Pledge.get(id=made.id)).session_ref)
    await jobs.run_due(schedules=False)
    return await Pledge.get(id=made.id, status=PledgeStatus.COLLECTED).select_related("campaign", "person")


async def at_the_end(pledge: Pledge) -> Campaign:
    await deadline_passes(pledge.campaign)
    await deciding.decide(pledge.campaign_id)
    await jobs.run_due(schedules=False)
    return await Campaign.get(id=pledge.campaign_id)


async def test_a_promise_cancelled_in_another_tab_is_not_changed_and_no_total_breaks(gate: Harness) -> None:
    campaign = await a_live_campaign(10_000)
    pledge, _other = [await a_pledge(campaign, gate, cents=cents) for cents in (7_000, 500)]
    stale = await Pledge.get(id=pledge.id).select_related("campaign", "person")
    await pledges.cancel(await Pledge.get(id=pledge.id).select_related("campaign", "person"))
    with pytest.raises(NotNow):
        await give_otherwise(stale, 1_000)
    assert (await Campaign.get(id=campaign.id)).confirmed_cents == 500


async def test_a_gift_contested_on_the_last_day_still_counts_for_the_campaign_that_keeps_it(gate: Harness) -> None:
    pledge = await a_gift_paid_at_once(gate)
    charge = await charge_of(pledge)
    await gate.control.dispute(charge)
    await hear(gate)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.DISPUTED
    campaign = await at_the_end(pledge)
    assert (campaign.status, campaign.decided_total_cents) == (CampaignStatus.FUNDED, 3_000)
    await gate.control.close_dispute(charge, won=True)
    await hear(gate)
    assert await ledger.collected_cents(pledge.campaign_id) == 3_000
    await assert_books_agree(gate)


async def test_what_comes_back_to_a_campaign_that_failed_meanwhile_is_given_back_again(gate: Harness) -> None:
    pledge = await a_gift_paid_at_once(gate)
    await pledges.ask_back(pledge)
    await jobs.run_due(schedules=False)
    await looking.reconcile()
    assert (await at_the_end(pledge)).status == CampaignStatus.FAILED
    refund = (await gate.control.dump())["refunds"][0]
    await gate.control.fail_refund(refund["id"])
    await hear(gate)
    assert [one["status"] for one in (await gate.control.dump())["refunds"]] == ["failed", "succeeded"]
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.REFUNDED
    assert await ledger.collected_cents(pledge.campaign_id) == 0
    await assert_books_agree(gate)


async def test_a_debit_of_which_a_part_goes_back_is_kept_in_reserve_as_before(gate: Harness) -> None:
    pledge = await a_gift(gate, card="pm_success_fr")
    await gate.control.settle((await Attempt.get()).intent_ref or "")
    await attempts_looked_at.reconcile(patience=timedelta())
    await jobs.run_due(schedules=False)
    campaign = await Campaign.get(id=pledge.campaign_id, status=CampaignStatus.FUNDED)
    kept = (await purse_of(campaign)).reserve
    assert kept > 0
    await approved(pledge, 1_000)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.REFUND_PENDING
    assert (await purse_of(campaign)).reserve == kept
