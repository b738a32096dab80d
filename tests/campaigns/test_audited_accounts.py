"""What an audit found about accounts of others, direct debits and many locks: each told about a person."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from campaigns.ledger.models import Entry
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.onboarding import service as onboarding
from campaigns.payees.models import Payee
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import Gift
from campaigns.refunds import looking as refund_looking
from campaigns.refunds import requesting
from campaigns.refunds.models import Refund, RefundMeans, RefundStatus
from campaigns.settlement import closing, deciding, looking, outcomes
from civic import clock, jobs
from civic import database as db
from civic.database import transaction
from civic.mail.models import OutboxMessage
from civic.organisations import service as organisations
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.campaigns.sandbox_server import Harness, running_sandbox
from tests.campaigns.till import assert_books_agree, open_till, problems
from tests.factories import a_person
from tests.factories.payees import a_payee, its_campaign, promised
from tests.factories.refunds import a_treasurer, approved, asked, hear, unwinding
from tests.factories.settlement import a_live_campaign, a_pledge, deadline_passes

DEBIT = "pm_success_fr"


@pytest.fixture
async def gate(app: ASGIApp, tmp_path: Path) -> AsyncIterator[Harness]:
    async with running_sandbox(tmp_path / "sandbox.sqlite3") as sandbox, open_till(sandbox) as till:
        yield till


async def fresh(pledge: Pledge) -> Pledge:
    return await Pledge.get(id=pledge.id).select_related("campaign", "person")


async def a_collected(gate: Harness) -> tuple[Payee, Pledge]:
    """A gift of 50 € to somebody else's campaign, charged at its account."""
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    pledge = await promised(gate, campaign)
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    return payee, await fresh(pledge)


async def her_promise_being_charged(gate: Harness) -> tuple[Payee, Campaign, Pledge]:
    """The campaign is decided; its account is disconnected before the charge leaves."""
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    pledge = await promised(gate, campaign)
    await Person.filter(id=pledge.person_id).update(email="rose@exemple.fr")
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    return payee, campaign, pledge


async def grace_ends(campaign: Campaign) -> None:
    await Campaign.filter(id=campaign.id).update(grace_until=clock.now())
    await closing.close_due()
    await jobs.run_due(schedules=False)


async def test_a_backer_of_a_disconnected_account_hears_that_nobody_knows(gate: Harness) -> None:
    treasurer = await a_treasurer()
    payee, campaign, pledge = await her_promise_being_charged(gate)
    await gate.control.disconnect_account(payee.account_ref or "")
    await jobs.run_due(schedules=False)
    assert (await fresh(pledge)).status == PledgeStatus.UNKNOWN
    assert (await looking.reconcile(patience=timedelta())).troubles == 0
    assert (await Attempt.get(pledge_id=pledge.id)).status == AttemptStatus.UNKNOWN
    await grace_ends(campaign)
    assert (await fresh(pledge)).status == PledgeStatus.RELEASED
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.SHORTFALL
    assert (await Attempt.get(pledge_id=pledge.id)).error_code == "account_closed"
    letter = await OutboxMessage.get(to="rose@exemple.fr", subject__contains="pas pu vérifier")
    assert "relevé bancaire" in letter.text
    assert "Rien n’a été débité et" not in letter.text
    assert await OutboxMessage.filter(to=treasurer.person.email, subject__contains="pas pu être vérifiés").count() == 1
    assert await problems() == []


async def test_a_backer_whose_charge_went_through_is_found_when_the_account_is_back(gate: Harness) -> None:
    payee, _campaign, pledge = await her_promise_being_charged(gate)
    await gate.control.fault("error_after", "/v1/payment_intents", "post", times=1)
    await gate.control.fault("error_before", "/v1/payment_intents", "post", times=2)
    await jobs.run_due(schedules=False)
    await gate.control.restrict_account(payee.account_ref or "")
    assert (await fresh(pledge)).status == PledgeStatus.UNKNOWN
    await looking.reconcile(patience=timedelta())
    assert (await fresh(pledge)).status == PledgeStatus.COLLECTED
    assert await problems() == []


