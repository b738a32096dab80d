"""Cards, debits, refunds and disputes behave as the rules of money expect of Stripe."""

from typing import Any

import pytest
import stripe

from tests.campaigns.sandbox_server import Harness


async def test_a_saved_card_pays_months_later_without_its_owner(sandbox: Harness) -> None:
    customer, method = await sandbox.saved("pm_card_visa")
    intent = await sandbox.pay(
        customer, method, metadata={"pledge": "12"}, expand=["latest_charge.balance_transaction"]
    )
    assert intent.status == "succeeded"
    assert intent.amount_received == 2000
    assert intent.metadata["pledge"] == "12"
    line = intent.latest_charge.balance_transaction
    assert (line.amount, line.fee, line.net) == (2000, 55, 1945)


@pytest.mark.parametrize(
    ("token", "code", "decline_code"),
    [
        ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
        ("pm_card_authenticationRequired", "authentication_required", "authentication_required"),
        (
            "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
            "card_declined",
            "insufficient_funds",
        ),
    ],
)
async def test_a_card_that_was_kept_can_still_refuse_at_the_deadline(
    sandbox: Harness, token: str, code: str, decline_code: str
) -> None:
    customer, method = await sandbox.saved(token)
    with pytest.raises(stripe.CardError) as refused:
        await sandbox.pay(customer, method)
    assert refused.value.http_status == 402
    assert refused.value.code == code
    assert refused.value.error.decline_code == decline_code
    intent = await sandbox.v1.payment_intents.retrieve_async(refused.value.error.payment_intent.id)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.code == code
    charge = await sandbox.v1.charges.retrieve_async(intent.latest_charge)
    assert (charge.status, charge.paid) == ("failed", False)


@pytest.mark.parametrize(
    "token", ["pm_card_visa", "pm_card_authenticationRequiredOnSetup", "pm_card_mastercard"]
)
async def test_a_card_kept_with_its_banks_agreement_pays(sandbox: Harness, token: str) -> None:
    intent = await sandbox.pay(*await sandbox.saved(token))
    assert intent.status == "succeeded"


@pytest.mark.parametrize(
    ("token", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ("pm_card_visa_chargeDeclinedStolenCard", "stolen_card"),
    ],
)
async def test_a_refused_card_cannot_be_kept(sandbox: Harness, token: str, decline_code: str) -> None:
    with pytest.raises(stripe.CardError) as refused:
        await sandbox.saved(token)
    assert refused.value.error.decline_code == decline_code
    assert refused.value.error.setup_intent.status == "requires_payment_method"
    customer = await sandbox.customer()
    with pytest.raises(stripe.CardError):
        await sandbox.v1.payment_methods.attach_async(token, {"customer": customer})


async def test_a_backer_confirms_with_her_bank_after_a_refused_payment(sandbox: Harness) -> None:
    customer, method = await sandbox.saved("pm_card_authenticationRequired")
    with pytest.raises(stripe.CardError) as refused:
        await sandbox.pay(customer, method)
    waiting = await sandbox.v1.payment_intents.confirm_async(
        refused.value.error.payment_intent.id,
        {"payment_method": method, "return_url": "https://civic.test/retour?p=1"},
    )
    assert waiting.status == "requires_action"
    page = waiting.next_action.redirect_to_url.url
    assert (await sandbox.browser.get(page)).status_code == 200
    back = await sandbox.browser.post(page, data={"answer": "accept"})
    assert back.status_code == 303
    assert back.headers["location"].startswith(f"https://civic.test/retour?p=1&payment_intent={waiting.id}&")
    assert back.headers["location"].endswith("&redirect_status=succeeded")
    assert (await sandbox.v1.payment_intents.retrieve_async(waiting.id)).status == "succeeded"
    assert (await sandbox.browser.post(page, data={"answer": "accept"})).status_code == 410


async def test_a_backer_who_refuses_at_her_bank_has_not_paid(sandbox: Harness) -> None:
    customer, method = await sandbox.saved("pm_card_authenticationRequired")
    waiting = await sandbox.pay(customer, method, off_session=False, return_url="https://civic.test/retour")
    back = await sandbox.browser.post(waiting.next_action.redirect_to_url.url, data={"answer": "refuse"})
    assert back.headers["location"].endswith("&redirect_status=failed")
    intent = await sandbox.v1.payment_intents.retrieve_async(waiting.id)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.code == "payment_intent_authentication_failure"


