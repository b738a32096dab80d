"""Dots: each person places up to so many on the options she likes; the most dots come first (PRODUCT S4).

Also known as cumulative voting or dot voting. More dots for an option never hurt it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from civic.counting.standing import Standing, stand

Placed = Mapping[int, int]
"""The dots of one person, by option."""


@dataclass(frozen=True, slots=True)
class DotsResult:
    """The sum of each option (in percent points of all weights when colleges weigh), and who comes out."""

    scores: Mapping[int, Fraction]
    standing: Standing

    def as_json(self) -> dict[str, Any]:
        """For `Decision.counted`."""
        return {"scores": {str(option): str(score) for option, score in self.scores.items()}}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any], most: int) -> "DotsResult":
        """Back from `Decision.counted`."""
        return _result({int(option): Fraction(score) for option, score in kept["scores"].items()}, most)


def is_valid(placed: Placed, options: Iterable[int], dots: int, on_one: int = 0) -> bool:
    """No more dots than one has, on known options only, and no more on one option than `on_one` (0: as many)."""
    most = min(dots, on_one) if on_one else dots
    known = set(options)
    return sum(placed.values()) <= dots and all(one in known and 0 <= n <= most for one, n in placed.items())


def count(options: Iterable[int], ballots: Sequence[tuple[Placed, Fraction]], most: int) -> DotsResult:
    """Add up the dots, each ballot by its weight; at most `most` options come out, none without a dot."""
    scores = {option: Fraction(0) for option in options}
    for placed, weight in ballots:
        for option, dots in placed.items():
            scores[option] += dots * weight
    return _result(scores, most)


def _result(scores: Mapping[int, Fraction], most: int) -> DotsResult:
    full = stand(scores, lambda one, other: scores[one] > scores[other], most)
    liked = [option for option in scores if scores[option]]
    named = stand(liked, lambda one, other: scores[one] > scores[other], most)
    return DotsResult(scores, Standing(full.order, named.chosen, named.tied))
