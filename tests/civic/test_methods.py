"""Dots, ranking, equal shares and weights: published examples, and tables worked out by hand."""

from fractions import Fraction
from typing import Any

import pytest

from civic.counting import count as counting
from civic.counting import dots, ranked, shares, weights
from civic.counting.count import Vote, count
from civic.counting.rules import Code, Majority, Method, Rule, Verdict

A, B, C, D, E = range(1, 6)
LETTERS = {"A": A, "B": B, "C": C, "D": D, "E": E}


def _orders(*lines: tuple[int, str]) -> list[tuple[list[list[int]], Fraction]]:
    """Ballots from « 5 voters: ACBED »."""
    return [([[LETTERS[letter]] for letter in order], Fraction(1)) for voters, order in lines for _ in range(voters)]


def test_the_example_of_45_voters_elects_e() -> None:
    """« Schulze method » on electowiki, example 1: 45 voters, five candidates, with all strongest paths."""
    ballots = _orders(
        (5, "ACBED"), (5, "ADECB"), (8, "BEDAC"), (3, "CABED"), (7, "CAEBD"), (2, "CBADE"), (7, "DCEBA"), (8, "EBADC")
    )
    found = ranked.count(LETTERS.values(), ballots, 1)
    assert (found.duels[A, B], found.duels[A, C], found.duels[C, B], found.duels[E, D]) == (20, 26, 29, 31)
    paths = {
        (A, B): 28, (A, C): 28, (A, D): 30, (A, E): 24, (B, A): 25, (B, C): 28, (B, D): 33, (B, E): 24,
        (C, A): 25, (C, B): 29, (C, D): 29, (C, E): 24, (D, A): 25, (D, B): 28, (D, C): 28, (D, E): 24,
        (E, A): 25, (E, B): 28, (E, C): 28, (E, D): 31,
    }  # fmt: skip
    assert found.paths == paths
    assert found.standing.order == ((E,), (A,), (C,), (B,), (D,))
    assert (found.standing.chosen, found.standing.tied) == ((E,), ())


def test_the_capital_of_tennessee_is_nashville() -> None:
    """The usual example of Condorcet methods (Wikipedia, « Condorcet method »): Memphis, Nashville, Chattanooga,
    Knoxville, in percent of the voters. Nashville wins every duel."""
    memphis, nashville, chattanooga, knoxville = A, B, C, D
    found = ranked.count(
        [A, B, C, D], _orders((42, "ABCD"), (26, "BCDA"), (15, "CDBA"), (17, "DCBA")), 1
    )
    assert found.standing.order == ((nashville,), (chattanooga,), (knoxville,), (memphis,))
    assert (found.duels[nashville, memphis], found.duels[nashville, chattanooga]) == (58, 68)


SPORT_AND_CHILDREN = {1: 700, 2: 400, 3: 250, 4: 200, 5: 100}
"""equalshares.net, page « Explanation »: bike path, outdoor gym, new park, new playground, library for kids."""
APPROVED = [[1, 2], [1, 2, 3], [1, 2], [1, 2, 3], [1, 2, 3], [1, 2], [3, 4, 5], [4], [4, 5], [3, 4, 5]]


def test_equal_shares_example_1_of_equalshares_net() -> None:
    """Budget 1 100, eleven voters: the bike path, then the playground, then the library."""
    found = shares.count(SPORT_AND_CHILDREN, 1100, [*APPROVED, [1]])
    assert found.first_share == found.share == 100
    assert found.chosen == (1, 4, 5)
    assert [(one.price, one.voices, one.votes) for one in found.purchases] == [
        (100, 7, 7), (50, 4, 4), (Fraction(100, 3), 3, 3)
    ]  # fmt: skip


