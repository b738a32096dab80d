"""Who counts towards the quorum, now and hour by hour: pure, so that every rule stands in one place (S3).

A place counts when its holder, or her substitute, is here; a proxy counts only while who carries it is here. Guests
never count. The quorum is a share of those expected, rounded up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from civic.counting.rules import quorum_needed


@dataclass(slots=True, frozen=True)
class Place:
    """One line of the sheet: `here` is who sits there now (None: nobody), `holder` carries its proxy since `since`."""

    id: int
    person: int
    here: int | None = None
    holder: int | None = None
    counts: bool = True
    since: datetime | None = None

    def at(self, moment: datetime) -> "Place":
        """The same as it stood then: a proxy given later was not carried yet."""
        return self if self.since is None or self.since <= moment else replace(self, holder=None)


@dataclass(slots=True, frozen=True)
class Quorum:
    """How many are expected, present, represented, and how many are needed."""

    expected: int
    present: int
    represented: int
    needed: int

    @property
    def counted(self) -> int:
        """Present or represented."""
        return self.present + self.represented

    @property
    def reached(self) -> bool:
        """The meeting may decide."""
        return self.counted >= self.needed

    @property
    def missing(self) -> int:
        """How many more it takes."""
        return max(0, self.needed - self.counted)


@dataclass(slots=True, frozen=True)
class Step:
    """Somebody came in (`here` is who) or left (None) at a place."""

    place: int
    at: datetime
    here: int | None


@dataclass(slots=True, frozen=True)
class Turn:
    """From `at` on the quorum was reached, or was not."""

    at: datetime
    reached: bool
    counted: int


def carried(places: Iterable[Place]) -> set[int]:
    """Ids of the places that are represented: nobody sits there, and who carries the proxy is here."""
    known = [place for place in places if place.counts]
    here = {place.here for place in known if place.here is not None}
    return {place.id for place in known if place.here is None and place.holder in here}


def count(places: Sequence[Place], percent: int) -> Quorum:
    """The quorum of this moment; `percent` of those expected."""
    known = [place for place in places if place.counts]
    present = sum(place.here is not None for place in known)
    return Quorum(len(known), present, len(carried(known)), quorum_needed(len(known), percent))


def turns(places: Sequence[Place], steps: Sequence[Step], percent: int, opened_at: datetime) -> list[Turn]:
    """When the quorum was reached and lost, from the opening on; the first turn is how it stood then."""
    sheet = {place.id: replace(place, here=None) for place in places}
    found: list[Turn] = []
    for step in sorted((one for one in steps if one.place in sheet), key=lambda one: one.at):
        if step.at > opened_at and not found:
            _note(found, sheet.values(), percent, opened_at)
        sheet[step.place] = replace(sheet[step.place], here=step.here)
        if step.at > opened_at:
            _note(found, sheet.values(), percent, step.at)
    if not found:
        _note(found, sheet.values(), percent, opened_at)
    return found


def _note(found: list[Turn], places: Iterable[Place], percent: int, at: datetime) -> None:
    now = count([place.at(at) for place in places], percent)
    if not found or found[-1].reached != now.reached:
        found.append(Turn(at, now.reached, now.counted))
