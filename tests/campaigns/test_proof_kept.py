"""The page of proofs is added up once for each version of the accounts, and never believed longer than that."""

import asyncio

import pytest

from campaigns.ledger.models import AccountKind, Posting
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import CampaignStatus
from campaigns.proof import kept
from civic import database as db
from tests.client import Client
from tests.engines import Database
from tests.factories.proof import Given, a_funded_campaign, booked

pytestmark = pytest.mark.usefixtures("app")
GIFTS = (Given("Rose Martin", 5_000), Given("Paul Roux", 2_500), Given("Odile Blanc", 4_000))


async def test_whoever_asks_meanwhile_shares_one_reading_and_the_next_entry_ends_it(database: Database) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    first, *others = await asyncio.gather(*(kept.of(campaign) for _turn in range(5)))
    assert all(other is first for other in others)
    text = await kept.export_of(campaign)
    assert await kept.export_of(campaign) is text
    spent = [Amount(AccountKind.EXPENSE_PAID, 1_000), Amount(AccountKind.BANK, -1_000)]
    await booked(campaign, "expense", "1", spent)
    fresh = await kept.of(campaign)
    assert (first.books.totals.spent, fresh.books.totals.spent) == (0, 1_000)
    assert (first.names, len(fresh.books.entries)) == (fresh.names, 4)
    assert await kept.export_of(campaign) != text


async def test_what_is_kept_of_a_campaign_goes_by_its_state_of_now_not_of_who_asks(database: Database) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    assert (await kept.of(campaign)).books.final
    await type(campaign).filter(id=campaign.id).update(status=CampaignStatus.UNWINDING)
    assert not (await kept.of(campaign)).books.final


async def test_a_past_that_is_rewritten_under_the_same_last_hash_is_seen_at_once(
    database: Database, client: Client
) -> None:
    """The head stays as it was, and what was checked a moment ago is checked again."""
    campaign = await a_funded_campaign(*GIFTS)
    path = f"/campagnes/{campaign.slug}/preuves"
    whole = await kept.of(campaign)
    before = (await client.get(path)).text
    assert whole.books.broken_at is None
    await db.execute('DROP TRIGGER "no_update_posting"' + (" ON posting" if database.engine == "postgres" else ""))
    last = await Posting.filter(entry_id=whole.books.entries[0].id).order_by("id")
    for posting, cents in zip(last, (1, -1), strict=False):
        await Posting.filter(id=posting.id).update(amount_cents=posting.amount_cents + cents)
    broken = await kept.of(campaign)
    assert (broken.books.broken_at, broken.books.head) == (1, whole.books.head)
    assert (await client.get(path)).text != before


async def test_kept_accounts_of_large_campaigns_make_room_for_others(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_ENTRIES", 4)
    one, two = await a_funded_campaign(*GIFTS), await a_funded_campaign(*GIFTS)
    first, second = await kept.of(one), await kept.of(two)
    assert await kept.of(two) is second
    assert await kept.of(one) is not first


@pytest.mark.one_engine
async def test_a_word_that_the_page_does_not_know_leads_to_its_one_address(client: Client) -> None:
    campaign = await a_funded_campaign(*GIFTS)
    path = f"/campagnes/{campaign.slug}/preuves"
    for asked, wanted in (("?x=1", path), (f"?empreinte={'a' * 64}&tri=2", f"{path}?empreinte={'a' * 64}")):
        answer = await client.get(path + asked, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, wanted)
    assert (await client.get(f"{path}?empreinte={'a' * 64}")).status_code == 200
