"""Hands counted college by college, where colleges weigh: who carries, stated with the weights of that moment (S2, S6).

Pure: a hand is a vote without its person, counted by the one way there is (docs/counting.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from civic.committees.models import CollegeKind
from civic.counting.count import Count, Vote, count
from civic.counting.rules import Code, Majority, Method, Rule, Tally


@dataclass(frozen=True, slots=True)
class CollegeHands:
    """The hands of one college, which weighs `percent`; the electorate of its tally are its voices in the room."""

    college: CollegeKind
    percent: int
    tally: Tally

    def as_json(self) -> dict[str, int]:
        """As a resolution keeps it."""
        tally = self.tally
        return {"percent": self.percent, "voices": tally.electorate, **{code.value: tally.of(code) for code in CODES}}


CODES = (Code.YES, Code.NO, Code.ABSTAIN)


def of_json(kept: Mapping[str, Mapping[str, int]]) -> tuple[CollegeHands, ...]:
    """Back from a resolution, in the order of the statutes; nothing where the hands were counted in one."""
    return tuple(
        CollegeHands(
            kind, one["percent"], Tally(one["voices"], {code: one[code.value] for code in CODES})
        )
        for kind in CollegeKind if (one := kept.get(kind.value))
    )  # fmt: skip


def weighed(majority: Majority, colleges: Sequence[CollegeHands]) -> Count:
    """The count with the weight of each college; abstentions are not votes cast."""
    votes = [
        Vote(code, college=one.college.value)
        for one in colleges for code, hands in one.tally.counts.items() for _hand in range(hands)
    ]  # fmt: skip
    weights = {one.college.value: one.percent for one in colleges}
    rule = Rule(Method.MAJORITY, majority=majority, weights=weights)
    return count(rule, {}, sum(one.tally.electorate for one in colleges), votes)
