"""What the page of proofs must never let anybody work out, whatever was given and went back: rules as properties."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from campaigns.ledger.told import Moved, Told, told
from campaigns.proof.privacy import Gift, decide

GIVERS = st.integers(0, 5)
ENOUGH = 3
"""Written again: the rule of docs/money.md (15), whatever the code says."""


@given(st.lists(st.tuples(GIVERS, st.booleans(), st.booleans()), max_size=9), st.sets(GIVERS, max_size=4))
def test_whatever_is_subtracted_at_least_three_gifts_are_left(
    made: list[tuple[int, bool, bool]], offline: set[int]
) -> None:
    """And they are three persons': one of them, who knows her own, does not learn another's."""
    gifts = [Gift(n, 1_000 + n, hidden, tipped, who) for n, (who, hidden, tipped) in enumerate(made)]
    said = decide(gifts, offline)
    hidden = {gift.id for gift in gifts if gift.hidden}
    assert hidden <= said.merged <= said.sealed

    def persons(ids: Iterable[int]) -> set[int | None]:
        return {made[id][0] for id in ids}

    assert {gift.id for gift in gifts if gift.tipped} <= said.sealed
    discreet = persons(hidden) | (offline if len(offline) < ENOUGH else set())
    others = persons(range(len(gifts))) - discreet
    if said.merged and not said.one_line:
        assert len(persons(said.merged) & others) >= min(2, len(others)), "always merged with two others"
    by_hand = set() if said.offline_apart else offline
    if (hidden or said.merged) and not said.one_line:
        assert len(persons(said.merged) | by_hand) >= ENOUGH
        assert len(persons(said.sealed) | by_hand) >= ENOUGH
    if offline and said.offline_apart:
        assert len(offline) >= ENOUGH
    if said.fees_shown:
        assert len(persons(range(len(gifts)))) >= ENOUGH
    if said.one_line:
        assert said.merged == said.sealed == {gift.id for gift in gifts}
        assert not said.offline_apart
        assert not said.fees_shown


@given(st.lists(st.tuples(GIVERS, st.integers(-500, 500), st.integers(-500, 500)), max_size=30))
def test_every_figure_that_moves_has_moved_by_three_persons(moves: list[tuple[int, int, int]]) -> None:
    """Whatever goes back, is held or comes back, in whatever order; and what is told in the end is what happened."""
    found, since = Told(), dict[int, int]()
    for who, left, held in moves:
        before = found.gone
        since[who] = since.get(who, 0) + left + held
        found.move(who, left, held)
        found.tell()
        moved = {one: cents for one, cents in since.items() if cents}
        if found.gone != before or len(moved) >= ENOUGH:
            assert len(moved) == ENOUGH
            assert found.gone - before == sum(moved.values())
            since.clear()
        assert found.waits is any(since.values())


MOVES = {
    "refund": (-100, 0), "dispute": (0, 50), "lost": (-50, -50), "won": (0, -50), "back": (100, 0),
    "bounced": (-2_000, 0),
}  # fmt: skip
"""What a movement does: cents of the fund, cents that a bank holds."""


@given(st.lists(st.tuples(GIVERS, st.sampled_from(sorted(MOVES)), st.booleans()), max_size=25), st.integers(12, 25))
def test_the_public_total_and_the_lines_of_the_proofs_are_one_sum(
    made: list[tuple[int, str, bool]], settled: int
) -> None:
    """Of each moment: what came in less what is told as gone is what the fund holds and what is not told.

    It moves by gifts of three persons, with what is added less for them, which is booked right after each.
    """
    moved = [Moved(n, "charge", f"pledge {n}", 1_000 + n, 0) for n in range(6)]
    moved += [Moved(6 + n, "offline_verified", f"offline {n}", 2_000 + n, 0) for n in range(6)]
    moved.append(Moved(12, "match_due", "agreement 1", 5_000, 0))
    givers = {(of, n): n % 4 for of in ("pledge", "offline") for n in range(6)}
    before, persons = sum(one.fund for one in moved), set[int]()
    for who, kind, less in made:
        position = moved[-1].position + 1
        memo = f"offline {who} bounced" if kind == "bounced" else f"pledge {who}"
        moved.append(Moved(position, kind, memo, *MOVES[kind]))
        if less:
            moved.append(Moved(position + 1, "match_reduced", "agreement 1", -10, 0))
        found = told(moved, givers, settled)
        public = sum(found.counted.values()) + found.matched - found.gone
        assert public == sum(one.fund for one in moved) + found.untold
        if position > settled or MOVES[kind][1]:  # what a bank held already was in no live total
            persons.add(who % 4)
        if position > settled:
            assert public == before or len(persons) >= ENOUGH
        persons = persons if public == before or position <= settled else set()
        before = public


@given(st.lists(st.tuples(GIVERS, st.booleans()), min_size=3, max_size=9), GIVERS)
def test_one_more_hidden_gift_brings_no_other_into_the_open(made: list[tuple[int, bool]], who: int) -> None:
    gifts = [Gift(n, 1_000, hidden, person=giver) for n, (giver, hidden) in enumerate(made)]
    before, after = decide(gifts), decide([*gifts, Gift(99, 1_000, hidden=True, person=who)])
    assert before.merged <= after.merged or before.one_line
