"""Ranking: each person puts options in order; the Schulze method finds the order all agree with most (PRODUCT S4).

Markus Schulze, « A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner
election method », Social Choice and Welfare 36 (2011). An option beats another when the strongest path of duels from it
to the other is stronger than the way back; a path is as strong as its weakest duel, a duel as the voices that won it.
Options that a person did not rank come after those she did, all equal.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from civic.counting.standing import Standing, stand

Ranking = Sequence[Sequence[int]]
"""One person's order: groups from first to last, the options of a group equal."""
Matrix = Mapping[tuple[int, int], Fraction]


@dataclass(frozen=True, slots=True)
class RankedResult:
    """Each duel (how much weight prefers the first to the second), the strongest paths, and who comes out."""

    duels: Matrix
    paths: Matrix
    standing: Standing

    def as_json(self) -> dict[str, Any]:
        """For `Decision.counted`."""
        return {"duels": [[one, other, str(weight)] for (one, other), weight in sorted(self.duels.items())]}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any], options: Sequence[int], most: int) -> "RankedResult":
        """Back from `Decision.counted`; the paths follow from the duels."""
        return _result(options, {(one, other): Fraction(weight) for one, other, weight in kept["duels"]}, most)


def is_valid(ranking: Ranking, options: Iterable[int]) -> bool:
    """Known options only, each once."""
    ranked = [option for group in ranking for option in group]
    return len(ranked) == len(set(ranked)) and set(ranked) <= set(options)


def count(options: Iterable[int], ballots: Sequence[tuple[Ranking, Fraction]], most: int) -> RankedResult:
    """Hold every duel, find the strongest paths, put the options in order; at most `most` come out."""
    known = sorted(options)
    duels = {(one, other): Fraction(0) for one in known for other in known if one != other}
    for weight in {weight for _ranking, weight in ballots}:
        won = Counter(duel for ranking, its in ballots if its == weight for duel in _won(known, ranking))
        for duel, voices in won.items():
            duels[duel] += voices * weight
    return _result(known, duels, most)


def _won(known: Sequence[int], ranking: Ranking) -> Iterator[tuple[int, int]]:
    """The duels that a person decides: each option against all that come after it, named or not."""
    after = set(known)
    for group in ranking:
        after.difference_update(group)
        yield from product(group, after)


def _result(options: Sequence[int], duels: Matrix, most: int) -> RankedResult:
    paths = strongest_paths(options, duels)
    return RankedResult(duels, paths, stand(options, lambda one, other: paths[one, other] > paths[other, one], most))


def strongest_paths(options: Sequence[int], duels: Matrix) -> dict[tuple[int, int], Fraction]:
    """The strength of the strongest path between any two options; lost and even duels carry nothing."""
    paths = {pair: weight if weight > duels[pair[::-1]] else Fraction(0) for pair, weight in duels.items()}
    for middle in options:
        for one, other in paths:
            if middle not in (one, other):
                around = min(paths[one, middle], paths[middle, other])
                paths[one, other] = max(paths[one, other], around)
    return paths
