"""Counting proved from outside: published examples, the rules of statutes, and a second counter of the file alone."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic.counting import ranked, shares
from civic.counting.count import Vote, count
from civic.counting.published import publish, recount
from civic.counting.rules import CODES, Code, Majority, Method, Rule, Tally, Verdict, quorum_needed, verdict
from tests.civic.counter import recounted
from tests.civic.test_methods_properties import COLLEGES, DOTS, OPTIONS, approved, placed, polls, rankings

ADOPTED, REJECTED, NO_QUORUM = Verdict.ADOPTED, Verdict.REJECTED, Verdict.NO_QUORUM
HALF, TWO_THIRDS, THREE_QUARTERS = Majority.HALF, Majority.TWO_THIRDS, Majority.THREE_QUARTERS


def _orders(written: str) -> list[tuple[list[list[int]], Fraction]]:
    """Ballots from « 5 ACBD, 2 ACDB »."""
    lines = [line.split() for line in written.split(",")]
    return [([[ord(one)] for one in order], Fraction(1)) for voices, order in lines for _ in range(int(voices))]


@pytest.mark.parametrize(
    ("written", "order", "tied"),
    [
        ("5 ACBD, 2 ACDB, 3 ADCB, 4 BACD, 3 CBDA, 3 CDBA, 1 DACB, 5 DBAC, 4 DCBA", "D A C B", ""),
        (
            "3 ABDEC, 5 ADEBC, 1 ADECB, 2 BADEC, 2 BDECA, 4 CABDE, 6 CBADE, 2 DBECA, 5 DECAB",
            "B A D E C", "",
        ),
        ("3 ABCD, 2 DABC, 2 DBCA, 2 CBDA", "BD AC", "BD"),  # B before C, D before A, and nothing else is known
    ],
)  # fmt: skip
def test_the_other_examples_of_electowiki(written: str, order: str, tied: str) -> None:
    """« Schulze method » on electowiki, examples 2, 3 and 4, the last one with its tie."""
    found = ranked.count([ord(one) for one in sorted(set(order) - {" "})], _orders(written), 1).standing
    assert " ".join("".join(map(chr, layer)) for layer in found.order) == order
    assert "".join(map(chr, found.tied)) == tied


STATUTES = [
    # municipal council (CGCT, L2121-17, L2121-20): more than half must be there; of the votes cast, more than half
    (Rule(Method.MAJORITY, 51, HALF), 19, (5, 4, 0), NO_QUORUM),
    (Rule(Method.MAJORITY, 51, HALF), 19, (5, 4, 1), ADOPTED),
    (Rule(Method.MAJORITY, 51, HALF), 19, (5, 5, 9), REJECTED),
    # company, general meeting (code de commerce, L225-98 since 2019): a fifth; who abstains has cast no vote
    (Rule(Method.MAJORITY, 20, HALF), 50, (5, 4, 0), NO_QUORUM),
    (Rule(Method.MAJORITY, 20, HALF), 50, (5, 4, 1), ADOPTED),
    # the same before 2019: of the votes present, so that who abstains stands against
    (Rule(Method.MAJORITY, 20, HALF, abstentions_count=True), 50, (5, 4, 1), REJECTED),
    (Rule(Method.MAJORITY, 20, HALF, abstentions_count=True), 50, (6, 4, 1), ADOPTED),
    # changing the statutes (L225-96): a quarter, then two thirds
    (Rule(Method.MAJORITY, 25, TWO_THIRDS), 50, (8, 4, 0), NO_QUORUM),
    (Rule(Method.MAJORITY, 25, TWO_THIRDS), 50, (9, 4, 0), ADOPTED),
    (Rule(Method.MAJORITY, 25, TWO_THIRDS), 50, (9, 5, 0), REJECTED),
    # second call: no quorum any more
    (Rule(Method.MAJORITY, 0, TWO_THIRDS), 50, (2, 1, 0), ADOPTED),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "electorate", "said", "expected"), STATUTES)
def test_the_rules_of_statutes(rule: Rule, electorate: int, said: tuple[int, int, int], expected: Verdict) -> None:
    tally = Tally(electorate, dict(zip((Code.YES, Code.NO, Code.ABSTAIN), said, strict=True)))
    assert verdict(rule, tally) == expected


def test_every_threshold_with_every_number_of_abstentions() -> None:
    """Yes, no and abstentions from none to six: « more than half », « two thirds » and « three quarters » exactly."""
    for yes, no, abstain in ((a, b, c) for a in range(7) for b in range(7) for c in range(7) if a + b + c):
        tally = Tally(18, {Code.YES: yes, Code.NO: no, Code.ABSTAIN: abstain})
        for counted, cast in ((False, yes + no), (True, yes + no + abstain)):
            expected = {HALF: yes > cast - yes, TWO_THIRDS: 3 * yes >= 2 * cast > 0, THREE_QUARTERS: 4 * yes >= 3 * cast > 0}
            for majority, carries in expected.items():
                found = verdict(Rule(Method.MAJORITY, 0, majority, counted), tally)
                assert found == (ADOPTED if carries else REJECTED), (yes, no, abstain, majority, counted)


def test_the_quorum_is_the_least_number_that_is_the_share() -> None:
    for electorate in range(1, 121):
        for percent in range(1, 101):
            needed = quorum_needed(electorate, percent)
            assert needed * 100 >= electorate * percent > (needed - 1) * 100, (electorate, percent)


@pytest.mark.parametrize(("majority", "expected"), [(TWO_THIRDS, ADOPTED), (HALF, ADOPTED), (THREE_QUARTERS, REJECTED)])
def test_two_of_three_equal_colleges_are_two_thirds_to_the_last_fraction(
    majority: Majority, expected: Verdict
) -> None:
    """A third of a hundred has no end in decimals: sums of seven voices each would miss two thirds by a hair."""
    votes = [Vote(Code.YES, college=college) for college in COLLEGES[:2] for _ in range(7)]
    votes += [Vote(Code.NO, college=COLLEGES[2]) for _ in range(7)]
    found = count(Rule(Method.MAJORITY, 0, majority, weights=dict.fromkeys(COLLEGES, 1)), {}, 21, votes)
    assert (found.yes, found.cast, found.verdict) == (Fraction(200, 3), 100, expected)


def _published(rule: Rule, votes: list[Vote], options: dict[int, int] = OPTIONS) -> dict[str, Any]:
    """The file as anybody downloads it."""
    rows: list[dict[str, Any]] = [{"id": one, "title": str(one), "cost_cents": cost} for one, cost in options.items()]
    if rule.method in CODES:
        rows = [{"code": code.value, "title": code.value} for code in CODES[rule.method]]
    result = count(rule, {} if rule.method in CODES else options, 8, votes)
    ballots = [(None, vote) for vote in votes]
    file = publish({"question": "Quoi ?"}, rule, rows, 8, ballots, result)
    found: dict[str, Any] = json.loads(json.dumps(file))
    return found


@st.composite
def objections(draw: st.DrawFn) -> tuple[Rule, list[Vote]]:
    """A proposal by consent whose objections are open or integrated."""
    vote = st.builds(
        lambda code, is_open: Vote(code, blocks=code == Code.OBJECT and is_open),
        st.sampled_from(CODES[Method.CONSENT]), st.booleans(),
    )  # fmt: skip
    return Rule(Method.CONSENT, draw(st.integers(0, 100))), draw(st.lists(vote, max_size=8))


@given(polls() | objections())
def test_a_stranger_counts_the_published_file_to_the_same_result(poll: tuple[Rule, list[Vote]]) -> None:
    file = _published(*poll)
    said = file["result"]
    found = recounted(file)
    assert found["verdict"] == said["verdict"]
    assert found["chosen"] == sorted(said.get("chosen", []))
    assert found["tied"] == sorted(said.get("tied", []))
    assert recount(file).agrees


def _floats(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(_floats(one) for one in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, float)


@given(polls())
def test_no_figure_of_the_file_is_rounded(poll: tuple[Rule, list[Vote]]) -> None:
    assert not _floats(_published(*poll))


@given(polls(), st.randoms())
def test_the_file_does_not_say_in_which_order_people_voted(poll: tuple[Rule, list[Vote]], random: Any) -> None:
    rule, votes = poll
    mixed = votes.copy()
    random.shuffle(mixed)
    assert _published(rule, mixed) == _published(rule, votes)


@given(st.one_of(polls(Method.DOTS), polls(Method.BUDGET)), st.integers(1, 900))
def test_an_option_that_nobody_wants_changes_nothing(poll: tuple[Rule, list[Vote]], cost: int) -> None:
    rule, votes = poll
    before, after = count(rule, OPTIONS, 8, votes), count(rule, {**OPTIONS, 99: cost}, 8, votes)
    assert (before.verdict, before.chosen, before.tied) == (after.verdict, after.chosen, after.tied)


@given(st.lists(rankings(), max_size=8))
def test_an_option_that_nobody_ranks_moves_no_other(ballots: list[list[list[int]]]) -> None:
    weighed = [(one, Fraction(1)) for one in ballots]
    before, after = ranked.count(OPTIONS, weighed, 1).paths, ranked.count([*OPTIONS, 99], weighed, 1).paths
    assert all(after[pair] == strength for pair, strength in before.items())
    assert all(after[99, one] == 0 for one in OPTIONS)


@given(st.lists(approved, min_size=1, max_size=8), st.integers(1, 2000))
def test_what_is_left_of_a_budget_is_too_little_or_its_voices_are_doubled(ballots: list[list[int]], budget: int) -> None:
    """Whoever sees money left sees why: nothing that somebody wants fits, or the next step breaks the budget or ties."""
    found = shares.count(OPTIONS, budget, ballots)
    left = budget - sum(OPTIONS[one] for one in found.chosen)
    fits = [one for ballot in ballots for one in ballot if one not in found.chosen and OPTIONS[one] <= left]
    if found.tied or not fits or found.share == 2 * found.first_share:
        return
    step = found.share + found.first_share / shares.STEPS
    more = shares.buy(OPTIONS, shares.Crowd.of(OPTIONS, ballots), step)
    assert more.tied or sum(OPTIONS[one] for one in more.chosen) > budget


@given(st.lists(placed, max_size=8))
def test_dots_are_conserved(ballots: list[dict[int, int]]) -> None:
    votes = [Vote(choices={str(one): n for one, n in ballot.items()}) for ballot in ballots]
    file = _published(Rule(Method.DOTS, dots=DOTS), votes)
    given_ = sum(sum(ballot.values()) for ballot in ballots)
    assert sum(Fraction(score) for score in file["result"]["scores"].values()) == given_
