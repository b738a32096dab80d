"""What an audit found that a hidden amount could be worked out from: the wall of words, the sums of matchers."""

import re

import pytest

from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.matching import service as matching
from campaigns.matching.panels import campaign_panels
from campaigns.news.models import Word
from campaigns.news.queries import words
from campaigns.pledges.models import Pledge
from campaigns.pledges.queries import supporters
from campaigns.proof.privacy import Gift, decide
from civic import clock
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign
from tests.factories.matching import an_agreement
from tests.factories.proof import Given, a_booked_gift, booked


async def a_word(campaign: Campaign, name: str, *, hidden: bool) -> None:
    pledge = await a_confirmed_pledge(campaign, await a_person(name), amount_hidden=hidden)
    await Pledge.filter(id=pledge.id).update(public_name=name)
    present = clock.now()
    await Word.create(
        pledge_id=pledge.id, campaign_id=campaign.id, text="Bravo", written_at=present, shown_at=present
    )  # fmt: skip


async def named(campaign: Campaign) -> set[str]:
    return {word.pledge.public_name for word in await words(campaign.id)} - {""}


async def test_the_wall_names_no_hidden_amount_before_the_supporters_do(app: object) -> None:
    campaign = await a_live_campaign()
    await a_word(campaign, "Rose Martin", hidden=False)
    for name in ("Odile Blanc", "Paul Roux"):
        await a_word(campaign, name, hidden=True)
    assert await named(campaign) == {"Rose Martin"}
    assert len(await words(campaign.id)) == 3
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED)
    assert await named(campaign) == {"Rose Martin"}
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.LIVE)
    await a_word(await Campaign.get(id=campaign.id), "Jean Secret", hidden=True)
    assert await named(campaign) == {"Rose Martin"}
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED)
    assert await named(campaign) == {"Rose Martin", "Odile Blanc", "Paul Roux", "Jean Secret"}
    assert set(await supporters(campaign.id)) == await named(campaign)


@pytest.mark.parametrize("values", [{}, {"per_person_cents": 1_000}])
async def test_what_a_matcher_adds_is_told_from_three_persons_on(client: Client, values: dict[str, int]) -> None:
    campaign = await a_live_campaign()
    await an_agreement(campaign, **values)

    async def added() -> tuple[bool, int]:
        await matching.refresh(campaign.id)
        row = (await campaign_panels(await Campaign.get(id=campaign.id)))[0].context["rows"][0]
        return row["told"], row["added_cents"]

    assert await added() == (True, 0)
    for n, name in enumerate(("Odile Blanc", "Paul Roux"), 1):
        await a_confirmed_pledge(await Campaign.get(id=campaign.id), await a_person(name), 3_100)
        assert await added() == ((True, 1_000 * n) if values else (False, 0))
    page = (await client.get(f"/campagnes/{campaign.slug}")).text
    assert ("à partir de trois personnes" in page) == (not values)
    await a_confirmed_pledge(await Campaign.get(id=campaign.id), await a_person("Rose Martin"), 3_100)
    assert await added() == (True, 3_000 if values else 9_300)


async def test_the_match_of_one_hidden_gift_is_not_told_by_the_proofs(client: Client) -> None:
    campaign = await a_live_campaign()
    agreement = await an_agreement(campaign)
    await a_booked_gift(campaign, Given("Jean Secret", 12_345, hidden=True))
    await matching.refresh(campaign.id)
    for name, cents in (("Rose Martin", 3_000), ("Paul Roux", 5_100), ("Odile Blanc", 7_700)):
        await a_booked_gift(await Campaign.get(id=campaign.id), Given(name, cents))
    due = [Amount(AccountKind.MATCH_FUND, 12_345), Amount(AccountKind.CAMPAIGN_FUND, -12_345)]
    await booked(campaign, "match_due", str(agreement.id), due)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED, collected_cents=28_145)
    page = (await client.get(f"/campagnes/{campaign.slug}/preuves")).text
    for told in ("123,45", "204,45", "Ajouté", "Frais de paiement", "281,45"):
        assert told not in page, told
    assert "404,90" in page
    assert "Dons et ce qui s’y ajoute" in page
    assert "123,45" not in (await client.get(f"/campagnes/{campaign.slug}")).text
    assert "12345" not in re.sub(r"[0-9a-f]{64}", "", (await client.get(f"/campagnes/{campaign.slug}/preuves.jsonl")).text)


def test_a_match_of_few_is_merged_only_beside_something_hidden() -> None:
    def gifts(hidden: bool) -> list[Gift]:
        return [Gift(n, 1_000, hidden and n == 1) for n in range(1, 6)]

    open_ones = decide(gifts(False), few_matched=True)
    assert (open_ones.match_apart, open_ones.match_open, open_ones.merged) == (True, True, frozenset())
    for said in (decide(gifts(True), few_matched=True), decide(gifts(False), range(4), few_matched=True)):
        assert {said.match_apart, said.match_open, said.offline_apart, said.fees_shown, said.one_line} == {False}
        assert said.merged
    assert decide(gifts(True)).match_open
