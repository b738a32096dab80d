"""What must hold for every method, whatever the ballots (Hypothesis)."""

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from civic.counting import dots, ranked, shares
from civic.counting.count import Count, Vote, count
from civic.counting.rules import CODES, Code, Method, Rule, Verdict, quorum_needed

OPTIONS = {1: 300, 2: 300, 3: 500, 4: 800}
DOTS = 5
COLLEGES = ("residents", "authorities", "employees")
placed = st.dictionaries(st.sampled_from(list(OPTIONS)), st.integers(0, DOTS)).filter(
    lambda one: dots.is_valid(one, OPTIONS, DOTS)
)
approved = st.sets(st.sampled_from(list(OPTIONS))).map(sorted)


@st.composite
def rankings(draw: st.DrawFn) -> list[list[int]]:
    """Some of the options in some order, some of them equal."""
    order = draw(st.permutations(list(OPTIONS)))[: draw(st.integers(0, len(OPTIONS)))]
    groups: list[list[int]] = []
    for option in order:
        if groups and draw(st.booleans()):
            groups[-1].append(option)
        else:
            groups.append([option])
    return groups


def _choices(method: Method) -> st.SearchStrategy[Any]:
    if method == Method.DOTS:
        return placed.map(lambda one: {str(option): n for option, n in one.items()})
    return rankings() if method == Method.RANKED else approved


@st.composite
def polls(draw: st.DrawFn, *methods: Method) -> tuple[Rule, list[Vote]]:
    """A rule with or without weights, and up to eight votes."""
    method = draw(st.sampled_from(methods or tuple(Method)))
    percents = st.none() | st.fixed_dictionaries({name: st.integers(0, 100) for name in COLLEGES})
    rule = Rule(
        method, draw(st.integers(0, 100)), dots=DOTS, chosen_most=draw(st.integers(1, 3)),
        budget_cents=draw(st.integers(1, 2000)), weights=draw(percents),
    )  # fmt: skip
    college = st.sampled_from(COLLEGES)
    if method in CODES:
        vote = st.builds(Vote, st.sampled_from(CODES[method]), st.none(), college)
    else:
        vote = st.builds(Vote, st.none(), _choices(method), college)
    return rule, draw(st.lists(vote, max_size=8))


def _count(rule: Rule, votes: list[Vote], options: dict[int, int] = OPTIONS) -> Count:
    return count(rule, options, 8, votes)


@given(polls(), st.randoms())
def test_voters_in_another_order_change_nothing(poll: tuple[Rule, list[Vote]], random: Any) -> None:
    rule, votes = poll
    mixed = votes.copy()
    random.shuffle(mixed)
    assert _count(rule, mixed) == _count(rule, votes)


def _renamed(choices: Any, names: dict[int, int]) -> Any:
    if isinstance(choices, dict):
        return {str(names[int(option)]): n for option, n in choices.items()}
    return [_renamed(one, names) if isinstance(one, list) else names[one] for one in choices]


@given(polls(Method.DOTS, Method.RANKED, Method.BUDGET), st.permutations(list(OPTIONS)))
def test_options_under_other_names_give_the_same_result_under_those_names(
    poll: tuple[Rule, list[Vote]], order: list[int]
) -> None:
    rule, votes = poll
    names = dict(zip(OPTIONS, order, strict=True))
    renamed = [Vote(None, _renamed(vote.choices, names), vote.college) for vote in votes]
    found = _count(rule, votes)
    other = _count(rule, renamed, {names[option]: cost for option, cost in OPTIONS.items()})
    assert {names[one] for one in found.chosen} == set(other.chosen)
    assert {names[one] for one in found.tied} == set(other.tied)
    assert found.verdict == other.verdict


@given(polls())
def test_the_quorum_is_exact_and_a_tie_is_said(poll: tuple[Rule, list[Vote]]) -> None:
    rule, votes = poll
    found = _count(rule, votes)
    assert (found.verdict == Verdict.NO_QUORUM) == (len(votes) < quorum_needed(8, rule.quorum_percent))
    if rule.method not in CODES and found.verdict != Verdict.NO_QUORUM:
        assert (found.verdict == Verdict.TIED) == bool(found.tied)
    assert not set(found.chosen) & set(found.tied)


@given(polls(Method.DOTS, Method.RANKED))
def test_no_more_come_out_than_agreed_and_a_tie_is_for_too_few_places(poll: tuple[Rule, list[Vote]]) -> None:
    rule, votes = poll
    found = _count(rule, votes)
    assert len(found.chosen) <= rule.chosen_most
    if found.tied:
        assert len(found.tied) > rule.chosen_most - len(found.chosen) > 0


