"""Crosses: dots of which each option takes one at most are ticked on the screen and on paper, and said in voices."""

import re
from collections.abc import Awaitable, Callable

import pytest

from civic.counting.count import Vote, count
from civic.counting.rules import Method
from civic.decisions import choices, words
from civic.decisions.models import Decision, Option, Stance
from civic.decisions.positions import Position, checked
from civic.errors import Invalid
from civic.people.models import Person
from civic.polling import lines, printing
from civic.polling import said as papers
from tests.civic.test_assemblies import plain
from tests.client import Client
from tests.factories import a_person
from tests.factories.steering import a_committee, a_member, an_open_decision

SignIn = Callable[[Person], Awaitable[Client]]
OPTIONS = [Option(id=number, title=title, position=number) for number, title in ((7, "Odile"), (8, "Paul"), (9, "Fatou"))]


def a_ballot(**terms: object) -> Decision:
    return Decision(**({"method": Method.DOTS, "dots": 2, "dots_on_one": 1, "chosen_most": 2} | terms))


@pytest.mark.parametrize(
    ("line", "said"), [("A C", {"7": 1, "9": 1}), ("b", {"8": 1}), ("CA", {"9": 1, "7": 1}), ("a, b;", {"7": 1, "8": 1})]
)
def test_a_paper_of_crosses_is_typed_as_letters(line: str, said: dict[str, int]) -> None:
    assert lines.read(a_ballot(), OPTIONS, line) == [Position(choices=said)]
    assert lines.read(a_ballot(), OPTIONS, lines.written(a_ballot(), OPTIONS, Position(choices=said))) == [
        Position(choices=said)
    ]


def test_a_blank_paper_of_crosses_is_a_dash() -> None:
    assert lines.read(a_ballot(), OPTIONS, "-") == [papers.blank(a_ballot())]


@pytest.mark.parametrize("line", ["A A", "A B C", "Z", "A1", "A > B"])
def test_a_line_of_crosses_that_says_something_else_is_refused(line: str) -> None:
    with pytest.raises(Invalid, match="Ligne 1"):
        lines.read(a_ballot(), OPTIONS, line)


def test_crosses_are_said_in_voices_and_dots_in_points() -> None:
    votes = [Vote(choices={7: 1, 8: 1}), Vote(choices={7: 1}), Vote(choices={9: 1, 7: 1})]
    for ballot, unit in ((a_ballot(), "voix"), (a_ballot(dots_on_one=0), "point")):
        found = count(ballot.rule, {7: 0, 8: 0, 9: 0}, 3, votes)
        said = [plain(one).rstrip("s") for one in choices.figures(ballot, found, OPTIONS)]
        assert said == [f"Odile : 3 {unit}", f"Paul : 1 {unit}", f"Fatou : 1 {unit}"]
    assert choices.said(a_ballot(), OPTIONS, {"9": 1, "7": 1}) == "Odile, Fatou"
    assert (words.method_words(a_ballot()), words.method_words(a_ballot(dots_on_one=0))) == (
        "Par des croix", "Avec des points",
    )  # fmt: skip
    assert printing.how(a_ballot()) == "Cochez 2 cases au plus."


def test_one_cross_too_many_is_told_as_boxes() -> None:
    with pytest.raises(Invalid, match="2 au plus"):
        checked(a_ballot(), OPTIONS, Position(choices={"7": 1, "8": 1, "9": 1}))
    assert checked(a_ballot(), OPTIONS, Position(choices={"7": 1})).ids == [7]


async def test_a_member_ticks_boxes(app: object, sign_in: SignIn) -> None:
    lead = await a_person("Anne-Marie Lopez")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    names = [{"title": "Odile"}, {"title": "Paul"}, {"title": "Fatou"}]
    decision = await an_open_decision(
        committee, lead, method=Method.DOTS, options=names, dots=2, dots_on_one=1, chosen_most=2
    )
    browser = await sign_in(rose)
    page = (await browser.get(f"/decisions/{decision.id}")).text
    boxes = re.findall(r'<input type="checkbox"[^>]* name="(choix_\d+)" value="1"', page)
    assert len(boxes) == 3
    assert "Cochez vos choix" in page
    over = await browser.submit(f"/decisions/{decision.id}/position", dict.fromkeys(boxes, "1"))
    assert over.status_code == 422
    assert "2 au plus" in plain(over.text)
    assert over.text.count(" checked") >= 3, "what she ticked is still ticked"
    done = await browser.submit(f"/decisions/{decision.id}/position", dict.fromkeys(boxes[:1], "1"))
    assert done.status_code == 303
    assert list((await Stance.get(decision_id=decision.id)).choices.values()) == [1]
