"""A beneficiary's own account that closes, opens again, or is disconnected (docs/decisions/0016)."""

from datetime import timedelta

import pytest

from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.payees.models import Payee
from campaigns.payments import accounts, gateway
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from campaigns.pledges.service import Gift
from campaigns.refunds import queries as refunds
from campaigns.settlement import books, closing, deciding, direct, looking, rules
from civic import clock, jobs
from civic.errors import Gone
from civic.mail.models import OutboxMessage
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.test_other_beneficiaries import assert_books, decided, gate, intents_at  # noqa: F401
from tests.campaigns.till import problems
from tests.factories import a_person
from tests.factories.payees import CARD, a_payee, its_campaign, promised
from tests.factories.refunds import a_treasurer, approved, hear
from tests.factories.settlement import deadline_passes


async def test_an_account_that_closes_takes_no_new_gift_and_those_who_act_hear_it(gate: Harness) -> None:  # noqa: F811
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    pledge = await promised(gate, campaign, 2_000)
    treasurer = await a_treasurer()
    await gate.control.restrict_account(payee.account_ref or "")
    await hear(gate)
    campaign = await Campaign.get(id=campaign.id)
    assert not campaign.is_open()
    with pytest.raises(Gone, match="encaisser"):
        await promised(gate, campaign)
    told = await OutboxMessage.filter(to=treasurer.person.email, subject__contains="ne peut plus encaisser")
    assert len(told) == 1
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.CONFIRMED
    await gate.control.open_account(payee.account_ref or "")
    await accounts.check_all()
    assert (await Campaign.get(id=campaign.id)).is_open()
    assert (await Payee.get(id=payee.id)).closed_at is None
    await jobs.run_due(schedules=False)
    assert await OutboxMessage.filter(to=treasurer.person.email, subject__contains="peut encaisser").count() == 1
    await promised(gate, campaign)


async def test_promises_wait_for_a_closed_account_and_are_charged_once_it_opens(gate: Harness) -> None:  # noqa: F811
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    pledge = await promised(gate, campaign)
    await gate.control.restrict_account(payee.account_ref or "")
    assert (await decided(campaign)).status == CampaignStatus.COLLECTING
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.CONFIRMED
    assert (await Campaign.get(id=campaign.id)).till_closed_at is not None
    assert not await OutboxMessage.filter(subject__contains="carte").exists()
    await looking.reconcile(patience=timedelta())
    assert await Attempt.filter(pledge_id=pledge.id).count() == 1
    await gate.control.open_account(payee.account_ref or "")
    await accounts.check_all()
    await looking.reconcile(patience=timedelta())
    await jobs.run_due(schedules=False)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.COLLECTED
    assert await intents_at(gate, payee.account_ref) == ["succeeded"]
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.FUNDED
    await assert_books(gate)


async def test_promises_are_let_go_when_the_account_stays_closed(gate: Harness) -> None:  # noqa: F811
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    pledge = await promised(gate, campaign)
    await gate.control.restrict_account(payee.account_ref or "")
    await accounts.look(payee.account_ref or "")
    campaign = await decided(campaign)
    await Campaign.filter(id=campaign.id).update(grace_until=clock.now())
    await closing.close_due()
    await jobs.run_due(schedules=False)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.RELEASED
    assert (await PledgeChange.filter(pledge_id=pledge.id).order_by("-id").first()).cause == "account_closed"  # type: ignore[union-attr]
    assert await OutboxMessage.filter(subject__contains="n’a pas été débité").count() == 1
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.SHORTFALL
    assert await Attempt.all().count() == 0
    assert await problems() == []


async def test_a_disconnected_account_is_a_closed_one(gate: Harness) -> None:  # noqa: F811
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    await Payee.filter(id=payee.id).update(account_ref="acct_gone")
    await Campaign.filter(id=campaign.id).update(account_ref="acct_gone")
    await accounts.hear("ca_123", account="acct_gone")
    fresh = await Payee.get(id=payee.id)
    assert (fresh.charges_enabled, fresh.reason) == (False, "disconnected")
    assert not (await Campaign.get(id=campaign.id)).is_open()


