"""Which months of a monthly support may be told, alone or together (docs/money.md, invariant 15). Pure.

Every monthly gift is hidden. A month stands alone once it is over, when at least three persons gave in it and it
differs from whatever was told before by nobody, or by at least three of them: two sums side by side would tell what a
single newcomer gives. Otherwise it is told together with the months after it, over the end of a year too.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date

from campaigns.ledger.told import ENOUGH

UNKNOWN = "unknown"
"""Whose money nobody can tell: all of it may be one person's."""


@dataclass(slots=True, frozen=True)
class Movement:
    """One entry: its month (the first day), cents that came in (negative: went back), fees, what was spent.

    `who` is the person whose money it is, `UNKNOWN` for whoever that may be; nothing for what is no gift. `apart` is
    False when its fees would tell a single gift: one given back, or a fee that came later than its charge.
    """

    month: date
    received: int = 0
    fees: int = 0
    spent: int = 0
    who: Hashable = None
    apart: bool = True


@dataclass(slots=True, frozen=True)
class Period:
    """Months told together, in cents; `fees` is None when they are already out of `received`. `left` runs on."""

    first: date
    last: date
    received: int
    fees: int | None
    spent: int
    left: int


@dataclass(slots=True)
class _Sum:
    """Months that wait to be told; `givers` are cents by person."""

    first: date
    givers: Counter[Hashable]
    received: int = 0
    fees: int = 0
    spent: int = 0
    apart: bool = True

    def add(self, one: Movement) -> None:
        if one.who is not None:
            self.givers[one.who] += one.received
        self.received += one.received
        self.fees += one.fees
        self.spent += one.spent
        self.apart = self.apart and one.apart

    def told(self, last: date, before: int) -> Period:
        left = before + self.received - self.fees - self.spent
        if self.apart:
            return Period(self.first, last, self.received, self.fees, self.spent, left)
        return Period(self.first, last, self.received - self.fees, None, self.spent, left)


def tell(movements: Sequence[Movement], present: date) -> tuple[list[Period], date | None]:
    """The periods that may be told, the oldest first, and the first month that may not be told yet (None: all are).

    `present` is today: the month under way is never told. Later entries change no period that was told before, as long
    as each belongs to a month that is not over when it is booked.
    """
    if not movements:
        return [], None
    found: list[Period] = []
    month = min(one.month for one in movements if one.who is not None or one.received or one.fees or one.spent)
    waiting, told = _Sum(month, Counter()), list[Counter[Hashable]]()
    while month < present.replace(day=1):
        for one in movements:
            if one.month == month:
                waiting.add(one)
        if _may_be_told(waiting.givers, told):
            found.append(waiting.told(month, found[-1].left if found else 0))
            told.append(waiting.givers)
            waiting = _Sum(following(month), Counter())
        month = following(month)
    return found, waiting.first if waiting.first <= month else None


def following(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _may_be_told(givers: Counter[Hashable], told: Sequence[Counter[Hashable]]) -> bool:
    if sum(1 for cents in givers.values() if cents > 0) < ENOUGH:
        return False
    return all(changed == 0 or changed >= ENOUGH for changed in (_changed(givers, before) for before in told))


def _changed(now: Counter[Hashable], before: Counter[Hashable]) -> int:
    """How many persons differ, whatever the number of months on both sides: each is set against multiples."""
    everybody = set(now) | set(before)
    scales = {(now[one], before[one]) for one in everybody if now[one] and before[one]} or {(1, 1)}
    return min(
        sum(1 for one in everybody if now[one] * cents_before != before[one] * cents_now)
        for cents_now, cents_before in scales
    )
