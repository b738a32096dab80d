"""An assembly's elections with crosses when there are no more candidates than places: opened, voted, written up."""

import re
from collections.abc import Awaitable, Callable

import pypdfium2
import pytest

from civic import clock
from civic.assemblies import service
from civic.assemblies.forms import ElectionForm
from civic.counting.rules import Code, Method
from civic.decisions import closing
from civic.decisions.models import Decision, Option
from civic.errors import Invalid
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.assemblies import a_general_assembly, an_assembly, begun, the_resolutions
from tests.factories.steering import a_committee, a_draft, votes

SignIn = Callable[[Person], Awaitable[Client]]
RULE = "Il n’y a pas plus de candidats que de places : qui a au moins une voix est élu, qui n’en a aucune ne l’est pas."


def plain(text: str) -> str:
    return re.sub("[\u00a0\u202f]", " ", text)


async def _paper(browser: Client, address: str) -> str:
    document = pypdfium2.PdfDocument((await browser.get(address + "/proces-verbal.pdf")).content)
    return re.sub(r"\s+", " ", plain(" ".join(page.get_textpage().get_text_range() for page in document)))


@pytest.mark.parametrize(("places", "vacant"), [(3, "1 place reste à pourvoir"), (5, "3 places restent à pourvoir")])
async def test_an_election_with_no_more_candidates_than_places(
    app: object, sign_in: SignIn, places: int, vacant: str
) -> None:
    body, people, animator = await a_general_assembly(7)
    assembly = await an_assembly(body, animator)
    browser, address = await sign_in(animator), f"/reunions/{assembly.meeting_id}/assemblee"
    sent = {
        "title": "Le conseil", "wording": "L’assemblée élit au conseil.", "minutes": "20", "places": str(places),
        "candidates": "Odile Martin\nPaul Rey\nFatou Diop",
    }  # fmt: skip
    await browser.submit(address + "/ajouter/election", sent)
    assert RULE in plain((await browser.get(address)).text), "stated before the vote"
    await begun(assembly, here=6)
    (one,) = await the_resolutions(assembly)
    opened = await browser.submit(f"{address}/resolutions/{one.id}/vote", {"minutes": "5"})
    assert opened.status_code == 303
    decision = await Decision.get()
    assert (decision.is_crossed, decision.dots, decision.chosen_most) == (True, 3, 3)
    voter = await sign_in(people[0])
    page = plain((await voter.get(f"/decisions/{decision.id}")).text)
    assert "3 choix au plus seront retenus : ceux qui ont le plus de voix, et aucun sans voix" in page
    booth = f"/decisions/{decision.id}/isoloir"
    form = (await voter.get(booth)).text
    code = re.search(r'name="code" value="(\w+)"', form)
    ids = {option.title: option.id for option in await Option.filter(decision_id=decision.id)}
    assert code
    cast = {"code": code[1], f"choix_{ids['Odile Martin']}": "1", f"choix_{ids['Paul Rey']}": "1"}
    assert (await voter.submit(booth, cast)).status_code == 303
    for person in people[1:5]:
        await votes(person, decision, {"Odile Martin": 1})
    await Decision.filter(id=decision.id).update(closes_at=clock.now())
    assert await closing.close(decision.id)
    for said in (plain((await browser.get(address)).text), await _paper(browser, address)):
        for words in (
            "Retenus : « Odile Martin » et « Paul Rey ».", "Odile Martin : 5 voix", "Paul Rey : 1 voix",
            "Fatou Diop : 0 voix", "Élection faite", vacant,
        ):  # fmt: skip
            assert words in said, f"{words}\n{said}"
        assert RULE in said


async def test_nobody_is_elected_without_a_voice(app: object, sign_in: SignIn) -> None:
    body, _people, animator = await a_general_assembly(6)
    assembly = await an_assembly(body, animator)
    wish = ElectionForm(title="Le conseil", wording="L’assemblée élit.", places=2, candidates=["Odile", "Paul"])
    one = await service.add(assembly, wish)
    await begun(assembly, here=6)
    browser, address = await sign_in(animator), f"/reunions/{assembly.meeting_id}/assemblee"
    await browser.submit(f"{address}/resolutions/{one.id}/vote", {"minutes": "5"})
    decision = await Decision.get()
    await Decision.filter(id=decision.id).update(closes_at=clock.now())
    assert await closing.close(decision.id)
    for said in (plain((await browser.get(address)).text), await _paper(browser, address)):
        assert "Personne n’est élu" in said
        assert "2 places restent à pourvoir" in said


async def test_a_single_candidate_is_put_to_yes_or_no_and_the_page_says_so(app: object, sign_in: SignIn) -> None:
    body, people, animator = await a_general_assembly(6)
    assembly = await an_assembly(body, animator)
    wish = ElectionForm(title="La présidence", wording="L’assemblée élit.", candidates=["Odile Martin"])
    one = await service.add(assembly, wish)
    browser, address = await sign_in(animator), f"/reunions/{assembly.meeting_id}/assemblee"
    assert "Pour ou contre : il faut plus de la moitié des voix exprimées." in plain((await browser.get(address)).text)
    await begun(assembly, here=6)
    await browser.submit(f"{address}/resolutions/{one.id}/vote", {"minutes": "5"})
    decision = await Decision.get()
    for person in people[:5]:
        await votes(person, decision, Code.YES)
    await Decision.filter(id=decision.id).update(closes_at=clock.now())
    assert await closing.close(decision.id)
    said = plain((await browser.get(address)).text)
    assert "Élection faite" in said
    assert "à pourvoir" not in said


@pytest.mark.one_engine
async def test_an_ordinary_question_still_leaves_something_to_choose(app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    two = [{"title": "Vélo"}, {"title": "Bus"}]
    for terms in ({"dots": 2, "chosen_most": 2}, {"dots": 2, "dots_on_one": 1, "chosen_most": 3}):
        with pytest.raises(Invalid):
            await a_draft(committee, lead, method=Method.DOTS, options=two, **terms)
    crossed = await a_draft(committee, lead, method=Method.DOTS, options=two, dots=2, dots_on_one=1, chosen_most=2)
    assert crossed.is_crossed
