"""Where pages and reports meet: packages above hand in parts, pages below show them without knowing who made them.

Filled only in `app.py`, harmless when empty. Each slot is a typed list of functions; the common ground calls them.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from civic.api.kinds import Kind
    from civic.commitments.models import Commitment
    from civic.committees.models import Committee
    from civic.decisions.models import Decision
    from civic.ideas.models import Idea
    from civic.initiatives.models import Initiative
    from civic.meetings.models import Meeting
    from civic.organisations.models import Organisation
    from civic.people.actor import Actor
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
    """A point of an initiative's timeline or of the agenda; `place` says where people meet, if they do.

    On a timeline `about` names the sort of moment (`civic.initiatives.timeline.Sort`), else it follows from `kind`;
    `detail` is a sentence more.
    """

    at: datetime
    text: str
    href: str = ""
    kind: str = "voix"
    place: str = ""
    about: str = ""
    detail: str = ""


@dataclass(slots=True, frozen=True)
class Topic:
    """What is talked about, as one reader sees it: its kind and id, what it is called and where it stands.

    `answers`: this reader answers officially and closes the discussion; `who` names those who do, in a sentence.
    `silent` says why nothing more can be added, empty while it can; `ends_at` is when that will be so, if known.
    """

    kind: str
    id: int
    title: str
    href: str
    what: str
    who: str
    answers: bool = False
    silent: str = ""
    ends_at: datetime | None = None


@dataclass(slots=True, frozen=True)
class Discussed:
    """A kind of thing that is talked about, in the words of its address (« decision »).

    `topic` raises NotFound for who may not see it; `answering` are those who answer officially; `answered_by` tells
    for which of these ids a person does.
    """

    kind: str
    topic: Callable[[int, "Actor | None"], Awaitable[Topic]]
    answering: Callable[[int], Awaitable[list["Person"]]]
    answered_by: Callable[["Person", Sequence[int]], Awaitable[set[int]]]


@dataclass(slots=True, frozen=True)
class Writing:
    """What somebody wrote: its text, where it stands and within what (name, text); `version` grows when it changes.

    `hidden` is the reason for which the team hides it, empty while it does not.
    """

    id: int
    about: str
    text: str
    href: str
    version: int
    author: "Person | None" = None
    context: list[tuple[str, str]] = field(default_factory=list)
    hidden: str = ""


@dataclass(slots=True, frozen=True)
class Writings:
    """A kind of thing that people write and others may report, in the words of its address (« commentaire »).

    `find` answers those of these ids that still say something; `check` raises NotFound for who may not read one;
    `hide` (id, version that was read, reason) and `show_again` (id) work in the caller's transaction.
    """

    kind: str
    find: Callable[[Sequence[int]], Awaitable[dict[int, Writing]]]
    check: Callable[[int, "Actor | None"], Awaitable[None]]
    hide: Callable[[int, int, str], Awaitable[bool]]
    show_again: Callable[[int], Awaitable[None]]


discussed: Slot[Callable[[], Discussed]] = Slot("discussed")
"""Whatever is talked about (PRODUCT S7)."""
writings: Slot[Callable[[], Writings]] = Slot("writings")
"""Whatever people write and others may report (PRODUCT N9)."""
initiative_panels: Slot[Callable[["Initiative", "Person | None"], Awaitable[list[Panel]]]] = Slot("initiative_panels")
idea_panels: Slot[Callable[["Idea", "Person | None"], Awaitable[list[Panel]]]] = Slot("idea_panels")
organisation_panels: Slot[Callable[["Organisation"], Awaitable[list[Panel]]]] = Slot("organisation_panels")
committee_panels: Slot[Callable[["Committee", "Person | None"], Awaitable[list[Panel]]]] = Slot("committee_panels")
"""Parts of a committee's page: below order 100 in the main column, from 100 on in the narrow one."""
decision_panels: Slot[Callable[["Decision", "Person | None"], Awaitable[list[Panel]]]] = Slot("decision_panels")
"""Parts of a decision's page, placed like those of a committee's; from 90 on they come after the positions."""
commitment_panels: Slot[Callable[["Commitment", "Person | None"], Awaitable[list[Panel]]]] = Slot("commitment_panels")
"""Parts of a commitment's page, in its narrow column: what waits for it."""
decisions_followed: Slot[Callable[[Sequence[int]], Awaitable[dict[int, tuple[int, int]]]]] = Slot("decisions_followed")
"""How many commitments of these decisions (ids) are kept and how many are open."""
meeting_panels: Slot[Callable[["Meeting", "Person | None"], Awaitable[list[Panel]]]] = Slot("meeting_panels")
"""Parts of a meeting's page, above its agenda."""
item_results: Slot[Callable[["Meeting"], Awaitable[dict[int, list[str]]]]] = Slot("item_results")
"""What was voted at the points of a meeting (by id) otherwise than by a decision, in sentences, for its minutes."""
called_again: Slot[Callable[["Actor", "Meeting", "Meeting"], Awaitable[None]]] = Slot("called_again")
"""What a second call takes over from the first, in the transaction that makes it."""
item_rules: Slot[Callable[["Meeting"], Awaitable[dict[int, str]]]] = Slot("item_rules")
"""How the points of a meeting (by id) are voted that have a vote of their own, in a sentence."""
item_outcomes: Slot[Callable[["Meeting"], Awaitable[dict[int, list[str]]]]] = Slot("item_outcomes")
"""What came out at the points of a meeting (by id), for the wall of the room: the result, then its figures."""
initiative_timeline: Slot[Callable[["Initiative"], Awaitable[list[Moment]]]] = Slot("initiative_timeline")
person_panels: Slot[Callable[["Person"], Awaitable[list[Panel]]]] = Slot("person_panels")
"""Parts of « Mon espace », below what one gave."""
person_todos: Slot[Callable[["Person"], Awaitable[list[Todo]]]] = Slot("person_todos")
person_given: Slot[Callable[["Person"], Awaitable[list[Given]]]] = Slot("person_given")
body_questions: Slot[Callable[[], Awaitable[list[Moment]]]] = Slot("body_questions")
"""What the bodies of the network are deciding now, for the list of committees; `place` is the body's name."""
gift_discretion: Slot[Callable[["Person", int], Awaitable[bool | None]]] = Slot("gift_discretion")
"""Whether all that this person gave to an initiative (by id) was given anonymously; None when nothing says."""
secret_links: Slot[Callable[["Person"], Awaitable[list[tuple[str, str]]]]] = Slot("secret_links")
personal_data: Slot[Callable[["Person"], Awaitable[dict[str, list[dict[str, Any]]]]]] = Slot("personal_data")
"""All that a package keeps about a person, by kind, for her to take away (PRODUCT A5)."""
erasures: Slot[Callable[["Person"], Awaitable[None]]] = Slot("erasures")
"""What a package blanks or deletes when a person has her data erased; each may be repeated (PRODUCT A5)."""
letter_papers: Slot[Callable[[str], Awaitable[tuple[str, bytes] | None]]] = Slot("letter_papers")
"""PDF files that go along with a mail, from what names them in it: file name and content, None for others' papers."""
desk_todos: Slot[Callable[["Person"], Awaitable[list[Todo]]]] = Slot("desk_todos")
team_reports: Slot[Callable[[], Awaitable[list[tuple[str, str]]]]] = Slot("team_reports")
"""Yearly reports that the team and the treasurer look for, on « Pupitre » and « Trésorerie »: words and address."""
agenda: Slot[Callable[[], Awaitable[list[Moment]]]] = Slot("agenda")
home_ways: Slot[Callable[[], Awaitable[list[Way]]]] = Slot("home_ways")
figures: Slot[Callable[[], Awaitable[list[Figure]]]] = Slot("figures")
open_data: Slot[Callable[[], Sequence["Kind"]]] = Slot("open_data")
"""What a package gives to open data, feeds and the sitemap (PRODUCT D9)."""
verifications: Slot[Callable[[], Awaitable[list[str]]]] = Slot("verifications")

ALL: tuple[Slot[Any], ...] = (
    discussed, writings, initiative_panels, idea_panels, organisation_panels, committee_panels, decision_panels,
    decisions_followed, commitment_panels, meeting_panels, item_results, item_rules, item_outcomes, called_again,
    initiative_timeline, person_todos, person_given,
    person_panels, body_questions, gift_discretion, secret_links, personal_data, erasures, desk_todos, team_reports,
    agenda, home_ways, figures, open_data, verifications, letter_papers,
)


def clear() -> None:
    """Empty every slot, so that a second application in one process (tests) starts afresh."""
    for slot in ALL:
        slot.clear()
