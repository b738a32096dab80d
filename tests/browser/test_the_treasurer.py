"""A treasurer of seventy, in large letters: the stall's money, the bank, a refund, receipts, the accountant."""

from __future__ import annotations

import re

import pytest

from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.offline.models import OfflineGift, OfflineStatus
from campaigns.pledges.models import Pledge
from campaigns.pledges.queries import MANAGE
from campaigns.receipts.models import Receipt
from civic import clock
from civic.people import links
from civic.people.models import Person, RoleName
from tests.browser.conftest import Arrive
from tests.browser.giving import ISSUER, the_deadline_passes
from tests.browser.visitor import Visitor, spaced
from tests.campaigns.sandbox_server import Harness
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign as an_open_campaign
from tests.factories.settlement import a_live_campaign, a_pledge
from tests.mailbox import Mailbox, text_of
from tests.site import Site

TWICE_AS_LARGE = 640
"""What a screen of 1280 pixels shows to whoever enlarges everything twice."""


@pytest.fixture
def hosting() -> dict[str, str]:
    """A host who may issue receipts."""
    return ISSUER


@pytest.fixture
async def treasurer(site: Site) -> Person:
    return await a_person("Marie Conte", "", RoleName.TREASURER)


async def _enters_at_the_stall(lead: Visitor, campaign: Campaign) -> None:
    await lead.open(f"/campagnes/{campaign.slug}")
    await lead.follow("Chèques, espèces, virements")
    await lead.follow("Saisir des dons")
    lines = (("Odile Blanc", "30", "Chèque"), ("Hugo Petit", "vingt", "Chèque"), ("Léa Roux", "50", "Promis"))
    for number, (name, amount, mode) in enumerate(lines, 1):
        row = lead.page.get_by_role("group", name=f"Ligne {number}", exact=True)
        await row.get_by_label("Nom").first.fill(name)
        await row.get_by_label("Montant").first.fill(amount)
        await row.get_by_label(mode).first.check(force=True)
    await lead.press("Enregistrer ces dons")
    second = lead.page.get_by_role("group", name="Ligne 2").get_by_label("Montant").first
    assert await second.input_value() == "vingt"
    await lead.look("one line is wrong")
    await second.fill("20")
    await lead.press("Enregistrer ces dons")
    await lead.reads("3 dons notés, 100 €", "Aujourd’hui : 2 dons reçus, 50 €")
    await lead.open(f"/campagnes/{campaign.slug}/hors-ligne")
    await lead.look("the list at the stall")


async def _verifies_and_banks(visitor: Visitor) -> None:
    await visitor.open("/tresorerie")
    await visitor.look("the treasury")
    await visitor.follow("Vérifier les dons")
    await visitor.choose(re.compile("Odile Blanc"))
    await visitor.choose(re.compile("Hugo Petit"))
    await visitor.look("what she saw")
    await visitor.press("Vérifier les dons cochés")
    await visitor.reads("Vérifiés dernièrement")
    await visitor.open("/tresorerie")
    await visitor.follow("Remises en banque")
    await visitor.press("Préparer le bordereau")
    await visitor.reads("R-0001", "50 €", "À porter à la banque")
    words = await visitor.paper("Imprimer le bordereau")
    assert "odile blanc" in words
    assert "50 €" in words
    await visitor.write("Déposé le", str(clock.today()))
    await visitor.press("C’est déposé")
    await visitor.reads("Déposé le")
    await visitor.look("the deposit")


async def _reads_the_bank(visitor: Visitor, second: Visitor) -> None:
    """A transfer is found by its reference; another person confirms it, and takes the confirmation back."""
    gift = await OfflineGift.get(donor_name="Léa Roux")
    row = f"Date;Libellé;Montant\n{clock.today():%d/%m/%Y};VIR MME ROUX {gift.code};50,00\n"
    await visitor.open("/tresorerie/releves")
    await visitor.attach("Fichier CSV", "novembre.csv", "text/csv", row.encode("cp1252"))
    await visitor.press("Envoyer le relevé")
    await visitor.reads("Choisir les colonnes")
    await visitor.write("Nom de la banque", "Crédit Rural")
    await visitor.look("which column is which")
    await visitor.press("Lire le relevé")
    await visitor.reads("1 ligne nouvelle", "Léa Roux", "une autre personne le confirme")
    await visitor.look("the statement")
    await second.open(visitor.page.url)
    await second.choose(re.compile("Léa Roux"))
    await second.press("Confirmer les lignes cochées")
    assert (await OfflineGift.get(id=gift.id)).status == OfflineStatus.VERIFIED
    await second.look("a line is confirmed")
    await second.unfold("Annuler le rapprochement")
    await second.press("Annuler le rapprochement")
    assert (await OfflineGift.get(id=gift.id)).status != OfflineStatus.VERIFIED


