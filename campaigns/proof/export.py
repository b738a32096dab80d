"""The public export: one JSON object a line, the first about the whole, then each entry, open or sealed."""

import json
from collections.abc import Iterator

from campaigns.ledger.chain import seal_of
from campaigns.ledger.queries import Booked
from campaigns.money import CURRENCY
from campaigns.proof.accounts import Books

FORMAT = "civic-proof-1"


def lines(books: Books) -> Iterator[str]:
    """The export of a campaign's accounts: opaque ids, moments, amounts in cents; never personal data."""
    yield _line({
        "format": FORMAT, "campaign": books.campaign.id, "currency": CURRENCY, "entries": len(books.entries),
        "head": books.head,
    })  # fmt: skip
    open_entries = books.open_entries()
    for entry in books.entries:
        yield _line(_entry(entry, is_open=entry.id in open_entries))


def _entry(entry: Booked, *, is_open: bool) -> dict[str, object]:
    link = entry.link
    chained: dict[str, object] = {
        "n": link.position, "prev": entry.prev_hash, "seal": seal_of(link, entry.salt), "hash": entry.hash,
    }  # fmt: skip
    if not is_open:
        return chained
    return chained | {
        "salt": entry.salt, "campaign": link.campaign_id, "kind": link.kind, "source_type": link.source_type,
        "source_id": link.source_id, "at": link.occurred_at, "postings": sorted(map(list, link.postings)),
    }  # fmt: skip


def _line(content: dict[str, object]) -> str:
    return json.dumps(content, ensure_ascii=True, separators=(",", ":")) + "\n"
