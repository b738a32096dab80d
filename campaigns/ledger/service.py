"""Book and reverse: the only writers of entries and postings. Both run in the caller's transaction."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from campaigns.ledger.chain import GENESIS, Link, hash_of, seal_of
from campaigns.ledger.models import AccountKind, Entry
from civic import clock, database

OF_A_CAMPAIGN = frozenset({
    AccountKind.CAMPAIGN_FUND, AccountKind.MATCH_FUND, AccountKind.REFUNDS_DUE, AccountKind.DISPUTES_HELD,
    AccountKind.BENEFICIARY_PAYABLE, AccountKind.EXPENSE_PAID,
})  # fmt: skip
"""Accounts kept per campaign; the others are the host's, or those of another legal entity whose campaign it is."""

OF_PAYEE = "b"
"""`stripe_clearing:b7`: the money of payee 7 on its own Stripe account, never the host's (docs/decisions/0016)."""

_ADD_ENTRY = """INSERT INTO entry (campaign_id, kind, source_type, source_id, occurred_at, recorded_at, actor_id, memo,
position, salt, prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (source_type, source_id, kind) DO NOTHING RETURNING id"""

_known: dict[str, int] = {}
"""Ids of accounts that are certainly kept, as this process saw them in the database it has open."""
_payees: dict[int, int | None] = {}
"""Campaign → its payee, None for the host, as this process saw it once the campaign was open."""
_COLUMNS = (
    "campaign_id", "kind", "source_type", "source_id", "occurred_at", "recorded_at", "actor_id", "memo", "position",
    "salt", "prev_hash", "hash",
)  # fmt: skip


class Unbalanced(ValueError):
    """The postings do not sum to zero, or there are none."""


class BookedOtherwise(ValueError):
    """The same fact is booked already, with other amounts: a mistake of ours that must be seen."""


@dataclass(slots=True, frozen=True)
class Amount:
    """One posting to come: cents on an account, debit positive, credit negative."""

    account: AccountKind
    cents: int


async def book(
    kind: str, source_type: str, source_id: str, postings: Iterable[Amount], *, campaign: int | None = None,
    occurred_at: datetime | None = None, actor: int | None = None, memo: str = "", held: bool = False,
) -> Entry:  # fmt: skip
    """Book one fact, once, in the caller's transaction; the same fact again answers the same entry.

    `postings` in cents, zero amounts left out; `campaign` and `actor` are ids; `occurred_at` is the fact's moment, UTC.
    `held`: the caller has locked the campaign's row already.
    Raises Unbalanced, or BookedOtherwise when this source is booked with other amounts.
    """
    assert database.in_transaction_now(), "a booking belongs to the transaction of its fact"
    amounts: dict[str, int] = {}
    payee = await _payee_of(campaign)
    for one in postings:
        key = _key(one.account, campaign, payee)
        amounts[key] = amounts.get(key, 0) + one.cents
    amounts = {key: cents for key, cents in amounts.items() if cents}
    if not amounts or sum(amounts.values()) != 0:
        raise Unbalanced(f"{kind} of {source_type} {source_id} sums to {sum(amounts.values())} cents")
    accounts = await _accounts(list(amounts), campaign)
    if not held:
        await _lock(campaign)
    moment = (occurred_at or clock.now()).replace(microsecond=0)
    added = await _append(kind, source_type, source_id, amounts, accounts, campaign, moment, actor, memo)
    if added:
        return added
    known = await Entry.get(source_type=source_type, source_id=source_id, kind=kind)
    if await _booked(known) != amounts:
        raise BookedOtherwise(f"{kind} of {source_type} {source_id}")
    return known


async def reverse(entry: Entry, *, actor: int | None = None, memo: str = "") -> Entry:
    """Undo an entry by its opposite, once: again answers the same reversal. In the caller's transaction."""
    assert database.in_transaction_now(), "a reversal belongs to the transaction of its fact"
    booked = await _booked(entry)
    kinds = [Amount(AccountKind(key.partition(":")[0]), -cents) for key, cents in booked.items()]
    return await book("reversal", "entry", str(entry.id), kinds, campaign=entry.campaign_id, actor=actor, memo=memo)


def _key(account: AccountKind, campaign: int | None, payee: int | None) -> str:
    if account in OF_A_CAMPAIGN and campaign:
        return f"{account.value}:{campaign}"
    return f"{account.value}:{OF_PAYEE}{payee}" if payee else account.value


