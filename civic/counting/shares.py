"""Priorities under a budget: the method of equal shares, in exact fractions (PRODUCT S4).

Dominik Peters, Grzegorz Pierczyński, Piotr Skowron, « Proportional Participatory Budgeting with Additive Utilities »,
NeurIPS 2021; the count for approvals as explained on equalshares.net, where an option is worth its cost to those who
approve it. Every voice gets the same part of the budget and pays only for what it approves. See docs/counting.md for
the completion (parts raised by steps of a hundredth, doubled at most) and for what is not monotone.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Any

STEPS = 100
"""The part of a voice grows by a hundredth of itself at a time, and doubles at most."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """One option is taken: `price` is the most that a voice pays for it, `voices` how many pay, `votes` the effective
    votes (cost over price): who has too little left counts for a fraction."""

    option: int
    price: Fraction
    voices: int
    votes: Fraction

    def as_json(self) -> dict[str, Any]:
        """For `Decision.counted`."""
        return {"option": self.option, "price": str(self.price), "voices": self.voices, "votes": str(self.votes)}


@dataclass(frozen=True, slots=True)
class SharesResult:
    """What each voice got at first and at the end (cents), what was bought in which order, and an unsettled tie."""

    first_share: Fraction
    share: Fraction
    purchases: tuple[Purchase, ...]
    tied: tuple[int, ...]
    approvals: Mapping[int, int]

    @property
    def chosen(self) -> tuple[int, ...]:
        """What comes out, in the order in which it was bought."""
        return tuple(one.option for one in self.purchases)

    def as_json(self) -> dict[str, Any]:
        """For `Decision.counted`."""
        return {
            "first_share": str(self.first_share), "share": str(self.share),
            "purchases": [one.as_json() for one in self.purchases],
            "approvals": {str(option): n for option, n in self.approvals.items()},
        }  # fmt: skip

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "SharesResult":
        """Back from `Decision.counted`."""
        bought = (
            Purchase(one["option"], Fraction(one["price"]), one["voices"], Fraction(one["votes"]))
            for one in kept["purchases"]
        )
        return cls(
            Fraction(kept["first_share"]), Fraction(kept["share"]), tuple(bought), tuple(kept["tied"]),
            {int(option): n for option, n in kept["approvals"].items()},
        )  # fmt: skip


def count(costs: Mapping[int, int], budget: int, ballots: Sequence[Iterable[int]]) -> SharesResult:
    """Share `budget` (cents) among options of known cost (cents, above zero), each ballot naming what it approves.

    The parts are raised while money is left that could still pay for an approved option, never beyond the budget, never
    into a tie. A tie in the first count (same effective votes, same cost, not enough for all) stops it and is stated.
    """
    crowd = Crowd.of(costs, ballots)
    approvals = {option: sum(crowd.sizes[group] for group in crowd.supporters[option]) for option in costs}
    if not ballots:
        return SharesResult(Fraction(0), Fraction(0), (), (), approvals)
    first = Fraction(budget, len(ballots))
    kept = buy(costs, crowd, first)
    for step in range(1, STEPS + 1):
        if kept.tied or _is_exhausted(costs, approvals, budget, kept.chosen):
            break
        more = buy(costs, crowd, first * (STEPS + step) / STEPS)
        if more.tied or sum(costs[option] for option in more.chosen) > budget:
            break
        kept = more
    return SharesResult(first, kept.share, kept.purchases, kept.tied, approvals)


def _is_exhausted(costs: Mapping[int, int], approvals: Mapping[int, int], budget: int, chosen: Sequence[int]) -> bool:
    """Nothing that somebody approves fits into what is left."""
    left = budget - sum(costs[option] for option in chosen)
    return all(cost > left for option, cost in costs.items() if approvals[option] and option not in chosen)


@dataclass(frozen=True, slots=True)
class Crowd:
    """The voices in groups that named the same options, for they always have the same left: how many each group is, and
    which groups support an option."""

    sizes: Sequence[int]
    supporters: Mapping[int, Sequence[int]]

    @classmethod
    def of(cls, costs: Mapping[int, int], ballots: Iterable[Iterable[int]]) -> "Crowd":
        """Group the ballots; what has no cost is not to be had."""
        groups = Counter(frozenset(one for one in ballot if one in costs) for ballot in ballots)
        supporters: dict[int, list[int]] = {option: [] for option in costs}
        for group, named in enumerate(groups):
            for option in named:
                supporters[option].append(group)
        return cls(list(groups.values()), supporters)


class Purses:
    """What each group's voices have left, one voice of it for all: whole numbers of `1 / unit` cents, so that parts of
    parts stay exact and are compared without fractions."""

    def __init__(self, crowd: Crowd, share: Fraction) -> None:
        self.crowd, self.unit = crowd, share.denominator
        self.left = [share.numerator] * len(crowd.sizes)

    def offer(self, option: int, cost: int) -> Purchase | None:
        """Split a cost as equally as the purses of its supporters allow; None when together they have too little."""
        sizes, left = self.crowd.sizes, self.left
        purses = sorted((left[group], sizes[group]) for group in self.crowd.supporters[option] if left[group])
        paying = sharing = sum(size for _purse, size in purses)
        owed = cost * self.unit
        for purse, size in purses:
            if owed <= purse * sharing:
                price = Fraction(owed, sharing * self.unit)
                return Purchase(option, price, paying, cost / price)
            owed -= purse * size
            sharing -= size
        return None

    def pay(self, bought: Purchase) -> None:
        """Take the price, or what is left, from each supporter."""
        finer = bought.price.denominator // gcd(bought.price.denominator, self.unit)
        if finer > 1:
            self.unit *= finer
            self.left = [purse * finer for purse in self.left]
        price = bought.price.numerator * (self.unit // bought.price.denominator)
        for group in self.crowd.supporters[bought.option]:
            self.left[group] = max(0, self.left[group] - price)

    def can_pay_all(self, best: Sequence[Purchase]) -> bool:
        """Whether the tied options can all be had at their price: then their order changes nothing."""
        spent = [Fraction(0)] * len(self.left)
        for one in best:
            for group in self.crowd.supporters[one.option]:
                spent[group] += min(Fraction(self.left[group], self.unit), one.price)
        return all(cost * self.unit <= purse for cost, purse in zip(spent, self.left, strict=True))


@dataclass(frozen=True, slots=True)
class Round:
    """The count for one size of the parts."""

    share: Fraction
    purchases: tuple[Purchase, ...]
    tied: tuple[int, ...]

    @property
    def chosen(self) -> tuple[int, ...]:
        """What comes out."""
        return tuple(one.option for one in self.purchases)


def buy(costs: Mapping[int, int], crowd: Crowd, share: Fraction) -> Round:
    """The count without completion, every voice having `share` cents."""
    purses, bought = Purses(crowd, share), list[Purchase]()
    waiting = {option: Fraction(sum(crowd.sizes[group] for group in crowd.supporters[option])) for option in costs}
    while best := _best(costs, purses, waiting):
        if len(best) > 1 and not purses.can_pay_all(best):
            return Round(share, tuple(bought), tuple(one.option for one in best))
        for one in best:
            bought.append(one)
            del waiting[one.option]
            purses.pay(one)
    return Round(share, tuple(bought), ())


def _best(costs: Mapping[int, int], purses: Purses, waiting: dict[int, Fraction]) -> list[Purchase]:
    """The affordable options with the most effective votes; among equals the cheapest, then what is still tied.

    `waiting` says of each option the effective votes it had when last looked at. They never grow: who cannot beat the
    best offer any more needs no look, and an option that its supporters cannot pay leaves for good.
    """
    offers, votes = list[Purchase](), Fraction(0)
    for option in sorted(waiting, key=waiting.__getitem__, reverse=True):
        if waiting[option] < votes:
            break
        offer = purses.offer(option, costs[option])
        if offer is None:
            del waiting[option]
        else:
            waiting[option] = offer.votes
            offers.append(offer)
            votes = max(votes, offer.votes)
    best = [one for one in offers if one.votes == votes]
    cheapest = min((costs[one.option] for one in best), default=0)
    return sorted((one for one in best if costs[one.option] == cheapest), key=lambda one: one.option)