async def test_a_promise_whose_page_is_at_a_disconnected_account_holds_no_decision_up(gate: Harness) -> None:
    payee = await a_payee(gate)
    campaign = await its_campaign(payee, 50_000)
    made = await pledges.pledge(await a_person("Odile"), campaign, Gift(2_000, 0, 0, False, False, "Odile"), "one", [])
    await Pledge.filter(id=made.id).update(session_ref="cs_left")
    await gate.control.disconnect_account(payee.account_ref or "")
    await deadline_passes(campaign)
    assert await deciding.decide(campaign.id) == CampaignStatus.FAILED
    assert (await Pledge.get(id=made.id)).status == PledgeStatus.ABANDONED


async def test_a_treasurer_hears_that_a_disconnected_account_gives_nothing_back(gate: Harness) -> None:
    payee, pledge = await a_collected(gate)
    refund = await approved(pledge, 5_000)
    await gate.control.disconnect_account(payee.account_ref or "")
    await jobs.run_due(schedules=False)
    refund = await Refund.get(id=refund.id)
    assert (refund.status, refund.failure) == (RefundStatus.FAILED, "account_closed")
    assert (await fresh(pledge)).status == PledgeStatus.COLLECTED
    letter = await OutboxMessage.filter(subject__contains="remboursement n’est pas arrivé").first()
    assert letter is not None
    assert "n’est plus relié à ce site" in letter.text
    assert await problems() == []


async def test_an_unwinding_ends_once_the_organisation_has_given_back_itself(gate: Harness) -> None:
    payee, pledge = await a_collected(gate)
    await gate.control.disconnect_account(payee.account_ref or "")
    campaign = await unwinding(pledge.campaign)
    await jobs.run_due(schedules=False)
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.UNWINDING
    refund = await asked(await fresh(pledge), 5_000, RefundMeans.TRANSFER)
    await requesting.approve(refund.id, await a_treasurer("Camille Garde"))
    await jobs.run_due(schedules=False)
    assert (await fresh(pledge)).status == PledgeStatus.REFUNDED
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.REFUNDED
    assert await problems() == []


async def test_the_owner_of_an_account_settles_no_refund_of_ours_by_one_of_her_shop(gate: Harness) -> None:
    payee, pledge = await a_collected(gate)
    refund = await approved(pledge, 5_000)
    options = {"stripe_account": payee.account_ref}
    own = await gate.v1.payment_intents.create_async({
        "amount": 5_000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True,
        "allowed_payment_method_types": ["card"],
    }, options)  # fmt: skip
    await Refund.filter(id=refund.id).update(status=RefundStatus.SENDING, sent_at=clock.now())
    made = await gate.v1.refunds.create_async(
        {"payment_intent": own.id, "amount": 5_000, "metadata": {"refund": refund.key}}, options
    )
    await refund_looking.hear_refund(made.id, account=payee.account_ref or "")
    assert (await Refund.get(id=refund.id)).status == RefundStatus.SENDING
    assert (await Campaign.get(id=pledge.campaign_id)).collected_cents == 5_000
    await jobs.run_due(schedules=False)
    assert (await Refund.get(id=refund.id)).status == RefundStatus.SUCCEEDED
    assert (await fresh(pledge)).status == PledgeStatus.REFUNDED
    assert await problems() == []


