"""The hash chain of a campaign's entries: pure, so that anybody can check the public export offline (PRODUCT C5).

Only opaque ids, moments and amounts are hashed: erasing a person never breaks the chain.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

GENESIS = "0" * 64


@dataclass(slots=True, frozen=True)
class Link:
    """What an entry's hash covers. `occurred_at` in Unix seconds; postings are (account key, cents), any order."""

    campaign_id: int | None
    position: int
    kind: str
    source_type: str
    source_id: str
    occurred_at: int
    postings: tuple[tuple[str, int], ...]


def hash_of(link: Link, prev_hash: str) -> str:
    """SHA-256, in hexadecimal, of the previous hash and this entry as compact JSON."""
    content = [
        prev_hash, link.campaign_id, link.position, link.kind, link.source_type, link.source_id, link.occurred_at,
        sorted([account, cents] for account, cents in link.postings),
    ]  # fmt: skip
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def first_break(links: Iterable[tuple[Link, str, str]]) -> int | None:
    """The position of the first entry that does not fit, None when the chain is whole.

    Takes (what is hashed, its prev_hash, its hash) in the order of the positions.
    """
    previous = GENESIS
    for expected, (link, prev_hash, own_hash) in enumerate(links, start=1):
        if link.position != expected or prev_hash != previous or own_hash != hash_of(link, prev_hash):
            return expected
        previous = own_hash
    return None