async def test_a_card_may_be_refused_after_its_bank_agreed(sandbox: Harness) -> None:
    customer = await sandbox.customer()
    token = "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds"
    waiting = await sandbox.pay(customer, token, off_session=False, return_url="https://civic.test/retour")
    back = await sandbox.browser.post(waiting.next_action.redirect_to_url.url, data={"answer": "accept"})
    assert back.headers["location"].endswith("&redirect_status=failed")
    intent = await sandbox.v1.payment_intents.retrieve_async(waiting.id)
    assert intent.last_payment_error.decline_code == "insufficient_funds"


async def test_a_direct_debit_takes_its_time_and_arrives(sandbox: Harness) -> None:
    intent = await sandbox.pay(*await sandbox.saved("pm_success_fr"))
    assert intent.status == "processing"
    with pytest.raises(stripe.InvalidRequestError):
        await sandbox.v1.payment_intents.cancel_async(intent.id)
    await sandbox.control.settle(intent.id)
    settled = await sandbox.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})
    assert settled.status == "succeeded"
    assert settled.latest_charge.balance_transaction


async def test_a_direct_debit_takes_its_time_and_fails(sandbox: Harness) -> None:
    intent = await sandbox.pay(*await sandbox.saved("pm_success_fr"))
    await sandbox.control.settle(intent.id, succeeds=False)
    failed = await sandbox.v1.payment_intents.retrieve_async(intent.id)
    assert (failed.status, failed.amount_received) == ("requires_payment_method", 0)
    assert failed.last_payment_error.code == "payment_intent_payment_attempt_failed"


async def test_direct_debits_end_by_themselves_as_their_iban_says(sandbox: Harness) -> None:
    await sandbox.control.sepa_delay(3600)
    good = await sandbox.pay(*await sandbox.saved("pm_success_fr"))
    bad = await sandbox.pay(*await sandbox.saved("pm_failed_fr"))
    await sandbox.control.clock(3601)
    assert (await sandbox.v1.payment_intents.retrieve_async(good.id)).status == "succeeded"
    assert (await sandbox.v1.payment_intents.retrieve_async(bad.id)).status == "requires_payment_method"


async def test_a_detached_card_never_pays_again(sandbox: Harness) -> None:
    customer, method = await sandbox.saved("pm_card_visa")
    await sandbox.v1.payment_methods.detach_async(method)
    with pytest.raises(stripe.InvalidRequestError):
        await sandbox.pay(customer, method)
    assert (await sandbox.v1.customers.payment_methods.list_async(customer)).data == []


async def test_a_card_pays_for_its_owner_only(sandbox: Harness) -> None:
    _, method = await sandbox.saved("pm_card_visa")
    with pytest.raises(stripe.InvalidRequestError):
        await sandbox.pay(await sandbox.customer(), method)


async def test_a_customer_is_corrected_then_deleted_with_her_cards(sandbox: Harness) -> None:
    customer, method = await sandbox.saved("pm_card_visa")
    changed = await sandbox.v1.customers.update_async(customer, {"name": "Rose", "metadata": {"person": "4"}})
    assert (changed.name, changed.metadata["person"]) == ("Rose", "4")
    cleared = await sandbox.v1.customers.update_async(customer, {"metadata": {"person": ""}})
    assert "person" not in cleared.metadata
    assert (await sandbox.v1.customers.delete_async(customer)).deleted
    assert (await sandbox.v1.customers.retrieve_async(customer)).deleted
    assert (await sandbox.v1.payment_methods.retrieve_async(method)).customer is None
    with pytest.raises(stripe.InvalidRequestError):
        await sandbox.pay(customer, "pm_card_visa")


async def test_an_intent_is_cancelled_once_and_never_when_paid(sandbox: Harness) -> None:
    customer = await sandbox.customer()
    asked: dict[str, Any] = {"amount": 500, "currency": "eur", "customer": customer}
    intent = await sandbox.v1.payment_intents.create_async({**asked, "metadata": {"pledge": "1"}})
    assert (await sandbox.v1.payment_intents.cancel_async(intent.id)).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        await sandbox.v1.payment_intents.cancel_async(intent.id)
    paid = await sandbox.pay(customer, "pm_card_visa")
    with pytest.raises(stripe.InvalidRequestError) as late:
        await sandbox.v1.payment_intents.cancel_async(paid.id)
    assert late.value.code == "payment_intent_unexpected_state"
    assert late.value.error.payment_intent.status == "succeeded"


