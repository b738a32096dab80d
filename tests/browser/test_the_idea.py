"""An idea on a phone: proposed without an account, supported and helped by a neighbour, reviewed, born as an initiative."""

from __future__ import annotations

import pytest

from civic.ideas.models import Idea
from civic.initiatives import service as initiatives
from civic.initiatives.models import Initiative
from civic.people.models import RoleName
from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.engines import Database
from tests.factories import a_person, an_initiative
from tests.mailbox import Mailbox, link_in

ODILE, ROSE = "odile@exemple.fr", "rose@exemple.fr"


@pytest.mark.one_engine("sqlite")
@pytest.mark.parametrize("js", [True, False], ids=["with-js", "without-js"])
async def test_a_residents_idea_becomes_an_initiative(
    arrive: Arrive, mailbox: Mailbox, database: Database, js: bool
) -> None:
    await initiatives.index(await an_initiative("Le Four de la Halle"))
    hers = await arrive(width=360, javascript=js)
    await _proposes(hers, mailbox, js=js)
    idea = await Idea.get()
    neighbour = await arrive(width=360, javascript=js)
    await _helps(neighbour, mailbox, idea)
    await _is_reviewed(await arrive(width=1280, javascript=js), idea)
    own = link_in(await mailbox.last(ODILE, "incubation"), "mes-idees")
    await hers.open(own)
    await hers.reads("Rose", "Deux samedis en mars")
    await hers.look("les aides proposées")
    await hers.press("Accepter l’aide de Rose")
    await hers.reads(ROSE)
    told = await mailbox.last(ROSE, "devenue une initiative")
    await neighbour.open(link_in(told, "mes-soutiens"))
    await neighbour.look("mon soutien devenu initiative")
    await neighbour.press("Suivre l’initiative")
    await neighbour.reads("Vous suivez cette initiative.", "Née d’une idée")
    assert (await Initiative.get(title=idea.title)).followers_count == 1


async def _proposes(hers: Visitor, mailbox: Mailbox, *, js: bool) -> None:
    await hers.follow("Proposer une idée")
    await hers.look("quatre questions")
    await hers.write("Un nom pour votre idée", "Un four à pain pour le hameau")
    if js:
        await hers.reads("Cela ressemble à", "Le Four de la Halle")
        await hers.look("cela ressemble à")
    await hers.write("1. Que voulez-vous faire", "Rallumer le four une fois par mois et cuire ensemble.")
    await hers.write("2. Pour qui", "Les familles du bourg.")
    await hers.write("3. Où", "Trévoux")
    await hers.choose("Alimentation et agriculture")
    await hers.write("Votre prénom et votre nom", "Odile Perrin")
    await hers.press("Envoyer mon idée")
    await hers.reads("est à corriger")
    await hers.look("une adresse manque")
    await hers.write("Adresse électronique", ODILE)
    await hers.press("Envoyer mon idée")
    if not js:
        await hers.reads("Votre idée n’est pas encore envoyée", "Le Four de la Halle")
        await hers.look("pas encore envoyée")
        await hers.press("Envoyer mon idée")
    await hers.reads("ouvrez votre courriel")
    await hers.look("encore un geste")
    await hers.open(link_in(await mailbox.last(ODILE, "votre idée"), "mes-idees"))
    await hers.look("relire et publier")
    await hers.press("Publier mon idée")
    await hers.reads("Votre idée est publiée", "Odile P.")
    await hers.look("mon idée publiée")
    await hers.open("/idees")
    await hers.reads("1 idée")
    await hers.look("les idées")


async def _helps(neighbour: Visitor, mailbox: Mailbox, idea: Idea) -> None:
    await neighbour.open(f"/idees/{idea.slug}")
    await neighbour.follow("Je soutiens")
    await neighbour.look("je soutiens")
    await neighbour.write("Votre prénom et votre nom", "Rose Martin")
    await neighbour.write("Adresse électronique", ROSE)
    await neighbour.press("Je soutiens")
    await neighbour.open(link_in(await mailbox.last(ROSE, "votre soutien"), "mes-soutiens"))
    await neighbour.press("Confirmer mon soutien")
    await neighbour.reads("Votre soutien est compté")
    await neighbour.look("mon soutien")
    await neighbour.follow("Je peux aider")
    await neighbour.choose("Un savoir-faire")
    await neighbour.write("En quelques mots", "Deux samedis en mars, je suis maçonne.")
    await neighbour.write("Votre prénom et votre nom", "Rose Martin")
    await neighbour.write("Adresse électronique", ROSE)
    await neighbour.look("je peux aider")
    await neighbour.press("Proposer mon aide")
    await neighbour.open(link_in(await mailbox.last(ROSE, "votre aide"), "propositions-aide"))
    await neighbour.look("mon aide à confirmer")
    await neighbour.press("Confirmer ma proposition")
    await neighbour.reads("attend une réponse")


async def _is_reviewed(team: Visitor, idea: Idea) -> None:
    await team.is_now(await a_person("Anne Moreau", "", RoleName.ANIMATOR))
    await team.open("/pupitre")
    await team.reads("Relire une idée : Un four à pain pour le hameau")
    await team.open(f"/idees/{idea.slug}/relire")
    await team.look("relire une idée")
    await team.choose("Elle entre en incubation")
    await team.press("Répondre à l’auteur")
    await team.open(f"/idees/{idea.slug}/etapes")
    await team.look("les étapes")
    await team.open(f"/idees/{idea.slug}/relire")
    await team.unfold("Elle devient une initiative")
    await team.look("prête à devenir une initiative")
    await team.press("Oui, créer l’initiative")
    await team.reads("Une initiative est née", "Née d’une idée")
    await team.look("l’initiative née")
