"""Campaigns of another legal entity: charged on its own account, never on ours, apart in the books (decisions/0016)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from campaigns.accounting.lines import lines_of
from campaigns.ledger import queries as ledger
from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from campaigns.matching import receiving
from campaigns.matching.models import MatchAgreement
from campaigns.payments import checkout, gateway, inbox
from campaigns.payments.models import Attempt, AttemptStatus, InboxEvent
from campaigns.payments.till import Till
from campaigns.payouts import service as payouts
from campaigns.payouts.forms import ExpenseForm, TrancheForm
from campaigns.payouts.models import Answer
from campaigns.payouts.verify import CHECKS as PAYOUT_CHECKS
from campaigns.pledges import service as pledges
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.queries import MANAGE
from campaigns.pledges.service import Gift
from campaigns.proof.accounts import books_of as proof_of
from campaigns.proof.checking import check
from campaigns.proof.export import lines
from campaigns.refunds import looking as refund_looking
from campaigns.refunds.models import Dispute, Refund, RefundMeans, RefundStatus
from campaigns.settlement import books, charging, deciding, direct, looking, recovery
from civic import clock, jobs
from civic.errors import DomainError, Invalid
from civic.mail.models import OutboxMessage
from civic.people import links
from civic.people.actor import Actor
from tests.campaigns.sandbox_server import SECRET, Harness, running_sandbox
from tests.campaigns.till import open_till, problems
from tests.factories import a_person
from tests.factories.matching import an_agreement
from tests.factories.payees import CARD, DECLINES, DISPUTED, a_payee, its_campaign, promised
from tests.factories.payouts import an_evidence, first_line
from tests.factories.refunds import a_treasurer, an_animator, approved, asked, hear
from tests.factories.settlement import a_live_campaign, a_pledge, deadline_passes


@pytest.fixture
async def gate(app: ASGIApp, tmp_path: Path) -> AsyncIterator[Harness]:
    async with running_sandbox(tmp_path / "sandbox.sqlite3") as sandbox, open_till(sandbox) as till:
        yield till


async def decided(campaign: Campaign) -> Campaign:
    """Its deadline has passed and every job ran."""
    await deadline_passes(campaign)
    await deciding.decide(campaign.id)
    await jobs.run_due(schedules=False)
    return await Campaign.get(id=campaign.id)


async def intents_at(gate: Harness, account: str | None) -> list[str]:
    """What was charged at an account; None: at ours."""
    options = {"stripe_account": account} if account else {}
    return [one.status for one in (await gate.v1.payment_intents.list_async({}, options)).data]


async def lost(gate: Harness, path: str) -> None:
    """It happens, and none of the three times the SDK asks does an answer arrive."""
    await gate.control.fault("error_after", path, "post", times=1)
    await gate.control.fault("error_before", path, "post", times=2)


async def assert_books(gate: Harness) -> None:
    """Both sides agree at every till, all sums are zero and every invariant holds."""
    assert sum((await ledger.balances()).values()) == 0
    assert await books.compare() == []
    assert await problems() == []


async def test_a_gift_is_charged_on_the_beneficiarys_account_and_not_on_ours(gate: Harness) -> None:
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    pledge = await promised(gate, campaign)
    assert pledge.status == PledgeStatus.CONFIRMED
    campaign = await decided(campaign)
    assert (campaign.status, campaign.collected_cents) == (CampaignStatus.FUNDED, 5_000)
    assert await intents_at(gate, payee.account_ref) == ["succeeded"]
    assert await intents_at(gate, None) == []
    assert (await gate.v1.customers.list_async()).data == []
    balances = await ledger.balances()
    assert balances[f"campaign_fund:{campaign.id}"] == -5_000
    assert balances[f"stripe_clearing:b{payee.id}"] + balances[f"psp_fees:b{payee.id}"] == 5_000
    assert "stripe_clearing" not in balances
    assert "psp_fees" not in balances
    await assert_books(gate)


async def test_the_account_learns_no_more_of_a_backer_than_everybody(gate: Harness) -> None:
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    for anonymous in (True, False):
        gift = Gift(2_000, 0, 0, anonymous, False, "Odile B.")
        made = await pledges.pledge(await a_person("Odile Blanc"), campaign, gift, f"who-{anonymous}", [])
        await checkout.open_page(await Pledge.get(id=made.id).select_related("campaign", "person"))
    options = {"stripe_account": payee.account_ref}
    customers = (await gate.v1.customers.list_async({}, options)).data
    assert [(one.name, one.email) for one in customers] == [("Odile B.", None), (None, None)]


async def test_the_hosts_accountant_sees_only_the_hosts_money(gate: Harness) -> None:
    theirs = await its_campaign(await a_payee(gate))
    ours = await a_live_campaign(3_000)
    await promised(gate, theirs)
    await a_pledge(ours, gate, cents=3_000)
    await decided(theirs)
    await decided(ours)
    today = clock.today()
    written = await lines_of(today - timedelta(days=1), today + timedelta(days=1))
    assert {line.campaign for line in written} == {ours.slug}
    assert sum(line.debit - line.credit for line in written) == 0
    assert (await ledger.balances())["stripe_clearing"] > 0
    await assert_books(gate)


async def test_verify_tells_when_the_hosts_money_and_anothers_are_mixed(gate: Harness) -> None:
    ours = await a_live_campaign(3_000)
    await a_pledge(ours, gate, cents=3_000)
    await decided(ours)
    payee = await a_payee(gate)
    assert await problems() == []
    await Campaign.filter(id=ours.id).update(payee_id=payee.id)
    assert any("mêle l’argent" in said for said in await problems())


async def test_a_gift_goes_back_through_the_account_it_came_to(gate: Harness) -> None:
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    pledge = await promised(gate, campaign)
    await decided(campaign)
    pledge = await Pledge.get(id=pledge.id).select_related("campaign", "person")
    with pytest.raises(Invalid):
        await asked(pledge, 1_000, RefundMeans.TRANSFER)
    refund = await approved(pledge, 2_000)
    await jobs.run_due(schedules=False)
    refund = await Refund.get(id=refund.id)
    assert refund.status == RefundStatus.SUCCEEDED
    theirs = (await gate.v1.refunds.list_async({}, {"stripe_account": payee.account_ref})).data
    assert [one.amount for one in theirs] == [2_000]
    assert (await gate.v1.refunds.list_async()).data == []
    assert (await Campaign.get(id=campaign.id)).collected_cents == 3_000
    await assert_books(gate)


async def test_a_refund_without_an_answer_is_found_again_at_the_account(gate: Harness) -> None:
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    pledge = await promised(gate, campaign)
    await decided(campaign)
    refund = await approved(await Pledge.get(id=pledge.id).select_related("campaign", "person"), 5_000)
    await lost(gate, "/v1/refunds")
    await jobs.run_due(schedules=False)
    assert (await Refund.get(id=refund.id)).status == RefundStatus.UNKNOWN
    await refund_looking.reconcile(patience=timedelta())
    assert (await Refund.get(id=refund.id)).status == RefundStatus.SUCCEEDED
    await assert_books(gate)


async def test_a_contested_gift_is_held_and_lost_at_the_account(gate: Harness) -> None:
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    pledge = await promised(gate, campaign, number=DISPUTED)
    await decided(campaign)
    await hear(gate)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.DISPUTED
    assert (await ledger.balances())[f"disputes_held:{campaign.id}"] == 5_000
    dispute = await Dispute.get(pledge_id=pledge.id)
    charge = (await gateway.read_dispute(Till(payee.account_ref or ""), dispute.dispute_ref)).charge_ref
    await gate.control.close_dispute(charge, won=False)
    await refund_looking.reconcile(patience=timedelta())
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.CHARGED_BACK
    assert (await Campaign.get(id=campaign.id)).collected_cents == 0
    await assert_books(gate)


async def test_what_was_lost_on_the_way_is_found_at_the_account_every_night(gate: Harness) -> None:
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    pledge = await promised(gate, campaign)
    await decided(campaign)
    attempt = await Attempt.get(pledge_id=pledge.id)
    till = Till(payee.account_ref or "")
    await gateway.refund(till, attempt.intent_ref or "", key="dashboard", amount_cents=1_000, metadata={})
    await refund_looking.recall()
    assert (await Campaign.get(id=campaign.id)).collected_cents == 4_000
    await assert_books(gate)


async def test_a_charge_without_an_answer_is_found_again_at_the_account(gate: Harness) -> None:
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    await promised(gate, campaign)
    await lost(gate, "/v1/payment_intents")
    await decided(campaign)
    assert (await Attempt.get()).status == AttemptStatus.UNKNOWN
    await looking.reconcile(patience=timedelta())
    assert await intents_at(gate, payee.account_ref) == ["succeeded"]
    assert (await Attempt.get()).status == AttemptStatus.SUCCEEDED
    await assert_books(gate)


async def test_a_declined_backer_pays_again_on_the_account_and_by_card_only(gate: Harness) -> None:
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    pledge = await promised(gate, campaign, number=DECLINES)
    await decided(campaign)
    pledge = await recovery.pledge_to_recover(campaign.slug, links.make(MANAGE, pledge.id))
    assert pledge.status == PledgeStatus.NEEDS_BACKER
    letter = await OutboxMessage.get(subject__contains="n’a pas pu être prélevé")
    assert "une autre carte" in letter.text
    assert "chèque" not in letter.text
    with pytest.raises(DomainError, match="carte seulement"):
        await recovery.switch_offline(pledge)
    page = await recovery.pay_again(pledge)
    fields = {"means": "card", "number": CARD, "expiry": "12 / 40", "cvc": "123", "name": "Odile"}
    await gate.browser.post(page or "", data=fields)
    await hear(gate)
    assert (await Pledge.get(id=pledge.id)).status == PledgeStatus.COLLECTED
    assert "succeeded" in await intents_at(gate, payee.account_ref)
    assert await intents_at(gate, None) == []
    assert (await Campaign.get(id=campaign.id)).status == CampaignStatus.FUNDED
    await assert_books(gate)


async def test_a_free_campaign_is_paid_at_once_on_the_account(gate: Harness) -> None:
    payee = await a_payee(gate)
    campaign = await its_campaign(payee, goal=GoalKind.FLEXIBLE)
    made = await pledges.pledge(await a_person("Odile"), campaign, Gift(2_000, 0, 0, False, False, "Odile"), "one", [])
    pledge = await Pledge.get(id=made.id).select_related("campaign", "person")
    page = await direct.pay_now(pledge)
    fields = {"means": "card", "number": CARD, "expiry": "12 / 40", "cvc": "123", "name": "Odile"}
    await gate.browser.post(page or "", data=fields)
    await hear(gate)
    assert (await Pledge.get(id=made.id)).status == PledgeStatus.COLLECTED
    assert await intents_at(gate, payee.account_ref) == ["succeeded"]
    assert await intents_at(gate, None) == []
    await assert_books(gate)


async def test_a_failed_campaign_lets_the_cards_go_at_the_account(gate: Harness) -> None:
    payee = await a_payee(gate)
    campaign = await its_campaign(payee, 50_000)
    pledge = await promised(gate, campaign)
    assert (await decided(campaign)).status == CampaignStatus.FAILED
    method = await gate.v1.payment_methods.retrieve_async(pledge.method_ref, {}, {"stripe_account": payee.account_ref})
    assert method.customer is None
    assert await intents_at(gate, payee.account_ref) == []


async def test_an_organisation_spends_its_own_money_and_shows_it(gate: Harness) -> None:
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    await promised(gate, campaign)
    campaign = await decided(campaign)
    campaign = await Campaign.get(id=campaign.id).select_related("lead")
    line, lead = await first_line(campaign), Actor(campaign.lead)
    with pytest.raises(DomainError, match="sans la permission"):
        await payouts.ask(campaign, lead, TrancheForm(cost_line=line.id, amount=1_000, purpose="Un acompte"))
    form = ExpenseForm(cost_line=line.id, amount=2_000, paid_on=clock.today(), what="Acompte au fumiste", key="one")
    expense = await payouts.declare(campaign, lead, form, await an_evidence())
    await payouts.check(campaign, expense, await a_treasurer(), Answer.ACCEPTED, "")
    balances = await ledger.balances()
    assert (balances[f"bank:b{payee.id}"], balances.get("bank", 0)) == (-2_000, 0)
    too_much = form.model_copy(update={"amount": 3_000, "key": "two"})
    with pytest.raises(Invalid, match="reste"):
        await payouts.declare(campaign, lead, too_much, await an_evidence())
    assert [said for check in PAYOUT_CHECKS for said in await check()] == []
    await assert_books(gate)


async def test_the_accounts_of_another_entity_are_published_and_checked_like_ours(gate: Harness) -> None:
    payee = await a_payee(gate)
    campaign = await its_campaign(payee, 15_000)
    for _ in range(3):
        await promised(gate, campaign)
    campaign = await decided(campaign)
    books = await proof_of(campaign)
    assert (books.broken_at, books.totals.gifts, books.totals.fund) == (None, 15_000, 15_000)
    checked = check("".join(lines(books)), books.head)
    assert (checked.problems, checked.found_at, checked.sealed) == ([], 3, 0)


async def test_what_a_matcher_adds_is_paid_to_the_other_entity(gate: Harness) -> None:
    payee = await a_payee(gate)
    campaign = await its_campaign(payee)
    agreement = await an_agreement(campaign)
    await promised(gate, campaign)
    await decided(campaign)
    agreement = await MatchAgreement.get(id=agreement.id)
    payment = await receiving.enter(agreement, await an_animator(), 5_000, clock.today(), "VIR 12")
    await receiving.confirm(payment, await a_treasurer())
    balances = await ledger.balances()
    assert (balances[f"bank:b{payee.id}"], balances.get("bank", 0)) == (5_000, 0)
    await assert_books(gate)


async def test_messages_of_an_account_we_do_not_know_are_left_aside(gate: Harness) -> None:
    stranger = await gate.v1.accounts.create_async({"type": "standard"})
    await gate.control.open_account(stranger.id)
    await hear(gate)
    assert await InboxEvent.filter(account_ref=stranger.id).count() == 0
    known = await a_payee(gate)
    since = len(gate.heard)
    await gate.control.restrict_account(known.account_ref or "")
    await gate.hear(since + 1)
    event = gateway.read_event(*gate.heard[-1], SECRET)
    assert event.account == known.account_ref
    await inbox.keep(event)
    assert await InboxEvent.filter(account_ref=known.account_ref).count() == 1


async def test_an_account_cannot_pay_or_refund_in_the_name_of_anothers_campaign(gate: Harness) -> None:
    """The owner of an account writes our own names into objects of hers."""
    payee, other = await a_payee(gate), await a_payee(gate, "La Conserverie du Renon")
    campaign = await its_campaign(payee)
    pledge = await promised(gate, campaign)
    await gate.control.fault("error_before", "/v1/payment_intents", "post", times=9)
    await decided(campaign)
    await gate.control.forget_faults()
    attempt = await Attempt.get(pledge_id=pledge.id)
    assert attempt.status == AttemptStatus.UNKNOWN
    for account in (other.account_ref, None):
        options = {"stripe_account": account} if account else {}
        await gate.v1.payment_intents.create_async({
            "amount": 5_000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True,
            "allowed_payment_method_types": ["card"], "metadata": {"attempt": attempt.key, "pledge": str(pledge.id)},
        }, options)  # fmt: skip
    await hear(gate)
    assert (await Attempt.get(id=attempt.id)).status == AttemptStatus.UNKNOWN
    assert (await Campaign.get(id=campaign.id)).collected_cents == 0
    await looking.reconcile(patience=timedelta())
    assert await intents_at(gate, payee.account_ref) == ["succeeded"]
    refund = await approved(await Pledge.get(id=pledge.id).select_related("campaign", "person"), 5_000)
    theirs = (await gate.v1.payment_intents.list_async({}, {"stripe_account": other.account_ref})).data[0]
    await gate.v1.refunds.create_async(
        {"payment_intent": theirs.id, "amount": 5_000, "metadata": {"refund": refund.key}},
        {"stripe_account": other.account_ref},
    )
    made = (await gateway.list_refunds(Till(other.account_ref or "")))[0]
    await refund_looking.look_at(Till(other.account_ref or ""), made)
    assert (await Refund.get(id=refund.id)).status == RefundStatus.APPROVED
    assert (await Campaign.get(id=campaign.id)).collected_cents == 5_000


async def test_the_platform_is_not_tipped_beside_a_gift_to_somebody_else(gate: Harness) -> None:
    campaign = await its_campaign(await a_payee(gate))
    with pytest.raises(Invalid, match="directement"):
        await promised(gate, campaign, tip=300)
    await charging.charge((await promised(gate, campaign)).id)
    assert await Attempt.all().count() == 0
