"""The page of proofs when money goes back: refunds, disputes, cheques; nobody's gift is in the difference."""

import pytest

from campaigns.ledger import service as ledger_service
from campaigns.ledger.models import AccountKind, Entry
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.proof.accounts import books_of
from civic import database
from tests.campaigns.proof_page import (
    NOBODY,
    ODILE,
    PAUL,
    ROSE,
    SHY,
    exported,
    figures,
    lines_and_total,
    path,
)
from tests.client import Client
from tests.factories.proof import Given, a_funded_campaign, booked


async def test_one_refund_of_a_hidden_gift_is_not_given_away(client: Client) -> None:
    campaign = await a_funded_campaign(ROSE, SHY, PAUL, ODILE)
    back = [Amount(AccountKind.CAMPAIGN_FUND, 12_345), Amount(AccountKind.STRIPE_CLEARING, -12_345)]
    shy, before = (await books_of(campaign)).gifts[1], figures((await client.get(path(campaign))).text)
    await booked(campaign, "refund", "re_1", back, f"pledge {shy.id}")
    page = (await client.get(path(campaign))).text
    assert figures(page) == before
    assert "281,45" in page
    assert "Depuis la fin de la collecte, les dons d’une ou deux personnes" in page
    assert "avant ce qui n’est pas encore déduit" in page
    assert await lines_and_total(campaign) == (28_145, 28_145)
    assert "12345" not in (await exported(client, campaign))[0]


async def test_what_is_added_per_gift_does_not_tell_a_refund(client: Client) -> None:
    campaign = await a_funded_campaign(ROSE, SHY, PAUL, ODILE)
    due = [Amount(AccountKind.MATCH_FUND, 28_145), Amount(AccountKind.CAMPAIGN_FUND, -28_145)]
    await booked(campaign, "match_due", "1", due)
    assert "28145" in (await exported(client, campaign))[0]
    shy = (await books_of(campaign)).gifts[1]
    back = [Amount(AccountKind.CAMPAIGN_FUND, 12_345), Amount(AccountKind.STRIPE_CLEARING, -12_345)]
    await booked(campaign, "refund", "re_1", back, f"pledge {shy.id}")
    less = [Amount(AccountKind.CAMPAIGN_FUND, 12_345), Amount(AccountKind.MATCH_FUND, -12_345)]
    await booked(campaign, "match_reduced", "1-1", less)
    assert "12345" not in (await exported(client, campaign))[0]
    assert "28145" not in (await exported(client, campaign))[0]


async def give_back(campaign: Campaign, index: int, cents: int, source: str) -> Entry:
    pledge = (await books_of(campaign)).gifts[index]
    back = [Amount(AccountKind.CAMPAIGN_FUND, cents), Amount(AccountKind.STRIPE_CLEARING, -cents)]
    return await booked(campaign, "refund", source, back, f"pledge {pledge.id}")


async def test_what_went_back_is_told_by_three_persons_at_a_time(client: Client) -> None:
    campaign = await a_funded_campaign(ROSE, PAUL, ODILE, NOBODY)
    before = figures((await client.get(path(campaign))).text)
    for n, cents in enumerate((1_111, 1_222)):
        await give_back(campaign, n, cents, f"re_{n}")
        assert figures((await client.get(path(campaign))).text) == before
    await give_back(campaign, 1, 100, "re_again")  # of the same person
    assert figures((await client.get(path(campaign))).text) == before
    third = await give_back(campaign, 2, 1_333, "re_2")
    page = (await client.get(path(campaign))).text
    for words in ("Rendu, annulé ou contesté depuis", "\u221237,66", "142,34", "Reste à dépenser</th>"):
        assert words in page, words
    await give_back(campaign, 3, 444, "re_3")  # the next one waits for two others
    after = (await client.get(path(campaign))).text
    assert figures(after) == figures(page)
    assert "les dons d’une ou deux personnes" in after
    async with database.transaction():
        await ledger_service.reverse(third, memo=third.memo)
    assert figures((await client.get(path(campaign))).text) == figures(page)


def contested(cents: int, tip: int = 0) -> list[Amount]:
    return [
        Amount(AccountKind.DISPUTES_HELD, cents + tip), Amount(AccountKind.PSP_FEES, 2_000),
        Amount(AccountKind.STRIPE_CLEARING, -cents - tip - 2_000),
    ]  # fmt: skip


