"""Book and reverse: the only writers of entries and postings. They run in the caller's transaction."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.ledger import telling
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

_ADD_ENTRIES = """INSERT INTO entry (campaign_id, kind, source_type, source_id, occurred_at, recorded_at, actor_id,
memo, position, salt, prev_hash, hash) VALUES {rows}
ON CONFLICT (source_type, source_id, kind) DO NOTHING RETURNING id, position"""
_KNOWN = "SELECT source_id FROM entry WHERE source_type = ? AND kind = ? AND source_id IN ({marks})"

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


@dataclass(slots=True, frozen=True)
class Fact:
    """What is to be booked: postings in cents, zero amounts left out; `occurred_at` is the fact's moment, UTC."""

    kind: str
    source_type: str
    source_id: str
    postings: tuple[Amount, ...]
    occurred_at: datetime | None = None
    memo: str = ""

    def __str__(self) -> str:
        return f"{self.kind} of {self.source_type} {self.source_id}"


async def book(
    kind: str, source_type: str, source_id: str, postings: Iterable[Amount], *, campaign: int | None = None,
    occurred_at: datetime | None = None, actor: int | None = None, memo: str = "", held: bool = False,
) -> Entry:  # fmt: skip
    """Book one fact, once, in the caller's transaction; the same fact again answers the same entry.

    `campaign` and `actor` are ids. `held`: the caller has locked the campaign's row already.
    Raises Unbalanced, or BookedOtherwise when this source is booked with other amounts.
    """
    fact = Fact(kind, source_type, source_id, tuple(postings), occurred_at, memo)
    return (await book_all([fact], campaign=campaign, actor=actor, held=held))[0]


async def book_all(
    facts: Sequence[Fact], *, campaign: int | None, actor: int | None = None, held: bool = False
) -> list[Entry]:
    """Book several facts of one kind of source on one chain, in their order, in as many statements as for one.

    Raises Unbalanced, or BookedOtherwise when a source is booked with other amounts.
    """
    assert database.in_transaction_now(), "a booking belongs to the transaction of its fact"
    payee = await _payee_of(campaign)
    amounts = [_amounts(fact, campaign, payee) for fact in facts]
    accounts = await _accounts(list(dict.fromkeys(key for one in amounts for key in one)), campaign)
    if not held:
        await _lock(campaign)
    known = await _known_sources(facts) if len(facts) > 1 else set()
    new = [(fact, of) for fact, of in zip(facts, amounts, strict=True) if fact.source_id not in known]
    added = await _append(new, accounts, campaign, actor)
    found = {fact.source_id: entry for (fact, _of), entry in zip(new, added, strict=True)}
    if campaign is not None and any(fact.kind != "charge" and _is_told(of) for fact, of in new):
        funds = [of.get(f"campaign_fund:{campaign}", 0) for _fact, of in new]
        await telling.keep(campaign, sum(funds) if min(funds) > 0 else 0)
    return [found.get(fact.source_id) or await _same(fact, of) for fact, of in zip(facts, amounts, strict=True)]


def _is_told(amounts: dict[str, int]) -> bool:
    """Public totals go by what is on these accounts; a charge is a gift that comes in, which counts at once."""
    return any(key.startswith(("campaign_fund:", "disputes_held:")) for key in amounts)


def _amounts(fact: Fact, campaign: int | None, payee: int | None) -> dict[str, int]:
    """Cents by account, zero amounts left out. Raises Unbalanced."""
    amounts: dict[str, int] = {}
    for one in fact.postings:
        key = _key(one.account, campaign, payee)
        amounts[key] = amounts.get(key, 0) + one.cents
    amounts = {key: cents for key, cents in amounts.items() if cents}
    if not amounts or sum(amounts.values()) != 0:
        raise Unbalanced(f"{fact} sums to {sum(amounts.values())} cents")
    return amounts


async def _known_sources(facts: Sequence[Fact]) -> set[str]:
    """What of this is booked already: looked up first, because a link left out would break those after it."""
    first, sources = facts[0], [fact.source_id for fact in facts]
    assert {(fact.source_type, fact.kind) for fact in facts} == {(first.source_type, first.kind)}
    assert len(set(sources)) == len(sources)
    sql = _KNOWN.format(marks=database.marks(sources))
    return {row["source_id"] for row in await database.fetch_all(sql, [first.source_type, first.kind, *sources])}


async def _same(fact: Fact, amounts: dict[str, int]) -> Entry:
    """The entry of a fact that is booked already. Raises BookedOtherwise."""
    known = await Entry.get(source_type=fact.source_type, source_id=fact.source_id, kind=fact.kind)
    if await _booked(known) != amounts:
        raise BookedOtherwise(str(fact))
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
    new: Sequence[tuple[Fact, dict[str, int]]], accounts: dict[str, int], campaign: int | None, actor: int | None
) -> list[Entry | None]:
    """The next entries of the chain; None for one that turns out to be booked already (then it is the only one)."""
    if not new:
        return []
    position, prev_hash = await _head(campaign)
    made: list[Entry] = []
    for fact, amounts in new:
        made.append(_linked(fact, amounts, campaign, actor, position + 1, prev_hash))
        position, prev_hash = made[-1].position, made[-1].hash
    rows = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(made))
    flat = [getattr(entry, name) for entry in made for name in _COLUMNS]
    added = {row["position"]: row["id"] for row in await database.fetch_all(_ADD_ENTRIES.format(rows=rows), flat)}
    if len(added) != len(made):
        if len(made) > 1:
            raise BookedOtherwise(f"one of {len(made)} facts was booked on another chain this very moment")
        return [None]
    postings: list[int] = []
    for entry, (_fact, amounts) in zip(made, new, strict=True):
        entry.id = added[entry.position]
        for key, cents in amounts.items():
            postings += (entry.id, accounts[key], cents)
    rows = ", ".join(["(?, ?, ?)"] * (len(postings) // 3))
    await database.execute(f"INSERT INTO posting (entry_id, account_id, amount_cents) VALUES {rows}", postings)  # noqa: S608
    return list(made)


def _linked(
    fact: Fact, amounts: dict[str, int], campaign: int | None, actor: int | None, position: int, prev_hash: str
) -> Entry:
    """An entry as the next link of a chain."""
    moment = (fact.occurred_at or clock.now()).replace(microsecond=0)
    link = Link(
        campaign, position, fact.kind, fact.source_type, fact.source_id, int(moment.timestamp()), tuple(amounts.items())
    )
    salt = secrets.token_hex(16)
    return Entry(
        campaign_id=campaign, kind=fact.kind, source_type=fact.source_type, source_id=fact.source_id,
        occurred_at=moment, recorded_at=clock.now(), actor_id=actor, memo=fact.memo[:200], position=position,
        salt=salt, prev_hash=prev_hash, hash=hash_of(seal_of(link, salt), position, prev_hash),
    )  # fmt: skip


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
