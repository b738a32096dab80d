"""A beneficiary's own account that closes, opens again, or is disconnected (docs/decisions/0016)."""

from datetime import timedelta

import pytest

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.payees.models import Payee
from campaigns.payments import accounts
from campaigns.payments.models import Attempt
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from campaigns.settlement import closing, looking
from civic import clock, jobs
from civic.errors import Gone
from civic.mail.models import OutboxMessage
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.test_other_beneficiaries import assert_books, decided, gate, intents_at  # noqa: F401
from tests.campaigns.till import problems
from tests.factories.payees import a_payee, its_campaign, promised
from tests.factories.refunds import a_treasurer, hear


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