async def test_what_banks_hold_of_three_persons_stands_in_the_balance_until_they_have_decided(client: Client) -> None:
    campaign = await a_funded_campaign(ROSE, PAUL, Given("Odile Blanc", 7_700, tip=300), NOBODY)
    rose, paul, odile, _nobody = (await books_of(campaign)).gifts
    for n, (gift, tip) in enumerate(((rose, 0), (paul, 0), (odile, 300))):
        await booked(campaign, "dispute", f"du_{n}", contested(gift.cents, tip), f"pledge {gift.id}")
    page = (await client.get(path(campaign))).text
    for words in ("Rendu, annulé ou contesté", "\u2212158\u202f€", "22\u202f€", "ceux qu’une banque retient", "et de contestation"):
        assert words in page, words
    assert "161\u202f€" not in page  # her tip is nobody's business
    assert await lines_and_total(campaign) == (2_200, 2_200)
    assert "du_1" not in (await exported(client, campaign))[0]
    for n, (gift, tip) in enumerate(((rose, 0), (paul, 0), (odile, 300))):
        back = [Amount(AccountKind.DISPUTES_HELD, -gift.cents - tip), Amount(AccountKind.STRIPE_CLEARING, gift.cents + tip)]
        await booked(campaign, "dispute_won", f"du_{n}", back, f"pledge {gift.id}")
    assert "Reparti" not in (await client.get(path(campaign))).text
    assert await lines_and_total(campaign) == (18_000, 18_000)


@pytest.mark.parametrize("ends", ["won", "lost"])
async def test_one_contested_gift_changes_no_figure_and_no_name(client: Client, ends: str) -> None:
    """The neighbour reads the page before, while and after: hidden or not, nobody's gift is in the difference."""
    campaign = await a_funded_campaign(ROSE, SHY, PAUL, ODILE)
    before = (await client.get(path(campaign))).text
    for gift in (await books_of(campaign)).gifts[1:3]:
        held = [Amount(AccountKind.DISPUTES_HELD, gift.cents), Amount(AccountKind.STRIPE_CLEARING, -gift.cents)]
        await booked(campaign, "dispute", f"du_{gift.id}", held, f"pledge {gift.id}")
        await Pledge.filter(id=gift.id).update(status=PledgeStatus.DISPUTED)
    page = (await client.get(path(campaign))).text
    assert figures(page) == figures(before)
    assert "Odile Blanc, Paul Roux, Rose Martin" in page
    assert "3 dons réunis ensemble" in page
    assert "avant ce qui n’est pas encore déduit" in page
    other = AccountKind.STRIPE_CLEARING if ends == "won" else AccountKind.CAMPAIGN_FUND
    for gift in (await books_of(campaign)).gifts[1:3]:
        over = [Amount(AccountKind.DISPUTES_HELD, -gift.cents), Amount(other, gift.cents)]
        await booked(campaign, "dispute", f"du_{gift.id}#{ends}", over, f"pledge {gift.id}")
    page = (await client.get(path(campaign))).text
    assert ("avant ce qui n’est pas encore déduit" in page) == (ends == "lost")
    assert figures(page) == figures(before)
    text, _lines = await exported(client, campaign)
    assert not any(f",{sign}{cents}]" in text for sign in ("", "-") for cents in (12_345, 5_100))


async def test_what_went_back_before_the_settlement_is_in_no_figure(client: Client) -> None:
    """The live total said it at once: the gifts are what was left of them, so that nothing tells it again."""
    campaign = await a_funded_campaign(ROSE, SHY, PAUL, ODILE)
    shy = (await books_of(campaign)).gifts[1]
    back = [Amount(AccountKind.CAMPAIGN_FUND, 2_345), Amount(AccountKind.STRIPE_CLEARING, -2_345)]
    await Campaign.filter(id=campaign.id).update(settled_entry=None)
    await booked(campaign, "refund", "re_1", back, f"pledge {shy.id}")
    await Campaign.filter(id=campaign.id).update(settled_entry=5)
    page = (await client.get(path(campaign))).text
    assert "258\u202f€" in page
    assert "Reparti" not in page
    assert not any(words in page for words in ("123,45", "23,45", "100\u202f€"))
    assert await lines_and_total(campaign) == (25_800, 25_800)