def test_equal_shares_example_2_of_equalshares_net() -> None:
    """The last voter wants the gym: gym, park (4.1 effective votes, two pay 60.5), playground (56/17, written 3.2 there)."""
    crowd = shares.Crowd.of(SPORT_AND_CHILDREN, [*APPROVED, [2]])
    found = shares.buy(SPORT_AND_CHILDREN, crowd, Fraction(100))
    assert found.chosen == (2, 3, 4)
    assert [one.price for one in found.purchases] == [Fraction(400, 7), Fraction(425, 7), Fraction(425, 7)]
    assert [round(float(one.votes), 1) for one in found.purchases] == [7.0, 4.1, 3.3]
    completed = shares.count(SPORT_AND_CHILDREN, 1100, [*APPROVED, [2]])
    assert completed.chosen == (2, 3, 4, 5)  # 950 of 1 100, at 117 a voice: the bike path would cost 700 more
    assert completed.share == 117


@pytest.mark.parametrize(
    ("costs", "budget", "ballots", "chosen", "tied"),
    [
        ({1: 100, 2: 100}, 200, [[1], [2]], (1, 2), ()),  # to each her own part
        ({1: 100, 2: 100}, 100, [[1], [2]], (), ()),  # fifty each buys neither; at a hundred both: above the budget
        ({1: 100, 2: 100}, 100, [[1, 2], [1, 2]], (), (1, 2)),  # the same in all: said, not drawn
        ({1: 100, 2: 90}, 100, [[1, 2], [1, 2]], (2,), ()),  # among equals the cheapest
        ({1: 100, 2: 100}, 200, [[1, 2], [1, 2]], (1, 2), ()),  # equal, and there is enough for both
        ({1: 100, 2: 100}, 100, [[1], []], (1,), ()),  # who approves nothing pays nothing; the parts doubled
        ({1: 100, 2: 100}, 100, [[1], [], []], (), ()),  # tripled would be needed: the money waits
        ({1: 300}, 200, [[1], [1]], (), ()),  # dearer than the budget
        ({1: 100}, 100, [], (), ()),
        ({1: 100, 2: 100, 3: 100}, 300, [[1, 2], [1, 2], [3]], (1, 2, 3), ()),
        ({1: 300, 2: 300, 3: 300}, 900, [[1, 2], [1, 2], [3]], (1, 2, 3), ()),  # a minority is served too
    ],
)
def test_equal_shares_by_hand(
    costs: dict[int, int], budget: int, ballots: list[list[int]], chosen: tuple[int, ...], tied: tuple[int, ...]
) -> None:
    found = shares.count(costs, budget, ballots)
    assert (tuple(sorted(found.chosen)), found.tied) == (chosen, tied)


def test_more_money_may_take_an_option_away() -> None:
    """Equal shares is not monotone in the budget (docs/counting.md): 500 pays for the dear option, 400 for the cheap."""
    costs, ballots = {1: 500, 2: 100}, [[1, 2], [1]]
    assert shares.count(costs, 400, ballots).chosen == (2,)
    assert shares.count(costs, 500, ballots).chosen == (1,)


@pytest.mark.parametrize(
    ("placed", "most", "order", "chosen", "tied"),
    [
        ([{1: 3}, {2: 2, 3: 1}], 1, ((1,), (2,), (3,)), (1,), ()),
        ([{1: 3}, {2: 3}], 1, ((1, 2), (3,)), (), (1, 2)),
        ([{1: 2}, {1: 2}, {2: 3}], 1, ((1,), (2,), (3,)), (1,), ()),  # the sum, not the most that one person gave
        ([{1: 3}, {2: 3}], 2, ((1, 2), (3,)), (1, 2), ()),
        ([{1: 3, 2: 1}, {3: 1}], 2, ((1,), (2, 3)), (1,), (2, 3)),
        ([{1: 1}], 2, ((1,), (2, 3)), (1,), ()),  # nothing comes out without a dot
        ([], 1, ((1, 2, 3),), (), ()),
    ],
)
def test_dots(
    placed: list[dict[int, int]], most: int, order: Any, chosen: tuple[int, ...], tied: tuple[int, ...]
) -> None:
    found = dots.count([1, 2, 3], [(one, Fraction(1)) for one in placed], most)
    assert (found.standing.order, found.standing.chosen, found.standing.tied) == (order, chosen, tied)


