"""The card is saved, told by the page, the webhook or the sweep, in any order and as often as they like."""

import asyncio
from datetime import timedelta

import pytest

from campaigns.lifecycle.models import Campaign, Reward
from campaigns.payments import checkout, gateway
from campaigns.payments.models import InboxEvent
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from tests.campaigns.conftest import Payments
from tests.campaigns.test_pledges import ME, walk, within
from tests.client import Client
from tests.factories.campaigns import a_live_campaign, a_reward


async def test_the_webhook_alone_confirms_when_she_never_comes_back(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    await payments.fill_in(await walk(client, campaign))
    assert set(await payments.deliver(times=5, newest_first=True)) == {200}
    await jobs.run_due()
    assert (await Pledge.all().get()).status == PledgeStatus.CONFIRMED
    after = await Campaign.get(id=campaign.id)
    assert (after.confirmed_cents, after.backers_count) == (3000, 1)
    assert await InboxEvent.filter(kind="checkout.session.completed").count() == 1
    assert await OutboxMessage.filter(to="odile@exemple.fr").count() == 1
    again = await payments.deliver(times=2)
    await jobs.run_due()
    assert set(again) == {200}
    assert (await Campaign.get(id=campaign.id)).confirmed_cents == 3000


async def test_a_lost_webhook_is_made_up_for_by_the_sweep(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    await payments.fill_in(await walk(client, campaign))
    await Pledge.all().update(created_at=clock.now() - timedelta(minutes=11))
    await checkout.sweep()
    assert (await Pledge.all().get()).status == PledgeStatus.CONFIRMED


async def test_the_same_form_twice_is_one_promise(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    await walk(client, campaign)
    verify = f"/campagnes/{campaign.slug}/soutenir/verifier"
    first, second = await asyncio.gather(*(client.submit(verify, {"tip": "0", "terms": "1"}) for _ in range(2)))
    assert first.status_code == second.status_code == 303
    one, two = [await client.get(answer.headers["location"]) for answer in (first, second)]
    assert one.headers["location"] == two.headers["location"]
    assert await Pledge.all().count() == 1
    assert len((await payments.sandbox.control.dump())["checkout_sessions"]) == 1


async def test_coming_back_to_change_the_gift_lets_the_first_one_go(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, stock=1)
    first = await walk(client, campaign, {"amount": "3000", "reward": str(reward.id)})
    assert (await Reward.get(id=reward.id)).taken == 1
    second = await walk(client, campaign, {"amount": "5000", "reward": str(reward.id)})
    assert first != second
    await jobs.run_due()
    states = [pledge.status for pledge in await Pledge.all().order_by("id")]
    assert states == [PledgeStatus.ABANDONED, PledgeStatus.CREATED]
    assert (await Reward.get(id=reward.id)).taken == 1
    assert (await payments.sandbox.browser.get(first)).status_code == 410
    assert (await payments.sandbox.browser.get(second)).status_code == 200


async def test_a_page_left_open_gives_its_reward_back(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, stock=1)
    await walk(client, campaign, {"amount": "3000", "reward": str(reward.id)})
    await Pledge.all().update(created_at=clock.now() - timedelta(minutes=50))
    await checkout.sweep()
    assert (await Pledge.all().get()).status == PledgeStatus.CREATED
    await payments.sandbox.control.clock(3600)
    await checkout.sweep()
    assert (await Pledge.all().get()).status == PledgeStatus.ABANDONED
    assert (await Reward.get(id=reward.id)).taken == 0


@pytest.mark.one_engine
async def test_where_cards_are_off_and_no_cheque_comes_in_time_the_page_says_how_to_give(client: Client, settings):
    campaign = await a_live_campaign(deadline=clock.now() + timedelta(days=2))
    settings.payments = "off"
    shown = await client.get(f"/campagnes/{campaign.slug}/soutenir")
    assert "chèque" in shown.text
    assert (await client.submit(f"/campagnes/{campaign.slug}/soutenir", {"amount": "3000"})).status_code == 409
    settings.payments = "stripe"
    assert "Mon don" in (await client.get(f"/campagnes/{campaign.slug}/soutenir")).text


@pytest.mark.one_engine
async def test_a_gateway_that_does_not_answer_loses_nothing(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    start = f"/campagnes/{campaign.slug}/soutenir"
    await client.submit(start, {"amount": "3000"})
    await client.submit(f"{start}/moi", ME)
    left = await client.submit(f"{start}/verifier", {"terms": "1"})
    await payments.sandbox.control.fault("error_before", "/v1/*", times=3)
    assert (await client.get(left.headers["location"])).status_code == 503
    assert (await client.get(left.headers["location"])).status_code == 303


async def test_the_webhook_and_her_return_at_the_same_time_count_once(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    address = within(await payments.fill_in(await walk(client, campaign)))
    session = address.partition("s=")[2]
    await asyncio.gather(*(checkout.settle(gateway.OURS, session) for _ in range(5)))
    assert "Merci Odile" in (await client.get(address)).text
    after = await Campaign.get(id=campaign.id)
    assert (after.confirmed_cents, after.backers_count) == (3000, 1)
    assert await PledgeChange.all().count() == 1