async def test_the_owner_of_an_account_pays_no_promise_by_a_charge_of_her_shop(gate: Harness) -> None:
    payee, _campaign, pledge = await her_promise_being_charged(gate)
    await gate.control.fault("error_before", "/v1/payment_intents", "post", times=9)
    await jobs.run_due(schedules=False)
    await gate.control.forget_faults()
    attempt = await Attempt.get(pledge_id=pledge.id)
    await gate.v1.payment_intents.create_async({
        "amount": 5_000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True,
        "allowed_payment_method_types": ["card"], "metadata": {"attempt": attempt.key, "pledge": str(pledge.id)},
    }, {"stripe_account": payee.account_ref})  # fmt: skip
    await hear(gate)
    assert (await fresh(pledge)).status == PledgeStatus.UNKNOWN
    await looking.reconcile(patience=timedelta())
    assert (await fresh(pledge)).status == PledgeStatus.COLLECTED
    assert (await Campaign.get(id=pledge.campaign_id)).collected_cents == 5_000
    assert await problems() == []


async def test_a_debit_is_dated_the_day_its_money_came(gate: Harness) -> None:
    campaign = await a_live_campaign(1_000)
    pledge = await a_pledge(campaign, gate, card=DEBIT)
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    assert (await fresh(pledge)).status == PledgeStatus.PROCESSING
    clock.travel(timedelta(days=9))
    await gate.control.clock(9 * 86_400)
    attempt = await Attempt.get(pledge_id=pledge.id)
    await gate.control.settle(attempt.intent_ref or "", succeeds=True)
    await looking.reconcile(patience=timedelta())
    entry = await Entry.get(source_type="charge", kind="charge")
    collected_at = (await fresh(pledge)).collected_at
    assert collected_at is not None
    assert collected_at == entry.occurred_at
    assert timedelta() <= clock.now() - collected_at < timedelta(minutes=5)
    await assert_books_agree(gate)


async def test_a_debit_heard_of_weeks_late_is_dated_the_day_its_money_came(gate: Harness) -> None:
    campaign = await a_live_campaign(1_000)
    pledge = await a_pledge(campaign, gate, card=DEBIT)
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    attempt = await Attempt.get(pledge_id=pledge.id)
    await gate.control.settle(attempt.intent_ref or "", succeeds=True)
    came = clock.now() + timedelta(days=2)  # two days after the bank's word it is on the balance
    clock.travel(timedelta(days=12))
    await looking.reconcile(patience=timedelta())
    collected_at = (await fresh(pledge)).collected_at
    assert collected_at is not None
    assert abs(collected_at - came) < timedelta(minutes=5)


async def test_who_helps_at_the_counter_opens_no_account_in_her_name(gate: Harness) -> None:
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    lead = await Person.get(id=campaign.lead_id)
    await organisations.name_representative(payee.organisation, lead)
    animator = await a_person("Agathe Roux", "", RoleName.ANIMATOR)
    assert await onboarding.may_open(Actor(lead), campaign, payee)
    assert not await onboarding.may_open(Actor(lead, frozenset(), None, animator), campaign, payee)


@pytest.mark.one_engine("postgres")
async def test_two_workers_take_the_same_promises_by_rising_number(gate: Harness) -> None:
    campaign = await a_live_campaign(1_000)
    first, second = [await a_pledge(campaign, gate, cents=1_000, name=f"Personne {n}") for n in range(2)]
    await Pledge.filter(id=first.id).update(public_name="Elle")  # its row now lies behind the other's
    holds, done = asyncio.Event(), asyncio.Event()

    async def one() -> None:
        async with transaction():
            await db.execute("UPDATE pledge SET updated_at = updated_at WHERE id = ?", [first.id])
            holds.set()
            await done.wait()

    async def two() -> None:
        await holds.wait()
        async with transaction():
            await outcomes.hold_all([second.id, first.id], with_campaign=False)

    workers = [asyncio.create_task(one()), asyncio.create_task(two())]
    await asyncio.sleep(0.5)
    free = await db.fetch_all("SELECT id FROM pledge WHERE id = ? FOR UPDATE SKIP LOCKED", [second.id])
    done.set()
    await asyncio.gather(*workers)
    assert [row["id"] for row in free] == [second.id]
