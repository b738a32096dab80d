"""Money by hand of a campaign that failed goes back to its donors: no page sends it to the bank, every page says so."""

from collections.abc import Awaitable, Callable

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.offline import deposits, verifying
from campaigns.offline.models import Mode, OfflineGift
from civic import clock
from civic.errors import DomainError
from civic.people.models import Person, RoleName
from tests.client import Client
from tests.factories import a_person
from tests.factories.campaigns import a_live_campaign
from tests.factories.offline import a_gift, a_treasurer, a_verified_gift

SignIn = Callable[[Person], Awaitable[Client]]
pytestmark = pytest.mark.usefixtures("app")


async def fails(campaign: Campaign) -> Campaign:
    values = {"status": CampaignStatus.FAILED, "decided_at": clock.now(), "decided_total_cents": 5_000}
    await Campaign.filter(id=campaign.id).update(**values)
    return await Campaign.get(id=campaign.id).select_related("initiative", "lead")


async def a_desk(sign_in: SignIn) -> Client:
    return await sign_in(await a_person("Dominique Caisse", "", RoleName.TREASURER))


async def test_gifts_to_give_back_are_offered_to_no_bank_and_a_slip_that_holds_one_warns(sign_in: SignIn) -> None:
    campaign, team = await a_live_campaign(), await a_treasurer()
    slipped = await a_verified_gift(campaign, 5_000, Mode.CASH)
    cheque = await a_verified_gift(campaign, 3_500)
    await deposits.prepare(Mode.CASH, [slipped.id], team)
    desk = await a_desk(sign_in)
    before = (await desk.get("/tresorerie/remises")).text
    assert cheque.code in before
    assert "à rendre" not in before
    panel = (await desk.get("/tresorerie")).text
    for words in ("À mettre sur un bordereau", "35\u202f€", "À porter à la banque", "50\u202f€"):
        assert words in panel
    await fails(campaign)
    after = (await desk.get("/tresorerie/remises")).text
    assert cheque.code not in after
    assert f"sa collecte n’a pas abouti\u00a0: {slipped.code}" in after
    with pytest.raises(DomainError, match="à rendre"):
        await deposits.prepare(Mode.CHEQUE, [cheque.id], team)
    assert (await OfflineGift.get(id=cheque.id)).deposit_id is None


async def test_the_desk_counts_what_is_to_be_given_back(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    await a_verified_gift(campaign, 3_500)
    await a_gift(campaign, 4_500)
    desk = await a_desk(sign_in)
    assert "Rendre" not in (await desk.get("/pupitre")).text
    await fails(campaign)
    text = (await desk.get("/pupitre")).text
    assert "Rendre 2 dons à leurs donateurs" in text
    assert "80\u202f€ reçus à la main" in text
    assert "/tresorerie/hors-ligne#rendre" in text


async def test_the_lead_of_a_failed_campaign_is_told_to_give_back_and_changes_nothing(sign_in: SignIn) -> None:
    campaign = await a_live_campaign()
    gift = await a_gift(campaign, 4_500)
    lead, page = await sign_in(campaign.lead), f"/campagnes/{campaign.slug}/hors-ligne"
    assert "Corriger" in (await lead.get(page)).text
    await fails(campaign)
    text = (await lead.get(page)).text
    assert "rendez-les à leurs donateurs" in text
    assert "À rendre" in text
    for gone in ("Reçu, à vérifier", "Corriger", "Retirer"):
        assert gone not in text
    assert (await lead.get(f"{page}/{gift.id}")).status_code == 410
    assert (await lead.submit(f"{page}/{gift.id}/retirer")).status_code == 410
    assert (await OfflineGift.get(id=gift.id)).status == "received"


async def test_the_page_of_a_failed_campaign_says_that_gifts_by_hand_go_back(client: Client) -> None:
    with_cash, without = await a_live_campaign(), await a_live_campaign()
    await a_gift(with_cash, 4_500)
    said = "sont rendus à leurs donateurs"
    assert said not in (await client.get(f"/campagnes/{with_cash.slug}")).text
    for campaign in (with_cash, without):
        await fails(campaign)
    assert said in (await client.get(f"/campagnes/{with_cash.slug}")).text
    assert said not in (await client.get(f"/campagnes/{without.slug}")).text


async def test_a_donor_still_sees_her_gift_that_bounced_or_came_back_and_what_happened(sign_in: SignIn) -> None:
    campaign, odile = await a_live_campaign(), await a_person("Odile Blanc", "odile@exemple.fr")
    bounced, returned = await a_verified_gift(campaign, 3_000), await a_verified_gift(campaign, 4_000)
    await OfflineGift.filter(id__in=[bounced.id, returned.id]).update(person_id=odile.id)
    hers = await sign_in(odile)
    before = (await hers.get("/mon-espace")).text
    assert "Don de 30\u202f€" in before
    assert "impayé" not in before
    await verifying.bounce(bounced.id, await a_treasurer())
    await fails(campaign)
    await verifying.give_back(returned.id, await a_treasurer())
    after = (await hers.get("/mon-espace")).text
    assert f"{bounced.code} · chèque revenu impayé" in after
    assert f"{returned.code} · rendu" in after
