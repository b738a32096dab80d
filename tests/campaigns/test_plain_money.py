"""What a person who comes for the first time is told about her money."""

import re
from datetime import timedelta

import pytest

from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.panels import person_given, person_todos
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.settlement import deciding
from civic import clock, jobs
from civic.discovery.cards import days_left
from civic.mail.models import OutboxMessage
from civic.needs.models import Need
from civic.people import links
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import open_till
from tests.client import Client
from tests.factories import a_person
from tests.factories import settlement as till
from tests.factories.campaigns import a_confirmed_pledge, a_draft, a_live_campaign, a_reward


def plain(text: str) -> str:
    """A page's or a mail's words with ordinary spaces."""
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("&#39;", "’")


def page_of(pledge: Pledge) -> str:
    return f"/promesses/{links.make('pledge', pledge.id)}"


async def test_who_takes_her_promise_back_reads_that_nothing_is_charged_and_gets_a_message(client: Client):
    pledge = await a_confirmed_pledge(await a_live_campaign())
    assert "si la collecte atteint" in plain((await client.get(page_of(pledge))).text)
    await client.submit(f"{page_of(pledge)}/annuler")
    shown = plain((await client.get(page_of(pledge))).text)
    assert "Rien n’a été débité, rien ne le sera." in shown
    assert "si la collecte atteint" not in shown
    await jobs.run_due(schedules=False)
    mail = await OutboxMessage.filter(subject__contains="est annulée").get()
    assert mail.to == pledge.person.email
    assert "rien ne le sera" in mail.text
    await client.submit(f"{page_of(pledge)}/annuler")
    await jobs.run_due(schedules=False)
    assert await OutboxMessage.filter(subject__contains="est annulée").count() == 1


async def test_a_tip_has_one_name_and_stands_beside_the_sum(client: Client):
    pledge = await a_confirmed_pledge(await a_live_campaign(), tip_cents=300)
    await jobs.run_due(schedules=False)
    mail = await OutboxMessage.filter(subject__contains="promesse de don est enregistrée").get()
    for text in (plain(mail.text), plain((await client.get(page_of(pledge))).text)):
        assert "Aide à Civic, en plus" in text
        assert "En tout" in text
        assert "33 €" in text


async def test_a_gift_that_arrived_no_longer_says_if(client: Client):
    pledge = await a_confirmed_pledge(await a_live_campaign())
    await Pledge.filter(id=pledge.id).update(status=PledgeStatus.COLLECTED, collected_at=clock.now())
    shown = plain((await client.get(page_of(pledge))).text)
    assert "Fait le" in shown
    assert "si la collecte atteint" not in shown


@pytest.mark.one_engine
async def test_a_gift_is_no_promise_any_more_on_the_pages_around_it(client: Client):
    pledge = await a_confirmed_pledge(await a_live_campaign())
    promise = (await client.get(f"{page_of(pledge)}/recu")).text
    assert ">Ma promesse</a>" in promise
    assert "Revenir à ma promesse de don" in promise
    await Pledge.filter(id=pledge.id).update(status=PledgeStatus.COLLECTED, collected_at=clock.now())
    for page in ("recu", "modifier", "mot"):
        shown = (await client.get(f"{page_of(pledge)}/{page}")).text
        assert ">Mon don</a>" in shown, page
        assert "promesse</a>" not in shown, page
    assert "Revenir à mon don" in (await client.get(f"{page_of(pledge)}/recu")).text


async def test_her_gifts_say_where_they_stand(app: object):
    backer = await a_person("Odile Blanc")
    pledge = await a_confirmed_pledge(await a_live_campaign(), backer)
    assert "Promesse enregistrée" in (await person_given(backer))[0].detail
    await Pledge.filter(id=pledge.id).update(status=PledgeStatus.PROCESSING)
    assert "Prélèvement en cours" in (await person_given(backer))[0].detail