async def charged_unseen(gate: Harness) -> tuple[Payee, Campaign, Pledge]:  # noqa: F811
    """Her card was charged, nobody heard it, and then the account was disconnected until the grace was over."""
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    pledge = await promised(gate, campaign)
    await gate.control.fault("error_after", "/v1/payment_intents", "post", times=1)
    await gate.control.fault("error_before", "/v1/payment_intents", "post", times=2)
    campaign = await decided(campaign)
    await gate.control.disconnect_account(payee.account_ref or "")
    await looking.reconcile(patience=timedelta())
    await Campaign.filter(id=campaign.id).update(grace_until=clock.now())
    await closing.close_due()
    await jobs.run_due(schedules=False)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.RELEASED
    return payee, campaign, pledge


@pytest.mark.parametrize("heard", ["from the account", "by a message"])
async def test_a_charge_nobody_saw_is_booked_once_the_account_is_back(gate: Harness, heard: str) -> None:  # noqa: F811
    payee, campaign, pledge = await charged_unseen(gate)
    assert await ledger.campaign_balances(campaign.id) == {}
    await gate.control.open_account(payee.account_ref or "")
    assert await intents_at(gate, payee.account_ref) == ["succeeded"]
    if heard == "by a message":
        intent = (await gate.control.dump())["payment_intents"][0]["id"]
        await looking.hear_intent(intent, account=payee.account_ref or "")
    for _twice in range(2):
        await accounts.check_all()
        await jobs.run_due(schedules=False)
    assert (await Attempt.get(pledge_id=pledge.id)).status == AttemptStatus.SUCCEEDED
    assert (await ledger.campaign_balances(campaign.id))["refunds_due"] == -5_000
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.RELEASED
    assert (await Campaign.get(id=campaign.id)).collected_cents == 0
    assert [attempt.pledge_id for attempt in await refunds.due_back()] == [pledge.id]
    assert await books.compare() == []
    await approved(pledge, 5_000)
    await jobs.run_due(schedules=False)
    assert (await ledger.campaign_balances(campaign.id))["refunds_due"] == 0
    await assert_books(gate)


async def test_an_account_that_is_back_and_was_asked_nothing_books_nothing(gate: Harness) -> None:  # noqa: F811
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    pledge = await promised(gate, campaign)
    campaign = await decided(campaign)
    await Attempt.create(
        pledge_id=pledge.id, n=2, key="pledge-x-a1", amount_cents=5_000, status=AttemptStatus.CANCELLED,
        error_code="account_closed", created_at=clock.now(),
    )  # fmt: skip
    await looking.account_is_back(payee.id)
    assert (await Attempt.get(key="pledge-x-a1")).status == AttemptStatus.CANCELLED


@pytest.mark.parametrize("paid", [False, True])
async def test_a_page_at_a_disconnected_account_holds_a_free_campaign_up_only_for_the_grace(
    gate: Harness, paid: bool  # noqa: F811
) -> None:
    payee = await a_payee(gate)
    campaign = await its_campaign(payee, goal=GoalKind.FLEXIBLE)
    odile = await a_person("Odile", "odile@exemple.fr")
    made = await pledges.pledge(odile, campaign, Gift(2_000, 0, 0, False, False, "Odile"), "one", [])
    page = await direct.pay_now(await Pledge.get(id=made.id).select_related("campaign", "person"))
    if paid:
        await gate.control.webhooks(lose=100)
        fields = {"means": "card", "number": CARD, "expiry": "12 / 40", "cvc": "123", "name": "Odile"}
        await gate.browser.post(page or "", data=fields)
    await gate.control.disconnect_account(payee.account_ref or "")
    await deadline_passes(campaign)
    with pytest.raises(gateway.Refused):
        await deciding.decide(campaign.id)
    assert (await Pledge.get(id=made.id)).status == PledgeStatus.CREATED
    await Campaign.filter(id=campaign.id).update(deadline=clock.now() - rules.GRACE)
    assert await deciding.decide(campaign.id) == CampaignStatus.FAILED
    assert (await Pledge.get(id=made.id)).status == PledgeStatus.ABANDONED
    await jobs.run_due(schedules=False)
    assert await OutboxMessage.filter(to="odile@exemple.fr", subject__contains="pas pu vérifier").count() == 1
    assert await ledger.campaign_balances(campaign.id) == {}
    await gate.control.open_account(payee.account_ref or "")
    await accounts.check_all()
    await jobs.run_due(schedules=False)
    booked = (await ledger.campaign_balances(campaign.id)).get("refunds_due", 0)
    assert booked == (-2_000 if paid else 0)
    assert await books.compare() == []
