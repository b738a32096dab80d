"""The accounts of the campaigns that are looked at, kept in memory: exactly what would be read again, or not used.

Adding up and checking five thousand entries costs half a second of a processor. It is done once for each version of
the database (docs/decisions/0008-pages-from-memory.md), whatever the addresses say behind the question mark, and one
at a time: who asks meanwhile waits for it. Any commit, of any process, makes it anew from the rows, whole chain
included: nothing is believed because it was right a moment ago.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from campaigns.ledger.told import ENOUGH
from campaigns.lifecycle.models import Campaign
from campaigns.pledges.queries import supporters
from campaigns.proof import export
from campaigns.proof.accounts import Books, books_of
from civic import database
from civic.places.folding import fold

MOST_NAMES, MOST_ENTRIES = 1_000, 20_000


@dataclass(slots=True)
class Kept:
    """Of one campaign at one version of the database: its accounts, who agreed to be named, its export once asked."""

    version: str
    books: Books
    names: list[str]
    text: str = ""


class _Memory:
    """What is kept of the database that is open; of another one nothing (tests open one after the other)."""

    def __init__(self) -> None:
        self.opened = -1
        self.known: OrderedDict[int, Kept] = OrderedDict()
        self.one_at_a_time = asyncio.Lock()

    def turn(self) -> asyncio.Lock:
        """The lock of whoever reads accounts now."""
        if self.opened != database.opened():
            self.opened, self.one_at_a_time = database.opened(), asyncio.Lock()
            self.known.clear()
        return self.one_at_a_time


_memory = _Memory()


async def of(campaign: Campaign) -> Kept:
    """The accounts of a campaign as they stand now."""
    async with _memory.turn():
        return await _of(campaign.id)


async def export_of(campaign: Campaign) -> str:
    """Its public export, written beside the event loop."""
    async with _memory.turn():
        found = await _of(campaign.id)
        found.text = found.text or await asyncio.to_thread(lambda: "".join(export.lines(found.books)))
        return found.text


async def _of(campaign_id: int) -> Kept:
    version = await database.version()
    found = _memory.known.pop(campaign_id, None)
    if found is None or found.version != version:
        found = await _read(campaign_id, version)
    _memory.known[campaign_id] = found
    while len(_memory.known) > 1 and sum(len(one.books.entries) for one in _memory.known.values()) > MOST_ENTRIES:
        _memory.known.popitem(last=False)
    return found


async def _read(campaign_id: int, version: str) -> Kept:
    """Read it all after its version: what is committed meanwhile makes it old, never the other way."""
    campaign = await Campaign.get(id=campaign_id).select_related("initiative")
    books = await books_of(campaign)
    return Kept(version, books, await _names(books))


async def _names(books: Books) -> list[str]:
    """Who agreed to be named, by alphabet; nobody while the amounts are those of one or two persons."""
    if not books.final or len({gift.giver for gift in books.gifts}) < ENOUGH:
        return []
    return sorted(await supporters(books.campaign.id, MOST_NAMES), key=fold)