@pytest.mark.parametrize(
    ("placed", "on_one", "valid"),
    [
        ({1: 5}, 0, True), ({1: 5}, 3, False), ({1: 3, 2: 2}, 3, True), ({1: 3, 2: 3}, 0, False), ({}, 0, True),
        ({1: -1}, 0, False), ({9: 1}, 0, False),
    ],
)  # fmt: skip
def test_a_ballot_of_five_dots(placed: dict[int, int], on_one: int, valid: bool) -> None:
    assert dots.is_valid(placed, [1, 2], 5, on_one) == valid


@pytest.mark.parametrize(
    ("rankings", "most", "order", "chosen", "tied"),
    [
        ([[[1], [2], [3]]], 1, ((1,), (2,), (3,)), (1,), ()),
        ([[[2]]], 1, ((2,), (1, 3)), (2,), ()),  # not ranked: after those that are, equal
        ([[[1, 2]], [[3]]], 1, ((1, 2, 3),), (), (1, 2, 3)),
        ([[[1], [2]], [[2], [1]]], 1, ((1, 2), (3,)), (), (1, 2)),
        ([[[1], [2]], [[2], [1]]], 2, ((1, 2), (3,)), (1, 2), ()),
        ([[[1], [2], [3]], [[2], [3], [1]], [[3], [1], [2]]], 1, ((1, 2, 3),), (), (1, 2, 3)),  # the paradox
    ],
)
def test_ranking(
    rankings: list[list[list[int]]], most: int, order: Any, chosen: tuple[int, ...], tied: tuple[int, ...]
) -> None:
    found = ranked.count([1, 2, 3], [(one, Fraction(1)) for one in rankings], most)
    assert (found.standing.order, found.standing.chosen, found.standing.tied) == (order, chosen, tied)


def test_a_college_without_a_vote_does_not_count_and_the_others_are_scaled_up() -> None:
    found = weights.weigh(["residents"] * 10 + ["authorities"] * 2, {"residents": 50, "authorities": 30, "employees": 20})
    assert {name: one.scaled for name, one in found.colleges.items()} == {
        "residents": Fraction(5000, 80), "authorities": Fraction(3000, 80), "employees": 0,
    }  # fmt: skip
    assert (found.each("residents"), found.each("authorities")) == (Fraction(25, 4), Fraction(75, 4))
    assert found.each("unknown") == 0
    assert weights.Weights.of_json(found.as_json()) == found


@pytest.mark.parametrize(
    ("voices", "apart", "together"),
    [
        ({"a": 8, "b": 6}, ["a", "b"], []),
        ({"a": 8, "b": 6, "c": 2}, ["a"], ["c", "b"]),  # one small college alone would be apart: the next joins it
        ({"a": 8, "b": 2, "c": 3}, ["a"], ["b", "c"]),
        ({"a": 8, "b": 1, "c": 2, "d": 6}, ["a"], ["b", "c", "d"]),  # one and two make three: not five yet
        ({"a": 8, "b": 4}, [], ["b", "a"]),
        ({"a": 12}, [], ["a"]),
    ],
)
def test_colleges_under_five_voices_are_never_published_apart(
    voices: dict[str, int], apart: list[str], together: list[str]
) -> None:
    cast = [name for name, n in voices.items() for _ in range(n)]
    assert weights.published_apart(weights.weigh(cast, dict.fromkeys(voices, 10))) == (apart, together)


def _majority(*said: tuple[str, Code, int], weights: dict[str, int] | None, quorum: int = 0) -> counting.Count:
    votes = [Vote(code, college=college) for college, code, n in said for _ in range(n)]
    return count(Rule(Method.MAJORITY, quorum, Majority.HALF, weights=weights), {}, 20, votes)


