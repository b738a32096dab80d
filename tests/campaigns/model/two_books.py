"""Our ledger beside the sandbox's books, movement by movement, at every step.

Ours is a part of theirs: what we booked on the gateway's account is a line of its balance, to the cent and once. What
they have beyond that is *awaited*: an attempt or a refund of ours is open, or nobody has told us yet. Nothing else may
be missing, and what each gift has left follows from the sandbox's lines alone.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from campaigns.lifecycle.models import Campaign
from campaigns.matching.models import Match, MatchState
from campaigns.offline.models import COUNTING, OfflineGift
from campaigns.payments import attempts
from campaigns.payments.inbox import FACTS
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges.models import Pledge
from campaigns.refunds import sending
from campaigns.refunds.disputes import ENDED
from campaigns.refunds.models import Dispute, Refund, RefundMeans, RefundStatus
from civic import database
from tests.campaigns.model.seen import fund_of

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
NEWS = {
    "charge": ("payment_intent.succeeded",), "refund": ("refund.created",), "returned": ("charge.failed",),
    "refund back": ("refund.updated", "charge.refund.updated", "refund.failed"),
}  # fmt: skip
"""The messages that tell a movement: once one of them is dealt with, it is booked."""
TAKEN = ("charge.dispute.created", "charge.dispute.funds_withdrawn")
GIVEN = ("charge.dispute.funds_reinstated",)


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


async def awaited(books: TwoBooks) -> list[Name]:
    """What the gateway moved and we have not booked yet, each for a good reason. AssertionError for any other."""
    lacking = [line for line in books.lines if name_of(line) not in books.ours]
    for line in lacking:
        name = name_of(line)
        reason = _REASONS[name[0]]
        assert await reason(books, line), f"{name} of {line['net']} cents is not booked, and nothing is under way"
    return [name_of(line) for line in lacking]


def _is_told(books: TwoBooks, object_ref: str, kinds: Iterable[str]) -> bool:
    return any((kind, object_ref) in books.told for kind in kinds)


def _find(rows: list[dict[str, Any]], id: str) -> dict[str, Any]:
    return next(row for row in rows if row["id"] == id)


async def _charge_is_awaited(books: TwoBooks, line: dict[str, Any]) -> bool:
    """Its attempt is open, and nobody has told us."""
    charge = _find(books.world["charges"], line["source"])
    attempt = await Attempt.get(key=charge["metadata"]["attempt"])
    return attempt.status in attempts.OPEN and not _is_told(books, charge["payment_intent"], NEWS["charge"])


async def _refund_of(made: dict[str, Any]) -> Refund | None:
    number = made["metadata"].get("refund", "").removeprefix("refund-")
    return await Refund.get_or_none(id=int(number)) if number else await Refund.get_or_none(refund_ref=made["id"])


async def _refund_is_awaited(books: TwoBooks, line: dict[str, Any]) -> bool:
    """It is under way here; nobody told us of one that was made there; or it was back before we saw it leave."""
    made = _find(books.world["refunds"], line["source"])
    row = await _refund_of(made)
    if row is None:
        return not _is_told(books, made["id"], NEWS["refund"])
    if row.status == RefundStatus.FAILED:
        return bool(made["status"] == "failed") and row.booked_at is None
    return row.status in sending.OPEN


async def _failure_is_awaited(books: TwoBooks, line: dict[str, Any]) -> bool:
    """Nobody has told us that it is back; or we never saw it leave."""
    made = _find(books.world["refunds"], line["source"])
    if not books.booked("refund", made["id"]):
        return True  # the refund's own line says whether that may be
    row = await _refund_of(made)
    away = row is not None and row.status in (*sending.OPEN, RefundStatus.SUCCEEDED)
    return away and not _is_told(books, made["id"], NEWS["refund back"])


async def _dispute_is_awaited(books: TwoBooks, line: dict[str, Any]) -> bool:
    return not _is_told(books, line["source"], TAKEN if line["amount"] < 0 else GIVEN)


async def _return_is_awaited(books: TwoBooks, line: dict[str, Any]) -> bool:
    return not _is_told(books, line["source"], NEWS["returned"])


async def _account_is_awaited(books: TwoBooks, line: dict[str, Any]) -> bool:
    """We have not read the balance since."""
    return line["id"] not in books.read


_REASONS = {
    "charge": _charge_is_awaited, "refund": _refund_is_awaited, "refund back": _failure_is_awaited,
    "dispute": _dispute_is_awaited, "returned": _return_is_awaited, "account": _account_is_awaited,
}  # fmt: skip


async def assert_rows_say_so(books: TwoBooks) -> None:
    """A paid attempt, a refund that has left, and a dispute are each booked, and nothing is that no row tells of."""
    charges = [one for one in books.world["charges"] if books.booked("charge", one["id"])]
    paid = {row.key for row in await Attempt.filter(status=AttemptStatus.SUCCEEDED)}
    assert sorted(one["metadata"]["attempt"] for one in charges) == sorted(paid)
    rows = await Refund.filter(means=RefundMeans.GATEWAY).exclude(booked_at=None)
    out = {row.refund_ref for row in rows if row.is_out}
    sent = {source for kind, source in books.ours if kind == "refund"}
    assert {source for source in sent if not books.booked("refund back", source)} == out
    held = {row.dispute_ref: row.held_cents for row in await Dispute.all()}
    for kind, source in books.ours:
        assert kind not in ("dispute", "returned") or source.partition("#")[0] in held, (kind, source)
    taken: dict[str, int] = defaultdict(int)
    for line in books.lines:
        if books.booked(*name_of(line)) and name_of(line)[0] in ("dispute", "returned"):
            taken[line["source"]] -= line["amount"]
    assert {ref: cents for ref, cents in held.items() if cents} == {ref: cents for ref, cents in taken.items() if cents}


@dataclass
class Left:
    """What should stand in the ledger for one gift, by the sandbox's lines that are booked; credits are negative."""

    fund: int = 0
    platform_tips: int = 0
    backer_external: int = 0
    disputes_held: int = 0


