"""A card's owner, or a bank, takes a gift back: held, won, lost, never counted twice."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import permutations

import pytest

from campaigns.ledger import queries as ledger
from campaigns.ledger import service
from campaigns.ledger.models import AccountKind
from campaigns.ledger.service import Amount
from campaigns.payments.answers import DisputeState
from campaigns.pledges.models import Pledge
from campaigns.refunds import disputes, looking, sending
from campaigns.refunds.models import Dispute, Refund, RefundStatus
from campaigns.settlement.models import Reconciliation
from civic import clock, jobs
from civic.contributions.models import Contribution
from civic.database import transaction
from civic.jobs.models import Job
from civic.mail.models import OutboxMessage
from civic.settings import Settings
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import assert_books_agree, open_till
from tests.engines import Database
from tests.factories.refunds import (
    a_funded_campaign,
    a_gift,
    a_treasurer,
    charge_of,
    given_back,
    hear,
    heard_by_now,
)

pytestmark = pytest.mark.usefixtures("database", "settings")


@pytest.fixture
async def gate(database: Database, settings: Settings, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def fresh(pledge: Pledge) -> Pledge:
    return await Pledge.get(id=pledge.id).select_related("campaign", "person")


async def contested(gate: Harness, cents: int = 5_000, tip: int = 0) -> tuple[Pledge, str]:
    pledge = await a_gift(gate, cents, tip)
    charge = await charge_of(pledge)
    await gate.control.dispute(charge)
    await hear(gate)
    return await fresh(pledge), charge


async def test_a_contested_gift_is_held_and_the_treasurer_told_until_when(gate: Harness) -> None:
    treasurer = await a_treasurer()
    pledge, _charge = await contested(gate, 5_000, 200)
    row = await Dispute.get(pledge_id=pledge.id)
    assert (pledge.status, pledge.campaign.collected_cents) == ("disputed", 5_000)
    assert (row.status, row.held_cents, row.fee_cents) == (DisputeState.OPEN, 5_200, 2_000)
    assert (await ledger.balances())[f"disputes_held:{pledge.campaign_id}"] == 5_200
    letter = await OutboxMessage.get(to=treasurer.person.email)
    assert (letter.subject.startswith("Un don est contesté"), "preuves jusqu" in letter.text) == (True, True)
    assert f"/tresorerie/dons/{pledge.id}" in letter.text
    await assert_books_agree(gate)


async def test_a_dispute_that_is_won_gives_the_money_back_but_never_the_fee(gate: Harness) -> None:
    pledge, charge = await contested(gate)
    await gate.control.close_dispute(charge, won=True)
    await hear(gate, times=2)
    found = await fresh(pledge)
    assert (found.status, found.campaign.collected_cents) == ("collected", 5_000)
    assert (await ledger.balances())[f"disputes_held:{pledge.campaign_id}"] == 0
    await assert_books_agree(gate)


async def test_a_dispute_that_is_lost_leaves_the_campaign_without_the_gift(gate: Harness) -> None:
    pledge, charge = await contested(gate, 5_000, 200)
    await gate.control.close_dispute(charge, won=False)
    await hear(gate, times=2)
    found = await fresh(pledge)
    assert (found.status, found.campaign.collected_cents, found.campaign.backers_count) == ("charged_back", 0, 0)
    assert await Contribution.filter(revoked_at__isnull=True).count() == 0
    assert (await ledger.balances())["platform_tips"] == 0
    await assert_books_agree(gate)


async def test_a_dispute_after_a_partial_refund_takes_only_the_rest(gate: Harness) -> None:
    pledge = await a_gift(gate, 5_000)
    await given_back(pledge, 2_000)
    charge = await charge_of(pledge)
    await gate.control.dispute(charge)
    await gate.control.close_dispute(charge, won=False)
    await hear(gate)
    row = await Dispute.get(pledge_id=pledge.id)
    assert (row.held_cents, row.gift_cents, row.excess_cents) == (3_000, 3_000, 0)
    found = await fresh(pledge)
    assert (found.status, found.campaign.collected_cents) == ("charged_back", 0)
    await assert_books_agree(gate)


@pytest.mark.parametrize("refund_first", [True, False])
async def test_what_a_backer_has_twice_is_never_taken_from_the_campaign_twice(
    gate: Harness, refund_first: bool
) -> None:
    """A bank that contests the whole charge although a part of it was given back, and a refund that then fails."""
    pledge = await a_gift(gate, 5_000, 500)
    refund = await given_back(pledge, 2_000)
    charge = await charge_of(pledge)
    contest = looking.gateway.contest_of({
        "id": "du_1", "status": "lost", "amount": 5_500, "charge": charge, "payment_intent": "", "created": 1,
        "balance_transactions": [{"amount": -5_500, "fee": 0}], "reason": "fraudulent",
    })  # fmt: skip
    await gate.control.fail_refund(refund.refund_ref)
    failed = await looking.gateway.read_refund(looking.gateway.OURS, refund.refund_ref or "")
    if refund_first:
        await sending.settle(refund.id, failed)
    await disputes.settle(refund.attempt_id, contest)
    if not refund_first:
        assert (await Dispute.get()).excess_cents == 2_000
        assert (await ledger.balances())["backer_external"] == 2_000
        await sending.settle(refund.id, failed)
    row, found = await Dispute.get(), await fresh(pledge)
    assert (row.gift_cents, row.tip_cents, row.excess_cents) == (5_000, 500, 0)
    assert (found.status, found.campaign.collected_cents) == ("charged_back", 0)
    balances = await ledger.balances()
    assert (balances.get("backer_external", 0), balances["platform_tips"]) == (0, 0)
    assert balances[f"campaign_fund:{pledge.campaign_id}"] == 0


@pytest.mark.parametrize("order", list(permutations(range(4)))[::3])
async def test_the_banks_messages_in_any_order_end_the_same(gate: Harness, order: tuple[int, ...]) -> None:
    pledge = await a_gift(gate)
    before = await heard_by_now(gate)
    charge = await charge_of(pledge)
    await gate.control.dispute(charge)
    await gate.control.close_dispute(charge, won=True)
    await hear(gate, order=list(order), times=2, since=before)
    assert ((await fresh(pledge)).status, await Dispute.all().count()) == ("collected", 1)
    await assert_books_agree(gate)


async def test_a_lost_message_about_a_dispute_is_found_by_reconciling(gate: Harness) -> None:
    pledge, charge = await contested(gate)
    await gate.control.webhooks(lose=100)
    await gate.control.close_dispute(charge, won=False)
    await looking.reconcile(patience=timedelta())
    assert (await fresh(pledge)).status == "charged_back"
    await assert_books_agree(gate)


async def test_a_dispute_nobody_told_us_about_is_found_at_night(gate: Harness) -> None:
    pledge = await a_gift(gate)
    await gate.control.webhooks(lose=100)
    await gate.control.dispute(await charge_of(pledge))
    await looking.recall_due()
    assert (await fresh(pledge)).status == "disputed"
    told = await Reconciliation.filter(kind="recall").order_by("-id").first()
    assert told is not None
    assert (told.looked, told.settled, told.troubles) == (1, 1, 0)
    assert (await looking.recall()).settled == 0
    await assert_books_agree(gate)


async def test_a_direct_debit_that_comes_back_after_its_success_is_a_charge_back(gate: Harness) -> None:
    campaign = await a_funded_campaign(gate, (5_000, 100), card="pm_success_fr")
    for intent in (await gate.control.dump())["payment_intents"]:
        if intent["status"] == "processing":
            await gate.control.settle(intent["id"])
    await hear(gate)
    pledge = await Pledge.get(campaign_id=campaign.id).select_related("campaign", "person")
    assert pledge.status == "collected"
    await gate.control.return_debit(await charge_of(pledge))
    await hear(gate, times=2)
    found = await fresh(pledge)
    assert (found.status, found.campaign.collected_cents) == ("charged_back", 0)
    assert (await Dispute.get()).means == "sepa_debit"
    assert (await told(found))[-1:] == ["Votre prélèvement est revenu"]
    await assert_books_agree(gate)
    assert await jobs.dead_letters() == []


async def test_a_dispute_of_a_charge_that_is_not_ours_is_nobodys_business(gate: Harness) -> None:
    customer, method = await gate.saved("pm_card_visa")
    intent = await gate.pay(customer, method)
    await gate.control.dispute(intent.latest_charge)
    await hear(gate)
    assert await Dispute.all().count() == 0
    assert not await Job.filter(name="dispute_changed", done_at__isnull=True).exists()


async def test_an_inquiry_holds_nothing_and_changes_nothing(gate: Harness) -> None:
    pledge = await a_gift(gate)
    attempt = await looking.Attempt.get(pledge_id=pledge.id)
    body = {
        "id": "du_9", "status": "warning_needs_response", "amount": 5_000, "charge": "ch", "created": 1,
        "payment_intent": attempt.intent_ref, "balance_transactions": [], "reason": "general",
    }  # fmt: skip
    await disputes.settle(attempt.id, looking.gateway.contest_of(body))
    assert ((await fresh(pledge)).status, (await Dispute.get()).status) == ("collected", DisputeState.INQUIRY)
    refund = await given_back(pledge, 5_000)
    assert (await Refund.get(id=refund.id)).status == RefundStatus.SUCCEEDED
    await disputes.settle(attempt.id, looking.gateway.contest_of({**body, "status": "warning_closed"}))
    assert ((await fresh(pledge)).status, (await Dispute.get()).status) == ("refunded", DisputeState.WON)
    await assert_books_agree(gate)


async def told(pledge: Pledge) -> list[str]:
    """What was written to her since her gift arrived."""
    mails = await OutboxMessage.filter(to=pledge.person.email).order_by("id")
    return [mail.subject.partition("\u00a0:")[0] for mail in mails if "est arrivé" not in mail.subject]


@pytest.mark.parametrize("won", [True, False])
async def test_she_hears_once_what_her_bank_does_and_what_she_may_do(gate: Harness, won: bool) -> None:
    pledge, charge = await contested(gate, 5_000, 200)
    assert (await told(pledge))[-1:] == ["Votre banque conteste votre don"]
    letter = await OutboxMessage.filter(to=pledge.person.email).order_by("-id").first()
    assert letter
    for words in ("52\u202f€", "vous retirez la contestation", "P-0000"):
        assert words in letter.text
    await gate.control.close_dispute(charge, won=won)
    await hear(gate, times=2)
    await looking.recall()
    last = "Votre don compte à nouveau" if won else "Votre banque a repris votre don"
    assert (await told(pledge))[-2:] == ["Votre banque conteste votre don", last]


async def test_a_dispute_that_is_over_when_we_hear_of_it_is_told_in_one_letter(gate: Harness) -> None:
    pledge = await a_gift(gate)
    charge = await charge_of(pledge)
    before = await told(pledge)
    await gate.control.dispute(charge)
    await gate.control.close_dispute(charge, won=False)
    await hear(gate, times=2)
    assert await told(pledge) == [*before, "Votre banque a repris votre don"]


@pytest.mark.parametrize("later", [0, 1_000])
async def test_what_a_bank_keeps_of_a_dispute_that_is_won_is_lost_and_no_more(gate: Harness, later: int) -> None:
    treasurer = await a_treasurer()
    pledge, charge = await contested(gate, 5_000, 500)
    await gate.control.close_dispute(charge, won=True, given=3_500, fee_back=1_500)
    await hear(gate, times=2)
    if later:
        await gate.control.reinstate(charge, later)
        await hear(gate, times=2)
    row, found = await Dispute.get(), await fresh(pledge)
    assert (row.status, row.held_cents, row.fee_cents) == (DisputeState.WON, 2_000 - later, 500)
    assert (row.gift_cents, row.tip_cents, row.excess_cents) == (2_000 - later, 0, 0)
    assert (found.status, found.campaign.collected_cents) == ("collected", 3_000 + later)
    assert (await ledger.balances())[f"campaign_fund:{pledge.campaign_id}"] == -3_000 - later
    assert (await ledger.balances())[f"disputes_held:{pledge.campaign_id}"] == 0
    mail = await OutboxMessage.filter(to=treasurer.person.email).order_by("-id").first()
    assert mail
    assert ("gagnée en partie" in mail.text, "20\u202f€ sur 55\u202f€" in mail.text) == (True, True)
    await assert_books_agree(gate)
    assert await jobs.dead_letters() == []


async def test_what_comes_back_after_a_dispute_was_lost_is_the_campaigns_again(gate: Harness) -> None:
    pledge, charge = await contested(gate, 5_000, 500)
    await gate.control.close_dispute(charge, won=False)
    await hear(gate)
    assert (await fresh(pledge)).status == "charged_back"
    for cents in (500, 5_000):
        await gate.control.reinstate(charge, cents)
        await hear(gate, times=2)
    row, found = await Dispute.get(), await fresh(pledge)
    assert (row.status, row.held_cents, row.gift_cents, row.tip_cents) == (DisputeState.LOST, 0, 0, 0)
    assert (found.status, found.campaign.collected_cents, found.campaign.backers_count) == ("collected", 5_000, 1)
    assert (await ledger.balances())["platform_tips"] == -500
    await assert_books_agree(gate)


async def test_what_was_booked_of_a_dispute_before_lines_were_booked_one_by_one_stays_booked_once(gate: Harness) -> None:
    pledge = await a_gift(gate)
    charge = await charge_of(pledge)
    await gate.control.dispute(charge)
    ref = (await gate.control.dump())["disputes"][0]["id"]
    async with transaction():
        await service.book("dispute", "dispute", ref, [
            Amount(AccountKind.DISPUTES_HELD, 5_000), Amount(AccountKind.PSP_FEES, 2_000),
            Amount(AccountKind.STRIPE_CLEARING, -7_000),
        ], campaign=pledge.campaign_id, memo=f"pledge {pledge.id}", occurred_at=clock.now())  # fmt: skip
    await gate.control.close_dispute(charge, won=True, given=4_000)
    await hear(gate, times=2)
    assert (await Dispute.get()).gift_cents == 1_000
    await assert_books_agree(gate)