async def test_a_backers_intents_are_listed_page_by_page_newest_first(sandbox: Harness) -> None:
    customer = await sandbox.customer()
    made = [(await sandbox.pay(customer, "pm_card_visa", metadata={"n": str(n)})).id for n in range(5)]
    await sandbox.pay(await sandbox.customer(), "pm_card_visa")
    first = await sandbox.v1.payment_intents.list_async({"customer": customer, "limit": 2})
    assert ([intent.id for intent in first.data], first.has_more) == (made[:2:-1], True)
    all_ids = [intent.id async for intent in first.auto_paging_iter()]
    assert all_ids == made[::-1]
    newer = await sandbox.v1.payment_intents.list_async({"customer": customer, "ending_before": made[3]})
    assert [intent.id for intent in newer.data] == [made[4]]
    since = await sandbox.v1.payment_intents.list_async({"created": {"gt": 9_999_999_999}})
    assert since.data == []


async def test_no_more_is_given_back_than_was_paid(sandbox: Harness) -> None:
    intent = await sandbox.pay(await sandbox.customer(), "pm_card_visa")
    part = await sandbox.v1.refunds.create_async({"payment_intent": intent.id, "amount": 1500})
    assert (part.status, part.amount) == ("succeeded", 1500)
    with pytest.raises(stripe.InvalidRequestError) as too_much:
        await sandbox.v1.refunds.create_async({"payment_intent": intent.id, "amount": 501})
    assert too_much.value.param == "amount"
    rest = await sandbox.v1.refunds.create_async({"charge": intent.latest_charge})
    assert rest.amount == 500
    with pytest.raises(stripe.InvalidRequestError) as again:
        await sandbox.v1.refunds.create_async({"charge": intent.latest_charge})
    assert again.value.code == "charge_already_refunded"
    assert (await sandbox.v1.charges.retrieve_async(intent.latest_charge)).refunded


async def test_a_refund_may_come_back_weeks_later(sandbox: Harness) -> None:
    intent = await sandbox.pay(await sandbox.customer(), "pm_card_visa")
    refund = await sandbox.v1.refunds.create_async({"payment_intent": intent.id, "metadata": {"pledge": "3"}})
    await sandbox.control.fail_refund(refund.id)
    failed = await sandbox.v1.refunds.retrieve_async(refund.id)
    assert (failed.status, bool(failed.failure_balance_transaction)) == ("failed", True)
    assert (await sandbox.v1.charges.retrieve_async(intent.latest_charge)).amount_refunded == 0


@pytest.mark.parametrize(
    ("won", "status", "balance"), [(True, "won", -55 - 2000), (False, "lost", -55 - 2000 - 2000)]
)
async def test_a_disputed_payment_is_won_or_lost(
    sandbox: Harness, won: bool, status: str, balance: int
) -> None:
    intent = await sandbox.pay(*await sandbox.saved("pm_card_createDispute"))
    dispute = (await sandbox.v1.disputes.list_async({"payment_intent": intent.id})).data[0]
    assert dispute.status == "needs_response"
    with pytest.raises(stripe.InvalidRequestError) as contested:
        await sandbox.v1.refunds.create_async({"payment_intent": intent.id})
    assert contested.value.code == "charge_disputed"
    await sandbox.control.close_dispute(intent.latest_charge, won)
    assert (await sandbox.v1.disputes.retrieve_async(dispute.id)).status == status
    lines = await sandbox.v1.balance_transactions.list_async({"limit": 100})
    assert sum(line.net for line in lines.data) == 2000 + balance


async def test_money_is_available_two_days_after_it_came(sandbox: Harness) -> None:
    await sandbox.pay(await sandbox.customer(), "pm_card_visa")
    line = (await sandbox.v1.balance_transactions.list_async({"type": "charge"})).data[0]
    assert line.status == "pending"
    await sandbox.control.clock(2 * 86_400 + 1)
    assert (await sandbox.v1.balance_transactions.retrieve_async(line.id)).status == "available"


async def test_the_dump_holds_what_a_ledger_is_compared_with(sandbox: Harness) -> None:
    intent = await sandbox.pay(await sandbox.customer(), "pm_card_visa")
    await sandbox.v1.refunds.create_async({"payment_intent": intent.id, "amount": 100})
    everything = await sandbox.control.dump()
    assert [charge["amount"] for charge in everything["charges"]] == [2000]
    assert [refund["amount"] for refund in everything["refunds"]] == [100]
    assert [line["net"] for line in everything["balance_transactions"]] == [1945, -100]
    assert "'_number'" not in str(everything)
    await sandbox.control.reset()
    assert not any((await sandbox.control.dump()).values())
