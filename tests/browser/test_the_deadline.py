"""What a deadline begins: money spent before everybody's eyes to the closing report, or everybody set free and told."""

from __future__ import annotations

import re

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine
from campaigns.pledges.models import Pledge, PledgeStatus
from civic import clock
from civic.people.models import Person, RoleName
from tests.browser.conftest import Arrive
from tests.browser.giving import CARD_OK, a_photo, gives, the_deadline_passes
from tests.browser.visitor import Visitor, spaced
from tests.campaigns.sandbox_server import Harness
from tests.factories import a_person
from tests.factories.settlement import a_live_campaign, a_pledge
from tests.mailbox import Mailbox, link_in, text_of
from tests.site import Site

JEANNE = "jeanne@exemple.fr"


@pytest.fixture
async def oven(site: Site, till: Harness) -> Campaign:
    """An oven of 80 €, of which 50 are promised."""
    campaign = await a_live_campaign(8_000)
    await CostLine.create(campaign=campaign, title="Les briques du four", amount_cents=8_000)
    await a_pledge(campaign, till, cents=5_000)
    return campaign


async def _reads_the_proofs(visitor: Visitor, mailbox: Mailbox) -> None:
    message = await mailbox.last(JEANNE, "Votre don est arrivé")
    await visitor.open(link_in(message, "/preuves"))
    await visitor.reads("Votre empreinte est celle de l’écriture", "Rien n’a changé dans les comptes", "80 €")
    await visitor.look("the proofs")
    assert "Jeanne" not in await visitor.saves("Télécharger les écritures")


async def _asks_for_all(lead: Visitor, campaign: Campaign) -> str:
    """All that may be spent, as the page says it."""
    await lead.open(f"/campagnes/{campaign.slug}")
    await lead.follow("Suivre les prélèvements")
    await lead.reads("Les prélèvements sont terminés")
    await lead.look("the charges")
    await lead.follow("Voir la collecte")
    await lead.follow("Dépenser l’argent")
    row = lead.page.get_by_role("row").filter(has_text="Reste à répartir")
    free = spaced(await row.get_by_role("cell").inner_text()).removesuffix(" €")
    await lead.write("Combien", "900")
    await lead.write("Pour quoi faire", "Acheter les briques.")
    await lead.press("Demander la permission")
    await lead.reads("à répartir pour l’instant")
    await lead.look("more than there is")
    await lead.pick("Pour quelle dépense", "Les briques du four")
    await lead.write("Combien", free)
    await lead.press("Demander la permission")
    await lead.reads("en attente")
    return free


async def _spends(lead: Visitor, treasurer: Visitor, spent: str) -> None:
    await treasurer.open("/tresorerie")
    await treasurer.follow(re.compile("Permettre de dépenser"))
    await treasurer.look("may it be spent")
    await treasurer.unfold("Permettre")
    await treasurer.press("Oui, permettre")
    await lead.open(lead.page.url.partition("#")[0])
    await lead.pick("Sur quelle ligne", "Les briques du four")
    await lead.write("Montant payé", spent)
    await lead.write("Payé le", str(clock.today()))
    await lead.write("Quoi, et à qui", "Briques réfractaires, Matériaux de la Dombes")
    await lead.press("Déclarer la dépense")
    await lead.look("no invoice")
    await lead.attach("La facture ou le ticket", "facture.png", "image/png", a_photo())
    await lead.press("Déclarer la dépense")
    await lead.reads("Matériaux de la Dombes", "en attente")
    await treasurer.open("/tresorerie")
    await treasurer.follow(re.compile("Vérifier une dépense"))
    await treasurer.look("is it true")
    await treasurer.unfold("Vérifier et publier")
    await treasurer.press("Oui, publier")


async def _closes(lead: Visitor, treasurer: Visitor, visitor: Visitor, slug: str) -> None:
    await lead.open(lead.page.url.partition("#")[0])
    await lead.write("Ce qui a été fait", "Le four chauffe depuis samedi, quarante pains sont sortis.")
    await lead.look("the report is written")
    await lead.press("Envoyer le bilan")
    await treasurer.open(treasurer.page.url.partition("#")[0])
    await treasurer.unfold("Accepter le bilan et clore")
    await treasurer.press("Clore la collecte")
    await visitor.open(f"/campagnes/{slug}/preuves")
    await visitor.reads("Matériaux de la Dombes", "Ce qui a été fait", "quarante pains")
    await visitor.look("the proofs of a closed campaign")
    await visitor.open(f"/campagnes/{slug}")
    await visitor.look("a closed campaign")
    assert (await Campaign.get(slug=slug)).status == CampaignStatus.CLOSED


@pytest.mark.one_engine("sqlite")
async def test_a_funded_campaign_is_spent_proved_and_closed_before_everybody(
    arrive: Arrive, oven: Campaign, mailbox: Mailbox, site: Site
) -> None:
    visitor, lead, treasurer = (
        await arrive(width=360),
        await arrive(width=360, javascript=False),
        await arrive(width=1280),
    )
    await gives(visitor, oven.slug, "Jeanne Perrin", JEANNE, CARD_OK)
    await the_deadline_passes(site, oven, CampaignStatus.FUNDED)
    await lead.is_now(await Person.get(id=oven.lead_id))
    await treasurer.is_now(await a_person("Marie Conte", "", RoleName.TREASURER))
    await _reads_the_proofs(visitor, mailbox)
    await _spends(lead, treasurer, await _asks_for_all(lead, oven))
    await _closes(lead, treasurer, visitor, oven.slug)


@pytest.mark.one_engine("postgres")
async def test_a_campaign_that_fails_sets_everybody_free_and_says_so(
    arrive: Arrive, oven: Campaign, mailbox: Mailbox, site: Site
) -> None:
    visitor = await arrive(width=1280)
    await Campaign.filter(id=oven.id).update(minimum_cents=90_000, optimum_cents=90_000)
    await gives(visitor, oven.slug, "Jeanne Perrin", JEANNE)
    await the_deadline_passes(site, oven, CampaignStatus.FAILED)
    told = await mailbox.last(JEANNE, "pas atteint son objectif")
    assert "Rien n’a été débité" in text_of(told)
    await mailbox.last((await Person.get(id=oven.lead_id)).email or "", "Votre collecte n'a pas atteint")
    await visitor.open(link_in(told, "/campagnes/"))
    await visitor.reads("80 €", "900 €")
    await visitor.look("it failed")
    await visitor.open(link_in(await mailbox.last(JEANNE, "promesse de don est enregistrée"), "/promesses/"))
    await visitor.reads("Promesse effacée, rien n’a été débité")
    await visitor.look("a promise set free")
    await visitor.open(f"/campagnes/{oven.slug}/preuves")
    await visitor.reads("Aucun argent n’a bougé")
    await visitor.look("no accounts")
    assert set(await Pledge.filter(campaign_id=oven.id).values_list("status", flat=True)) == {PledgeStatus.RELEASED}
