"""Receipts for gifts by hand of an all-or-nothing campaign: only once it has succeeded."""

from datetime import timedelta

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.offline import verifying
from campaigns.receipts import queries
from campaigns.receipts import service as receipts
from campaigns.receipts.models import Receipt
from campaigns.settlement import closing, deciding
from civic import clock, jobs
from civic.mail.models import OutboxMessage
from tests.campaigns.test_receipts_by_hand import a_keeper, issuing, link, none_for, receipt_of, wrong  # noqa: F401
from tests.client import Client
from tests.factories.campaigns import a_live_campaign
from tests.factories.offline import a_treasurer, a_verified_gift
from tests.factories.receipts import odile

pytestmark = pytest.mark.usefixtures("app", "issuing")


async def test_all_or_nothing_issues_receipts_for_gifts_by_hand_once_it_has_succeeded(client: Client) -> None:
    campaign = await a_live_campaign()
    told = await a_verified_gift(campaign, 600_000, identity=odile(), email="odile@exemple.fr")
    asked = await a_verified_gift(campaign, 1_000, donor_name="Paul Muet", email="paul@exemple.fr")
    assert await none_for(told)
    assert await none_for(asked)
    promise = await OutboxMessage.get(to="odile@exemple.fr")
    assert "Votre reçu fiscal vient quand la collecte a réussi" in promise.text
    assert not await OutboxMessage.filter(to="paul@exemple.fr", subject__startswith="Un reçu fiscal").exists()
    assert "Le reçu vient quand la collecte a réussi" in (await client.get(link(asked))).text
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() - timedelta(minutes=1))
    assert await deciding.decide(campaign.id) == CampaignStatus.COLLECTING
    assert await queries.standing(gift_id=told.id) is None
    assert await closing.close(campaign.id) == CampaignStatus.FUNDED
    assert (await receipt_of(told)).number == 1
    assert await OutboxMessage.filter(to="paul@exemple.fr", subject__startswith="Un reçu fiscal").count() == 1
    late = await a_verified_gift(await Campaign.get(id=campaign.id), 2_000, identity=odile())
    assert (await receipt_of(late)).number == 2
    await jobs.enqueue("campaign_funded", key="again", campaign_id=campaign.id)
    await jobs.run_due(schedules=False)
    assert await Receipt.all().count() == 2
    assert await wrong() == []


async def test_a_receipt_that_somebody_took_back_does_not_return_with_the_success() -> None:
    campaign, team = await a_keeper(), await a_treasurer()
    gift = await a_verified_gift(campaign, identity=odile())
    await receipts.void(await receipt_of(gift), "adresse fausse", team)
    await jobs.enqueue("campaign_funded", key="again", campaign_id=campaign.id)
    assert await none_for(gift)


async def test_receipts_issued_before_are_void_when_the_campaign_fails(client: Client) -> None:
    campaign = await a_keeper()
    gift = await a_verified_gift(campaign, 5_000, identity=odile(), email="odile@exemple.fr")
    first = await receipt_of(gift)
    values = {"goal": GoalKind.ALL_OR_NOTHING, "deadline": clock.now() - timedelta(minutes=1)}
    await Campaign.filter(id=campaign.id).update(**values)
    assert await deciding.decide(campaign.id) == CampaignStatus.FAILED
    assert any("tient sans son don" in sentence for sentence in await wrong())
    for _again in range(2):
        assert await none_for(gift)
    void = await Receipt.get(voids_id=first.id)
    assert (void.number, void.reason) == (2, "La collecte n’a pas abouti, ce don est rendu.")
    assert await OutboxMessage.filter(subject__contains="est annulé").count() == 1
    page = (await client.get(link(gift))).text
    assert "ce don est à rendre" in page
    assert "Numéro et rue" not in page
    await verifying.give_back(gift.id, await a_treasurer("Rose Deux"), "chèque rendu")
    assert await none_for(gift)
    assert await Receipt.all().count() == 2
    assert await wrong() == []