@pytest.mark.one_engine
async def test_what_ended_without_a_debit_stays_in_her_space_and_says_so(app: object):
    backer = await a_person("Odile Blanc")
    pledge = await a_confirmed_pledge(await a_live_campaign(), backer)
    for status, words in (
        (PledgeStatus.CANCELLED, "Promesse annulée"), (PledgeStatus.RELEASED, "rien n’a été débité"),
        (PledgeStatus.DROPPED, "Don abandonné"),
    ):  # fmt: skip
        await Pledge.filter(id=pledge.id).update(status=status)
        (line,) = await person_given(backer)
        assert plain(line.text) == "Promesse de 30 €"
        assert words in line.detail
    await Pledge.filter(id=pledge.id).update(status=PledgeStatus.REFUNDED, collected_at=clock.now())
    (line,) = await person_given(backer)
    assert plain(line.text) == "Don de 30 €"
    assert "Don remboursé" in line.detail
    await Pledge.filter(id=pledge.id).update(status=PledgeStatus.ABANDONED)
    assert await person_given(backer) == []


async def test_a_payment_page_she_left_is_found_again_and_one_day_is_told(client: Client, sandbox: Harness):
    async with open_till(sandbox) as gate:
        campaign = await till.a_live_campaign(10_000)
        await till.a_pledge(campaign, gate, cents=6_000, name="Paul Content")
        pledge = await till.a_pledge(campaign, gate, cents=5_000, card="pm_card_chargeCustomerFail")
        await till.deadline_passes(campaign)
        await deciding.decide(campaign.id)
        await jobs.run_due(schedules=False)
        letter = await OutboxMessage.filter(subject__contains="pas pu être prélevé").get()
        address = re.search(r"http://testserver(/\S+/reprise/\S+)", letter.text)
        until = re.search(r"jusqu’au (.+?) pour", plain(letter.text))
        assert address
        assert until
        assert until[1] in plain((await client.get(address[1])).text)
        backer = (await Pledge.get(id=pledge.id).select_related("person")).person
        before = await person_todos(backer)
        assert before[0].text == "Votre don de 50\u202f€ n’a pas pu être prélevé"
        assert "Votre don n’a pas pu être prélevé</h1>" in (await client.get(address[1])).text, "the same words"
        await client.submit(f"{address[1]}/payer")
        assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.CHARGING
        assert "Votre don n’a pas pu être prélevé</h1>" in (await client.get(address[1])).text, "not paid yet"
        after = await person_todos(backer)
        assert [todo.text for todo in after] == [todo.text for todo in before]
        assert after[0].due_at == before[0].due_at
        shown = plain((await client.get(page_of(pledge))).text)
        assert "Paiement à terminer" in shown
        assert "/reprise/" in shown


async def test_a_lead_finds_her_open_campaign_in_her_own_space(app: object):
    campaign = await a_live_campaign()
    assert [todo.href for todo in await person_todos(campaign.lead)] == [f"/campagnes/{campaign.slug}"]


async def test_cards_and_the_campaign_count_the_same_days(client: Client):
    campaign = await a_live_campaign()
    need = await Need.get(source=f"campaign:{campaign.id}")
    assert days_left(need) == "Encore 12 jours."
    assert "12 jours" in plain((await client.get(f"/campagnes/{campaign.slug}")).text)


@pytest.mark.one_engine
async def test_an_amount_she_types_wins_over_the_one_chosen_for_her(client: Client):
    start = f"/campagnes/{(await a_live_campaign()).slug}/soutenir"
    me = (await client.submit(start, {"amount": "3000", "other": "15", "other_before": ""})).headers["location"]
    await client.submit(me, {"name": "Odile Blanc", "email": "odile@exemple.fr", "shown": "name"})
    assert "15 €" in plain((await client.get(f"{start}/verifier")).text)
    await client.submit(start, {"amount": "5000", "other": "15", "other_before": "15"})
    assert "50 €" in plain((await client.get(f"{start}/verifier")).text)


@pytest.mark.one_engine
async def test_who_may_give_by_debit_is_not_told_of_a_card_only(client: Client):
    campaign = await a_live_campaign()
    start = f"/campagnes/{campaign.slug}/soutenir"
    me = (await client.submit(start, {"amount": "3000", "other": ""})).headers["location"]
    await client.submit(me, {"name": "Odile Blanc", "email": "odile@exemple.fr", "shown": "name"})
    assert "mon moyen de paiement est enregistré aujourd’hui" in (await client.get(f"{start}/verifier")).text
    pledge = await a_confirmed_pledge(campaign)
    changing = (await client.get(f"{page_of(pledge)}/modifier")).text
    assert "Votre moyen de paiement ne change pas" in changing
    assert "Votre carte" not in changing + (await client.get(page_of(pledge))).text


