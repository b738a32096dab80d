"""A committee shares a budget, places dots and ranks: prepared, answered, counted and explained on every screen."""

from __future__ import annotations

import pytest

from civic.committees import seats
from civic.committees.joining import Designation
from civic.committees.models import College, CollegeKind, Committee
from civic.counting.rules import Code, Method, Verdict
from civic.decisions.models import Decision, Elector, Option
from civic.people.models import Person
from tests.browser.conftest import Arrive
from tests.browser.deciding import the_votes_end, two_at_the_table
from tests.browser.visitor import Visitor
from tests.factories import a_person
from tests.factories.steering import an_open_decision, says
from tests.site import Site

QUESTION = "Comment employer les 900 euros du département ?"
CAME_OUT = ("Deux bancs", "Le jeudi", "Le jeudi")
OPTIONS = [{"title": "Le lundi"}, {"title": "Le jeudi"}, {"title": "Le samedi"}]


async def _asks(lead: Visitor, committee: Committee) -> Decision:
    """The lead writes what may be bought; a mistake keeps what she wrote."""
    await lead.open(f"/comites/{committee.slug}/decisions/nouvelle")
    await lead.choose("Partager un budget")
    await lead.look("a budget to share")
    await lead.write("La proposition ou la question", QUESTION)
    await lead.write("Budget à partager", "900")
    await lead.page.get_by_label("Choix 1", exact=True).fill("Deux bancs")
    await lead.write("Coût du choix 1", "520")
    await lead.page.get_by_label("Choix 2", exact=True).fill("Un porte-vélos")
    await lead.press("Enregistrer et relire")
    await lead.reads("Écrivez ce que coûte ce choix.")
    await lead.look("a cost is missing")
    await lead.write("Coût du choix 2", "380,50")
    await lead.press("Enregistrer et relire")
    await lead.look("the choice before it opens")
    await lead.press("Ouvrir la question")
    return await Decision.get(question=QUESTION)


async def _answers(rose: Visitor, shared: Decision, dotted: Decision, ranked: Decision) -> None:
    await rose.open(f"/decisions/{shared.id}")
    await rose.choose("Deux bancs")
    await rose.look("what she supports")
    await rose.press("Donner ma voix")
    await rose.reads("Votre voix est comptée", "Vos choix coûtent")
    await rose.open(f"/decisions/{dotted.id}")
    await rose.reads("Points restants")
    await rose.write("Le jeudi", "9")
    if rose.javascript:
        await rose.reads("Points en trop")
        await rose.look("too many dots, said while she types")
    await rose.press("Donner ma voix")
    await rose.look("too many dots")
    await rose.write("Le jeudi", "3")
    await rose.press("Donner ma voix")
    await rose.reads("Il vous reste 2 points à placer")
    await rose.look("dots to spare")
    await rose.open(f"/decisions/{ranked.id}")
    await rose.pick("Le jeudi", "1")
    await rose.pick("Le lundi", "2")
    await rose.press("Donner ma voix")
    await rose.reads("1. Le jeudi, 2. Le lundi")
    await rose.look("her order")


@pytest.mark.one_engine("postgres")
@pytest.mark.parametrize(("width", "javascript", "brief"), [(360, False, False), (1280, True, True)])
async def test_a_committee_chooses_among_several_and_reads_how_it_was_counted(
    arrive: Arrive, site: Site, width: int, javascript: bool, brief: bool
) -> None:
    committee, woman, lead, rose = await two_at_the_table(arrive, width=width, javascript=javascript, brief=brief)
    shared = await _asks(lead, committee)
    dotted = await an_open_decision(committee, woman, question="Quel soir de la semaine ?", method=Method.DOTS, options=OPTIONS)
    ranked = await an_open_decision(committee, woman, question="Dans quel ordre ?", method=Method.RANKED, options=OPTIONS)
    await _answers(rose, shared, dotted, ranked)
    for decision, came in zip(await the_votes_end(shared, dotted, ranked), CAME_OUT, strict=True):
        assert await _chosen(decision) == [came]
        await rose.open(f"/decisions/{decision.id}")
        await rose.reads("Retenu", came)
        await rose.unfold("Comment on a compté")
        await rose.look(f"how {decision.method.value} was counted")
    await _weighs(rose, committee, woman)


async def _chosen(decision: Decision) -> list[str]:
    assert decision.counted
    return [option.title for option in await Option.filter(id__in=decision.counted["chosen"])]


async def _weighs(rose: Visitor, committee: Committee, lead: Person) -> None:
    """Two colleges of five and more voices: the arithmetic is shown."""
    await Committee.filter(id=committee.id).update(is_weighted=True)
    for kind, weight in ((CollegeKind.RESIDENTS, 40), (CollegeKind.CONTRIBUTORS, 60)):
        await College.filter(committee_id=committee.id, kind=kind).update(weight=weight, places=None)
    for place in range(10):
        kind = CollegeKind.RESIDENTS if place < 5 else CollegeKind.CONTRIBUTORS
        await seats.sit(committee, await a_person(f"Voisine {place}"), kind, Designation.REQUEST)
    decision = await an_open_decision(await Committee.get(id=committee.id), lead, method=Method.MAJORITY)
    for elector in await Elector.filter(decision_id=decision.id).select_related("person"):
        await says(elector.person, decision, Code.YES if elector.college == CollegeKind.RESIDENTS else Code.NO)
    [closed] = await the_votes_end(decision)
    assert closed.verdict == Verdict.REJECTED  # residents say yes, but contributors no, who weigh sixty percent
    await rose.open(f"/decisions/{decision.id}")
    await rose.reads("Avec le poids des collèges")
    await rose.unfold("Ce que pèse chaque collège")
    await rose.look("what colleges weigh")
