"""What a promise may become and until when: deadlines, closed campaigns, stock, one backer counted once."""

import asyncio
from datetime import timedelta
from itertools import product

import pytest

from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign, CampaignStatus, Reward
from campaigns.lifecycle.transitions import By, NotNow
from campaigns.pledges import service
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from campaigns.pledges.transitions import TABLE, move
from civic import clock, jobs
from civic.errors import DomainError, Gone
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import RoleName
from tests.campaigns.conftest import Payments
from tests.campaigns.test_pledges import ME, walk, within
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_draft, a_live_campaign, a_pledge, a_reward


async def test_after_the_deadline_a_promise_is_not_taken_back(app):
    campaign = await a_live_campaign()
    pledge = await a_confirmed_pledge(campaign)
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() - timedelta(minutes=1))
    with pytest.raises(Gone):
        await service.cancel(pledge)
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() + timedelta(minutes=1))
    await service.cancel(pledge)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.CANCELLED


async def test_a_card_saved_after_the_deadline_does_not_count(client: Client, payments: Payments):
    late, early = await a_live_campaign(), await a_live_campaign(await a_person("Paul Roux"))
    hosted, other = await walk(client, late), None
    await Campaign.filter(id=late.id).update(deadline=clock.now() - timedelta(minutes=5))
    answer = await client.get(within(await payments.fill_in(hosted)))
    assert "rien ne sera débité" in answer.text
    assert (await Pledge.all().get()).status == PledgeStatus.ABANDONED
    assert (await Campaign.get(id=late.id)).confirmed_cents == 0
    await jobs.run_due()
    assert [method["customer"] for method in (await payments.sandbox.control.dump())["payment_methods"]] == [None]
    other = await walk(client, early)
    assert "Merci Odile" in (await client.get(within(await payments.fill_in(other)))).text


async def test_nobody_pledges_to_a_closed_campaign_and_everybody_to_an_open_one(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    draft = await a_draft()
    for status in (CampaignStatus.SUSPENDED, CampaignStatus.FUNDED, CampaignStatus.CANCELLED):
        await Campaign.filter(id=campaign.id).update(status=status)
        assert (await client.get(f"/campagnes/{campaign.slug}/soutenir")).status_code == 410
        assert (await client.submit(f"/campagnes/{campaign.slug}/soutenir", {"amount": "3000"})).status_code == 410
    assert (await client.get(f"/campagnes/{draft.slug}/soutenir")).status_code == 404
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.LIVE)
    assert (await walk(client, campaign)).startswith("http")


async def test_a_campaign_that_closes_meanwhile_takes_no_promise(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    backer = await a_person("Odile Blanc")
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.SUSPENDED)
    with pytest.raises(Gone):
        await a_pledge(campaign, backer)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.LIVE)
    assert (await a_pledge(campaign, backer)).status == PledgeStatus.CREATED


async def test_of_ten_people_three_get_the_three_rewards(app):
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, stock=3)
    people = [await a_person(f"Personne {n}") for n in range(10)]

    async def tries(person: object) -> bool:
        try:
            await a_pledge(campaign, person, reward_id=reward.id)  # type: ignore[arg-type]
        except DomainError:
            return False
        return True

    assert sum(await asyncio.gather(*map(tries, people))) == 3
    assert (await Reward.get(id=reward.id)).taken == 3
    assert await Pledge.filter(reward_id=reward.id).count() == 3


async def test_two_promises_of_one_person_are_one_backer(app):
    campaign = await a_live_campaign()
    backer = await a_person("Odile Blanc")
    first = await a_confirmed_pledge(campaign, backer, 3000)
    await a_confirmed_pledge(campaign, backer, 5000)
    after = await Campaign.get(id=campaign.id)
    assert (after.confirmed_cents, after.backers_count) == (8000, 1)
    await service.cancel(first)
    after = await Campaign.get(id=campaign.id)
    assert (after.confirmed_cents, after.backers_count) == (5000, 1)


@pytest.mark.one_engine
@pytest.mark.usefixtures("a_new_hour")
async def test_small_gifts_in_a_row_are_stopped(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    statuses = []
    for number in range(12):
        start = f"/campagnes/{campaign.slug}/soutenir"
        await client.submit(start, {"amount": "autre", "other": f"1,{number:02d}"})
        await client.submit(f"{start}/moi", ME | {"email": f"x{number}@exemple.fr"})
        statuses.append((await client.submit(f"{start}/verifier", {"terms": "1"})).status_code)
    assert statuses == [303] * 5 + [429] * 7


async def test_only_the_listed_changes_of_a_promise_are_possible(app):
    pledge = await a_pledge(await a_live_campaign())
    for before, after, by in product(PledgeStatus, PledgeStatus, By):
        await Pledge.filter(id=pledge.id).update(status=before)
        pledge.status = before
        history = await PledgeChange.all().count()
        if by in TABLE.get((before, after), ()):
            await move(pledge, after, by=by, cause="test")
            assert (await Pledge.get(id=pledge.id)).status == after
            continue
        with pytest.raises(NotNow):
            await move(pledge, after, by=by, cause="test")
        assert await PledgeChange.all().count() == history


@pytest.mark.one_engine
async def test_backers_hear_of_a_new_end_and_of_a_cancelled_campaign(app):
    campaign = await a_live_campaign()
    backer = await a_person("Odile Blanc")
    await a_confirmed_pledge(campaign, backer)
    team = Actor(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    await lifecycle.suspend(campaign, team, "Nous vérifions un devis.")
    await lifecycle.resume(campaign, team, "Le devis est bon.")
    await lifecycle.cancel(campaign, team, "Le projet s’arrête là.")
    await jobs.run_due(schedules=False)
    subjects = [mail.subject for mail in await OutboxMessage.filter(to=backer.email or "").order_by("id")]
    assert [subject.split(":")[0].strip() for subject in subjects] == [
        "Votre promesse de don est enregistrée", "La collecte reprend", "La collecte est annulée",
    ]  # fmt: skip
