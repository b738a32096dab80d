"""After every step: both books agree, but for what is awaited; gifts have what the sandbox's lines leave them.

When everything is heard and done nothing is awaited, and the totals are the same.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from campaigns.lifecycle.models import Campaign
from campaigns.matching.models import Match, MatchState
from campaigns.offline.models import COUNTING, OfflineGift
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges.models import Pledge
from campaigns.refunds.disputes import ENDED
from campaigns.refunds.models import Dispute, Refund, RefundMeans, RefundStatus
from tests.campaigns.model.awaited import awaited
from tests.campaigns.model.seen import fund_of
from tests.campaigns.model.two_books import TwoBooks, World, assert_ours_is_theirs, name_of, open_books


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
