"""Where pages and reports meet: packages above hand in parts, pages below show them without knowing who made them.

Filled only in `app.py`, harmless when empty. Each slot is a typed list of functions; the common ground calls them.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from civic.committees.models import Committee
    from civic.initiatives.models import Initiative
    from civic.organisations.models import Organisation
    from civic.people.models import Person

Filler = TypeVar("Filler")


class Slot(Generic[Filler]):
    """A named list of functions. `fill` adds one, `clear` empties it (tests), iteration walks them in order."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._fillers: list[Filler] = []

    def fill(self, *fillers: Filler) -> None:
        """Add functions to the slot; a function already there is not added twice."""
        self._fillers.extend(filler for filler in fillers if filler not in self._fillers)

    def clear(self) -> None:
        """Empty the slot."""
        self._fillers.clear()

    def __iter__(self) -> Iterator[Filler]:
        return iter(self._fillers)


@dataclass(slots=True, frozen=True)
class Panel:
    """A part of a page: `template` names a partial that is rendered with `context`; lower `order` comes first."""

    template: str
    context: dict[str, Any]
    order: int = 50


@dataclass(slots=True, frozen=True)
class Todo:
    """What awaits someone: one sentence, where to do it, until when; `kind` is voix, temps, argent or chose.

    `due_at` is the last moment to do it, or the hour of an `appointment`.
    """

    text: str
    href: str
    kind: str
    due_at: datetime | None = None
    detail: str = ""
    appointment: bool = False


@dataclass(slots=True, frozen=True)
class Given:
    """Something a person gave, for « Mon espace »: voice, time, money or a thing, with the words to say it."""

    text: str
    href: str
    kind: str
    at: datetime
    detail: str = ""


@dataclass(slots=True, frozen=True)
class Figure:
    """A figure with its definition, for the home page and reports. `value` is already formatted."""

    value: str
    label: str
    definition: str
    order: int = 50


@dataclass(slots=True, frozen=True)
class Way:
    """What one can do this week in one of the four ways: `items` are (title, detail, href)."""

    kind: str
    summary: str
    items: list[tuple[str, str, str]] = field(default_factory=list)
    order: int = 50


@dataclass(slots=True, frozen=True)
class Moment:
    """A point of an initiative's timeline or of the agenda; `place` says where people meet, if they do."""

    at: datetime
    text: str
    href: str = ""
    kind: str = "voix"
    place: str = ""


initiative_panels: Slot[Callable[["Initiative", "Person | None"], Awaitable[list[Panel]]]] = Slot("initiative_panels")
organisation_panels: Slot[Callable[["Organisation"], Awaitable[list[Panel]]]] = Slot("organisation_panels")
committee_panels: Slot[Callable[["Committee", "Person | None"], Awaitable[list[Panel]]]] = Slot("committee_panels")
"""Parts of a committee's page: below order 100 in the main column, from 100 on in the narrow one."""
initiative_timeline: Slot[Callable[["Initiative"], Awaitable[list[Moment]]]] = Slot("initiative_timeline")
person_panels: Slot[Callable[["Person"], Awaitable[list[Panel]]]] = Slot("person_panels")
"""Parts of « Mon espace », below what one gave."""
person_todos: Slot[Callable[["Person"], Awaitable[list[Todo]]]] = Slot("person_todos")
person_given: Slot[Callable[["Person"], Awaitable[list[Given]]]] = Slot("person_given")
secret_links: Slot[Callable[["Person"], Awaitable[list[tuple[str, str]]]]] = Slot("secret_links")
personal_data: Slot[Callable[["Person"], Awaitable[dict[str, list[dict[str, Any]]]]]] = Slot("personal_data")
"""All that a package keeps about a person, by kind, for her to take away (PRODUCT A5)."""
erasures: Slot[Callable[["Person"], Awaitable[None]]] = Slot("erasures")
"""What a package blanks or deletes when a person has her data erased; each may be repeated (PRODUCT A5)."""
desk_todos: Slot[Callable[["Person"], Awaitable[list[Todo]]]] = Slot("desk_todos")
agenda: Slot[Callable[[], Awaitable[list[Moment]]]] = Slot("agenda")
home_ways: Slot[Callable[[], Awaitable[list[Way]]]] = Slot("home_ways")
figures: Slot[Callable[[], Awaitable[list[Figure]]]] = Slot("figures")
verifications: Slot[Callable[[], Awaitable[list[str]]]] = Slot("verifications")

ALL: tuple[Slot[Any], ...] = (
    initiative_panels, organisation_panels, committee_panels, initiative_timeline, person_todos, person_given,
    person_panels, secret_links, personal_data, erasures, desk_todos, agenda, home_ways, figures, verifications,
)


def clear() -> None:
    """Empty every slot, so that a second application in one process (tests) starts afresh."""
    for slot in ALL:
        slot.clear()