def test_a_majority_of_heads_may_lose_when_colleges_weigh() -> None:
    said = (("residents", Code.YES, 6), ("residents", Code.NO, 2), ("authorities", Code.NO, 2))
    assert _majority(*said, weights=None).verdict == Verdict.ADOPTED
    found = _majority(*said, weights={"residents": 60, "authorities": 40})
    assert (found.yes, found.cast, found.verdict) == (45, 100, Verdict.REJECTED)
    assert found.tally
    assert found.tally.of(Code.YES) == 6
    assert _majority(*said, weights={"residents": 60, "authorities": 40}, quorum=60).verdict == Verdict.NO_QUORUM


def test_who_abstains_leaves_the_weight_to_the_rest_of_her_college() -> None:
    said = (("residents", Code.YES, 1), ("residents", Code.ABSTAIN, 3), ("authorities", Code.NO, 2))
    found = _majority(*said, weights={"residents": 60, "authorities": 40})
    assert (found.yes, found.verdict) == (60, Verdict.ADOPTED)


def test_dots_and_ranks_weigh_by_college() -> None:
    votes = [Vote(choices={"1": 3}, college="residents")] * 5 + [Vote(choices={"2": 3}, college="authorities")] * 2
    rule = Rule(Method.DOTS, dots=3, weights={"residents": 40, "authorities": 60})
    assert count(rule, {1: 0, 2: 0}, 9, votes).chosen == (2,)
    ranks = [Vote(choices=[[1], [2]], college="residents")] * 5 + [Vote(choices=[[2]], college="authorities")] * 2
    rule = Rule(Method.RANKED, weights={"residents": 40, "authorities": 60})
    found = count(rule, {1: 0, 2: 0}, 9, ranks)
    assert (found.chosen, found.verdict) == ((2,), Verdict.CHOSEN)
    assert isinstance(found.of_method, ranked.RankedResult)
    assert found.of_method.duels == {(1, 2): 40, (2, 1): 60}


def test_below_the_quorum_nothing_is_chosen() -> None:
    rule, vote = Rule(Method.DOTS, 50, dots=3), Vote(choices={"1": 3})
    assert count(rule, {1: 0, 2: 0}, 10, [vote] * 4).verdict == Verdict.NO_QUORUM
    assert count(rule, {1: 0, 2: 0}, 10, [vote] * 5).verdict == Verdict.CHOSEN
    assert count(rule, {1: 0, 2: 0}, 10, [Vote()] * 5).verdict == Verdict.REJECTED  # white ballots make the quorum


@pytest.mark.parametrize(
    ("rule", "votes"),
    [
        (Rule(Method.DOTS, dots=4, chosen_most=2), [Vote(choices={"1": 3, "2": 1}), Vote(choices={"3": 1})]),
        (Rule(Method.RANKED, weights={"a": 70, "b": 30}), [Vote(choices=[[1], [2, 3]], college="a")]),
        (Rule(Method.BUDGET, budget_cents=900), [Vote(choices=[1, 3]), Vote(choices=[2])]),
        (Rule(Method.MAJORITY, weights={"a": 70, "b": 30}), [Vote(Code.YES, college="a"), Vote(Code.NO, college="b")]),
    ],
)
def test_a_count_that_was_kept_reads_back_the_same(rule: Rule, votes: list[Vote]) -> None:
    options = {1: 300, 2: 400, 3: 700}
    found = count(rule, options, 5, votes)
    kept = found.as_json()
    assert kept is not None
    assert counting.of_json(rule, list(options), found.verdict, found.tally, kept) == found


def test_heads_alone_need_no_second_count() -> None:
    assert count(Rule(Method.CONSENT), {}, 3, [Vote(Code.AGREE)]).as_json() is None
    blocked = count(Rule(Method.CONSENT), {}, 3, [Vote(Code.AGREE), Vote(Code.OBJECT, blocks=True)])
    assert blocked.verdict == Verdict.OBJECTED
