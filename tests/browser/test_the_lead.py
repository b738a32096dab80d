"""A lead at eleven at night: a campaign proposed in six steps, reviewed, changed, opened, and told about."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from campaigns.lifecycle.models import Campaign
from civic import clock
from civic.initiatives.models import Initiative
from civic.jobs.models import Job
from civic.people.models import Person, RoleName
from tests.browser.conftest import Arrive
from tests.browser.giving import a_photo, gives
from tests.browser.visitor import Visitor
from tests.factories import a_person, an_initiative
from tests.mailbox import Mailbox, code_in, link_in, text_of
from tests.site import Site

LEAD, BACKER = "anne-marie@exemple.fr", "odile@exemple.fr"
STORY = "Dans nos hameaux, une personne sur cinq ne conduit pas. Le car passe deux fois par jour, jamais le mardi. " * 2


@pytest.fixture
async def shuttle(site: Site) -> Initiative:
    return await an_initiative(lead=await a_person("Anne-Marie Lopez", LEAD))


async def _signs_in(visitor: Visitor, mailbox: Mailbox) -> None:
    await visitor.follow("Se connecter")
    await visitor.write("Adresse électronique", LEAD)
    await visitor.press("Recevoir mon lien")
    await visitor.write("Code à six chiffres", code_in(await mailbox.last(LEAD, "Votre lien pour entrer")))
    await visitor.press("Entrer")


async def _tells_the_project(visitor: Visitor, shuttle: Initiative) -> None:
    await visitor.open(f"/initiatives/{shuttle.slug}")
    await visitor.follow("Préparer une collecte")
    await visitor.look("a campaign is begun")
    await visitor.write("Titre de la collecte", "Bus")
    await visitor.write("En une ou deux phrases", "Relier sept hameaux au marché.")
    await visitor.write("Pourquoi", STORY)
    await visitor.press("Enregistrer et continuer")
    await visitor.reads("au moins 5")
    assert await visitor.page.get_by_label("En une ou deux phrases").input_value() == "Relier sept hameaux au marché."
    assert STORY.strip() in await visitor.page.get_by_label("Pourquoi").first.input_value()
    await visitor.look("too short a title")
    await visitor.write("Titre de la collecte", "Un minibus pour sept hameaux")
    await visitor.press("Enregistrer et continuer")


async def _shows_and_counts(visitor: Visitor) -> None:
    await visitor.press("Ajouter la photo")
    await visitor.look("no photo chosen")
    await visitor.attach("La photo", "minibus.png", "image/png", a_photo())
    await visitor.write("Ce que montre la photo", "Le minibus devant la halle.")
    await visitor.press("Ajouter la photo")
    await visitor.reads("Elle ouvre la page")
    await visitor.look("a photo")
    await visitor.follow("Continuer vers le budget")
    await visitor.write("Dépense", "Le minibus d’occasion")
    await visitor.write("Montant, toutes taxes comprises", "six mille")
    await visitor.choose("Indispensable")
    await visitor.press("Enregistrer la dépense")
    assert await visitor.page.get_by_label("Montant, toutes taxes comprises").input_value() == "six mille"
    await visitor.look("an amount in words")
    await visitor.write("Montant, toutes taxes comprises", "60")
    await visitor.press("Enregistrer la dépense")
    await visitor.press(re.compile("Ajouter les frais bancaires"))
    await visitor.look("the budget")
    await visitor.follow("Continuer vers les mercis")
    await visitor.write("Titre", "Une carte postale")
    await visitor.write("À partir de quel don", "20")
    await visitor.choose("Un symbole")
    await visitor.press("Enregistrer le merci")
    await visitor.look("a thank-you")
    await visitor.follow("Continuer vers les conditions")


async def _sets_the_terms_and_sends(visitor: Visitor) -> None:
    await visitor.write("Dernier jour de la collecte", str(clock.today() + timedelta(days=20)))
    await visitor.write(re.compile("usage des fonds"), "Achat du minibus en juin, première tournée en juillet.")
    await visitor.write("Le résultat attendu", "Un minibus, six tournées par semaine, quarante passagers.")
    await visitor.press("Enregistrer et relire")
    await visitor.look("terms without risks")
    await visitor.write("Les risques", "Si le minibus est vendu, nous en cherchons un autre.")
    await visitor.press("Enregistrer et relire")
    await visitor.look("ready to be sent")
    await visitor.follow(re.compile("Voir l.aperçu"))
    await visitor.reads("Aperçu : cette page n’est pas encore publique", "Ce bouton marchera à l’ouverture")
    await visitor.look("the preview")
    await visitor.follow("Continuer le brouillon")
    await visitor.press("Envoyer à la relecture")


async def _asks_for_a_change(reviewer: Visitor) -> None:
    await reviewer.open("/pupitre")
    await reviewer.page.get_by_role("listitem").filter(has_text="Un minibus").get_by_role("link").first.click()
    await reviewer.choose("Demander des changements")
    await reviewer.unfold("Budget")
    await reviewer.write("Remarque sur : Budget", "Joignez le prix du devis.")
    await reviewer.look("the review")
    await reviewer.press("Envoyer ma réponse")


async def _changes_and_opens(visitor: Visitor, reviewer: Visitor, mailbox: Mailbox) -> None:
    await visitor.open(link_in(await mailbox.last(LEAD, "Quelques changements"), "/modifier"))
    await visitor.reads("Joignez le prix du devis")
    await visitor.look("remarks to settle")
    await visitor.follow(re.compile("3. Budget"))
    await visitor.follow("Modifier")
    await visitor.write("Détail", "Devis du garage de Villars.")
    await visitor.press("Enregistrer la dépense")
    await visitor.press(re.compile("C’est réglé"))
    await visitor.follow(re.compile("6. Relecture"))
    await visitor.press("Envoyer à la relecture")
    await reviewer.open(f"{reviewer.url}/pupitre")
    await reviewer.page.get_by_role("listitem").filter(has_text="Un minibus").get_by_role("link").first.click()
    await reviewer.reads("Devis du garage de Villars")
    await reviewer.choose("Accepter")
    await reviewer.press("Envoyer ma réponse")
    await visitor.open(link_in(await mailbox.last(LEAD, "Votre collecte est acceptée"), "/campagnes/"))
    await visitor.look("accepted")
    await visitor.press("Ouvrir maintenant")
    await visitor.reads("Vous gérez cette collecte")
    await visitor.look("open, seen by its lead")


async def _runs_it(visitor: Visitor, mailbox: Mailbox) -> None:
    await visitor.follow("Tableau de bord")
    await visitor.reads("Odile B.", "30 €", "Total promis, en cumul")
    await visitor.look("the board")
    assert "Odile B." in await visitor.saves("Télécharger la liste")
    await visitor.follow("Écrire des nouvelles")
    await visitor.write("Titre", "Le garage nous garde le minibus")
    await visitor.write("Texte", "Bonjour à tous,\n\nIl est réservé jusqu’à la fin de la collecte.")
    await visitor.look("news are written")
    await visitor.press("Garder et relire")
    await visitor.reads("1 adresse recevra ce texte par courriel")
    await visitor.press("Publier")
    await visitor.reads("Cette nouvelle est publiée", "Reprendre en brouillon")
    await visitor.look("news published")
    await Job.filter(name="news_due").update(run_at=0)
    sent = await mailbox.last(BACKER, "Le garage nous garde le minibus")
    assert "Il est réservé" in text_of(sent)


async def _the_journey(
    visitor: Visitor, reviewer: Visitor, backer: Visitor, shuttle: Initiative, mailbox: Mailbox
) -> None:
    await reviewer.is_now(await a_person("Rose Petit", "", RoleName.ANIMATOR))
    await _signs_in(visitor, mailbox)
    await _tells_the_project(visitor, shuttle)
    await _shows_and_counts(visitor)
    await _sets_the_terms_and_sends(visitor)
    await _asks_for_a_change(reviewer)
    await _changes_and_opens(visitor, reviewer, mailbox)
    campaign = await Campaign.get(initiative_id=shuttle.id)
    await gives(backer, campaign.slug, "Odile Blanc", BACKER)
    await visitor.open(f"/campagnes/{campaign.slug}")
    await _runs_it(visitor, mailbox)
    assert await Person.filter(email=BACKER).exists()


@pytest.mark.one_engine("sqlite")
@pytest.mark.parametrize(("width", "javascript", "brief"), [(360, True, False), (1280, False, True)])
async def test_a_lead_proposes_changes_opens_and_tells_of_her_campaign(
    arrive: Arrive, shuttle: Initiative, mailbox: Mailbox, width: int, javascript: bool, brief: bool
) -> None:
    visitor = await arrive(width=width, javascript=javascript, brief=brief)
    reviewer = await arrive(width=1280, javascript=not javascript, brief=brief)
    backer = await arrive(width=360, javascript=not javascript, brief=brief)
    await _the_journey(visitor, reviewer, backer, shuttle, mailbox)