@given(polls(Method.MAJORITY, Method.DOTS, Method.RANKED))
def test_the_weights_of_the_colleges_that_voted_make_a_hundred(poll: tuple[Rule, list[Vote]]) -> None:
    rule, votes = poll
    weights = _count(rule, votes).weights
    if weights is None:
        assert rule.weights is None
        return
    voted = [one for one in weights.colleges.values() if one.voices and one.percent]
    assert sum(one.scaled for one in weights.colleges.values()) == (100 if voted else 0)
    assert sum(one.each * one.voices for one in weights.colleges.values()) == (100 if voted else 0)
    assert all(one.scaled == 0 for one in weights.colleges.values() if not one.voices)


@given(st.lists(st.sampled_from([Code.YES, Code.NO, Code.ABSTAIN]), max_size=8), st.integers(1, 100))
def test_one_college_that_weighs_all_is_the_same_as_heads(codes: list[Code], percent: int) -> None:
    votes = [Vote(code, college="residents") for code in codes]
    alone = _count(Rule(Method.MAJORITY, weights={"residents": percent}), votes)
    assert alone.verdict == _count(Rule(Method.MAJORITY), votes).verdict


@given(st.lists(placed, min_size=1, max_size=8), st.sampled_from(list(OPTIONS)), st.integers(1, 3))
def test_more_dots_never_hurt(ballots: list[dict[int, int]], option: int, most: int) -> None:
    before = dots.count(OPTIONS, [(one, Fraction(1)) for one in ballots], most).standing
    more = [{**ballots[0], option: ballots[0].get(option, 0) + 1}, *ballots[1:]]
    after = dots.count(OPTIONS, [(one, Fraction(1)) for one in more], most).standing
    if option in before.chosen:
        assert option in after.chosen
    if option in before.tied:
        assert option in after.chosen + after.tied


@given(st.lists(rankings(), min_size=1, max_size=8), st.data())
def test_raising_the_winner_keeps_it_the_winner(ballots: list[list[list[int]]], data: st.DataObject) -> None:
    before = ranked.count(OPTIONS, [(one, Fraction(1)) for one in ballots], 1).standing
    if not before.chosen:
        return
    winner, at = before.chosen[0], data.draw(st.integers(0, len(ballots) - 1))
    rest = [[one for one in group if one != winner] for group in ballots[at]]
    raised = [[winner], *[group for group in rest if group]]
    changed = [*ballots[:at], raised, *ballots[at + 1 :]]
    after = ranked.count(OPTIONS, [(one, Fraction(1)) for one in changed], 1).standing
    assert after.chosen == (winner,)


@given(st.lists(rankings(), max_size=8))
def test_who_wins_every_duel_comes_first(ballots: list[list[list[int]]]) -> None:
    found = ranked.count(OPTIONS, [(one, Fraction(1)) for one in ballots], 1)
    for option in OPTIONS:
        if all(found.duels[option, other] > found.duels[other, option] for other in OPTIONS if other != option):
            assert found.standing.chosen == (option,)


@given(st.lists(approved, max_size=8), st.integers(1, 2000))
def test_equal_shares_stay_within_the_budget_and_only_supporters_pay_their_part(
    ballots: list[list[int]], budget: int
) -> None:
    found = shares.count(OPTIONS, budget, ballots)
    assert sum(OPTIONS[one] for one in found.chosen) <= budget
    left = [found.share] * len(ballots)
    for bought in found.purchases:
        paid = {at: min(left[at], bought.price) for at, one in enumerate(ballots) if bought.option in one}
        assert sum(paid.values()) == OPTIONS[bought.option]
        for at, part in paid.items():
            left[at] -= part
    assert all(purse >= 0 for purse in left)
    assert found.share <= 2 * found.first_share


@given(st.lists(approved, min_size=1, max_size=8), st.integers(1, 2000))
def test_a_group_whose_parts_pay_for_an_option_it_shares_gets_something(
    ballots: list[list[int]], budget: int
) -> None:
    found = shares.count(OPTIONS, budget, ballots)
    for option, cost in OPTIONS.items():
        group = [one for one in ballots if option in one]
        if not found.tied and len(group) * Fraction(budget, len(ballots)) >= cost:
            assert any(set(one) & set(found.chosen) for one in group)
