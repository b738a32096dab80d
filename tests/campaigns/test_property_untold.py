"""Invariant 15: whatever leaves a settled campaign, two totals read in turn differ by three persons' gifts or by nothing."""

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import example as known
from hypothesis import given
from hypothesis import strategies as st

from campaigns.ledger.told import Moved, told
from tests.campaigns.model.worlds import lives

PLACE = 10**6
"""Each person's cents stand at a place of her own, so that a sum says whose gifts are in it."""
PERSONS = 5
GIFTS = [(person, kind) for person in range(PERSONS) for kind in ("pledge", "offline")]
VERBS = ("a part", "the rest", "contest", "win", "lose", "bounce", "arrive again")
acts = st.tuples(st.sampled_from(VERBS), st.integers(0, len(GIFTS) - 1))


@dataclass
class Books:
    """Two gifts of each person, matched by a half; what leaves is a whole transaction: the gift, then its match."""

    matched: bool
    rows: list[Moved] = field(default_factory=list)
    left: dict[int, int] = field(default_factory=dict)
    contested: set[int] = field(default_factory=set)
    reads: list[int] = field(default_factory=list)
    settled: int = 0

    def open(self) -> None:
        for number, (person, _kind) in enumerate(GIFTS):
            self.left[number] = (200 + 20 * number) * PLACE**person
            self.move(number, self.left[number])
        if self.matched:
            self.move(-1, sum(self.left.values()) // 2)
        self.settled = len(self.rows)
        self.read()

    def move(self, number: int, fund: int, held: int = 0) -> None:
        memo = f"{GIFTS[number][1]} {number + 1}" if number >= 0 else "agreement 1"
        kind = "moved" if number >= 0 else "match_due" if fund > 0 else "match_reduced"
        self.rows.append(Moved(len(self.rows) + 1, kind, memo, fund, held))

    def leaves(self, number: int, cents: int, held: int = 0) -> None:
        self.left[number] -= cents
        self.move(number, -cents, held)
        if self.matched:
            self.move(-1, -(cents // 2))

    def do(self, verb: str, number: int) -> None:
        """What cannot happen to this gift now does not."""
        cents, by_hand, held = self.left[number], GIFTS[number][1] == "offline", number in self.contested
        if verb in ("a part", "the rest") and cents and not by_hand and not held:
            self.leaves(number, cents if verb == "the rest" else cents // 4)
        elif verb == "contest" and cents and not by_hand and not held:
            self.contested.add(number)
            self.move(number, 0, cents)
        elif verb in ("win", "lose") and held:
            self.contested.remove(number)
            if verb == "win":
                self.move(number, 0, -cents)
            else:
                self.leaves(number, cents, -cents)
        elif verb == "bounce" and by_hand and cents:
            self.leaves(number, cents)
        elif verb == "arrive again" and by_hand and not cents:
            self.left[number] = (200 + 20 * number) * PLACE ** GIFTS[number][0]
            self.move(number, self.left[number])
        self.read()

    def read(self) -> None:
        """The public total as anybody reads it now."""
        givers = {(kind, number + 1): person for number, (person, kind) in enumerate(GIFTS)}
        found = told(self.rows, givers, self.settled)
        self.reads.append(sum(found.counted.values()) + found.matched - found.gone)


def persons_in(cents: int) -> int:
    """How many persons' gifts such a difference is made of."""
    found = 0
    for _person in range(PERSONS):
        cents, hers = divmod(cents + PLACE // 2, PLACE)
        found += hers != PLACE // 2
    return found


@lives(60)
@given(st.booleans(), st.lists(acts, min_size=3, max_size=25))
@known(True, [("contest", 0), ("lose", 0), ("bounce", 1), ("bounce", 3), ("a part", 2), ("the rest", 4)])
@known(False, [("contest", 8), ("win", 8), ("the rest", 0), ("the rest", 2)])
@known(True, [("the rest", 0), ("the rest", 2), ("bounce", 5), ("arrive again", 5), ("a part", 6), ("contest", 8), ("win", 8)])
def test_whatever_leaves_two_totals_read_in_turn_differ_by_three_persons_or_by_nothing(
    matched: bool, done: list[tuple[str, int]]
) -> None:
    books = Books(matched)
    books.open()
    for verb, number in done:
        books.do(verb, number)
    steps = [after - before for before, after in pairwise(books.reads)]
    assert all(persons_in(step) >= 3 for step in steps if step), steps
    gone = len({person for number, (person, _kind) in enumerate(GIFTS) if not books.left[number]})
    assert gone < 3 or any(steps), "three persons' gifts are gone and nobody was told"
