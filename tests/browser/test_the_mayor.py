"""A mayor whose commune adds to its residents' gifts: from the mail to the thanks, without an account."""

from __future__ import annotations

import re

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine
from campaigns.matching.models import AgreementStatus, MatchAgreement
from civic import clock
from civic.people.models import RoleName
from tests.browser.conftest import Arrive
from tests.browser.giving import gives, the_deadline_passes
from tests.browser.visitor import Visitor
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign
from tests.factories.matching import a_matcher
from tests.mailbox import Mailbox, link_in
from tests.site import Site

MAYOR = "maire@chatillon.exemple.fr"


@pytest.fixture
async def minibus(site: Site) -> Campaign:
    """Open for twelve days; sixty euros are enough, thirty of them from the commune."""
    campaign = await a_live_campaign(await a_person("Anne-Marie Lopez"), minimum_cents=6_000, optimum_cents=6_000)
    await CostLine.filter(campaign_id=campaign.id, required=True).update(amount_cents=6_000)
    await CostLine.filter(campaign_id=campaign.id, required=False).delete()
    await a_matcher()
    return campaign


async def _is_proposed(team: Visitor, campaign: Campaign) -> None:
    await team.open(f"/campagnes/{campaign.slug}")
    await team.follow("Financeurs qui ajoutent")
    await team.follow("Proposer un accord")
    await team.pick("La commune ou l’entreprise", "Châtillon-sur-Chalaronne")
    await team.choose("1 € donné = 1 € ajouté")
    await team.write("Au plus, pour cette collecte", "cinq mille")
    await team.write("Prénom et nom", "Hélène Maire")
    await team.write("Sa fonction", "maire")
    await team.write("Adresse électronique", MAYOR)
    await team.press("Envoyer la proposition")
    assert await team.page.get_by_label("Au plus, pour cette collecte").input_value() == "cinq mille"
    await team.look("a wrong cap")
    await team.write("Au plus, pour cette collecte", "5 000")
    await team.press("Envoyer la proposition")
    await team.reads("Châtillon-sur-Chalaronne", "Envoyé à Hélène Maire")
    await team.look("proposed")


async def _accepts(mayor: Visitor, treasurer: Visitor, mailbox: Mailbox) -> None:
    await mayor.open(link_in(await mailbox.last(MAYOR, "Une proposition pour ajouter"), "/abondements/"))
    await mayor.reads("1 € donné = 1 € ajouté", "Exemple avec trois dons", "30 €", "Et si la collecte échoue ?")
    await mayor.look("the proposal")
    assert "châtillon-sur-chalaronne" in await mayor.paper("Convention en PDF")
    await mayor.write("Prénom et nom", "Hélène Maire")
    await mayor.write("Votre fonction", "maire")
    await mayor.press(re.compile("Accepter l.accord"))
    assert await mayor.page.get_by_label("Votre fonction").input_value() == "maire"
    await mayor.look("the box is not ticked")
    await mayor.choose(re.compile("J.ai lu l.accord"))
    await mayor.press(re.compile("Accepter l.accord"))
    await mayor.reads("Accepté par Hélène Maire", "Signé ; l’équipe le confirme.")
    await mayor.look("signed")
    await _confirms(treasurer)
    await mayor.open(link_in(await mailbox.last(MAYOR, "Votre accord est en vigueur"), "/abondements/"))
    await mayor.reads("Accepté par Hélène Maire", "Où nous en sommes", "Rien n’est à verser avant la réussite")
    await mayor.look("agreed")
    paper = await mayor.paper("Convention en PDF")
    assert "accepté en ligne par hélène maire" in paper
    assert "confirmé par marie conte" in paper


async def _confirms(treasurer: Visitor) -> None:
    await treasurer.open("/tresorerie")
    await treasurer.reads("Accords de financeurs à confirmer")
    await treasurer.follow("Vérifier et confirmer")
    await treasurer.reads("À vérifier avant de confirmer", MAYOR, "Proposé par", "Rose Petit")
    await treasurer.unfold("Confirmer l’accord")
    await treasurer.look("what is to be checked")
    await treasurer.press("Oui, je confirme")
    await treasurer.reads("L’accord est confirmé", "Confirmé par Marie Conte")


async def _pays(team: Visitor, treasurer: Visitor, campaign: Campaign) -> None:
    await team.open(f"/campagnes/{campaign.slug}")
    await team.follow("Financeurs qui ajoutent")
    await team.write("Montant reçu", "30")
    await team.write("Jour du relevé", str(clock.today()))
    await team.press("Noter ce versement")
    await team.reads("Une autre personne, de la trésorerie, doit le confirmer")
    await treasurer.open("/tresorerie")
    await treasurer.reads("Versements de financeurs à confirmer")
    await treasurer.follow("Comparer au relevé et confirmer")
    await treasurer.unfold("Confirmer le versement")
    await treasurer.look("was it seen")
    await treasurer.press("Oui, je l’ai vu")
    await treasurer.reads("Confirmés par")


@pytest.mark.one_engine("sqlite")
@pytest.mark.parametrize(("width", "javascript", "brief"), [(360, False, False), (1280, True, True)])
async def test_a_mayor_reads_signs_follows_pays_and_is_thanked(
    arrive: Arrive, minibus: Campaign, mailbox: Mailbox, site: Site, width: int, javascript: bool, brief: bool
) -> None:
    team = await arrive(width=1280, javascript=not javascript, brief=brief)
    mayor = await arrive(width=width, javascript=javascript, brief=brief)
    await team.is_now(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    await _is_proposed(team, minibus)
    treasurer = await arrive(width=360, brief=brief)
    await treasurer.is_now(await a_person("Marie Conte", "", RoleName.TREASURER))
    await _accepts(mayor, treasurer, mailbox)
    backer = await arrive(width=360, brief=brief)
    await backer.open(f"/campagnes/{minibus.slug}")
    await backer.reads("1 € donné = 1 € ajouté", "Par Châtillon-sur-Chalaronne", "Jusqu’au")
    await backer.look("one euro given, one euro added")
    await gives(backer, minibus.slug, "Jeanne Perrin", "jeanne@exemple.fr")
    await the_deadline_passes(site, minibus, CampaignStatus.FUNDED)
    await mayor.open(link_in(await mailbox.last(MAYOR, "votre part est attendue"), "/abondements/"))
    await mayor.reads("À verser : 30 €")
    await mayor.look("what is due")
    assert "30 €" in await mayor.paper("Appel de fonds en PDF")
    await _pays(team, treasurer, minibus)
    await mayor.open(link_in(await mailbox.last(MAYOR, "Votre versement est arrivé"), "/abondements/"))
    await mayor.reads("Votre versement est arrivé. Merci !")
    await mayor.look("thanked")
    await backer.open(f"/campagnes/{minibus.slug}")
    await backer.reads("Collecte réussie", "60 €", "Châtillon-sur-Chalaronne")
    assert (
        await MatchAgreement.get(fund__organisation__name="Châtillon-sur-Chalaronne")
    ).status == AgreementStatus.ACTIVE
