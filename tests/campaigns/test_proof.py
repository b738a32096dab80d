"""The page of proofs: what it says, of whom, from when on, and how it is checked."""

import re

from campaigns.ledger import queries as ledger
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.proof import checking
from campaigns.settlement.models import Reconciliation
from civic import clock
from tests.campaigns.proof_page import NOBODY, ODILE, PAUL, ROSE, SHY, exported, path
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_draft, a_live_campaign
from tests.factories.proof import Given, a_booked_gift, a_funded_campaign, booked


async def test_everybody_sees_what_came_in_and_from_whom(client: Client) -> None:
    campaign = await a_funded_campaign(ROSE, PAUL, ODILE, NOBODY)
    answer = await client.get(path(campaign))
    assert answer.status_code == 200
    for words in ("Merci à Odile Blanc, Paul Roux, Rose Martin.", "30\u202f€", "51\u202f€", "22\u202f€", "180\u202f€"):
        assert words in answer.text, words
    assert "Cachée" not in answer.text
    assert "dons réunis" not in answer.text


async def test_no_amount_stands_beside_a_name_and_their_orders_tell_nothing(client: Client) -> None:
    campaign = await a_funded_campaign(ROSE, ODILE, PAUL)
    gifts = (await client.get(path(campaign))).text.partition('id="dons"')[2].partition("</section>")[0]
    names, _table, amounts = gifts.partition("<table")
    assert "€" not in names
    assert not any(name in amounts for name in ("Rose", "Paul", "Odile"))
    assert [amounts.index(f"{euros}\u202f€") for euros in (77, 51, 30)] == sorted(
        amounts.index(f"{euros}\u202f€") for euros in (77, 51, 30)
    )


async def test_the_amounts_of_one_or_two_persons_stand_without_their_names(client: Client) -> None:
    for givers in ([ROSE], [ROSE, PAUL]):
        page = (await client.get(path(await a_funded_campaign(*givers)))).text
        assert "30\u202f€" in page
        assert "Rose Martin" not in page


async def test_a_hidden_amount_is_merged_with_two_others(client: Client) -> None:
    campaign = await a_funded_campaign(ROSE, SHY, PAUL, ODILE)
    answer = await client.get(path(campaign))
    assert "Jean Secret" not in answer.text
    assert "123,45" not in answer.text
    assert "3 dons réunis ensemble" in answer.text
    assert "77\u202f€" in answer.text
    text, lines = await exported(client, campaign)
    assert "12345" not in re.sub(r"[0-9a-f]{64}", "", text)
    assert sum("salt" in line for line in lines[1:]) == 1
    assert checking.check(text).problems == []


async def test_with_fewer_than_three_gifts_no_amount_stands_apart(client: Client) -> None:
    campaign = await a_funded_campaign(ROSE, SHY)
    await booked(campaign, "match_due", "m1", [Amount(AccountKind.MATCH_FUND, 1_000), Amount(AccountKind.CAMPAIGN_FUND, -1_000)])
    page = (await client.get(path(campaign))).text
    for amount in ("30\u202f€", "123,45", "153,45", "10\u202f€"):
        assert amount not in page, amount
    assert "163,45" in page
    assert "Frais de paiement" not in page
    text, lines = await exported(client, campaign)
    assert not any("salt" in line for line in lines[1:])
    assert checking.check(text).problems == []


async def test_amounts_wait_until_everything_is_collected(client: Client) -> None:
    campaign = await a_live_campaign()
    page = (await client.get(path(campaign))).text
    assert "Les comptes paraîtront ici" in page
    assert "Vérifiez vous-même" not in page
    assert "Voir les comptes et les preuves" not in (await client.get(f"/campagnes/{campaign.slug}")).text
    await a_booked_gift(campaign, ROSE)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.COLLECTING)
    page = (await client.get(path(campaign))).text
    assert "30\u202f€" not in page
    assert "Vérifiez vous-même" in page
    _text, lines = await exported(client, campaign)
    assert "salt" not in lines[1]
    assert "Voir les comptes et les preuves" in (await client.get(f"/campagnes/{campaign.slug}")).text


async def test_one_offline_gift_is_not_given_away_by_the_balance(client: Client) -> None:
    campaign = await a_funded_campaign(ROSE, PAUL, ODILE)
    cheque = [Amount(AccountKind.CHEQUES_IN_HAND, 4_321), Amount(AccountKind.CAMPAIGN_FUND, -4_321)]
    await booked(campaign, "offline", "o1", cheque)
    page = (await client.get(path(campaign))).text
    assert "43,21" not in page
    assert "201,21" in page
    assert "2 dons réunis ensemble" in page
    assert "4321" not in (await exported(client, campaign))[0]


async def test_a_gift_that_came_by_cheque_instead_of_the_card_counts_as_offline(client: Client) -> None:
    campaign = await a_funded_campaign(ROSE, SHY, PAUL, ODILE)
    late = await a_confirmed_pledge(await a_live_campaign(), await a_person("Marc Chèque"), 6_600)
    await Pledge.filter(id=late.id).update(status=PledgeStatus.COLLECTED, campaign_id=campaign.id)
    cheque = [Amount(AccountKind.CHEQUES_IN_HAND, 6_600), Amount(AccountKind.CAMPAIGN_FUND, -6_600)]
    await booked(campaign, "offline_verified", "1", cheque, "offline 1")
    page = (await client.get(path(campaign))).text
    assert "66\u202f€" not in page
    assert "347,45" in page
    assert "3 dons réunis ensemble" in page


async def test_the_list_goes_by_amount_and_is_paged(client: Client) -> None:
    many = [Given(f"Voisin {n:02}", 1_000 + 100 * n) for n in range(30)]
    campaign = await a_funded_campaign(SHY, *many)
    first = (await client.get(path(campaign))).text
    assert "39\u202f€" in first
    assert "10\u202f€" not in first
    more = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "12\u202f€" in (await client.get(more.partition("#")[0])).text
    assert (await client.get(path(campaign, "?apres=bof"))).status_code == 200


async def test_a_person_finds_the_hash_of_her_mail(client: Client) -> None:
    campaign = await a_funded_campaign(ROSE, PAUL, ODILE)
    second = (await ledger.entries(campaign.id))[1]
    page = (await client.get(path(campaign, f"?empreinte=%20{second.hash.upper()}%20"))).text
    assert "celle de l’écriture 2 sur 3" in page
    assert "pas dans les comptes" in (await client.get(path(campaign, f"?empreinte={'0' * 64}"))).text
    refused = await client.get(path(campaign, "?empreinte=abc"))
    assert refused.status_code == 422
    assert "64 signes" in refused.text


async def test_the_comparison_with_stripe_is_told_for_this_campaign(client: Client) -> None:
    campaign = await a_funded_campaign(ROSE, PAUL, ODILE)
    assert "Stripe le" not in (await client.get(path(campaign))).text
    other = {"kind": "books", "looked": 0, "settled": 0}
    await Reconciliation.create(at=clock.now(), troubles=1, details=[["ch_other", 1, 2]], **other)
    assert "sans écart" in (await client.get(path(campaign))).text
    ours = (await ledger.entries(campaign.id))[0].link.source_id
    await Reconciliation.create(at=clock.now(), troubles=1, details=[[ours, 1, 2]], **other)
    assert "a trouvé un écart" in (await client.get(path(campaign))).text


async def test_nobody_sees_the_accounts_of_a_draft(client: Client) -> None:
    draft = await a_draft()
    assert (await client.get(path(draft))).status_code == 404
    assert (await client.get(path(draft, ".jsonl"))).status_code == 404
