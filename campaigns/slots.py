"""Where the slices of money meet: parts of a campaign's page, tools of those who run it, parts of the treasurer's page.

Filled only in `app.py`, like `civic.slots`. Slices below put something in; `public` and `treasury` show it without
knowing who did.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from civic.slots import Panel, Slot

if TYPE_CHECKING:
    from campaigns.lifecycle.models import Campaign
    from civic.people.actor import Actor


@dataclass(slots=True, frozen=True)
class Step:
    """One line of the history; `who` is empty outside."""

    at: datetime
    text: str
    note: str = ""
    who: str = ""


@dataclass(slots=True, frozen=True)
class Tool:
    """A page that its lead, the team or the treasurer may open about a campaign: where, in which words, how urgent."""

    text: str
    href: str
    icon: str = ""
    detail: str = ""
    due_at: datetime | None = None
    order: int = 50
    guest: bool = False
    """For somebody who runs nothing here: it stands outside the tools of who does."""


@dataclass(slots=True, frozen=True)
class Thanked:
    """Somebody who gave by another road than a pledge and agreed to be named. `key`: one person, one key.

    It is negative for whoever is known by name only (`called`, folded): she may be a backer who bears that name.
    """

    name: str
    at: datetime
    key: int
    amount_hidden: bool = False
    settled: bool = False
    called: str = ""


@dataclass(slots=True, frozen=True)
class OtherWay:
    """Another way to make the gift of « Soutenir » than the payment page; `href` is empty when it is not possible.

    `detail` says what it means, or why it is not possible here and now.
    """

    text: str
    detail: str
    href: str = ""


campaign_panels: Slot[Callable[["Campaign"], Awaitable[list[Panel]]]] = Slot("campaign_panels")
"""Parts of a campaign's public page: below order 100 in the story, up to 110 before it, then cards after
it. The same for everybody."""
campaign_tools: Slot[Callable[["Campaign", "Actor"], Awaitable[list[Tool]]]] = Slot("campaign_tools")
"""What this person may do about a campaign besides giving; nothing for whoever neither leads nor supervises it."""
campaign_history: Slot[Callable[["Campaign"], Awaitable[list[Step]]]] = Slot("campaign_history")
"""What other slices did to a campaign that everybody may read: a minimum lowered, a matcher who joins."""
account_panels: Slot[Callable[["Campaign"], Awaitable[list[Panel]]]] = Slot("account_panels")
"""Parts of the page of an organisation's own payment account, the most urgent first."""
treasury_panels: Slot[Callable[["Actor"], Awaitable[list[Panel]]]] = Slot("treasury_panels")
"""Parts of the treasurer's page, the most urgent first."""
gives_otherwise: Slot[Callable[[int, int], Awaitable[bool]]] = Slot("gives_otherwise")
"""Whether a person (campaign id, person id) gives by another road than a pledge: people are counted once."""
thanked_otherwise: Slot[Callable[[int], Awaitable[list[Thanked]]]] = Slot("thanked_otherwise")
"""Who gave to a campaign by another road than a pledge and agreed to be named."""
gift_notes: Slot[Callable[["Campaign", int], Awaitable[list[str]]]] = Slot("gift_notes")
"""Sentences beside a gift of so many cents that is about to be made: what it would bring, as things stand now."""
asks_commune: Slot[Callable[["Campaign"], Awaitable[list[str]]]] = Slot("asks_commune")
"""Why a backer is asked where she lives, in sentences; she is not asked when there are none."""
other_ways: Slot[Callable[["Campaign"], Awaitable[list[OtherWay]]]] = Slot("other_ways")
"""How else one may give to a campaign, at the last step of a gift."""
promised_otherwise: Slot[Callable[[str], Awaitable[bool]]] = Slot("promised_otherwise")
"""Whether the gift of a form (its key) was announced by another road; asked under the campaign's lock."""
gift_moved: Slot[Callable[[int], Awaitable[object]]] = Slot("gift_moved")
"""A gift of a campaign (its id) went back, was contested or undone: what follows from it in the same transaction."""

ALL = (
    campaign_panels, campaign_tools, treasury_panels, gives_otherwise, thanked_otherwise, gift_notes, asks_commune,
    campaign_history, other_ways, account_panels, gift_moved, promised_otherwise,
)  # fmt: skip


def clear() -> None:
    """Empty every slot, so that a second application in one process (tests) starts afresh."""
    for slot in ALL:
        slot.clear()
