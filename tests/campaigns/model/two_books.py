"""Our ledger beside the sandbox's books, movement by movement, at one moment.

Ours is a part of theirs: what we booked on the gateway's account is a line of its balance, to the cent and once.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from campaigns.payments.inbox import FACTS
from civic import database

World = dict[str, list[dict[str, Any]]]
Name = tuple[str, str]
"""What a movement is about: its kind and the gateway's name of it."""
ACCOUNTS = ("stripe_clearing", "psp_fees")
_POSTINGS = """SELECT e.id, e.kind, e.source_type, e.source_id, e.memo, a.kind AS account, p.amount_cents AS cents
FROM entry e JOIN posting p ON p.entry_id = e.id JOIN account a ON a.id = p.account_id ORDER BY e.id"""
_TOLD = """SELECT i.event_ref, i.kind, i.object_ref, j.name, j.done_at FROM inbox_event i
LEFT JOIN job j ON j.key = i.event_ref"""
_LINES = {"charge": "charge", "refund": "refund", "refund_failure": "refund back", "payment_failure_refund": "returned"}
_BOOKED = {
    ("charge", "charge"): "charge", ("fee", "charge"): "charge", ("refund", "refund"): "refund",
    ("returned", "dispute"): "returned", ("dispute", "dispute"): "dispute", ("dispute_won", "dispute"): "dispute",
    ("dispute_fee", "dispute"): "dispute", ("payout", "balance_line"): "account",
    ("account_fee", "balance_line"): "account",
}  # fmt: skip


@dataclass
class Booking:
    """One entry, with what it moved on each kind of account, in cents."""

    id: int
    kind: str
    source_type: str
    source_id: str
    memo: str
    cents: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def name(self, by_id: dict[int, "Booking"]) -> Name:
        """Which movement of the gateway it books. AssertionError: none."""
        if self.source_type == "entry":
            undone = by_id[int(self.source_id)]
            assert undone.name(by_id)[0] == "refund", f"a movement was undone that nothing undoes there: {undone}"
            return "refund back", undone.source_id
        about = _BOOKED.get((self.kind, self.source_type))
        assert about, f"booked on the gateway's account, and no movement there is such: {self}"
        return about, self.source_id


@dataclass
class TwoBooks:
    """Both sides at one moment. `read`: the lines of the balance that were there when we last read it."""

    world: World
    ours: dict[Name, Booking] = field(default_factory=dict)
    bookings: list[Booking] = field(default_factory=list)
    told: set[Name] = field(default_factory=set)
    unheard: int = 0
    read: frozenset[str] = frozenset()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The gateway's balance."""
        return self.world["balance_transactions"]

    @property
    def net(self) -> int:
        """What the gateway holds for us, in cents."""
        return sum(line["net"] for line in self.lines)

    def cents(self, account: str) -> int:
        """The ledger's balance of a kind of account."""
        return sum(one.cents.get(account, 0) for one in self.bookings)

    def booked(self, kind: str, source: str) -> bool:
        return (kind, source) in self.ours


def name_of(line: dict[str, Any]) -> Name:
    """Which movement a line of the balance is."""
    if line["type"] == "adjustment":
        return "dispute", f"{line['source']}#{line['id']}"
    known = _LINES.get(line["type"])
    return (known, line["source"]) if known else ("account", line["id"])


async def open_books(world: World, read: frozenset[str]) -> TwoBooks:
    """Read our side. AssertionError when an entry touches the gateway's account without a reason, or twice."""
    books, by_id = TwoBooks(world, read=read), dict[int, Booking]()
    for row in await database.fetch_all(_POSTINGS):
        one = by_id.setdefault(
            row["id"], Booking(row["id"], row["kind"], row["source_type"], row["source_id"], row["memo"])
        )
        one.cents[row["account"]] += int(row["cents"])
    books.bookings = list(by_id.values())
    for one in books.bookings:
        if any(account in one.cents for account in ACCOUNTS):
            name = one.name(by_id)
            known = books.ours.get(name)
            assert known is None or "fee" in (one.kind, known.kind), f"{name} is booked twice"
            books.ours[name] = one if known is None else _with_its_fee(known, one)
    await _hear(books)
    return books


def _with_its_fee(charge: Booking, fee: Booking) -> Booking:
    both = Booking(charge.id, charge.kind, charge.source_type, charge.source_id, charge.memo)
    for one in (charge, fee):
        for account, cents in one.cents.items():
            both.cents[account] += cents
    return both


async def _hear(books: TwoBooks) -> None:
    """Which messages were dealt with to the end, and how many were not."""
    done: dict[str, bool] = {}
    about: dict[str, Name] = {}
    for row in await database.fetch_all(_TOLD):
        known = next((fact for prefix, fact in FACTS.items() if row["kind"].startswith(prefix)), "gateway_told")
        about[row["event_ref"]] = row["kind"], row["object_ref"]
        if row["name"] == known:
            done[row["event_ref"]] = done.get(row["event_ref"], True) and row["done_at"] is not None
    books.told = {about[ref] for ref, finished in done.items() if finished}
    books.unheard = sum(not done.get(event["id"]) for event in books.world["events"])


def assert_ours_is_theirs(books: TwoBooks) -> None:
    """Every entry on the gateway's account is a line of its balance, with this net and this fee."""
    theirs: dict[Name, tuple[int, int]] = {}
    for line in books.lines:
        fee = -line["net"] if line["type"] == "stripe_fee" else line["fee"]
        assert name_of(line) not in theirs, line
        theirs[name_of(line)] = line["net"], fee
    for name, one in books.ours.items():
        booked = one.cents.get("stripe_clearing", 0), one.cents.get("psp_fees", 0)
        assert theirs.get(name) == booked, f"{name}: booked {booked}, the gateway has {theirs.get(name)}"
