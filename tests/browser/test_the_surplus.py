"""Money is left at the end: its contributors vote on it, then its lead writes the closing report and all may read it."""

from __future__ import annotations

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine
from campaigns.payouts.queries import purse_of
from civic.committees.models import Committee
from civic.decisions.models import Decision
from civic.people.models import Person, RoleName
from tests.browser.conftest import Arrive
from tests.browser.deciding import the_votes_end
from tests.browser.giving import gives, the_deadline_passes
from tests.browser.visitor import Visitor
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign
from tests.factories.payouts import a_verified_expense
from tests.mailbox import Mailbox, link_in
from tests.site import Site

JEANNE = "jeanne@exemple.fr"
USE = "Ce qui reste paie le bois de l’hiver"


@pytest.fixture
async def oven(site: Site) -> Campaign:
    """Open for twelve days; thirty euros are enough."""
    campaign = await a_live_campaign(await a_person("Anne-Marie Lopez"), minimum_cents=3_000, optimum_cents=3_000)
    await CostLine.filter(campaign_id=campaign.id, required=True).update(amount_cents=3_000)
    await CostLine.filter(campaign_id=campaign.id, required=False).delete()
    return campaign


async def _founds_a_committee(lead: Visitor, campaign: Campaign) -> None:
    """The report is refused until the contributors have spoken; the page leads her to where they can."""
    await lead.open(f"/campagnes/{campaign.slug}/depenses")
    await lead.reads("Les contributeurs décident de ce qu’on en fait", "Ouvrez d’abord ce vote")
    await lead.look("money is left")
    await lead.follow("Créer le comité des contributeurs")
    await lead.write("Nom du comité", "Les amis du four")
    await lead.press("Créer le comité")
    await lead.look("a committee without a purpose")
    await lead.write("À quoi il sert", "Décider ensemble de ce que devient le four.")
    await lead.press("Créer le comité")
    await lead.reads("Le comité existe")


async def _opens_the_vote(lead: Visitor, campaign: Campaign) -> Decision:
    await lead.open(f"/campagnes/{campaign.slug}/depenses")
    await lead.follow("Ouvrir le vote dans")
    assert "qui restent" in await lead.page.get_by_label("La proposition ou la question").first.input_value()
    await lead.write("La proposition ou la question", USE)
    await lead.choose("Trancher")
    await lead.press("Enregistrer et relire")
    await lead.look("the vote before it opens")
    await lead.press("Ouvrir la question")
    await lead.reads("La décision est ouverte")
    return await Decision.get(question=USE)


async def _votes(jeanne: Visitor, mailbox: Mailbox) -> None:
    await jeanne.open(link_in(await mailbox.last(JEANNE, "Votre voix est attendue"), "/decisions/"))
    await jeanne.choose("Pour")
    await jeanne.look("her voice on what is left")
    await jeanne.press("Donner ma voix")
    await jeanne.reads("Votre voix est comptée")


async def _reports(lead: Visitor, campaign: Campaign) -> None:
    await lead.open(f"/campagnes/{campaign.slug}/depenses")
    await lead.write("Ce qui a été fait", "Le four chauffe depuis samedi, quarante pains sont sortis.")
    await lead.press("Envoyer le bilan")
    assert "quarante pains" in await lead.page.get_by_label("Ce qui a été fait").first.input_value()
    await lead.look("no decision is named")
    await lead.pick("La décision des contributeurs", USE)
    await lead.write("Ce qu’ils ont décidé", "Deux stères de bois pour l’hiver.")
    await lead.press("Envoyer le bilan")
    await lead.reads("Deux stères de bois")
    await lead.look("the report with what is left")


async def _closes(treasurer: Visitor, campaign: Campaign) -> None:
    await treasurer.open(f"/campagnes/{campaign.slug}/depenses")
    await treasurer.unfold("Accepter le bilan et clore")
    await treasurer.look("is the report right")
    await treasurer.press("Clore la collecte")
    await treasurer.reads("La collecte est close, son bilan est publié")


@pytest.mark.one_engine("postgres")
@pytest.mark.parametrize(("width", "javascript", "brief"), [(360, True, False), (1280, False, True)])
async def test_contributors_vote_on_what_is_left_before_its_lead_closes_the_campaign(
    arrive: Arrive, oven: Campaign, mailbox: Mailbox, site: Site, width: int, javascript: bool, brief: bool
) -> None:
    lead = await arrive(width=width, javascript=javascript, brief=brief)
    jeanne, treasurer = [await arrive(width=1640 - width, javascript=not javascript, brief=brief) for _turn in range(2)]
    await gives(jeanne, oven.slug, "Jeanne Perrin", JEANNE)
    await the_deadline_passes(site, oven, CampaignStatus.FUNDED)
    await a_verified_expense(await Campaign.get(id=oven.id).select_related("lead"), 2_000)
    await lead.is_now(await Person.get(id=oven.lead_id))
    await _founds_a_committee(lead, oven)
    await jeanne.is_now(await Person.get(email=JEANNE))
    await jeanne.open(f"/comites/{(await Committee.get(name='Les amis du four')).slug}")
    await jeanne.press("Prendre ma place")
    decision = await _opens_the_vote(lead, oven)
    await _votes(jeanne, mailbox)
    await the_votes_end(decision)
    await _reports(lead, oven)
    await treasurer.is_now(await a_person("Marie Conte", "", RoleName.TREASURER))
    await _closes(treasurer, oven)
    await jeanne.open(f"/campagnes/{oven.slug}/preuves")
    await jeanne.reads("quarante pains", "Les contributeurs ont décidé", "Deux stères de bois pour l’hiver", "Voir la décision")
    assert "Jeanne P.." not in await jeanne.page.inner_text("body")
    await jeanne.look("what became of the rest")
    closed = await Campaign.get(id=oven.id)
    assert (closed.status, (await purse_of(closed)).left > 0) == (CampaignStatus.CLOSED, True)
