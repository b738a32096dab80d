"""What public totals count once a campaign is settled: what leaves it is told by three persons at a time. Pure.

From then on figures stand still, so whoever reads a page before and after one refund reads one gift in the difference
(docs/decisions/0014). What went back, what a bank holds, a cheque that bounced wait alike, and count as if they had not
happened, until gifts of three persons have moved since it was told last; what a commune adds less goes with them. A
contested gift that is lost moves nothing: it was held, now it is gone. It goes by the order of the entries alone, so
that the campaign's total, its page of proofs and `civic verify` say the same.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

ENOUGH = 3
"""A sum of gifts of so many persons tells nothing about one of them."""
Of = tuple[str, int]
"""Whose movement it is: `("pledge", 12)` or `("offline", 5)`."""
UNKNOWN: Of = ("offline", 0)
MATCH = frozenset({"match_due", "match_reduced"})
_OF = re.compile(r"(pledge|offline) (\d+)\b")


@dataclass(slots=True, frozen=True)
class Moved:
    """What one entry did, in cents: came into the campaign's fund (negative: left it), is held by a bank."""

    position: int
    kind: str
    memo: str
    fund: int
    held: int

    @property
    def of(self) -> Of:
        """The gift it is about, as its memo names it."""
        found = _OF.match(self.memo)
        return (found[1], int(found[2])) if found else UNKNOWN


@dataclass(slots=True)
class Told:
    """In cents: what each gift counts for, what is added to them, what left the fund, what is told as gone or held.

    `waiting`: what is not told yet, by person, `moved` the gifts it is about; `match_waits`: what is added less for
    them, which follows right after. `upto`: the position of the last gift that moved before something was told last.
    """

    counted: dict[Of, int] = field(default_factory=lambda: defaultdict(int))
    matched: int = 0
    left: int = 0
    gone: int = 0
    waiting: dict[Hashable, int] = field(default_factory=dict)
    moved: set[Of] = field(default_factory=set)
    match_waits: int = 0
    upto: int | None = None

    @property
    def untold(self) -> int:
        """What public totals count more than the fund holds; less, while banks hold what is told."""
        return self.left - self.gone

    @property
    def waits(self) -> bool:
        """Something is not told yet."""
        return bool(self.waiting or self.match_waits)

    def move(self, who: Hashable, left: int, held: int = 0) -> None:
        """So much more of a person's gifts left or is held."""
        self.left += left
        after = self.waiting.pop(who, 0) + left + held
        if after:
            self.waiting[who] = after

    def tell(self, enough: int = ENOUGH, last: int = 0) -> None:
        """All that waits is told once it is `enough` persons'; 0: never. `last`: the position of the last of it."""
        if enough and len(self.waiting) >= enough:
            self.stay(last)

    def stay(self, upto: int) -> None:
        """All of this was told, whoever's it is called today."""
        self.gone += sum(self.waiting.values()) + self.match_waits
        self.waiting.clear()
        self.moved.clear()
        self.match_waits, self.upto = 0, upto


def told(
    movements: Iterable[Moved], givers: Mapping[Of, Hashable], settled: int | None, *, upto: int | None = None,
    enough: int = ENOUGH,
) -> Told:  # fmt: skip
    """What may be told of these movements; `givers`: whose each gift is, and all that are not known are one person's.

    `settled` is the position of the last entry before totals stood still (None: they do not, nothing waits); until
    then whatever leaves is out at once, as the live total said. A gift that comes in for the first time counts at once.
    A bank holds at most what is left of a gift: the rest of it is a tip's. `enough` 0: nothing is told.
    `upto`: up to this gift all was told already, and stays so: names and accounts change, and a sum that was told of
    other persons than before would tell one of them by the difference.
    """
    found = Told()
    left, contested, shares = defaultdict[Of, int](int), defaultdict[Of, int](int), defaultdict[Of, int](int)
    still, last, known = False, 0, upto
    for one in movements:
        if one.kind in MATCH:
            _match(found, one.fund, still=settled is not None and one.position > settled)
            continue
        if known is not None and one.position > known:
            found.stay(known)
            known = None
        elif still and known is None:
            found.tell(enough, last)
        still, of, last = settled is not None and one.position > settled, one.of, one.position
        again = one.fund < 0 or (of in left and of != UNKNOWN)
        left[of] += one.fund
        contested[of] += one.held
        share = max(0, min(contested[of], left[of]))
        if not (still and again):
            found.counted[of] += one.fund
        gone = -one.fund if still and again else 0
        if gone or share != shares[of]:
            found.move(givers.get(of), gone, share - shares[of])
            found.moved.add(of)
            shares[of] = share
    if known is not None:
        found.stay(known)
    elif still:
        found.tell(enough, last)
    return found


def _match(found: Told, cents: int, *, still: bool) -> None:
    if still and cents < 0:
        found.left -= cents
        found.match_waits -= cents
    else:
        found.matched += cents
