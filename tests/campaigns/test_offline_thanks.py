"""« Merci à eux » and the count of backers when people give by hand: by consent, once each, hidden as decision 0014 says."""

from collections.abc import Awaitable, Callable

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.offline import verifying
from campaigns.offline.models import OfflineGift
from campaigns.pledges.queries import supporters
from civic import clock
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign
from tests.factories.offline import a_treasurer, a_verified_gift

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.usefixtures("app")


async def settle(campaign: Campaign, status: CampaignStatus = CampaignStatus.FUNDED) -> None:
    await Campaign.filter(id=campaign.id).update(status=status)


async def test_who_agreed_at_the_stall_is_thanked_and_who_was_not_asked_is_not(client: Client, sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    lead = await sign_in(campaign.lead)
    sent = {
        "cle": "c", "lines": "5", "received_on": clock.today().isoformat(), "name_1": "Lucette Guichard", "amount_1": "20",
        "mode_1": "cash", "thanked_1": "1", "public_name_1": "Lucette du marché", "name_2": "Roger Berthet",
        "amount_2": "50", "mode_2": "cash", "public_name_2": "Roger B.", "name_3": "Ginette Morel", "amount_3": "30",
        "mode_3": "cash", "thanked_3": "1",
    }  # fmt: skip
    assert (await lead.submit(f"/campagnes/{campaign.slug}/hors-ligne/saisie", sent)).status_code == 303
    assert "Lucette" not in (await client.get(f"/campagnes/{campaign.slug}")).text
    treasurer = await a_treasurer()
    for gift in await OfflineGift.all():
        await verifying.verify(gift.id, treasurer)
    page = (await client.get(f"/campagnes/{campaign.slug}")).text
    assert "Lucette du marché" in page
    assert "Ginette Morel" in page
    assert "Guichard" not in page
    assert "Roger" not in page
    assert "et 1 autre personne" in page.replace("\u00a0", " ")
    assert "<b>3</b>" in page


async def test_a_name_goes_when_its_gift_no_longer_counts() -> None:
    campaign = await a_live_campaign()
    gift = await a_verified_gift(campaign, public_name="Odile B.")
    assert await supporters(campaign.id) == ["Odile B."]
    await verifying.bounce(gift.id, await a_treasurer(), "sans provision")
    assert await supporters(campaign.id) == []


async def test_who_gives_by_two_roads_is_named_and_counted_once(client: Client) -> None:
    campaign = await a_live_campaign()
    await a_confirmed_pledge(campaign, await a_person("Odile Blanc", "odile@exemple.fr"))
    await a_verified_gift(campaign, email="odile@exemple.fr", public_name="Odile du marché")
    await a_verified_gift(campaign, donor_name="Un Passant")
    assert len(await supporters(campaign.id)) == 1
    page = (await client.get(f"/campagnes/{campaign.slug}")).text.replace("\u00a0", " ")
    assert "<b>2</b>" in page
    assert "et 1 autre personne" in page


async def test_a_hidden_amount_by_hand_waits_for_settlement_and_for_two_others() -> None:
    campaign = await a_live_campaign()
    await a_verified_gift(campaign, donor_name="Lucien Faure", public_name="Lucien F.")
    for name in ("Zoé Quercy", "Adèle Brun"):
        await a_verified_gift(campaign, donor_name=name, public_name=name, amount_hidden=True)
    await settle(campaign)
    assert await supporters(campaign.id) == ["Lucien F."]
    await settle(campaign, CampaignStatus.LIVE)
    await a_confirmed_pledge(campaign, await a_person("Martin Sand"), amount_hidden=True)
    assert await supporters(campaign.id) == ["Lucien F."]
    await settle(campaign)
    assert await supporters(campaign.id) == ["Lucien F.", "Adèle Brun", "Martin S.", "Zoé Quercy"]


async def test_one_donor_with_three_hidden_gifts_does_not_make_a_crowd() -> None:
    campaign = await a_live_campaign()
    for cents in (1_000, 2_000, 3_000):
        await a_verified_gift(campaign, cents, email="zoe@exemple.fr", public_name="Zoé", amount_hidden=True)
    await settle(campaign)
    assert await supporters(campaign.id) == []
