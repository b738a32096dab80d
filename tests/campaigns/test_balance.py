"""What Stripe moves on the account for no backer: payouts, payouts that come back, and what the account itself costs."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from campaigns.ledger import queries as ledger
from campaigns.ledger.models import AccountKind, Entry
from campaigns.ledger.service import Amount
from campaigns.ledger.service import book as book_entry
from campaigns.payments import gateway
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.payments.till import OURS
from campaigns.sandbox.charges import move
from campaigns.settlement import balance, books
from campaigns.settlement.models import Reconciliation
from civic import clock, database
from civic.people.models import Person
from tests.campaigns.sandbox_server import Harness
from tests.campaigns.till import assert_books_agree, open_till, problems
from tests.client import Client
from tests.factories.refunds import a_funded_campaign, a_gift, a_treasurer

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture
async def gate(client: Client, sandbox: Harness) -> AsyncIterator[Harness]:
    async with open_till(sandbox) as till:
        yield till


async def read() -> int:
    return await balance.book_lines(await gateway.list_balance(OURS, clock.now() - balance.DAYS))


async def test_a_payout_to_the_bank_is_booked_once(gate: Harness) -> None:
    source = {"id": "po_1", "currency": "eur"}
    await gate.control._do(lambda rows: move(gate.control._of(rows, ""), "payout", source, -12_345, 0, "payout"))
    assert await read() == 1
    assert await read() == 1
    assert await Entry.all().count() == 1
    assert await ledger.balances() == {"bank": 12_345, "stripe_clearing": -12_345}


async def test_a_payout_that_costs_something_brings_its_amount_to_the_bank(gate: Harness) -> None:
    source = {"id": "po_1", "currency": "eur"}
    await gate.control._do(lambda rows: move(gate.control._of(rows, ""), "payout", source, -10_000, 100, "payout"))
    await read()
    assert await ledger.balances() == {"bank": 10_000, "psp_fees": 100, "stripe_clearing": -10_100}


async def test_what_the_account_costs_is_the_platforms_and_explained_to_the_treasurer(
    gate: Harness, sign_in: SignIn
) -> None:
    treasurer = await a_treasurer()
    pledge = await a_gift(gate, 5_000)
    fund = (await ledger.campaign_balances(pledge.campaign_id))["psp_fees"]
    await gate.control.account_fee(430, "Radar for Fraud Teams (2026-11-01)")
    await gate.control.account_fee(-30, "Network costs")
    assert [one.theirs_cents for one in await books.compare()] in ([-430, 30], [30, -430])
    await books.compare_due()
    await books.compare_due()
    assert (await Reconciliation.filter(kind="books").order_by("-id").first()).troubles == 0  # type: ignore[union-attr]
    assert (await ledger.campaign_balances(pledge.campaign_id))["psp_fees"] == fund
    assert (await ledger.balances())["psp_fees"] == fund + 400
    assert await Entry.filter(kind="account_fee", campaign_id=None).count() == 2
    await assert_books_agree(gate)
    page = await sign_in(treasurer.person)
    assert "Frais du compte Stripe sur 35 jours\u00a0: 4\u202f€" in (await page.get("/tresorerie")).text
    today = clock.today()
    answer = await page.get(f"/tresorerie/comptabilite.csv?du={today - timedelta(days=1)}&au={today}")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    fees = [row for row in rows if row["Libellé"] == "Frais du compte Stripe"]
    assert {row["Compte"] for row in fees} == {"5115", "6278"}
    assert {row["Collecte"] for row in fees} == {""}
    assert sorted(row["Débit"] for row in fees if row["Compte"] == "6278") == ["0,00", "4,30"]


async def test_a_payout_the_bank_refuses_comes_back_to_the_cent(gate: Harness) -> None:
    await a_gift(gate, 5_000)
    paid = await gate.control.pay_out()
    await books.compare_due()
    assert (await ledger.balances())["stripe_clearing"] == 0
    await gate.control.fail_payout(paid["id"])
    await books.compare_due()
    assert (await ledger.balances())["bank"] == 0
    await assert_books_agree(gate)


async def test_a_movement_nobody_knows_is_said_and_not_booked(gate: Harness, sign_in: SignIn) -> None:
    treasurer = await a_treasurer()
    await a_gift(gate, 5_000)
    source = {"id": None, "currency": "eur"}
    await gate.control._do(lambda rows: move(gate.control._of(rows, ""), "topup", source, 7_700, 0, "topup"))
    await books.compare_due()
    assert [one.theirs_cents for one in await books.compare()] == [7_700]
    assert "Ni un virement vers la banque" in (await (await sign_in(treasurer.person)).get("/tresorerie")).text


async def test_a_fee_of_the_account_that_is_put_on_a_campaign_is_found(gate: Harness) -> None:
    pledge = await a_gift(gate, 5_000)
    fee = [Amount(AccountKind.PSP_FEES, 5), Amount(AccountKind.STRIPE_CLEARING, -5)]
    async with database.transaction():
        await book_entry("account_fee", "balance_line", "txn_x", fee, campaign=pledge.campaign_id)
    assert any("mêle le compte Stripe" in one for one in await problems())


async def test_a_debit_under_way_is_no_difference_and_a_line_of_nobodys_is(gate: Harness) -> None:
    """A live account shows a debit on its balance from its first day, the sandbox once its money is there."""
    campaign = await a_funded_campaign(gate, (5_000, 0), card="pm_success_fr")
    attempt = await Attempt.get(pledge__campaign_id=campaign.id)
    assert attempt.status == AttemptStatus.PROCESSING
    charge = {"id": (await gate.control.dump())["payment_intents"][0]["latest_charge"], "currency": "eur"}
    for source in (charge, {"id": "py_nobodys", "currency": "eur"}):
        await gate.control._do(lambda rows, of=source: move(gate.control._of(rows, ""), "payment", of, 5_000, 35, "charge"))
    assert [(one.source_ref, one.ours_cents) for one in await books.compare()] == [("py_nobodys", 0)]
