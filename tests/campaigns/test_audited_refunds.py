"""What an audit found about money that goes back: cheques, requests beside wishes, pages open when a campaign ends."""

import pytest

from campaigns.ledger import queries as ledger
from campaigns.lifecycle import service as lifecycle
from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.offline import verifying
from campaigns.payments import gateway
from campaigns.payments.models import Attempt
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.refunds import requesting
from campaigns.refunds.models import Refund, RefundMeans, RefundStatus
from campaigns.refunds.verify import CHECKS as REFUND_CHECKS
from campaigns.settlement import deciding, outcomes
from campaigns.settlement.verify import CHECKS
from civic import database as db
from civic import jobs
from civic.errors import DomainError, Gone
from civic.mail.models import OutboxMessage
from tests.campaigns.conftest import Payments
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.test_flexible import a_flexible
from tests.campaigns.test_pledges import walk
from tests.campaigns.test_refunds import gate  # noqa: F401
from tests.client import Client
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign
from tests.factories.offline import a_switched_pledge, a_verified_gift
from tests.factories.offline import a_treasurer as another_treasurer
from tests.factories.refunds import a_funded_campaign, a_gift, a_treasurer, an_animator, asked, hear
from tests.factories.settlement import deadline_passes

WHY = "Fin de la collecte, merci à tous."


async def troubles() -> list[str]:
    return [sentence for check in (*CHECKS, *REFUND_CHECKS) for sentence in await check()]


async def test_the_cheques_of_a_failed_campaign_can_be_given_back(app: object):
    campaign = await a_live_campaign()
    await a_confirmed_pledge(campaign)
    gift = await a_verified_gift(campaign, 3_000)
    await deadline_passes(campaign)
    assert await deciding.decide(campaign.id) == CampaignStatus.FAILED
    assert (await Campaign.get(id=campaign.id)).backers_count == 2
    await verifying.give_back(gift.id, await another_treasurer("Autre Trésor"))
    found = await Campaign.get(id=campaign.id)
    assert (found.backers_count, found.offline_cents) == (1, 0)


async def test_a_count_that_is_wrong_already_keeps_no_cheque_in(app: object):
    campaign = await a_live_campaign()
    gift = await a_verified_gift(campaign, 3_000)
    await Campaign.filter(id=campaign.id).update(backers_count=0)
    await verifying.bounce(gift.id, await another_treasurer("Autre Trésor"))
    found = await Campaign.get(id=campaign.id)
    assert (found.backers_count, found.offline_cents) == (0, 0)


async def test_counting_who_gave_at_once_forgets_no_cheque(app: object):
    campaign = await a_flexible()
    gift = await a_verified_gift(campaign, 3_000)
    await db.execute(outcomes._COUNT_GIVERS, [campaign.id])
    assert (await Campaign.get(id=campaign.id)).backers_count == 1
    await verifying.bounce(gift.id, await another_treasurer("Autre Trésor"))
    assert (await Campaign.get(id=campaign.id)).backers_count == 0


async def test_a_transfer_is_not_approved_for_more_than_is_left(gate: Harness):  # noqa: F811
    campaign = await a_funded_campaign(gate, (5_000, 500), (6_000, 0))
    pledge = await Pledge.get(campaign_id=campaign.id, amount_cents=5_000)
    refund = await asked(pledge, 3_000, RefundMeans.TRANSFER)
    attempt = await Attempt.get(pledge_id=pledge.id, status="succeeded")
    await gateway.refund(gateway.OURS, attempt.intent_ref or "", key="dash", amount_cents=4_000, metadata={})
    await hear(gate)
    with pytest.raises(DomainError, match="reste moins"):
        await requesting.approve(refund.id, await a_treasurer())
    await Refund.filter(id=refund.id).update(amount_cents=1_200)
    done = await requesting.approve(refund.id, await a_treasurer())
    assert (done.status, done.tip_cents) == (RefundStatus.SUCCEEDED, 200)
    assert (await Campaign.get(id=campaign.id)).collected_cents == 6_000
    assert await troubles() == []


async def a_wish(gate: Harness) -> tuple[Pledge, Refund]:  # noqa: F811
    """The team asks for a part, then she asks for all of it."""
    pledge = await a_gift(gate, 5_000)
    await Campaign.filter(id=pledge.campaign_id).update(goal=GoalKind.FLEXIBLE)
    refund = await asked(pledge, 1_000)
    await pledges.ask_back(await Pledge.get(id=pledge.id).select_related("campaign", "person"))
    return pledge, refund


