"""The quorum: a table of cases, and a state machine that comes, leaves, comes back and carries proxies."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from civic.meetings.quorum import Place, Quorum, Step, carried, count, turns

SIX = datetime(2026, 11, 23, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("places", "percent", "expected"),
    [
        ([], 50, Quorum(0, 0, 0, 1)),
        ([Place(1, 1)], 50, Quorum(1, 0, 0, 1)),
        ([Place(1, 1, here=1), Place(2, 2), Place(3, 3)], 50, Quorum(3, 1, 0, 2)),
        ([Place(1, 1, here=1), Place(2, 2, holder=1), Place(3, 3)], 50, Quorum(3, 1, 1, 2)),
        ([Place(1, 1), Place(2, 2, holder=1)], 50, Quorum(2, 0, 0, 1)),
        ([Place(1, 1, here=9), Place(2, 2, holder=1)], 50, Quorum(2, 1, 0, 1)),
        ([Place(1, 1, here=1), Place(2, 2, here=2, holder=1)], 50, Quorum(2, 2, 0, 1)),
        ([Place(1, 1, here=1), Place(2, 2, here=2, counts=False)], 100, Quorum(1, 1, 0, 1)),
        ([Place(1, 1, here=1, counts=False), Place(2, 2, holder=1)], 50, Quorum(1, 0, 0, 1)),
    ],
    ids=["nobody", "alone-absent", "one-of-three", "proxy", "holder-absent", "holders-substitute", "giver-came",
         "guest", "guest-carries-nothing"],
)  # fmt: skip
def test_who_counts(places: list[Place], percent: int, expected: Quorum) -> None:
    assert count(places, percent) == expected


def test_the_hours_at_which_the_quorum_comes_and_goes() -> None:
    places = [Place(1, 1), Place(2, 2), Place(3, 3, holder=2)]
    at = [SIX + timedelta(minutes=n) for n in range(-20, 60)]
    steps = [Step(1, at[5], 1), Step(2, at[30], 2), Step(2, at[50], None), Step(2, at[70], 2)]
    found = turns(places, steps, 60, SIX)
    assert [(turn.at, turn.reached, turn.counted) for turn in found] == [
        (SIX, False, 1), (at[30], True, 3), (at[50], False, 1), (at[70], True, 3),
    ]  # fmt: skip


def test_a_quorum_there_at_the_opening_is_said_at_the_opening() -> None:
    steps = [Step(1, SIX - timedelta(minutes=5), 1)]
    assert turns([Place(1, 1)], steps, 50, SIX)[0].at == SIX


PEOPLE = st.integers(1, 6)


class Doors(RuleBasedStateMachine):
    """Six places; the last one is a guest's. The model counts by hand what the rule says in words."""

    def __init__(self) -> None:
        super().__init__()
        self.here: dict[int, int] = {}
        self.holder: dict[int, int] = {}
        self.steps: list[Step] = []
        self.minute = 0

    def _places(self) -> list[Place]:
        return [
            Place(n, n, here=self.here.get(n), holder=self.holder.get(n), counts=n != 6) for n in range(1, 7)
        ]

    def _step(self, place: int, who: int | None) -> None:
        self.minute += 1
        self.steps.append(Step(place, SIX + timedelta(minutes=self.minute), who))

    @rule(place=PEOPLE, substitute=st.booleans())
    def arrive(self, place: int, substitute: bool) -> None:
        who = place + 100 if substitute else place
        self.here[place] = who
        self._step(place, who)

    @rule(place=PEOPLE)
    def leave(self, place: int) -> None:
        if self.here.pop(place, None):
            self._step(place, None)

    @rule(giver=PEOPLE, holder=PEOPLE)
    def give(self, giver: int, holder: int) -> None:
        if giver != holder and 6 not in (giver, holder):
            self.holder[giver] = holder

    @rule(giver=PEOPLE)
    def take_back(self, giver: int) -> None:
        self.holder.pop(giver, None)

    @invariant()
    def counted_as_the_rule_says(self) -> None:
        found = count(self._places(), 50)
        present = {n for n in self.here if n != 6}
        spoken = {g for g, h in self.holder.items() if g not in self.here and self.here.get(h) == h}
        assert (found.expected, found.present, found.represented) == (5, len(present), len(spoken))
        assert carried(self._places()) == spoken
        assert found.needed == 3
        assert found.reached == (len(present) + len(spoken) >= 3)
        assert found.counted <= found.expected

    @invariant()
    def the_last_turn_is_how_it_stands(self) -> None:
        found = turns(self._places(), self.steps, 50, SIX)
        assert found[-1].reached == count(self._places(), 50).reached
        assert all(one.reached != two.reached for one, two in itertools.pairwise(found))


TestDoors = Doors.TestCase
TestDoors.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
