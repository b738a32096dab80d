"""Counting: tables for the rules, properties for what must hold whatever the numbers."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic.counting.rules import (
    CODES,
    Code,
    Majority,
    Method,
    Rule,
    Tally,
    Verdict,
    quorum_needed,
    verdict,
)

ADOPTED, REJECTED, OBJECTED, NO_QUORUM = (
    Verdict.ADOPTED,
    Verdict.REJECTED,
    Verdict.OBJECTED,
    Verdict.NO_QUORUM,
)
SHARES = {Majority.TWO_THIRDS: Fraction(2, 3), Majority.THREE_QUARTERS: Fraction(3, 4)}


@pytest.mark.parametrize(
    ("electorate", "percent", "needed"),
    [
        (12, 66, 8),
        (12, 50, 6),
        (13, 50, 7),
        (12, 0, 1),
        (12, 100, 12),
        (1, 1, 1),
        (3, 33, 1),
        (3, 34, 2),
        (0, 50, 1),
    ],
)
def test_the_quorum_is_a_share_of_the_electorate_rounded_up(electorate: int, percent: int, needed: int) -> None:
    assert quorum_needed(electorate, percent) == needed


@pytest.mark.parametrize(
    ("agree", "reserve", "aside", "objections", "open_ones", "quorum", "expected"),
    [
        (9, 0, 0, 0, 0, 66, ADOPTED),  # 9 of 12, the quorum of 8 is reached
        (7, 0, 0, 0, 0, 66, NO_QUORUM),
        (8, 0, 0, 0, 0, 66, ADOPTED),  # exactly the quorum
        (1, 0, 7, 0, 0, 66, ADOPTED),  # who stands aside counts for the quorum
        (0, 1, 0, 0, 0, 0, ADOPTED),  # a reservation lets it pass
        (0, 0, 12, 0, 0, 0, REJECTED),  # everybody stands aside: nobody wants it
        (11, 0, 0, 1, 1, 0, OBJECTED),
        (11, 0, 0, 1, 0, 0, ADOPTED),  # the objection was integrated
        (0, 0, 0, 1, 0, 0, REJECTED),  # the only answer, integrated: nobody agrees yet
        (0, 0, 0, 1, 1, 50, NO_QUORUM),
        (0, 0, 0, 0, 0, 0, NO_QUORUM),  # silence is not consent
    ],
)
def test_consent(
    agree: int, reserve: int, aside: int, objections: int, open_ones: int, quorum: int, expected: Verdict
) -> None:
    counts = {Code.AGREE: agree, Code.RESERVE: reserve, Code.ASIDE: aside, Code.OBJECT: objections}
    assert verdict(Rule(Method.CONSENT, quorum), Tally(12, counts, open_ones)) == expected


@pytest.mark.parametrize(
    ("yes", "no", "abstain", "majority", "counted", "quorum", "expected"),
    [
        (5, 4, 3, Majority.HALF, False, 0, ADOPTED),
        (5, 4, 3, Majority.HALF, True, 0, REJECTED),  # 5 of 12
        (6, 3, 3, Majority.HALF, True, 0, REJECTED),  # exactly half is not more than half
        (7, 2, 3, Majority.HALF, True, 0, ADOPTED),
        (4, 4, 0, Majority.HALF, False, 0, REJECTED),  # a tie
        (2, 1, 0, Majority.TWO_THIRDS, False, 0, ADOPTED),  # 2 of 3 is two thirds, to the last fraction
        (199, 101, 0, Majority.TWO_THIRDS, False, 0, REJECTED),
        (200, 100, 0, Majority.TWO_THIRDS, False, 0, ADOPTED),
        (3, 1, 0, Majority.THREE_QUARTERS, False, 0, ADOPTED),
        (3, 1, 1, Majority.THREE_QUARTERS, True, 0, REJECTED),
        (0, 0, 12, Majority.HALF, False, 0, REJECTED),  # no vote cast
        (0, 0, 0, Majority.HALF, False, 0, NO_QUORUM),
        (5, 0, 0, Majority.HALF, False, 50, NO_QUORUM),
        (1, 0, 5, Majority.HALF, False, 50, ADOPTED),  # abstentions make the quorum
    ],
)
def test_majority(
    yes: int, no: int, abstain: int, majority: Majority, counted: bool, quorum: int, expected: Verdict
) -> None:
    electorate = max(12, yes + no + abstain)
    tally = Tally(electorate, {Code.YES: yes, Code.NO: no, Code.ABSTAIN: abstain})
    assert verdict(Rule(Method.MAJORITY, quorum, majority, counted), tally) == expected


@st.composite
def counted(draw: st.DrawFn, method: Method) -> tuple[Rule, Tally]:
    """A rule and a possible count of at most the whole electorate."""
    counts = {code: draw(st.integers(0, 40)) for code in CODES[method]}
    electorate = sum(counts.values()) + draw(st.integers(0, 40))
    rule = Rule(method, draw(st.integers(0, 100)), draw(st.sampled_from(list(Majority))), draw(st.booleans()))
    return rule, Tally(electorate, counts, draw(st.integers(0, counts.get(Code.OBJECT, 0))))


@given(counted(Method.CONSENT))
def test_an_open_objection_never_lets_a_proposal_pass(given_: tuple[Rule, Tally]) -> None:
    rule, tally = given_
    if tally.open_objections:
        assert verdict(rule, tally) in (OBJECTED, NO_QUORUM)


@given(counted(Method.MAJORITY))
def test_one_more_yes_never_defeats_a_proposal(given_: tuple[Rule, Tally]) -> None:
    rule, tally = given_
    more = Tally(tally.electorate, {**tally.counts, Code.YES: tally.of(Code.YES) + 1})
    if verdict(rule, tally) == ADOPTED:
        assert verdict(rule, more) == ADOPTED


@given(counted(Method.MAJORITY))
def test_yes_carries_by_the_stated_fraction_and_nothing_else(given_: tuple[Rule, Tally]) -> None:
    rule, tally = given_
    if verdict(rule, tally) == NO_QUORUM:
        assert tally.answers == 0 or tally.answers * 100 < rule.quorum_percent * tally.electorate
        return
    base = tally.of(Code.YES, Code.NO) + (tally.of(Code.ABSTAIN) if rule.abstentions_count else 0)
    share = Fraction(tally.of(Code.YES), base) if base else Fraction(0)
    wanted = share > Fraction(1, 2) if rule.majority == Majority.HALF else base and share >= SHARES[rule.majority]
    assert (verdict(rule, tally) == ADOPTED) == bool(wanted)


@given(st.sampled_from(list(CODES)).flatmap(counted), st.integers(0, 100))
def test_a_higher_quorum_only_ever_takes_a_result_away(given_: tuple[Rule, Tally], more: int) -> None:
    rule, tally = given_
    stricter = Rule(rule.method, min(100, rule.quorum_percent + more), rule.majority, rule.abstentions_count)
    assert verdict(stricter, tally) in (verdict(rule, tally), NO_QUORUM)