@pytest.mark.one_engine
async def test_a_thank_you_without_a_price_says_none(client: Client):
    campaign = await a_live_campaign()
    reward = await a_reward(campaign)
    start = f"/campagnes/{campaign.slug}/soutenir"
    assert "Valeur" not in (await client.get(start)).text
    reward.value_cents = 250
    await reward.save()
    assert "Valeur 2,50 €" in plain((await client.get(start)).text)


@pytest.mark.one_engine
async def test_who_comes_too_late_is_led_to_the_campaign(client: Client):
    campaign = await a_live_campaign(deadline=clock.now() - timedelta(minutes=1))
    refused = await client.get(f"/campagnes/{campaign.slug}/soutenir")
    assert refused.status_code == 410
    assert f'href="/campagnes/{campaign.slug}"' in refused.text


@pytest.mark.one_engine
async def test_conditions_are_one_click_from_the_promise_and_from_every_page(client: Client):
    conditions = await client.get("/conditions-des-dons")
    assert conditions.status_code == 200
    assert "Tout ou rien" in conditions.text
    assert "huit semaines" in conditions.text
    campaign = await a_live_campaign()
    assert (await client.get(f"/campagnes/{campaign.slug}")).text.count("/conditions-des-dons") == 2
    assert "/conditions-des-dons" in (await client.get("/")).text


@pytest.mark.one_engine
async def test_a_printed_campaign_carries_its_address_and_a_code(client: Client):
    campaign = await a_live_campaign()
    shown = (await client.get(f"/campagnes/{campaign.slug}")).text
    assert f"<figcaption>http://testserver/campagnes/{campaign.slug}</figcaption>" in shown
    code = await client.get(f"/campagnes/{campaign.slug}/qr.svg")
    assert code.headers["content-type"].startswith("image/svg+xml")
    assert "<svg" in code.text
    assert (await client.get(f"/campagnes/{(await a_draft()).slug}/qr.svg")).status_code == 404


@pytest.mark.one_engine
async def test_the_builder_proposes_the_fees_once_and_leads_to_what_is_missing(sign_in):
    campaign = await a_draft()
    page = await sign_in(campaign.lead)
    edit = f"/campagnes/{campaign.slug}/modifier"
    assert "environ 120 €" in plain((await page.get(f"{edit}/budget")).text)
    fees = {"line": "0", "title": "Frais bancaires estimés", "amount": "120", "nature": "required"}
    await page.submit(f"{edit}/budget", fees)
    assert (await Campaign.get(id=campaign.id)).minimum_cents == 612_000
    assert "environ 120 €" not in plain((await page.get(f"{edit}/budget")).text)
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() + timedelta(days=93), story="Trop court.")
    missing = plain((await page.get(f"{edit}/relire")).text)
    assert f'<a href="{edit}/conditions">Une date de fin dans 3 à 92 jours.</a>' in missing
    assert f'<a href="{edit}/projet">Une histoire de 120 signes au moins' in missing
    last = clock.today() + timedelta(days=91)
    assert f'max="{last}"' in (await page.get(f"{edit}/conditions")).text


@pytest.mark.one_engine
async def test_a_campaign_being_reviewed_says_so(sign_in):
    campaign = await a_draft()
    await lifecycle.submit(campaign, campaign.lead)
    shown = plain((await (await sign_in(campaign.lead)).get(f"/campagnes/{campaign.slug}")).text)
    assert "En relecture" in shown
    assert "est en préparation" not in shown


@pytest.mark.one_engine
async def test_a_successful_campaign_speaks_of_the_past(client: Client):
    campaign = await a_live_campaign()
    await a_confirmed_pledge(campaign)
    before = plain((await client.get(f"/campagnes/{campaign.slug}")).text)
    assert "À quoi servira l’argent" in before
    past = clock.now() - timedelta(days=2)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED, deadline=past, decided_at=past)
    shown = plain((await client.get(f"/campagnes/{campaign.slug}")).text)
    for words in ("Ont donné", "À quoi sert l’argent", "La collecte s’est terminée à minuit", "L’argent a été reçu par"):
        assert words in shown
    assert "se termine à minuit" not in shown
