"""Votes by college: one person, one vote inside; each college weighs its percent (PRODUCT S2).

A college without a vote does not count, and the weights of the others are scaled up so that they make a hundred again.
Every voice of a college then weighs the same: the college's weight over its number of voices.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

SMALL = 5
"""A college with fewer voices is never published apart: one could read who said what."""


@dataclass(frozen=True, slots=True)
class CollegeWeight:
    """What a college weighs: its `percent` as agreed, `scaled` to the colleges that voted, and its `voices`."""

    percent: int
    voices: int
    scaled: Fraction

    @property
    def each(self) -> Fraction:
        """What one of its voices weighs, in percent of the whole."""
        return self.scaled / self.voices if self.voices else Fraction(0)


@dataclass(frozen=True, slots=True)
class Weights:
    """The arithmetic of a weighted count, college by college."""

    colleges: Mapping[str, CollegeWeight]

    def each(self, college: str) -> Fraction:
        """What a voice of this college weighs; nothing for a college that the decision does not know."""
        known = self.colleges.get(college)
        return known.each if known else Fraction(0)

    def as_json(self) -> dict[str, Any]:
        """For `Decision.counted`."""
        return {
            name: {"percent": one.percent, "voices": one.voices, "scaled": str(one.scaled)}
            for name, one in self.colleges.items()
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "Weights":
        """Back from `Decision.counted`."""
        return cls(
            {
                name: CollegeWeight(one["percent"], one["voices"], Fraction(one["scaled"]))
                for name, one in kept.items()
            }
        )


def weigh(colleges: Iterable[str], percents: Mapping[str, int]) -> Weights:
    """The weights when these voices (each named by its college) were cast."""
    voices = Counter(colleges)
    present = sum(percent for name, percent in percents.items() if voices[name])
    return Weights(
        {
            name: CollegeWeight(
                percent, voices[name], Fraction(100 * percent, present) if voices[name] and present else Fraction(0)
            )
            for name, percent in percents.items()
        }
    )


def published_apart(weights: Weights) -> tuple[list[str], list[str]]:
    """The colleges that voted: those published one by one, and those only together.

    Colleges under five voices are put together, with the next smallest ones until at least two colleges and five voices
    make the group: a group of one would be a college apart.
    """
    voted = sorted((one.voices, name) for name, one in weights.colleges.items() if one.voices)
    if len(voted) < 2:
        return [], [name for _voices, name in voted]
    together: list[tuple[int, str]] = [one for one in voted if one[0] < SMALL]
    alone = voted[len(together) :]
    while together and alone and (len(together) < 2 or sum(one[0] for one in together) < SMALL):
        together.append(alone.pop(0))
    order = list(weights.colleges)
    return sorted((name for _n, name in alone), key=order.index), [name for _n, name in together]