async def all_of_it_went(pledge: Pledge) -> None:
    await jobs.run_due(schedules=False)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.REFUNDED
    rows = [(row.status, row.amount_cents) for row in await Refund.filter(pledge_id=pledge.id).order_by("id")]
    assert rows == [(RefundStatus.REFUSED, 1_000), (RefundStatus.SUCCEEDED, 5_000)]


async def test_her_own_wish_goes_before_what_the_team_asked(gate: Harness):  # noqa: F811
    pledge, _refund = await a_wish(gate)
    await all_of_it_went(pledge)


async def test_a_refusal_does_not_swallow_her_wish(gate: Harness):  # noqa: F811
    pledge, refund = await a_wish(gate)
    with pytest.raises(DomainError, match="elle-même"):
        await requesting.approve(refund.id, await a_treasurer())
    await requesting.refuse(refund.id, await a_treasurer(), "non vraiment")
    await all_of_it_went(pledge)


async def test_a_gift_paid_by_cheque_is_not_asked_back_online(app: object):
    campaign = await a_live_campaign()
    pledge = await a_switched_pledge(campaign)
    await a_verified_gift(await Campaign.get(id=campaign.id), 3_000, number=pledges.reference(pledge))
    await Campaign.filter(id=campaign.id).update(goal=GoalKind.FLEXIBLE)
    found = await Pledge.get(id=pledge.id).select_related("campaign", "person")
    assert found.status == PledgeStatus.COLLECTED
    assert not await pledges.may_ask_back(found)
    with pytest.raises(Gone):
        await pledges.ask_back(found)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.COLLECTED


async def end(campaign: Campaign) -> None:
    await lifecycle.cancel(await Campaign.get(id=campaign.id), await an_animator(), WHY)


async def heard(payments: Payments) -> None:
    for _round in range(3):
        await jobs.run_due(schedules=False)
        await payments.deliver()
    await jobs.run_due(schedules=False)


async def standing(campaign: Campaign) -> tuple[str, int, list[str]]:
    found = await Campaign.get(id=campaign.id)
    rows = await Pledge.filter(campaign_id=campaign.id).order_by("id")
    return found.status.value, found.collected_cents, [row.status.value for row in rows]


async def test_a_page_open_when_the_campaign_is_cancelled_is_ended(client: Client, payments: Payments):
    campaign = await a_flexible()
    await walk(client, campaign)
    await end(campaign)
    await heard(payments)
    assert await standing(campaign) == ("cancelled", 0, ["abandoned"])


async def test_a_page_paid_when_the_campaign_is_cancelled_is_given_back(client: Client, payments: Payments):
    campaign = await a_flexible()
    await payments.fill_in(await walk(client, campaign))
    await end(campaign)
    await heard(payments)
    assert await standing(campaign) == ("cancelled", 0, ["refunded"])
    mails = [mail for mail in await OutboxMessage.all() if "don" in mail.subject.lower()]
    assert [mail.subject.partition("\u00a0:")[0] for mail in mails] == ["Votre don vous est rendu"]
    assert "après la fin de cette collecte" in mails[0].text
    assert (await ledger.balances()).get("campaign_fund", 0) == 0
    assert await troubles() == []


async def test_unwinding_waits_for_the_page_that_is_open(client: Client, payments: Payments):
    campaign = await a_flexible()
    await payments.fill_in(await walk(client, campaign))
    await payments.deliver()
    await jobs.run_due(schedules=False)
    client.cookies.clear()
    await walk(client, campaign)
    await end(campaign)
    await heard(payments)
    assert await standing(campaign) == ("refunded", 0, ["refunded", "abandoned"])


async def test_unwinding_gives_back_what_is_paid_meanwhile(client: Client, payments: Payments):
    campaign = await a_flexible()
    await payments.fill_in(await walk(client, campaign))
    await payments.deliver()
    await jobs.run_due(schedules=False)
    client.cookies.clear()
    await payments.fill_in(await walk(client, campaign))
    await end(campaign)
    await heard(payments)
    assert await standing(campaign) == ("refunded", 0, ["refunded", "refunded"])
    assert await troubles() == []