async def gifts_by_their_books(books: TwoBooks) -> dict[int, Left]:
    """Pledge → what should be left of it: what goes back is taken from the gift, then the tip, then she owes it."""
    found: dict[int, Left] = {}
    for charge in books.world["charges"]:
        if not books.booked("charge", charge["id"]):
            continue
        pledge = await Pledge.get(id=int(charge["metadata"]["pledge"]))
        gone, held = await _gone(books, charge)
        gift, tip = pledge.amount_cents, charge["amount"] - pledge.amount_cents
        found[pledge.id] = Left(
            -(gift - min(gone, gift)), -(tip - min(max(0, gone - gift), tip)), max(0, gone - gift - tip), held
        )
    return found


async def _gone(books: TwoBooks, charge: dict[str, Any]) -> tuple[int, int]:
    """What went back of a charge, and what a bank holds of it, in cents, as far as it is booked."""
    refunds = {one["id"] for one in books.world["refunds"] if one["charge"] == charge["id"]}
    contests = {one["id"] for one in books.world["disputes"] if one["charge"] == charge["id"]}
    ended = {row.dispute_ref for row in await Dispute.filter(status__in=list(ENDED))}
    by_hand = Refund.filter(
        pledge_id=int(charge["metadata"]["pledge"]), means=RefundMeans.TRANSFER, status=RefundStatus.SUCCEEDED
    )
    gone, held = sum(row.amount_cents for row in await by_hand), 0
    for line in books.lines:
        kind, _source = name_of(line)
        if not books.booked(*name_of(line)) or line["source"] not in {*refunds, *contests, charge["id"]}:
            continue
        if kind in ("refund", "refund back", "returned") or (kind == "dispute" and line["source"] in ended):
            gone -= line["amount"]
        elif kind == "dispute":
            held -= line["amount"]
    return gone, held


async def assert_gifts_are_right(books: TwoBooks, campaign: Campaign) -> None:
    """Each gift's part of fund, tips, debts and held sums is what the sandbox's lines make of it; so is the fund."""
    expected = await gifts_by_their_books(books)
    booked: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in books.bookings:
        what, _space, number = one.memo.partition(" ")
        if what == "pledge":
            for account, cents in one.cents.items():
                booked[int(number)]["fund" if account in ("campaign_fund", "refunds_due") else account] += cents
    assert set(booked) == set(expected)
    for id, left in expected.items():
        ours = {account: booked[id].get(account, 0) for account in vars(left)}
        assert ours == vars(left), f"pledge {id}: booked {ours}, by the gateway's lines {vars(left)}"
    hands = await OfflineGift.filter(campaign_id=campaign.id, status__in=list(COUNTING))
    due = [MatchState.DUE, MatchState.RECEIVED]
    added = await Match.filter(agreement__campaign_id=campaign.id, state__in=due)
    rest = sum(row.amount_cents for row in (*hands, *added))
    others = sum(one.cents.get("refunds_due", 0) for one in books.bookings)
    assert await fund_of(campaign.id) == rest + others - sum(left.fund for left in expected.values())


async def assert_two_books_agree(world: World, campaign: Campaign, read: frozenset[str], *, quiet: bool) -> int:
    """All of this; when everything is heard and done, nothing is awaited and the totals are the same.

    Answers how many movements are awaited.
    """
    books = await open_books(world, read)
    assert_ours_is_theirs(books)
    waiting = await awaited(books)
    await assert_rows_say_so(books)
    await assert_gifts_are_right(books, campaign)
    if quiet and not books.unheard:
        unseen = {("refund", source) for kind, source in waiting if kind == "refund back"}  # it left and came back
        rest = [name for name in waiting if name[0] not in ("account", "refund back") and name not in unseen]
        rest += [name for name in waiting if name[0] == "refund back" and books.booked("refund", name[1])]
        assert not rest, f"all is heard and done, and still not booked: {rest}"
        unread = [line["net"] for line in books.lines if name_of(line)[0] == "account" and name_of(line) in waiting]
        assert books.net - sum(unread) == books.cents("stripe_clearing")
    return len(waiting)
