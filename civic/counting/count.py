"""The one way into counting: plain votes without persons in, the verdict and the published count out (PRODUCT S4).

A vote is a position (`code`) or `choices` as they are kept: dots by option id {"7": 3}, groups of option ids in the
order of preference [[7], [8, 9]], or the option ids approved [7, 9]. Whoever opens sealed ballots or reads paper ones
calls `count` as the open ballot does.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from civic.counting import dots, ranked, rules, shares, weights
from civic.counting.dots import DotsResult
from civic.counting.ranked import RankedResult
from civic.counting.rules import CODES, WEIGHED, Code, Method, Rule, Tally, Verdict, quorum_needed
from civic.counting.shares import SharesResult
from civic.counting.weights import Weights


@dataclass(frozen=True, slots=True)
class Vote:
    """One voice without its person. `blocks`: an objection neither withdrawn nor integrated. `weight` follows from the
    college when colleges weigh; a vote that says nothing counts for the quorum only."""

    code: Code | None = None
    choices: Any = None
    college: str = ""
    blocks: bool = False
    weight: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Count:
    """The result: `tally` for consent and majority, `of_method` for dots, ranking and budget, `weights` where colleges
    weigh, and then `yes` and `cast`, the weighted majority in percent points."""

    verdict: Verdict
    tally: Tally | None = None
    chosen: tuple[int, ...] = ()
    tied: tuple[int, ...] = ()
    of_method: DotsResult | RankedResult | SharesResult | None = None
    weights: Weights | None = None
    yes: Fraction | None = None
    cast: Fraction | None = None

    def as_json(self) -> dict[str, Any] | None:
        """What `Decision.counted` keeps; None where yes and no by heads say all."""
        kept: dict[str, Any] = {}
        if self.of_method:
            kept = {"chosen": list(self.chosen), "tied": list(self.tied), **self.of_method.as_json()}
        if self.weights:
            kept["weights"] = self.weights.as_json()
        if self.yes is not None:
            kept |= {"yes": str(self.yes), "cast": str(self.cast)}
        return kept or None


def count(rule: Rule, options: Mapping[int, int], electorate: int, votes: Iterable[Vote]) -> Count:
    """Count. `options` are the ids to choose from with their cost in cents (0 without one), none for yes and no.

    Below the quorum nothing is decided, but what was said is counted and shown.
    """
    known = list(votes)
    arithmetic = None
    if rule.weights is not None and rule.method in WEIGHED:
        weighing = [vote.college for vote in known if _weighs(rule, vote)]
        arithmetic = weights.weigh(weighing, rule.weights)
        known = [replace(vote, weight=arithmetic.each(vote.college)) for vote in known]
    return replace(count_weighed(rule, options, electorate, known), weights=arithmetic)


def count_weighed(rule: Rule, options: Mapping[int, int], electorate: int, votes: Sequence[Vote]) -> Count:
    """Count votes whose weight is known already, as in a published file."""
    if rule.method in CODES:
        return _positions(rule, electorate, votes)
    found = _among(rule, options, votes)
    return replace(found, verdict=_verdict(rule, electorate, len(votes), found))


def of_json(
    rule: Rule, options: Sequence[int], verdict: Verdict, tally: Tally | None, kept: Mapping[str, Any]
) -> Count:
    """Back from what a decision keeps; `withheld`: too few voted in secret, so that it keeps only what came out."""
    if "withheld" in kept:
        return Count(verdict, tally, tuple(kept["chosen"]), tuple(kept["tied"]))
    result: DotsResult | RankedResult | SharesResult | None = None
    if rule.method == Method.DOTS:
        result = DotsResult.of_json(kept, rule.chosen_most)
    elif rule.method == Method.RANKED:
        result = RankedResult.of_json(kept, options, rule.chosen_most)
    elif rule.method == Method.BUDGET:
        result = SharesResult.of_json(kept)
    return Count(
        verdict, tally, tuple(kept.get("chosen", ())), tuple(kept.get("tied", ())), result,
        Weights.of_json(kept["weights"]) if "weights" in kept else None,
        Fraction(kept["yes"]) if "yes" in kept else None, Fraction(kept["cast"]) if "cast" in kept else None,
    )  # fmt: skip


def _weighs(rule: Rule, vote: Vote) -> bool:
    """Whether the vote is one of those its college's weight is spread over."""
    if rule.method != Method.MAJORITY:
        return bool(vote.choices)
    return vote.code in (Code.YES, Code.NO) or (rule.abstentions_count and vote.code == Code.ABSTAIN)


def _positions(rule: Rule, electorate: int, votes: Sequence[Vote]) -> Count:
    heads = Counter(vote.code for vote in votes if vote.code)
    tally = Tally(electorate, {code: heads[code] for code in CODES[rule.method]}, sum(vote.blocks for vote in votes))
    verdict = rules.verdict(rule, tally)
    if rule.method != Method.MAJORITY or rule.weights is None:
        return Count(verdict, tally)
    yes = sum((vote.weight for vote in votes if vote.code == Code.YES), Fraction(0))
    cast = sum((vote.weight for vote in votes if _weighs(rule, vote)), Fraction(0))
    if verdict != Verdict.NO_QUORUM:
        verdict = Verdict.ADOPTED if rules.carries(rule.majority, yes, cast) else Verdict.REJECTED
    return Count(verdict, tally, yes=yes, cast=cast)


def _among(rule: Rule, options: Mapping[int, int], votes: Sequence[Vote]) -> Count:
    """What the method says; the verdict is still to come."""
    result: DotsResult | RankedResult | SharesResult
    if rule.method == Method.DOTS:
        placed = [({int(one): n for one, n in (vote.choices or {}).items()}, vote.weight) for vote in votes]
        result = dots.count(options, placed, rule.chosen_most)
    elif rule.method == Method.RANKED:
        result = ranked.count(options, [(vote.choices or [], vote.weight) for vote in votes], rule.chosen_most)
    else:
        result = shares.count(options, rule.budget_cents, [vote.choices or [] for vote in votes])
        return Count(Verdict.TIED, chosen=result.chosen, tied=result.tied, of_method=result)
    return Count(Verdict.TIED, chosen=result.standing.chosen, tied=result.standing.tied, of_method=result)


def _verdict(rule: Rule, electorate: int, answers: int, found: Count) -> Verdict:
    if answers < quorum_needed(electorate, rule.quorum_percent):
        return Verdict.NO_QUORUM
    if found.tied:
        return Verdict.TIED
    return Verdict.CHOSEN if found.chosen else Verdict.REJECTED
