"""A committee works on a proposal on its phones: a change proposed and taken, an objection integrated, adopted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from civic import clock
from civic.committees.models import Committee
from civic.counting.rules import Verdict
from civic.decisions.models import Decision
from tests.browser.conftest import Arrive
from tests.browser.deciding import the_moment_comes, the_votes_end, two_at_the_table
from tests.browser.visitor import Visitor
from tests.site import Site

QUESTION = "La cuisine se loue aux traiteurs"
TEXT = "Deux soirs par semaine, pour payer le chauffage."


async def _proposes(lead: Visitor, committee: Committee) -> Decision:
    await lead.open(f"/comites/{committee.slug}/decisions/nouvelle")
    await lead.write("La proposition ou la question", QUESTION)
    await lead.write("Pour se décider", TEXT)
    await lead.choose("Laisser d’abord un temps pour les questions et les améliorations")
    await lead.look("a first stage is offered")
    await lead.press("Enregistrer et relire")
    await lead.press("Ouvrir la question")
    await lead.reads("Le chemin de la proposition", "Ensuite, chacun donne son avis")
    await lead.look("the path of a proposal")
    return await Decision.get(question=QUESTION)


async def _improve(lead: Visitor, rose: Visitor, path: str) -> None:
    await rose.open(path)
    await rose.follow("Poser une question")
    await rose.press("Poser ma question")
    await rose.look("a question without words")
    await rose.write("Ce que vous voulez comprendre", "Qui fait le ménage ?")
    await rose.press("Poser ma question")
    await rose.follow("Proposer un changement")
    await rose.look("proposing a change")
    await rose.write("Je propose de changer", "un soir par semaine, pas deux.")
    await rose.press("Proposer ce changement")
    await rose.reads("À l’étude")
    await rose.look("what she asked and proposed")
    await lead.open(path)
    await lead.follow("Répondre à cette question")
    await lead.write("Votre réponse", "Le traiteur, avant minuit.")
    await lead.look("answering a question")
    await lead.press("Publier la réponse")
    await lead.follow("Reprendre ou écarter ce changement")
    await lead.look("taking a change or not")
    await lead.write("Le texte de la proposition", "Un soir par semaine, pour payer le chauffage.")
    await lead.press("Enregistrer le nouveau texte")
    await lead.reads("Repris dans le texte", "Version 2")
    await lead.follow("Voir ce qui a changé")
    await lead.look("what changed, word by word")


async def _object_and_integrate(lead: Visitor, rose: Visitor, path: str) -> None:
    await rose.open(path)
    await rose.choose("Objection")
    await rose.write("Pourquoi ?", "Le vendredi est pris par les repas partagés.")
    await rose.press("Donner ma voix")
    await lead.open(path)
    await lead.look("an objection is open")
    await lead.follow("Changer le texte pour intégrer cette objection")
    await lead.write("Ce que la proposition change", "Jamais le vendredi.")
    await lead.look("integrating an objection")
    await lead.write("Le texte de la proposition", "Un soir par semaine, sauf le vendredi, pour payer le chauffage.")
    await lead.press("Intégrer l’objection")
    await lead.follow("Repousser la clôture")
    await lead.look("moving the closing")
    await lead.open(path)
    await lead.choose("D’accord")
    await lead.press("Donner ma voix")
    await rose.open(path)
    await rose.reads("Le texte a changé depuis votre avis")
    await rose.look("the text changed since her position")


@pytest.mark.one_engine("sqlite")
@pytest.mark.parametrize(("width", "javascript", "brief"), [(360, False, False), (360, True, True)])
async def test_two_people_better_a_proposal_until_it_is_adopted(
    arrive: Arrive, site: Site, width: int, javascript: bool, brief: bool
) -> None:
    committee, _woman, lead, rose = await two_at_the_table(arrive, width=width, javascript=javascript, brief=brief)
    decision = await _proposes(lead, committee)
    path = f"/decisions/{decision.id}"
    await _improve(lead, rose, path)
    await the_moment_comes("decision_positions_due", decision, positions_at=clock.now() - timedelta(seconds=5))
    await _object_and_integrate(lead, rose, path)
    [closed] = await the_votes_end(decision)
    assert (closed.verdict, closed.answers_count, closed.electorate) == (Verdict.ADOPTED, 2, 2)
    assert closed.tally == {"agree": 1, "reserve": 0, "object": 1, "aside": 0, "open_objections": 0}
    await rose.open(path)
    await rose.reads("Adoptée", "intégrée", "Version 3")
    await rose.look("adopted after an objection")
