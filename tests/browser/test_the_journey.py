"""The whole of it: found near home, two hours given, a voice, thirty euros, and a campaign funded at its deadline."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest

from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine
from campaigns.pledges.models import Pledge
from civic import clock
from civic.committees.models import Committee
from civic.decisions.models import Stance
from civic.initiatives.models import Initiative
from civic.people.models import Person
from civic.places import service as places
from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import problems
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign
from tests.factories.settlement import books_of
from tests.factories.steering import a_committee, an_open_decision
from tests.factories.volunteering import a_mission, the_shift
from tests.mailbox import Mailbox, code_in, link_in
from tests.site import Site, command
from volunteering.shifts.models import Shift
from volunteering.signups.models import Signup

NAME, ADDRESS = "Jeanne Perrin", "jeanne@exemple.fr"
CARD_OK, CARD_ALWAYS_ASKS = "4242424242424242", "4000002760003184"
PATIENCE_SECONDS = 20


@dataclass
class Hamlets:
    """What the lead prepared: an initiative with a mission, a committee and a campaign that needs 30 €."""

    lead: Person
    initiative: Initiative
    committee: Committee
    campaign: Campaign


@pytest.fixture
async def hamlets(site: Site) -> Hamlets:
    await places.load(["01"])
    lead = await a_person("Sélim Laurent")
    campaign = await a_live_campaign(lead, minimum_cents=3_000, optimum_cents=3_000)
    await CostLine.filter(campaign_id=campaign.id, required=True).update(amount_cents=3_000)
    await CostLine.filter(campaign_id=campaign.id, required=False).delete()
    shift = await the_shift(await a_mission(initiative=campaign.initiative, lead=lead))
    await Shift.filter(id=shift.id).update(ends_at=shift.starts_at + timedelta(hours=2))
    committee = await a_committee(lead, initiative=campaign.initiative, joining="open")
    return Hamlets(lead, campaign.initiative, committee, campaign)


async def _finds_it(visitor: Visitor) -> None:
    await visitor.write("Votre commune", "Trévoux")
    await visitor.press("Voir")
    await visitor.follow("La Navette des Hameaux")
    await visitor.reads("Donner de son temps", "Donner de l’argent", "Donner sa voix")
    await visitor.look("initiative")


async def _offers_two_hours(visitor: Visitor, mailbox: Mailbox) -> None:
    await visitor.follow("Je viens")
    await visitor.look("mission")
    await visitor.write("Prénom et nom", NAME)
    await visitor.write("Adresse électronique", ADDRESS)
    await visitor.press("Garder ma place")
    await visitor.reads("ouvrez votre courriel")
    await visitor.look("place held")
    await visitor.open(link_in(await mailbox.last(ADDRESS, "À confirmer"), "/mes-creneaux/"))
    await visitor.press("Confirmer ma venue")
    await visitor.reads("Vous venez, merci")
    await visitor.look("place confirmed")


async def _pledges(visitor: Visitor, hamlets: Hamlets, mailbox: Mailbox, card: str) -> None:
    await visitor.open(f"/initiatives/{hamlets.initiative.slug}")
    await visitor.follow("Voir la collecte")
    await visitor.look("campaign")
    await visitor.follow("Faire un don")
    await visitor.choose("30 €")
    await visitor.look("my gift")
    await visitor.press("Continuer")
    await visitor.write("Prénom et nom", NAME)
    await visitor.write("Adresse électronique", ADDRESS)
    await visitor.look("me")
    await visitor.press("Continuer")
    await visitor.choose("J’ai lu les conditions")
    await visitor.look("i check")
    await visitor.press("Enregistrer ma carte")
    await _fills_in_the_card(visitor, card, "Enregistrer la carte")
    await visitor.reads("Merci Jeanne", "Votre promesse de 30 € est enregistrée")
    await visitor.look("thanks")
    await mailbox.last(ADDRESS, "promesse")


async def _fills_in_the_card(visitor: Visitor, card: str, button: str) -> None:
    assert not visitor.page.url.startswith(visitor.url), "the payment page is on another origin"
    await visitor.page.locator(f"input[value='{card}']").check(force=True)
    await visitor.write("Date d’expiration", "12/40")
    await visitor.write("Cryptogramme", "123")
    await visitor.look("payment page")
    await visitor.press(button)
    if await visitor.button("Confirmer").is_visible():
        await visitor.look("bank")
        await visitor.press("Confirmer")
    assert visitor.page.url.startswith(visitor.url), await visitor.page.inner_text("body")


async def _enters(visitor: Visitor, mailbox: Mailbox) -> None:
    await visitor.follow("Se connecter")
    await visitor.write("Adresse électronique", ADDRESS)
    await visitor.press("Recevoir mon lien")
    await visitor.write("Code à six chiffres", code_in(await mailbox.last(ADDRESS, "Votre lien pour entrer")))
    await visitor.press("Entrer")


async def _takes_part(visitor: Visitor, hamlets: Hamlets) -> None:
    await visitor.open(f"/comites/{hamlets.committee.slug}")
    await visitor.look("committee")
    await visitor.follow("Prendre un siège")
    await visitor.choose("Habitants")
    await visitor.look("a seat")
    await visitor.press("Prendre ce siège")
    await visitor.reads("Vous siégez")
    decision = await an_open_decision(hamlets.committee, hamlets.lead)
    await visitor.open("/mon-espace")
    await visitor.reads(decision.question)
    await visitor.look("my space")
    await visitor.page.get_by_role("listitem").filter(has_text=decision.question).get_by_role("link").first.click()
    await visitor.choose("D’accord")
    await visitor.look("decision")
    await visitor.press("Donner ma voix")
    await visitor.reads("Votre voix est comptée")
    await visitor.look("voice counted")
    assert await Stance.filter(decision_id=decision.id, person__email=ADDRESS).count() == 1


async def _deadline_passes(site: Site, campaign: Campaign) -> None:
    await Campaign.filter(id=campaign.id).update(deadline=clock.now())
    await command(site, "settle", campaign.slug)


async def _until_status(campaign: Campaign, status: CampaignStatus) -> None:
    for _ in range(PATIENCE_SECONDS * 10):
        if (await Campaign.get(id=campaign.id)).status == status:
            return
        await asyncio.sleep(0.1)
    pledges = await Pledge.filter(campaign_id=campaign.id).values_list("status", "decline_code")
    raise AssertionError(f"{(await Campaign.get(id=campaign.id)).status}, {pledges}")


async def _reads_that_it_worked(visitor: Visitor, hamlets: Hamlets, till: Harness, mailbox: Mailbox) -> None:
    await _until_status(hamlets.campaign, CampaignStatus.FUNDED)
    await mailbox.last(ADDRESS, "don est arrivé")
    await mailbox.last(hamlets.lead.email or "", "Votre collecte est financée")
    await visitor.open(f"/campagnes/{hamlets.campaign.slug}")
    await visitor.reads("Collecte réussie", "30 € sur 30 €", "100 %")
    await visitor.look("campaign funded")
    theirs, ours = await books_of(till), await ledger.balances()
    assert (theirs["charges"], theirs["gross"]) == (1, 3_000)
    assert sum(ours.values()) == 0
    assert ours["stripe_clearing"] == theirs["net"]
    assert await problems() == []


async def _the_journey(visitor: Visitor, hamlets: Hamlets, site: Site, till: Harness, mailbox: Mailbox) -> None:
    await _finds_it(visitor)
    await _offers_two_hours(visitor, mailbox)
    await _pledges(visitor, hamlets, mailbox, CARD_OK)
    await _enters(visitor, mailbox)
    await _takes_part(visitor, hamlets)
    await _deadline_passes(site, hamlets.campaign)
    await _reads_that_it_worked(visitor, hamlets, till, mailbox)
    await visitor.open("/mon-espace")
    await visitor.look("my space after")
    assert await Signup.filter(person__email=ADDRESS).count() == 1


@pytest.mark.one_engine("postgres")
async def test_a_resident_gives_time_voice_and_money_on_her_phone_until_the_campaign_is_funded(
    arrive: Arrive, hamlets: Hamlets, site: Site, till: Harness, mailbox: Mailbox
) -> None:
    await _the_journey(await arrive(width=360), hamlets, site, till, mailbox)


@pytest.mark.one_engine("sqlite")
async def test_a_resident_gives_time_voice_and_money_without_javascript_until_the_campaign_is_funded(
    arrive: Arrive, hamlets: Hamlets, site: Site, till: Harness, mailbox: Mailbox
) -> None:
    await _the_journey(await arrive(width=1280, javascript=False), hamlets, site, till, mailbox)


@pytest.mark.one_engine("sqlite")
async def test_a_card_that_asks_the_bank_at_the_deadline_is_recovered_from_the_mail(
    arrive: Arrive, hamlets: Hamlets, site: Site, till: Harness, mailbox: Mailbox
) -> None:
    visitor = await arrive(width=360)
    await _pledges(visitor, hamlets, mailbox, CARD_ALWAYS_ASKS)
    await _deadline_passes(site, hamlets.campaign)
    await visitor.open(link_in(await mailbox.last(ADDRESS, "n'a pas pu être prélevé"), "/reprise/"))
    await visitor.reads("Confirmer avec ma banque")
    await visitor.look("recovery")
    await visitor.press("Confirmer avec ma banque")
    await _fills_in_the_card(visitor, CARD_ALWAYS_ASKS, "Payer par carte")
    await visitor.reads("Votre don est arrivé, merci")
    await visitor.look("recovered")
    await _reads_that_it_worked(visitor, hamlets, till, mailbox)
