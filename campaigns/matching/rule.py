"""How much an agreement adds to each gift: pure, exact to the cent, the same for the same gifts in any order.

A gift is what a person gives for the goal, tip apart; what matchers add is never a gift, so no match is matched.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True, frozen=True)
class Gift:
    """One gift: its id, whose, how much in cents, where she lives (INSEE code), when it was made (UTC).

    A pledge has its own id, a gift made by hand its id below zero. Both are shared in the same way.
    """

    id: int
    person: int
    cents: int
    commune: str | None
    at: datetime


@dataclass(slots=True, frozen=True)
class Rule:
    """`percent` of each gift, or `per_person_cents` once per person; no communes: everybody's gifts count."""

    percent: int
    per_person_cents: int
    gift_cap_cents: int | None
    communes: frozenset[str]
    starts_at: datetime
    ends_at: datetime | None

    def covers(self, gift: Gift) -> bool:
        """Whether this gift is one of those the rule adds to: its moment and its giver's commune."""
        in_time = self.starts_at <= gift.at and (self.ends_at is None or gift.at <= self.ends_at)
        return in_time and (not self.communes or gift.commune in self.communes)


def wishes(rule: Rule, gifts: Iterable[Gift]) -> dict[int, int]:
    """Gift id → cents the rule would add if there were enough for all; amounts of zero are left out.

    A fixed sum per person goes to her first gift; a gift of which nothing is left brings none.
    """
    found: dict[int, int] = {}
    seen: set[int] = set()
    for gift in sorted(gifts, key=lambda one: (one.at, one.id)):
        if gift.cents <= 0 or not rule.covers(gift):
            continue
        if rule.percent:
            cents = gift.cents * rule.percent // 100
        else:
            cents = 0 if gift.person in seen else rule.per_person_cents
            seen.add(gift.person)
        if rule.gift_cap_cents is not None:
            cents = min(cents, rule.gift_cap_cents)
        if cents > 0:
            found[gift.id] = cents
    return found


def share(wanted: Mapping[int, int], limit_cents: int) -> dict[int, int]:
    """Split what there is in proportion when it does not suffice, by largest remainder: the sum is exact.

    Equal remainders go to the smaller id. Amounts of zero are left out.
    """
    total = sum(wanted.values())
    if total <= limit_cents:
        return dict(wanted)
    if limit_cents <= 0:
        return {}
    found = {id: cents * limit_cents // total for id, cents in wanted.items()}
    left = limit_cents - sum(found.values())
    by_remainder = sorted(wanted, key=lambda id: (-(wanted[id] * limit_cents % total), id))
    for id in by_remainder[:left]:
        found[id] += 1
    return {id: cents for id, cents in found.items() if cents}


def matches(rule: Rule, gifts: Iterable[Gift], limit_cents: int) -> dict[int, int]:
    """Gift id → cents added, within the rule and the limit (what is left of cap and budget)."""
    return share(wishes(rule, gifts), limit_cents)
