"""A second counter, of nothing but the published file: written from docs/counting.md, sharing no line with Civic.

Slow and plain on purpose: every path is walked, every voice has a purse of its own.
"""

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from typing import Any

ENOUGH: dict[str, Callable[[Fraction], bool]] = {
    "half": lambda share: share > Fraction(1, 2),
    "two_thirds": lambda share: share >= Fraction(2, 3),
    "three_quarters": lambda share: share >= Fraction(3, 4),
}


def recounted(file: dict[str, Any]) -> dict[str, Any]:
    """The verdict, and what came out or is tied, of a published decision."""
    rule, ballots = file["rule"], file["ballots"]
    options = [one["id"] for one in file["options"] if "id" in one]
    if rule["method"] in ("consent", "majority"):
        verdict, chosen, tied = _positions(rule, ballots), [], []
    else:
        method = {"dots": _dots, "ranked": _ranked, "budget": _budget}[rule["method"]]
        chosen, tied = method(file, options)
        verdict = "tied" if tied else "chosen" if chosen else "rejected"
    if not ballots or 100 * len(ballots) < rule["quorum_percent"] * file["electorate"]:
        verdict = "no_quorum"
    return {"verdict": verdict, "chosen": sorted(chosen), "tied": sorted(tied)}


def _weight(ballot: dict[str, Any]) -> Fraction:
    return Fraction(ballot.get("weight", 1))


def _positions(rule: dict[str, Any], ballots: list[dict[str, Any]]) -> str:
    if rule["method"] == "consent":
        if any(one["blocks"] for one in ballots):
            return "objected"
        return "adopted" if any(one["code"] in ("agree", "reserve") for one in ballots) else "rejected"
    against = ("no", "abstain") if rule["abstentions_count"] else ("no",)
    yes = sum((_weight(one) for one in ballots if one["code"] == "yes"), Fraction(0))
    no = sum((_weight(one) for one in ballots if one["code"] in against), Fraction(0))
    return "adopted" if yes + no and ENOUGH[rule["majority"]](yes / (yes + no)) else "rejected"


def _first(options: list[int], beats: Callable[[int, int], bool], most: int) -> tuple[list[int], list[int]]:
    """Out of every order that respects who beats whom: those always among the first, those only sometimes."""
    orders = [
        order for order in permutations(options)
        if not any(beats(later, one) for place, one in enumerate(order) for later in order[place + 1 :])
    ]  # fmt: skip
    heads = [set(order[:most]) for order in orders]
    always, ever = set.intersection(*heads), set.union(*heads)
    return sorted(always), sorted(ever - always)


def _dots(file: dict[str, Any], options: list[int]) -> tuple[list[int], list[int]]:
    score = dict.fromkeys(options, Fraction(0))
    for ballot in file["ballots"]:
        for option, dots in (ballot["choices"] or {}).items():
            score[int(option)] += dots * _weight(ballot)
    liked = [one for one in options if score[one]]
    return _first(liked, lambda one, other: score[one] > score[other], file["rule"]["chosen_most"])


def _ranked(file: dict[str, Any], options: list[int]) -> tuple[list[int], list[int]]:
    won = {(one, other): Fraction(0) for one in options for other in options}
    for ballot in file["ballots"]:
        place = {one: at for at, group in enumerate(ballot["choices"] or []) for one in group}
        for one, other in won:
            if place.get(one, 99) < place.get(other, 99):
                won[one, other] += _weight(ballot)
    strong = {pair: voices if voices > won[pair[::-1]] else Fraction(0) for pair, voices in won.items()}

    def path(start: int, end: int, seen: tuple[int, ...] = ()) -> Fraction:
        steps = [one for one in options if one not in (*seen, start, end)]
        around = [min(strong[start, one], path(one, end, (*seen, start))) for one in steps]
        return max([strong[start, end], *around])

    return _first(options, lambda one, other: path(one, other) > path(other, one), file["rule"]["chosen_most"])


def _budget(file: dict[str, Any], options: list[int]) -> tuple[list[int], list[int]]:
    cost = {one["id"]: one["cost_cents"] for one in file["options"]}
    voices = [set(ballot["choices"] or []) for ballot in file["ballots"]]
    if not voices:
        return [], []
    budget, first = file["rule"]["budget_cents"], Fraction(file["rule"]["budget_cents"], len(voices))
    chosen, tied = _shared(cost, voices, first)
    for hundredths in range(101, 201):
        left = budget - sum(cost[one] for one in chosen)
        if tied or not any(cost[one] <= left for voice in voices for one in voice if one not in chosen):
            break
        more, stuck = _shared(cost, voices, first * Fraction(hundredths, 100))
        if stuck or sum(cost[one] for one in more) > budget:
            break
        chosen = more
    return chosen, tied


def _shared(cost: dict[int, int], voices: list[set[int]], part: Fraction) -> tuple[list[int], list[int]]:
    purses, chosen = [part] * len(voices), list[int]()
    while True:
        prices = {one: _price(cost[one], [p for p, v in zip(purses, voices, strict=True) if one in v])
                  for one in cost if one not in chosen}  # fmt: skip
        votes = {one: cost[one] / price for one, price in prices.items() if price}
        best = [one for one in votes if votes[one] == max(votes.values())]
        best = [one for one in best if cost[one] == min(cost[other] for other in best)]
        if not best:
            return chosen, []
        after = [purse - sum(min(purse, prices[one] or Fraction(0)) for one in best if one in voice)
                 for purse, voice in zip(purses, voices, strict=True)]  # fmt: skip
        if min(after) < 0 and len(best) > 1:
            return chosen, best
        chosen, purses = [*chosen, *best], after


def _price(cost: int, purses: list[Fraction]) -> Fraction | None:
    """The most that one supporter pays: the poor give all, the others share the rest equally."""
    if sum(purses) < cost or not sum(purses):
        return None
    poor = Fraction(0)
    for at, purse in enumerate(sorted(purses)):
        equal = (cost - poor) / (len(purses) - at)
        if purse >= equal:
            return equal
        poor += purse
    return None
