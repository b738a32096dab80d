"""The hash chain of a campaign's entries: pure, so that anybody can check the public export offline (PRODUCT C5).

Only opaque ids, moments and amounts are hashed: erasing a person never breaks the chain. An entry is first *sealed*,
with a salt of its own; the chain covers the seals. So the export can leave out what an entry says (an amount that
somebody hides) and the chain is still checked through it: without its salt, nobody guesses a seal's amounts.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

GENESIS = "0" * 64


@dataclass(slots=True, frozen=True)
class Link:
    """What an entry's seal covers. `occurred_at` in Unix seconds; postings are (account key, cents), any order."""

    campaign_id: int | None
    position: int
    kind: str
    source_type: str
    source_id: str
    occurred_at: int
    postings: tuple[tuple[str, int], ...]


def seal_of(link: Link, salt: str) -> str:
    """SHA-256, in hexadecimal, of the salt and this entry as compact JSON."""
    return _digest([
        salt, link.campaign_id, link.position, link.kind, link.source_type, link.source_id, link.occurred_at,
        sorted([account, cents] for account, cents in link.postings),
    ])  # fmt: skip


def hash_of(seal: str, position: int, prev_hash: str) -> str:
    """SHA-256, in hexadecimal, of the previous hash, the entry's place and its seal as compact JSON."""
    return _digest([prev_hash, position, seal])


def first_break(links: Iterable[tuple[Link, str, str, str]]) -> int | None:
    """The position of the first entry that does not fit, None when the chain is whole.

    Takes (what is sealed, its salt, its prev_hash, its hash) in the order of the positions.
    """
    previous = GENESIS
    for expected, (link, salt, prev_hash, own_hash) in enumerate(links, start=1):
        fits = own_hash == hash_of(seal_of(link, salt), link.position, prev_hash)
        if link.position != expected or prev_hash != previous or not fits:
            return expected
        previous = own_hash
    return None


def _digest(content: list[object]) -> str:
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
