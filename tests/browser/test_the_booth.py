"""A committee elects somebody in secret: the booth, the code shown once, another mind, and a result without names."""

from __future__ import annotations

import pytest

from civic.ballots.models import CountedBallot
from civic.counting.rules import Method
from civic.decisions.models import Decision
from tests.browser.conftest import Arrive
from tests.browser.deciding import the_votes_end
from tests.browser.visitor import Visitor
from tests.factories import a_person
from tests.factories.steering import a_committee, a_draft, a_member, votes
from tests.site import Site

PERSONS = [{"title": "Agathe"}, {"title": "Basile"}, {"title": "Colette"}]
NAMES = ("Rose Martin", "Odile Blanc", "Karim Benali", "Lucie Favre", "Paul Morel")


async def _votes_and_changes(rose: Visitor, decision: Decision) -> None:
    """She votes, reads her code, which a reload does not show again, and changes with it."""
    await rose.open(f"/decisions/{decision.id}")
    await rose.look("the way to the booth")
    await rose.follow("Voter dans l’isoloir")
    await rose.look("the booth")
    await rose.press("Mettre dans l’urne")
    await rose.reads("Donnez une place à un choix au moins.")
    await rose.look("an empty ballot")
    await rose.pick("Agathe", "1")
    await rose.press("Mettre dans l’urne")
    code = await rose.page.locator(".ballot-code").inner_text()
    assert code not in rose.page.url
    await rose.look("the code once")
    await rose.page.reload()
    assert await rose.page.locator(".ballot-code").count() == 0
    assert code not in await rose.page.content()
    await rose.reads("Le bulletin est dans l’urne. Sans rien faire, il reste comme il est.")
    await rose.look("after the vote")
    await rose.write("Le code montré après le vote", "ACDE-FGHJ-KMNP")
    await rose.pick("Basile", "1")
    await rose.press("Remplacer le bulletin")
    await rose.reads("Ce code n’est pas celui d’un bulletin de cette urne.")
    await rose.look("a wrong code")
    await rose.write("Le code montré après le vote", code.lower())
    await rose.press("Remplacer le bulletin")
    await rose.reads("Votre bulletin est changé.")


@pytest.mark.one_engine("sqlite")
@pytest.mark.parametrize(("width", "javascript", "brief"), [(360, False, False), (1280, True, True)])
async def test_a_member_votes_in_secret_changes_her_mind_and_no_name_comes_out(
    arrive: Arrive, site: Site, width: int, javascript: bool, brief: bool
) -> None:
    woman = await a_person("Anne-Marie Lopez")
    committee = await a_committee(woman)
    members = [await a_member(committee, name) for name in NAMES]
    draft = await a_draft(
        committee, woman, question="Qui nous représente à l’assemblée ?", method=Method.RANKED, options=PERSONS, secret=True
    )
    lead = await arrive(width=width, javascript=javascript, brief=brief)
    rose = await arrive(width=width, javascript=javascript, brief=brief)
    await lead.is_now(woman)
    await rose.is_now(members[0])
    await lead.open(f"/decisions/{draft.id}")
    await lead.look("before a secret vote opens")
    await lead.press("Ouvrir la question")
    decision = await Decision.get(id=draft.id)
    await _votes_and_changes(rose, decision)
    for person in members[1:]:
        await votes(person, decision, [["Basile"], ["Colette"]])
    await the_votes_end(decision)
    assert sorted(len(one.said["choices"]) for one in await CountedBallot.all()) == [1, 2, 2, 2, 2]  # hers as changed
    await rose.open(f"/decisions/{decision.id}")
    await rose.reads("Retenu", "Basile", "jamais qui a voté quoi")
    assert not [name for name in NAMES if name.split()[1] in await rose.page.content()]
    await rose.look("elected in secret")
