"""A reward of which there are few waits two hours for an address to be confirmed; it goes back once (invariant 11)."""

import asyncio
from datetime import timedelta

import pytest

from campaigns.lifecycle.models import Campaign, Reward
from campaigns.offline import promising, queries
from campaigns.offline.models import OfflineChange, OfflineGift, OfflineStatus
from campaigns.offline.promising import KEPT_UNSURE
from campaigns.states import NotNow
from civic import clock, jobs, slots
from civic.mail.models import OutboxMessage
from tests.campaigns.test_announced_pages import own, plain
from tests.client import Client
from tests.factories.campaigns import a_live_campaign, a_reward
from tests.factories.offline import an_announced_gift
from tests.links import aim

pytestmark = pytest.mark.usefixtures("app")


async def two_hours_pass(gift: OfflineGift) -> None:
    await OfflineGift.filter(id=gift.id).update(created_at=clock.now() - KEPT_UNSURE)
    await promising.sweep()


async def taken(reward: Reward) -> int:
    return int((await Reward.get(id=reward.id)).taken)


async def problems() -> list[str]:
    return [sentence for check in slots.verifications for sentence in await check()]


async def test_a_scarce_reward_goes_back_after_two_hours_exactly_once_and_the_gift_waits_on() -> None:
    campaign = await a_live_campaign()
    few, many = await a_reward(campaign, stock=3), await a_reward(campaign)
    gift, sure = [await an_announced_gift(campaign, reward_id=few.id, known=known) for known in (False, True)]
    plenty = await an_announced_gift(campaign, reward_id=many.id, known=False)
    await promising.sweep()
    assert (await taken(few), await taken(many)) == (2, 1)
    for unsure in (gift, plenty, sure):
        await OfflineGift.filter(id=unsure.id).update(created_at=clock.now() - KEPT_UNSURE)
    await asyncio.gather(promising.sweep(), promising.sweep())
    await promising.sweep()
    assert (await taken(few), await taken(many)) == (1, 1), "only what is scarce, only while it is unsure, and once"
    fresh = await OfflineGift.get(id=gift.id)
    assert (fresh.status, fresh.reward_id, fresh.wished_id) == (OfflineStatus.CREATED, None, few.id)
    await OfflineGift.filter(id__in=[gift.id, plenty.id]).update(created_at=clock.now() - promising.CONFIRM_WITHIN)
    await promising.sweep()
    assert (await taken(few), await taken(many)) == (1, 0), "what is forgotten does not give back again what it gave"
    assert [one.id for one in await OfflineGift.all()] == [sure.id]
    assert await problems() == []


async def test_who_confirms_later_has_it_again_while_there_is_one_and_once() -> None:
    campaign = await a_live_campaign()
    few = await a_reward(campaign, stock=1)
    gift = await an_announced_gift(campaign, reward_id=few.id, known=False)
    await two_hours_pass(gift)
    assert await taken(few) == 0
    tabs = [await queries.gift_of_her_own(gift.id) for _turn in range(2)]
    assert await asyncio.gather(*(promising.confirm(tab) for tab in tabs)) == [True, True]
    fresh = await OfflineGift.get(id=gift.id)
    assert (fresh.status, fresh.reward_id, fresh.wished_id) == (OfflineStatus.PROMISED, few.id, None)
    assert fresh.held_until == promising.held_until(fresh.due_on)  # type: ignore[arg-type]
    assert await taken(few) == 1
    assert await OfflineChange.filter(gift_id=gift.id, cause="address confirmed").count() == 1
    assert await problems() == []


async def test_who_confirms_when_it_has_run_out_is_told_and_may_go_on_without_it() -> None:
    campaign = await a_live_campaign()
    few = await a_reward(campaign, stock=1)
    gift = await an_announced_gift(campaign, reward_id=few.id, known=False)
    await two_hours_pass(gift)
    other = await an_announced_gift(campaign, reward_id=few.id, name="Hugo Petit")
    with pytest.raises(NotNow, match="épuisé"):
        await promising.confirm(await queries.gift_of_her_own(gift.id))
    assert (await OfflineGift.get(id=gift.id)).status == OfflineStatus.CREATED, "not without asking her"
    assert await promising.confirm(await queries.gift_of_her_own(gift.id), without=True)
    fresh = await OfflineGift.get(id=gift.id)
    assert (fresh.status, fresh.reward_id, fresh.wished_id) == (OfflineStatus.PROMISED, None, None)
    await promising.cancel(await queries.gift_of_her_own(gift.id))
    assert await taken(few) == 1, "it is the other one's"
    assert (await OfflineGift.get(id=other.id)).reward_id == few.id
    assert await problems() == []


async def test_the_last_one_is_confirmed_by_one_of_two_who_waited_too_long() -> None:
    campaign = await a_live_campaign()
    few = await a_reward(campaign, stock=1)
    gifts = []
    for name in ("Odile Blanc", "Hugo Petit"):
        gifts.append(await an_announced_gift(campaign, reward_id=few.id, known=False, name=name))
        await two_hours_pass(gifts[-1])
    whole = [await queries.gift_of_her_own(gift.id) for gift in gifts]
    answers = await asyncio.gather(*(promising.confirm(one) for one in whole), return_exceptions=True)
    assert sorted(isinstance(answer, NotNow) for answer in answers) == [False, True]
    assert await taken(few) == 1
    assert await problems() == []


@pytest.mark.one_engine
async def test_page_and_mail_say_until_when_it_waits_and_what_to_do_when_it_is_gone(client: Client) -> None:
    campaign = await a_live_campaign()
    few = await a_reward(campaign, stock=1)
    gift = await an_announced_gift(campaign, reward_id=few.id, known=False)
    await jobs.run_due()
    mail = await OutboxMessage.filter(subject__startswith="Confirmez votre don").get()
    for text in (mail.text, (await client.get(own(gift))).text):
        assert "vous est gardé jusqu’au" in text
        assert "quelqu’un d’autre pourra le choisir" in text
    assert "nombre limité vous est gardé 2 heures" in plain((await client.get(f"/campagnes/{campaign.slug}/soutenir/cheque/a-confirmer")).text)
    await OfflineGift.filter(id=gift.id).update(created_at=clock.now() - KEPT_UNSURE)
    assert "n’attend plus longtemps" in (await client.get(own(gift))).text
    await promising.sweep()
    assert "il en reste" in (await client.get(own(gift))).text
    await an_announced_gift(campaign, reward_id=few.id, name="Hugo Petit")
    gone = (await client.get(own(gift))).text
    assert "il est épuisé" in gone
    assert "Je confirme mon don sans ce merci" in gone
    refused = await client.submit(own(gift, "/confirmer"))
    assert "Ce merci est épuisé" in (await client.get(refused.headers["location"])).text
    done = await client.submit(own(gift, "/confirmer"), {"without": "1"})
    assert aim(done.headers["location"]) == aim(own(gift, "/modifier"))
    page = (await client.get(done.headers["location"])).text
    assert "Choisissez un autre merci, ou aucun" in page


@pytest.mark.one_engine
async def test_an_unconfirmed_gift_of_a_campaign_that_is_over_asks_for_nothing(client: Client) -> None:
    gift = await an_announced_gift(await a_live_campaign(), known=False)
    await Campaign.filter(id=gift.campaign_id).update(deadline=clock.now() - timedelta(minutes=1))
    page = (await client.get(own(gift))).text
    assert "ne se confirme plus" in page
    assert "Je confirme mon don" not in page
