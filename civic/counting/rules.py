"""Counting, by pure functions on whole numbers: what a decision's rule makes of the positions (PRODUCT S4).

Nothing here reads the clock or the database. Shares are compared as fractions, never rounded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Method(StrEnum):
    """How a committee decides."""

    CONSENT = "consent"
    MAJORITY = "majority"
    DOTS = "dots"
    RANKED = "ranked"
    BUDGET = "budget"


class Code(StrEnum):
    """What a position means to the count."""

    AGREE = "agree"
    RESERVE = "reserve"
    ASIDE = "aside"
    OBJECT = "object"
    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class Majority(StrEnum):
    """The share of votes cast that carries: more than half, or at least two thirds, or at least three quarters."""

    HALF = "half"
    TWO_THIRDS = "two_thirds"
    THREE_QUARTERS = "three_quarters"


class Verdict(StrEnum):
    """What the count says; `chosen` and `tied` are for methods that choose among several options."""

    ADOPTED = "adopted"
    REJECTED = "rejected"
    OBJECTED = "objected"
    NO_QUORUM = "no_quorum"
    CHOSEN = "chosen"
    TIED = "tied"


CODES: Mapping[Method, tuple[Code, ...]] = {
    Method.CONSENT: (Code.AGREE, Code.RESERVE, Code.OBJECT, Code.ASIDE),
    Method.MAJORITY: (Code.YES, Code.NO, Code.ABSTAIN),
}
"""The positions of each method, in the order they are shown; the other methods choose among several options."""
WEIGHED = (Method.MAJORITY, Method.DOTS, Method.RANKED)
"""Where colleges may weigh: an objection is not outweighed, and equal shares give every voice the same."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How this decision is counted; `quorum_percent` of the electorate must answer, abstentions included.

    `dots` each, at most `dots_on_one` of them on one option (0: all); `chosen_most` options come out; `budget_cents` is
    shared; `weights` are percents by college (None: a voice is a voice).
    """

    method: Method
    quorum_percent: int = 0
    majority: Majority = Majority.HALF
    abstentions_count: bool = False
    dots: int = 0
    dots_on_one: int = 0
    chosen_most: int = 1
    budget_cents: int = 0
    weights: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many took each position; `open_objections` are those neither withdrawn nor integrated."""

    electorate: int
    counts: Mapping[Code, int]
    open_objections: int = 0

    @property
    def answers(self) -> int:
        """How many answered, whatever they said."""
        return sum(self.counts.values())

    def of(self, *codes: Code) -> int:
        """How many took one of these positions."""
        return sum(self.counts.get(code, 0) for code in codes)


def quorum_needed(electorate: int, quorum_percent: int) -> int:
    """How many answers the quorum asks for: the share of the electorate, rounded up; at least one in any case."""
    return max(1, -(-electorate * quorum_percent // 100))


def verdict(rule: Rule, tally: Tally) -> Verdict:
    """The result.

    Below the quorum, or without any answer, nothing is decided. By consent, one open objection blocks, and without
    anybody in agreement (with or without a reservation) nothing carries. By majority, « yes » must have its share.
    """
    if tally.answers < quorum_needed(tally.electorate, rule.quorum_percent):
        return Verdict.NO_QUORUM
    if rule.method == Method.CONSENT:
        if tally.open_objections:
            return Verdict.OBJECTED
        return Verdict.ADOPTED if tally.of(Code.AGREE, Code.RESERVE) else Verdict.REJECTED
    yes, cast = tally.of(Code.YES), votes_cast(rule, tally)
    return Verdict.ADOPTED if carries(rule.majority, yes, cast) else Verdict.REJECTED


def votes_cast(rule: Rule, tally: Tally) -> int:
    """What « yes » is measured against: abstentions are in only when the decision says so."""
    return tally.of(Code.YES, Code.NO) + (tally.of(Code.ABSTAIN) if rule.abstentions_count else 0)


def carries(majority: Majority, yes: int | Fraction, cast: int | Fraction) -> bool:
    """Whether « yes » has the share of the votes cast; a tie carries nothing, nor does an empty count."""
    if not cast:
        return False
    if majority == Majority.HALF:
        return 2 * yes > cast
    if majority == Majority.TWO_THIRDS:
        return 3 * yes >= 2 * cast
    return 4 * yes >= 3 * cast
