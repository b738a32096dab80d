"""The ledger: balanced, once per fact, chained, and never rewritten."""

import asyncio
import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tortoise.exceptions import IntegrityError

from campaigns.ledger import queries, service
from campaigns.ledger.chain import GENESIS, Link, first_break, hash_of, seal_of
from campaigns.ledger.models import AccountKind, Entry
from campaigns.ledger.service import Amount, BookedOtherwise, Unbalanced
from campaigns.ledger.verify import chains_are_whole, entries_balance
from civic import database as db
from tests.engines import Database
from tests.factories.settlement import a_live_campaign

NOON = datetime(2027, 6, 14, 10, 0, tzinfo=UTC)
CLEARING, FUND, FEES = AccountKind.STRIPE_CLEARING, AccountKind.CAMPAIGN_FUND, AccountKind.PSP_FEES


async def booked(source: str = "ch_1", cents: int = 3000, fee: int = 70, campaign: int | None = None) -> Entry:
    amounts = [Amount(CLEARING, cents - fee), Amount(FEES, fee), Amount(FUND, -cents)]
    async with db.transaction():
        return await service.book("charge", "charge", source, amounts, campaign=campaign, occurred_at=NOON)


async def test_a_gift_is_booked_once_however_often_it_is_told(database: Database) -> None:
    campaign = await a_live_campaign()
    first, again = await booked(campaign=campaign.id), await booked(campaign=campaign.id)
    assert first.id == again.id
    assert await queries.balances() == {f"campaign_fund:{campaign.id}": -3000, "psp_fees": 70, "stripe_clearing": 2930}
    assert await queries.collected_cents(campaign.id) == 3000
    with pytest.raises(BookedOtherwise):
        await booked(cents=4000, campaign=campaign.id)


async def test_an_entry_that_does_not_balance_is_refused(database: Database) -> None:
    async with db.transaction():
        with pytest.raises(Unbalanced):
            await service.book("charge", "charge", "ch_1", [Amount(CLEARING, 10), Amount(FUND, -9)])
        with pytest.raises(Unbalanced):
            await service.book("charge", "charge", "ch_1", [])
    assert await Entry.all().count() == 0


async def test_a_mistake_is_reversed_once(database: Database) -> None:
    campaign = await a_live_campaign()
    entry = await booked(campaign=campaign.id)
    async with db.transaction():
        one = await service.reverse(entry)
        two = await service.reverse(entry)
    assert one.id == two.id
    assert set((await queries.balances()).values()) == {0}


@pytest.mark.parametrize("sql", [
    "UPDATE entry SET memo = 'x'", "DELETE FROM entry", "UPDATE posting SET amount_cents = 1", "DELETE FROM posting",
])  # fmt: skip
async def test_nobody_rewrites_the_ledger_not_even_by_sql(database: Database, sql: str) -> None:
    await booked()
    with pytest.raises(IntegrityError):
        await db.execute(sql)
    assert await entries_balance() == []


async def test_bookings_at_the_same_moment_make_one_chain(database: Database) -> None:
    campaign = await a_live_campaign()
    await asyncio.gather(*(booked(f"ch_{n % 12}", campaign=campaign.id) for n in range(24)))
    await asyncio.gather(*(booked(f"py_{n}") for n in range(6)))
    positions = await Entry.filter(campaign_id=campaign.id).order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(1, 13))
    assert await chains_are_whole() == []
    assert (await queries.head(campaign.id)) == (await Entry.get(campaign_id=campaign.id, position=12)).hash


async def test_a_rewritten_amount_breaks_the_chain(database: Database) -> None:
    campaign = await a_live_campaign()
    for n in range(3):
        await booked(f"ch_{n}", campaign=campaign.id)
    second = await Entry.get(campaign_id=campaign.id, position=2)
    drop = 'DROP TRIGGER "no_update_posting"' + (" ON posting" if database.engine == "postgres" else "")
    await db.execute(drop)
    await db.execute("UPDATE posting SET amount_cents = amount_cents * 2 WHERE entry_id = ?", [second.id])
    assert await queries.broken_at(campaign.id) == 2
    assert len(await chains_are_whole()) == 1
    assert await entries_balance() == []


cents = st.integers(-10**12, 10**12)
links = st.lists(
    st.tuples(st.text(max_size=8), st.text(max_size=8), st.lists(st.tuples(st.text(max_size=5), cents), max_size=4)),
    min_size=1, max_size=6,
)  # fmt: skip


@given(links, st.data())
@settings(max_examples=60, deadline=None)
def test_any_change_of_any_entry_is_seen(rows: list[tuple[str, str, list[tuple[str, int]]]], data: st.DataObject) -> None:
    chain, previous = [], GENESIS
    for position, (kind, source, postings) in enumerate(rows, start=1):
        link = Link(7, position, kind, "charge", source, 1_800_000_000, tuple(postings))
        chain.append((link, "salt", previous, hash_of(seal_of(link, "salt"), position, previous)))
        previous = chain[-1][3]
    assert first_break(chain) is None
    at = data.draw(st.integers(0, len(chain) - 1))
    link, salt, prev_hash, own = chain[at]
    chain[at] = (Link(7, link.position, link.kind + "x", "charge", link.source_id, link.occurred_at, link.postings), salt, prev_hash, own)
    assert first_break(chain) == at + 1


moves = st.lists(st.tuples(st.sampled_from(AccountKind), st.integers(-(10**9), 10**9)), min_size=1, max_size=5)


async def test_whatever_is_booked_and_reversed_sums_to_zero(database: Database) -> None:
    campaign = await a_live_campaign()
    loop, numbers = asyncio.get_running_loop(), itertools.count()

    async def check(amounts: list[tuple[AccountKind, int]], undo: bool, off: int) -> None:
        balanced = [*amounts, (FUND, off - sum(cents for _kind, cents in amounts))]
        before = await queries.balances()
        async with db.transaction():
            try:
                entry = await service.book(
                    "charge", "roll", str(next(numbers)), [Amount(*one) for one in balanced], campaign=campaign.id
                )
            except Unbalanced:
                return  # it does not come out, or every account came out at nothing
            assert not off, "what does not balance was booked"
            if undo:
                await service.reverse(entry)
        after = await queries.balances()
        assert sum(after.values()) == 0
        assert {key: cents for key, cents in after.items() if cents != before.get(key, 0)} == {} or not undo

    @given(moves, st.booleans(), st.sampled_from((0, 0, 1, -700)))
    @settings(max_examples=40, deadline=None)
    def holds(amounts: list[tuple[AccountKind, int]], undo: bool, off: int) -> None:
        asyncio.run_coroutine_threadsafe(check(amounts, undo, off), loop).result(30)

    await asyncio.to_thread(holds)
    assert await entries_balance() == []
    assert await chains_are_whole() == []