async def _gives_back(visitor: Visitor, asker: Visitor, gift: Pledge, mailbox: Mailbox) -> None:
    await asker.open("/tresorerie")
    await asker.write(re.compile("^Nom, référence"), "Rose Martin")
    await asker.press("Chercher")
    await asker.look("a gift is found")
    await asker.follow(re.compile("Rose Martin"))
    await asker.write("Somme à rendre", "10")
    await asker.choose("Sur la carte ou le compte qui a payé")
    await asker.write("La raison, que la personne lira", "Elle s’est trompée de montant.")
    await asker.look("a refund is asked")
    await asker.press("Demander le remboursement")
    await visitor.open("/tresorerie")
    await visitor.reads("Remboursements à approuver", "Elle s’est trompée de montant", "Rapprochement avec Stripe")
    await visitor.unfold("Approuver")
    await visitor.look("approve or not")
    await visitor.press("Oui, rendre l’argent")
    address = (await Person.get(id=gift.person_id)).email or ""
    assert "10 €" in spaced(text_of(await mailbox.last(address, "vous est rendue")))
    await visitor.open(f"/tresorerie/dons/{gift.id}")
    await visitor.reads("Histoire du don")
    await visitor.look("the story of a gift")


async def _her_receipt(backer: Visitor, gift: Pledge) -> None:
    await backer.open(f"/promesses/{links.make(MANAGE, gift.id)}")
    await backer.follow("Mon reçu fiscal")
    await backer.choose("Une personne")
    await backer.write("Nom et prénoms", "Odile Garde")
    await backer.write("Numéro et rue", "3 chemin des Étangs")
    await backer.write("Code postal", "01330")
    await backer.press("Relire avant d’établir le reçu")
    await backer.look("an address is not whole")
    await backer.write("Commune", "Villars-les-Dombes")
    await backer.press("Relire avant d’établir le reçu")
    await backer.reads("Odile Garde", "01330 Villars-les-Dombes", "ne se modifie plus")
    await backer.look("read again before it has a number")
    await backer.press("Établir mon reçu")
    await backer.look("her receipt")
    assert "odile garde" in await backer.paper("Ouvrir mon reçu")
    assert "80 €" in await backer.paper("Le relevé de mes dons de l’année")


async def _keeps_the_receipts(visitor: Visitor, mailbox: Mailbox, gift: Pledge) -> None:
    address = (await Person.get(id=gift.person_id)).email or ""
    await visitor.open("/tresorerie")
    await visitor.follow("Ouvrir le registre des reçus")
    await visitor.reads("Odile Garde", "80 €", "Valable")
    await visitor.look("the register of receipts")
    await visitor.press("Renvoyer")
    await mailbox.last(address, "Votre reçu fiscal numéro")
    assert "80" in await visitor.saves("Télécharger le registre")
    await visitor.page.locator("summary").filter(has_text="Annuler").first.click()
    await visitor.write("La raison, que la personne lira", "Le nom est mal écrit.")
    await visitor.press("Annuler ce reçu")
    await visitor.reads("Annulé", "Le nom est mal écrit")
    await visitor.look("a receipt is void")
    assert await Receipt.filter(voids_id__isnull=False).count() == 1


async def _for_the_accountant(visitor: Visitor) -> None:
    await visitor.open("/tresorerie")
    await visitor.follow("Cette année")
    await visitor.reads("Débit et crédit sont égaux")
    await visitor.look("for the accountant")
    sheet = await visitor.saves("Télécharger le fichier (CSV)")
    assert "Rose" not in sheet
    assert sum((await ledger.balances()).values()) == 0


@pytest.mark.one_engine("postgres")
@pytest.mark.parametrize(("width", "javascript", "brief"), [(TWICE_AS_LARGE, True, False), (360, False, True)])
async def test_a_treasurer_counts_banks_gives_back_and_closes_her_evening(
    arrive: Arrive, site: Site, till: Harness, treasurer: Person, mailbox: Mailbox, width: int, javascript: bool,
    brief: bool,
) -> None:
    market = await an_open_campaign(await a_person("Anne-Marie Lopez"))
    oven = await a_live_campaign(13_000)
    back, kept = await a_pledge(oven, till, cents=5_000), await a_pledge(oven, till, cents=8_000, name="Odile Garde")
    await the_deadline_passes(site, oven, CampaignStatus.FUNDED)
    visitor = await arrive(width=width, javascript=javascript, brief=brief)
    lead = await arrive(width=360, javascript=not javascript, brief=brief)
    await visitor.is_now(treasurer)
    await lead.is_now(await Person.get(id=market.lead_id))
    await _enters_at_the_stall(lead, market)
    await _verifies_and_banks(visitor)
    second = await arrive(width=1280, javascript=not javascript, brief=brief)
    await second.is_now(await a_person("Émile Garde", "", RoleName.TREASURER))
    await _reads_the_bank(visitor, second)
    await _gives_back(visitor, second, back, mailbox)
    await _her_receipt(await arrive(width=360, javascript=False, brief=brief), kept)
    await _keeps_the_receipts(visitor, mailbox, kept)
    await _for_the_accountant(visitor)