async def _payee_of(campaign: int | None) -> int | None:
    """Whose money a campaign's is, when it is not the host's; it never changes once the campaign is open."""
    if campaign is None:
        return None
    _same_database()
    if campaign not in _payees:
        rows = await database.fetch_all("SELECT payee_id FROM campaign WHERE id = ?", [campaign])
        found = rows[0]["payee_id"] if rows else None
        database.after_commit(lambda: _payees.update({campaign: found}))
        return found
    return _payees[campaign]


def _same_database() -> None:
    """Forget what was seen in another database (tests open one after the other)."""
    if _known.get("opened") != database.opened():
        _known.clear()
        _payees.clear()
        _known["opened"] = database.opened()


async def _accounts(keys: list[str], campaign: int | None) -> dict[str, int]:
    """The ids of these accounts, made when new; in one order, so that two bookings never wait for each other."""
    _same_database()
    if all(key in _known for key in keys):
        return {key: _known[key] for key in keys}
    marks = ", ".join("?" * len(keys))
    select = f"SELECT id, key FROM account WHERE key IN ({marks})"  # noqa: S608
    found = {row["key"]: row["id"] for row in await database.fetch_all(select, keys)}
    missing = sorted(set(keys) - set(found))
    for key in missing:
        kind, _colon, of_campaign = key.partition(":")
        await database.execute(
            "INSERT INTO account (key, kind, campaign_id) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING",
            [key, kind, campaign if of_campaign and not of_campaign.startswith(OF_PAYEE) else None],
        )
    if missing:
        found = {row["key"]: row["id"] for row in await database.fetch_all(select, keys)}
    database.after_commit(lambda: _known.update(found))
    return found


async def _lock(campaign: int | None) -> None:
    """One booking at a time per chain: a row lock on PostgreSQL; on SQLite the transaction is the only writer."""
    if database.dialect() != "postgres":
        return
    if campaign is not None:
        await database.fetch_all("SELECT id FROM campaign WHERE id = ? FOR NO KEY UPDATE", [campaign])
        return
    await database.execute(
        "INSERT INTO account (key, kind) VALUES (?, ?) ON CONFLICT (key) DO NOTHING",
        [AccountKind.STRIPE_CLEARING.value, AccountKind.STRIPE_CLEARING.value],
    )
    await database.fetch_all(
        "SELECT id FROM account WHERE key = ? FOR UPDATE", [AccountKind.STRIPE_CLEARING.value]
    )


async def _append(
    kind: str, source_type: str, source_id: str, amounts: dict[str, int], accounts: dict[str, int],
    campaign: int | None, moment: datetime, actor: int | None, memo: str,
) -> Entry | None:  # fmt: skip
    """The next entry of the chain; None when this fact is booked already."""
    position, prev_hash = await _head(campaign)
    link = Link(
        campaign, position + 1, kind, source_type, source_id, int(moment.timestamp()), tuple(amounts.items())
    )
    salt = secrets.token_hex(16)
    entry = Entry(
        campaign_id=campaign, kind=kind, source_type=source_type, source_id=source_id, occurred_at=moment,
        recorded_at=clock.now(), actor_id=actor, memo=memo[:200], position=link.position, salt=salt,
        prev_hash=prev_hash, hash=hash_of(seal_of(link, salt), link.position, prev_hash),
    )  # fmt: skip
    added = await database.fetch_all(_ADD_ENTRY, [getattr(entry, name) for name in _COLUMNS])
    if not added:
        return None
    entry.id = entry_id = added[0]["id"]
    rows = ", ".join(["(?, ?, ?)"] * len(amounts))
    flat = [value for key, cents in amounts.items() for value in (entry_id, accounts[key], cents)]
    await database.execute(f"INSERT INTO posting (entry_id, account_id, amount_cents) VALUES {rows}", flat)  # noqa: S608
    return entry


async def _head(campaign: int | None) -> tuple[int, str]:
    """Position and hash of the last entry of a chain."""
    which, params = ("campaign_id = ?", [campaign]) if campaign is not None else ("campaign_id IS NULL", [])
    last = f"SELECT position, hash FROM entry WHERE {which} ORDER BY position DESC LIMIT 1"  # noqa: S608
    rows = await database.fetch_all(last, params)
    return (rows[0]["position"], rows[0]["hash"]) if rows else (0, GENESIS)


async def _booked(entry: Entry) -> dict[str, int]:
    rows = await database.fetch_all(
        "SELECT account.key AS key, posting.amount_cents AS cents FROM posting "
        "JOIN account ON account.id = posting.account_id WHERE posting.entry_id = ?",
        [entry.id],
    )
    return {row["key"]: row["cents"] for row in rows}
