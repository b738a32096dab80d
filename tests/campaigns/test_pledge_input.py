"""What people type, forge, send twice and send late: a sentence that helps, nothing lost, nothing booked twice."""

import asyncio
from datetime import timedelta

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus, Reward
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.settings import Settings
from tests.campaigns.conftest import Payments
from tests.campaigns.test_pledges import ME, walk, within
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign, a_reward

TOO_BIG, BOUNDS, EXAMPLE = "trop grand", "Le don va de", "par exemple 30 ou 12,50"
AMOUNTS = {
    "0": BOUNDS, "0,00": BOUNDS, "0,99": BOUNDS, "-5": EXAMPLE, "−5": EXAMPLE, "+5": EXAMPLE, "1000000000000": TOO_BIG,
    "100000,01": BOUNDS, "99999999": BOUNDS, "1e3": EXAMPLE, "12,505": EXAMPLE, "12,5,0": EXAMPLE, "douze": EXAMPLE,
    "١٢": EXAMPLE, "１２": EXAMPLE, "²": EXAMPLE, "NaN": EXAMPLE, "0x10": EXAMPLE, "12 $": EXAMPLE,
}  # fmt: skip
READ = {
    "12,5": 1250, "12.50 €": 1250, " 12 ": 1200, "1 250,50": 125_050, "1 250": 125_000, "€ 20": 2000, "7,": 700,
    "100000": 10_000_000, "007": 700,
}  # fmt: skip


@pytest.mark.one_engine
async def test_an_amount_that_is_none_comes_back_with_a_sentence_and_what_she_typed(client: Client, payments: Payments):
    start = f"/campagnes/{(await a_live_campaign()).slug}/soutenir"
    for typed, sentence in AMOUNTS.items():
        refused = await client.submit(start, {"amount": "autre", "other": typed})
        assert refused.status_code == 422, typed
        assert sentence in refused.text.replace("\u202f", " ").replace("\u00a0", " "), typed
        assert f'value="{typed}"' in refused.text, typed
    assert await Pledge.all().count() == 0


