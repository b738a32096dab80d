"""The page of proofs: what it says, what it must never let anybody work out, and how it is checked."""

import json
import re
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.ledger import queries as ledger
from campaigns.ledger import service as ledger_service
from campaigns.ledger.models import AccountKind, Entry
from campaigns.ledger.service import Amount
from campaigns.ledger.told import Moved, Told, told
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.proof import checking, routes
from campaigns.proof.accounts import books_of
from campaigns.proof.privacy import Gift, decide
from campaigns.settlement.models import Reconciliation
from civic import clock, database
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_draft, a_live_campaign
from tests.factories.proof import Given, a_booked_gift, a_funded_campaign, booked

ROSE, PAUL, ODILE = Given("Rose Martin", 3_000), Given("Paul Roux", 5_100), Given("Odile Blanc", 7_700)
SHY = Given("Jean Secret", 12_345, hidden=True)
NOBODY = Given("Louise Cachée", 2_200, anonymous=True)


def path(campaign: Campaign, more: str = "") -> str:
    return f"/campagnes/{campaign.slug}/preuves{more}"


async def exported(client: Client, campaign: Campaign) -> tuple[str, list[dict[str, object]]]:
    answer = await client.get(path(campaign, ".jsonl"))
    assert answer.status_code == 200
    return answer.text, [json.loads(line) for line in answer.text.splitlines()]


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


def figures(page: str) -> list[str]:
    """Every sum of the balance and of the list of gifts, in their order."""
    return re.findall(r'<td class="n">([^<]*€)</td>', page)


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


async def lines_and_total(campaign: Campaign) -> tuple[int, int]:
    """Σ public lines of what came in, and the postings of the fund with what is not told yet, in cents."""
    found = await Campaign.get(id=campaign.id)
    fund = -(await ledger.campaign_balances(campaign.id))["campaign_fund"]
    return sum(cents for _label, cents in routes._received(await books_of(found))), fund + found.untold_cents


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


GIVERS = st.integers(0, 5)
ENOUGH = 3
"""Written again: the rule of docs/money.md (15), whatever the code says."""


@given(st.lists(st.tuples(GIVERS, st.booleans(), st.booleans()), max_size=9), st.sets(GIVERS, max_size=4))
def test_whatever_is_subtracted_at_least_three_gifts_are_left(
    made: list[tuple[int, bool, bool]], offline: set[int]
) -> None:
    """And they are three persons': one of them, who knows her own, does not learn another's."""
    gifts = [Gift(n, 1_000 + n, hidden, tipped, who) for n, (who, hidden, tipped) in enumerate(made)]
    said = decide(gifts, offline)
    hidden = {gift.id for gift in gifts if gift.hidden}
    assert hidden <= said.merged <= said.sealed

    def persons(ids: Iterable[int]) -> set[int | None]:
        return {made[id][0] for id in ids}

    assert {gift.id for gift in gifts if gift.tipped} <= said.sealed
    discreet = persons(hidden) | (offline if len(offline) < ENOUGH else set())
    others = persons(range(len(gifts))) - discreet
    if said.merged and not said.one_line:
        assert len(persons(said.merged) & others) >= min(2, len(others)), "always merged with two others"
    by_hand = set() if said.offline_apart else offline
    if (hidden or said.merged) and not said.one_line:
        assert len(persons(said.merged) | by_hand) >= ENOUGH
        assert len(persons(said.sealed) | by_hand) >= ENOUGH
    if offline and said.offline_apart:
        assert len(offline) >= ENOUGH
    if said.fees_shown:
        assert len(persons(range(len(gifts)))) >= ENOUGH
    if said.one_line:
        assert said.merged == said.sealed == {gift.id for gift in gifts}
        assert not said.offline_apart
        assert not said.fees_shown


@given(st.lists(st.tuples(GIVERS, st.integers(-500, 500), st.integers(-500, 500)), max_size=30))
def test_every_figure_that_moves_has_moved_by_three_persons(moves: list[tuple[int, int, int]]) -> None:
    """Whatever goes back, is held or comes back, in whatever order; and what is told in the end is what happened."""
    found, since = Told(), dict[int, int]()
    for who, left, held in moves:
        before = found.gone
        since[who] = since.get(who, 0) + left + held
        found.move(who, left, held)
        found.tell()
        moved = {one: cents for one, cents in since.items() if cents}
        if found.gone != before or len(moved) >= ENOUGH:
            assert len(moved) == ENOUGH
            assert found.gone - before == sum(moved.values())
            since.clear()
        assert found.waits is any(since.values())


MOVES = {
    "refund": (-100, 0), "dispute": (0, 50), "lost": (-50, -50), "won": (0, -50), "back": (100, 0),
    "bounced": (-2_000, 0),
}  # fmt: skip
"""What a movement does: cents of the fund, cents that a bank holds."""


@given(st.lists(st.tuples(GIVERS, st.sampled_from(sorted(MOVES)), st.booleans()), max_size=25), st.integers(12, 25))
def test_the_public_total_and_the_lines_of_the_proofs_are_one_sum(
    made: list[tuple[int, str, bool]], settled: int
) -> None:
    """Of each moment: what came in less what is told as gone is what the fund holds and what is not told.

    It moves by gifts of three persons, with what is added less for them, which is booked right after each.
    """
    moved = [Moved(n, "charge", f"pledge {n}", 1_000 + n, 0) for n in range(6)]
    moved += [Moved(6 + n, "offline_verified", f"offline {n}", 2_000 + n, 0) for n in range(6)]
    moved.append(Moved(12, "match_due", "agreement 1", 5_000, 0))
    givers = {(of, n): n % 4 for of in ("pledge", "offline") for n in range(6)}
    before, persons = sum(one.fund for one in moved), set[int]()
    for who, kind, less in made:
        position = moved[-1].position + 1
        memo = f"offline {who} bounced" if kind == "bounced" else f"pledge {who}"
        moved.append(Moved(position, kind, memo, *MOVES[kind]))
        if less:
            moved.append(Moved(position + 1, "match_reduced", "agreement 1", -10, 0))
        found = told(moved, givers, settled)
        public = sum(found.counted.values()) + found.matched - found.gone
        assert public == sum(one.fund for one in moved) + found.untold
        if position > settled or MOVES[kind][1]:  # what a bank held already was in no live total
            persons.add(who % 4)
        if position > settled:
            assert public == before or len(persons) >= ENOUGH
        persons = persons if public == before or position <= settled else set()
        before = public


@given(st.lists(st.tuples(GIVERS, st.booleans()), min_size=3, max_size=9), GIVERS)
def test_one_more_hidden_gift_brings_no_other_into_the_open(made: list[tuple[int, bool]], who: int) -> None:
    gifts = [Gift(n, 1_000, hidden, person=giver) for n, (giver, hidden) in enumerate(made)]
    before, after = decide(gifts), decide([*gifts, Gift(99, 1_000, hidden=True, person=who)])
    assert before.merged <= after.merged or before.one_line


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
