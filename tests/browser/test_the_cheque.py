"""A backer without a card: her cheque is announced, printed, received, verified, counted, and has its receipt."""

from __future__ import annotations

import re

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine, Reward
from campaigns.offline.models import OfflineGift, OfflineStatus
from civic.people.models import Person, RoleName
from tests.browser.conftest import Arrive
from tests.browser.giving import ISSUER, comes_to_the_last_step, the_deadline_passes
from tests.browser.visitor import Visitor
from tests.campaigns.till import problems
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign, a_reward
from tests.mailbox import Mailbox, link_in, text_of
from tests.site import Site

JEANNE = "jeanne@exemple.fr"


@pytest.fixture
def hosting() -> dict[str, str]:
    """A host who may issue receipts and has an account for transfers."""
    return ISSUER | {"CIVIC_IBAN": "FR1420041010050500013M02606"}


@pytest.fixture
async def minibus(site: Site) -> Campaign:
    """Open for twelve days; thirty euros are enough, a postcard thanks for twenty."""
    payee = ISSUER["CIVIC_RECEIPT_ISSUER"]
    lead = await a_person("Anne-Marie Lopez")
    campaign = await a_live_campaign(lead, minimum_cents=3_000, optimum_cents=3_000, beneficiary=payee)
    await CostLine.filter(campaign_id=campaign.id, required=True).update(amount_cents=3_000)
    await CostLine.filter(campaign_id=campaign.id, required=False).delete()
    await a_reward(campaign, stock=1)
    return campaign


async def _announces(visitor: Visitor, slug: str, mailbox: Mailbox) -> str:
    """From the campaign's page to the slip; answers the address of her own page."""
    await comes_to_the_last_step(visitor, slug, "Jeanne Perrin", JEANNE)
    await visitor.look("three ways to give")
    await visitor.follow("Donner par chèque ou virement")
    await visitor.reads("Doit arriver", "au plus tard", "Si la collecte échoue, il vous est rendu")
    await visitor.unfold("Je veux un reçu fiscal")
    await visitor.write("Numéro et rue", "3 chemin des Étangs")
    await visitor.look("i check")
    await visitor.press("Annoncer mon chèque ou virement")
    await visitor.look("an address is not whole")
    await visitor.write("Code postal", "01330")
    await visitor.write("Commune", "Villars-les-Dombes")
    await visitor.press("Annoncer mon chèque ou virement")
    await visitor.reads("ouvrez votre courriel")
    await visitor.look("open your mail")
    own = link_in(await mailbox.last(JEANNE, "Confirmez votre don"), "/dons/")
    await visitor.open(own)
    await visitor.press("Je confirme mon don")
    await visitor.reads("Annoncé, nous l’attendons", "à l’ordre de « Les Jardins du Carron »", "FR14 2004 1010 0505 0001 3M02 606")
    await visitor.look("how to send it")
    return own


async def _changes_it(visitor: Visitor) -> None:
    await visitor.follow("Changer mon don")
    await visitor.write("Montant de mon don", "zéro")
    await visitor.press("Enregistrer")
    await visitor.look("a wrong change")
    await visitor.write("Montant de mon don", "35")
    await visitor.choose(re.compile("Une carte postale"))
    await visitor.press("Enregistrer")
    await visitor.reads("C’est changé", "35 €", "Votre merci vous est gardé jusqu’au")


async def _is_received(lead: Visitor, campaign: Campaign, code: str) -> None:
    await lead.open(f"/campagnes/{campaign.slug}/hors-ligne")
    await lead.reads("Annoncés", code, "Jeanne Perrin")
    await lead.write("Chercher une référence ou un nom", code)
    await lead.press("Chercher")
    await lead.look("what is announced")
    await lead.open("/bulletins/" + code)
    assert await lead.page.get_by_label("Montant").first.input_value() == "35"
    await lead.look("the slip was scanned")
    await lead.press("Enregistrer ces dons")
    await lead.reads(f"Don {code} de 35 € noté")


@pytest.mark.one_engine("sqlite")
@pytest.mark.parametrize(("width", "javascript", "brief"), [(360, False, False), (1280, True, True)])
async def test_a_cheque_is_announced_printed_received_verified_counted_and_has_its_receipt(
    arrive: Arrive, minibus: Campaign, mailbox: Mailbox, site: Site, width: int, javascript: bool, brief: bool
) -> None:
    visitor = await arrive(width=width, javascript=javascript, brief=brief)
    own = await _announces(visitor, minibus.slug, mailbox)
    await _changes_it(visitor)
    gift = await OfflineGift.all().get()
    paper = await visitor.paper("Bulletin à imprimer et à joindre")
    assert gift.code.lower() in paper
    assert "35 €" in paper
    assert gift.code in text_of(await mailbox.last(JEANNE, "Comment envoyer votre don"))
    await visitor.open(f"/campagnes/{minibus.slug}")
    await visitor.reads("0 € sur 30 €")
    lead, treasurer = [await arrive(width=1640 - width, javascript=not javascript, brief=brief) for _turn in range(2)]
    await lead.is_now(await Person.get(id=minibus.lead_id))
    await _is_received(lead, minibus, gift.code)
    await treasurer.is_now(await a_person("Marie Conte", "", RoleName.TREASURER))
    await treasurer.open("/tresorerie/hors-ligne")
    await treasurer.choose(re.compile("Jeanne Perrin"))
    await treasurer.press("Vérifier les dons cochés")
    await visitor.open(f"/campagnes/{minibus.slug}")
    await visitor.reads("35 € sur 30 €", "Jeanne P.")
    await visitor.look("it counts")
    await the_deadline_passes(site, minibus, CampaignStatus.FUNDED)
    await visitor.open(own)
    await visitor.reads("Don reçu, merci")
    await visitor.follow("Mon reçu fiscal")
    assert "jeanne perrin" in await visitor.paper("Ouvrir mon reçu")
    await visitor.look("her receipt")
    assert (await OfflineGift.get(id=gift.id)).status == OfflineStatus.VERIFIED
    assert (await Reward.get(campaign_id=minibus.id)).taken == 1
    assert await problems() == []
