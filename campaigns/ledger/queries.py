"""Reads of the ledger: balances, totals of a campaign, the head of its chain, whether the chain is whole."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from campaigns.ledger.chain import GENESIS, Link, first_break
from campaigns.ledger.models import AccountKind, Entry
from civic import database

_BALANCES = """SELECT account.key AS key, SUM(posting.amount_cents) AS cents FROM posting
JOIN account ON account.id = posting.account_id JOIN entry ON entry.id = posting.entry_id"""
_CHAIN = """SELECT entry.id, entry.campaign_id, entry.position, entry.kind, entry.source_type, entry.source_id,
entry.occurred_at, entry.recorded_at, entry.memo, entry.salt, entry.prev_hash, entry.hash,
account.key AS account, posting.amount_cents AS cents
FROM entry LEFT JOIN posting ON posting.entry_id = entry.id LEFT JOIN account ON account.id = posting.account_id"""


async def balances() -> dict[str, int]:
    """Cents on every account, by its key (`stripe_clearing`, `campaign_fund:12`); debits positive."""
    rows = await database.fetch_all(f"{_BALANCES} GROUP BY account.key ORDER BY account.key")
    return {row["key"]: int(row["cents"]) for row in rows}


async def campaign_balances(campaign_id: int) -> dict[str, int]:
    """Cents that one campaign's entries moved on each account, by the account's kind."""
    rows = await database.fetch_all(f"{_BALANCES} WHERE entry.campaign_id = ? GROUP BY account.key", [campaign_id])
    return {row["key"].partition(":")[0]: int(row["cents"]) for row in rows}


async def collected_cents(campaign_id: int) -> int:
    """Money booked for a campaign's goal, in cents: tips and fees are apart."""
    return -(await campaign_balances(campaign_id)).get(AccountKind.CAMPAIGN_FUND.value, 0)


async def head(campaign_id: int) -> str:
    """The hash of a campaign's last entry; it stands in each backer's mail, so nobody rewrites the past unnoticed."""
    last = await Entry.filter(campaign_id=campaign_id).order_by("-position").first()
    return last.hash if last else GENESIS


@dataclass(slots=True, frozen=True)
class Booked:
    """An entry as its chain knows it, with what the chain leaves out: its id, its memo, when it was written down.

    Postings in cents, `recorded_at` in Unix seconds. `moved`: an account's kind → cents, of those it touches.
    """

    id: int
    memo: str
    link: Link
    salt: str
    prev_hash: str
    hash: str
    recorded_at: int
    moved: dict[str, int] = field(init=False, default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for key, cents in self.link.postings:
            kind = key.partition(":")[0]
            self.moved[kind] = self.moved.get(kind, 0) + cents

    def cents(self, kind: AccountKind) -> int:
        """What it moved on the accounts of a kind, debits positive."""
        return self.moved.get(kind.value, 0)

    @property
    def accounts(self) -> frozenset[str]:
        """The kinds of the accounts it touches."""
        return frozenset(self.moved)


async def entries(campaign_id: int | None) -> list[Booked]:
    """Every entry of a chain, the oldest first; the platform's own chain has no campaign.

    A long chain is put together beside the event loop.
    """
    where = "entry.campaign_id = ?" if campaign_id is not None else "entry.campaign_id IS NULL"
    rows = await database.fetch_report(
        f"{_CHAIN} WHERE {where} ORDER BY entry.position, posting.id",
        [campaign_id] if campaign_id is not None else [],
    )
    return await asyncio.to_thread(_booked, rows)


def _booked(rows: list[database.connection.Row]) -> list[Booked]:
    by_entry: dict[int, list[database.connection.Row]] = {}
    for row in rows:
        by_entry.setdefault(row["id"], []).append(row)
    return [
        Booked(
            id, group[0]["memo"], _link(group), group[0]["salt"], group[0]["prev_hash"], group[0]["hash"],
            _seconds(group[0]["recorded_at"]),
        )
        for id, group in by_entry.items()
    ]  # fmt: skip


async def broken_at(campaign_id: int | None) -> int | None:
    """The position of the first entry that breaks a chain (None: whole); the platform's own chain has no campaign."""
    return await break_of(await entries(campaign_id))


async def break_of(chain: list[Booked]) -> int | None:
    """The position of the first of these entries that breaks their chain, None when it is whole.

    Every entry is hashed again, beside the event loop: nothing that was found whole before is taken on trust.
    """
    links = ((one.link, one.salt, one.prev_hash, one.hash) for one in chain)
    return await asyncio.to_thread(first_break, links)


def _link(rows: list[database.connection.Row]) -> Link:
    first = rows[0]
    return Link(
        first["campaign_id"], first["position"], first["kind"], first["source_type"], first["source_id"],
        _seconds(first["occurred_at"]), tuple((row["account"], row["cents"]) for row in rows if row["account"]),
    )  # fmt: skip


def _seconds(moment: datetime | str) -> int:
    """Raw rows hold a moment as text on SQLite."""
    return int((datetime.fromisoformat(moment) if isinstance(moment, str) else moment).timestamp())