@pytest.mark.one_engine
async def test_amounts_as_people_write_them_are_understood(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    pledge = await a_confirmed_pledge(campaign)
    link = f"/promesses/{links.make('pledge', pledge.id)}/modifier"
    for typed, cents in READ.items():
        start = f"/campagnes/{campaign.slug}/soutenir"
        assert (await client.submit(start, {"amount": "autre", "other": typed})).status_code == 303, typed
        assert (await client.submit(link, {"other": typed})).status_code == 303, typed
        assert (await Pledge.get(id=pledge.id)).amount_cents == cents, typed
        assert (await Campaign.get(id=campaign.id)).confirmed_cents == cents, typed


@pytest.mark.one_engine
async def test_forged_fields_and_addresses_change_nothing(client: Client, payments: Payments):
    campaign, other = await a_live_campaign(), await a_live_campaign(await a_person("Paul Roux"))
    theirs = await a_reward(other)
    start = f"/campagnes/{campaign.slug}/soutenir"
    for reward in (str(theirs.id), "999999999", "-1", "abc", "1.5", "٣", "9" * 30):
        refused = await client.submit(start, {"amount": "3000", "reward": reward})
        assert refused.status_code == 422, reward
        assert "Erreur" in refused.text
    await client.submit(start, {"amount": "3000"})
    await client.submit(f"{start}/moi", ME)
    for tip in ("-100", "100001", "deux", "1.5", "9" * 30):
        assert (await client.submit(f"{start}/verifier", {"tip": tip, "terms": "1"})).status_code == 422, tip
    good = links.make("pledge", (await a_confirmed_pledge(campaign)).id)
    for token in ("1", "abc", good[:-2], f"{good}x", links.make("pledge-pay", 1), links.make("pledge", 424242)):
        for page in (f"/promesses/{token}", f"/promesses/{token}/modifier"):
            assert (await client.get(page)).status_code == 404, page
        assert (await client.submit(f"/promesses/{token}/annuler")).status_code == 404
    assert await Pledge.all().count() == 1
    assert (await Campaign.get(id=campaign.id)).confirmed_cents == 3000


async def test_two_tabs_that_differ_are_looked_at_again(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    start = f"/campagnes/{campaign.slug}/soutenir"
    await client.submit(start, {"amount": "3000"})
    await client.submit(f"{start}/moi", ME)
    first_tab = (await client.get(f"{start}/verifier")).text.partition('name="cle" value="')[2].partition('"')[0]
    assert first_tab
    await client.submit(start, {"amount": "10000"})
    refused = await client.submit(f"{start}/verifier", {"tip": "0", "terms": "1", "cle": first_tab})
    assert refused.status_code == 409
    assert "autre onglet" in refused.text
    assert "100" in refused.text
    second = refused.text.partition('name="cle" value="')[2].partition('"')[0]
    sent = {"tip": "0", "terms": "1", "cle": second}
    answers = await asyncio.gather(*(client.submit(f"{start}/verifier", sent) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [303] * 3
    assert [pledge.amount_cents for pledge in await Pledge.all()] == [10_000]


async def test_a_promise_is_changed_whole_and_brought_back(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    card, bread = await a_reward(campaign, stock=1), await a_reward(campaign, stock=1, from_amount="50")
    hosted = await walk(client, campaign, {"amount": "3000", "reward": str(card.id)})
    await client.get(within(await payments.fill_in(hosted)))
    pledge = await Pledge.all().get()
    link = f"/promesses/{links.make('pledge', pledge.id)}"
    assert "Changer ma promesse" in (await client.get(f"{link}/modifier")).text
    wish = {"other": "60", "reward": str(bread.id), "tip": "300", "shown": "anonymous", "amount_hidden": "1"}
    for _ in range(2):
        answer = await client.submit(f"{link}/modifier", wish)
        assert answer.status_code == 303
    first = await client.submit(f"{link}/modifier", wish | {"other": "70"})
    pledge = await Pledge.all().get()
    assert (pledge.amount_cents, pledge.tip_cents, pledge.reward_id) == (7000, 300, bread.id)
    assert (pledge.anonymous, pledge.amount_hidden, pledge.public_name) == (True, True, "")
    assert [(await Reward.get(id=one.id)).taken for one in (card, bread)] == [0, 1]
    assert (await Campaign.get(id=campaign.id)).confirmed_cents == 7000
    assert "Odile" not in (await client.get(f"/campagnes/{campaign.slug}")).text
    await jobs.run_due()
    assert await OutboxMessage.filter(subject__startswith="Votre promesse de don a changé").count() == 2
    assert "Revenir en arrière" in (await client.get(first.headers["location"])).text
    assert "Revenir en arrière" not in (await client.get(f"{link}?avant=abc")).text
    refused = await client.submit(f"{link}/modifier", wish | {"other": "40"})
    assert refused.status_code == 422
    assert "demande un don d’au moins" in refused.text
    assert await PledgeChange.filter(pledge_id=pledge.id, cause__startswith="amount").count() == 2


async def test_the_last_reward_goes_to_one_of_two_who_change_for_it(client: Client, app):
    campaign = await a_live_campaign()
    reward = await a_reward(campaign, stock=1)
    tokens = [links.make("pledge", (await a_confirmed_pledge(campaign, await a_person(f"Personne {n}"))).id) for n in range(3)]
    sent = {"other": "30", "reward": str(reward.id)}
    answers = await asyncio.gather(*(client.submit(f"/promesses/{token}/modifier", sent) for token in tokens))
    assert sorted(answer.status_code for answer in answers) == [303, 422, 422]
    assert (await Reward.get(id=reward.id)).taken == 1
    assert await Pledge.filter(reward_id=reward.id).count() == 1


async def test_a_closed_campaign_says_so_and_keeps_what_stands(client: Client, app):
    campaign = await a_live_campaign()
    pledge = await a_confirmed_pledge(campaign)
    link = f"/promesses/{links.make('pledge', pledge.id)}"
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() - timedelta(minutes=1))
    late = await client.submit(f"{link}/modifier", {"other": "50"})
    assert late.status_code == 410
    assert "terminée" in late.text
    assert "terminée" in (await client.submit(f"/campagnes/{campaign.slug}/soutenir", {"amount": "3000"})).text
    await client.submit(f"{link}/annuler")
    pledge = await Pledge.get(id=pledge.id)
    assert (pledge.status, pledge.amount_cents) == (PledgeStatus.CONFIRMED, 3000)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED, decided_at=clock.now())
    await client.submit(f"{link}/modifier", {"other": "50", "shown": "anonymous"})
    pledge = await Pledge.get(id=pledge.id)
    assert (pledge.amount_cents, pledge.anonymous, pledge.public_name) == (3000, True, "")


@pytest.mark.one_engine
async def test_who_took_her_promise_back_gives_again_without_choosing_anew(client: Client, app):
    campaign = await a_live_campaign()
    pledge = await a_confirmed_pledge(campaign, cents=5000)
    link = f"/promesses/{links.make('pledge', pledge.id)}"
    await client.submit(f"{link}/annuler")
    shown = await client.get(link)
    assert "Donner à nouveau" in shown.text
    again = shown.text.partition("/soutenir?")[2].partition('"')[0].replace("&amp;", "&")
    page = await client.get(f"/campagnes/{campaign.slug}/soutenir?{again}")
    assert 'value="5000" checked' in page.text
    assert (await client.get(f"/campagnes/{campaign.slug}/soutenir?montant=²")).status_code == 200


async def _try(client: Client, campaign: Campaign, number: int, typed: str) -> int:
    start = f"/campagnes/{campaign.slug}/soutenir"
    await client.submit(start, {"amount": "autre", "other": typed})
    await client.submit(f"{start}/moi", ME | {"email": f"x{number}@exemple.fr"})
    answer = await client.submit(f"{start}/verifier", {"terms": "1"})
    if answer.status_code == 429:
        assert "réessayez dans" in answer.text
        assert f"x{number}@exemple.fr" in answer.text
    return answer.status_code


@pytest.mark.one_engine
@pytest.mark.usefixtures("a_new_hour")
async def test_small_gifts_in_a_row_are_stopped_with_a_reason(client: Client, payments: Payments):
    campaign = await a_live_campaign()
    assert [await _try(client, campaign, n, f"1,{n:02d}") for n in range(7)] == [303] * 5 + [429] * 2
    assert await _try(client, campaign, 8, "30") == 303


@pytest.mark.one_engine
@pytest.mark.usefixtures("a_new_hour")
async def test_a_campaign_that_is_flooded_with_small_gifts_waits(client: Client, payments: Payments, settings: Settings):
    settings.small_pledges_per_machine, settings.small_pledges_per_campaign = 100, 2
    campaign, other = await a_live_campaign(), await a_live_campaign(await a_person("Paul Roux"))
    assert [await _try(client, campaign, n, "2") for n in range(3)] == [303, 303, 429]
    assert await _try(client, other, 4, "2") == 303
    settings.pledges_per_campaign = 4
    assert [await _try(client, campaign, n, "30") for n in range(5, 7)] == [303, 429]
