"""What our rules of money count on, asked of the sandbox and, with CIVIC_TEST_STRIPE=sk_test_…, of Stripe.

Nothing here is about the sandbox: the same sentences hold for both, and no test reads anything but the API.
"""

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.campaigns.sandbox_server import running_sandbox

REAL_KEY = os.environ.get("CIVIC_TEST_STRIPE", "")
COUNTERPARTS = ["sandbox", "stripe"] if REAL_KEY.startswith("sk_test_") else ["sandbox"]


@pytest.fixture(params=COUNTERPARTS)
async def v1(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Any]:
    if request.param == "sandbox":
        async with running_sandbox(tmp_path / "sandbox.sqlite3") as harness:
            yield harness.v1
        return
    http = stripe.HTTPXClient()
    yield stripe.StripeClient(REAL_KEY, http_client=http, max_network_retries=2).v1
    await http.close_async()


async def keep(v1: Any, token: str) -> dict[str, Any]:
    """A backer whose card is kept; the parameters of one payment without her."""
    customer = await v1.customers.create_async({"email": "rose@example.org"})
    method = await v1.payment_methods.attach_async(token, {"customer": customer.id})
    return {
        "amount": 2000,
        "currency": "eur",
        "customer": customer.id,
        "payment_method": method.id,
        "confirm": True,
        "off_session": True,
        "allowed_payment_method_types": ["card"],
        "metadata": {"pledge": "12"},
    }


def fresh_key(name: str) -> dict[str, str]:
    return {"idempotency_key": f"civic-{name}-{time.time_ns()}"}


async def test_one_key_is_one_charge(v1: Any) -> None:
    params, key = await keep(v1, "pm_card_visa"), fresh_key("one")
    first = await v1.payment_intents.create_async(params, key)
    second = await v1.payment_intents.create_async(params, key)
    assert (first.status, second.id) == ("succeeded", first.id)
    assert second.last_response.headers["idempotent-replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError):
        await v1.payment_intents.create_async({**params, "amount": 2100}, key)


async def test_a_decline_is_repeated_and_carries_its_intent(v1: Any) -> None:
    params, key = await keep(v1, "pm_card_chargeCustomerFail"), fresh_key("decline")
    found = set()
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refused:
            await v1.payment_intents.create_async(params, key)
        assert refused.value.error is not None
        assert refused.value.error.payment_intent is not None
        found.add(refused.value.error.payment_intent.id)
    assert refused.value.code == "card_declined"
    assert len(found) == 1
    intent = await v1.payment_intents.retrieve_async(found.pop())
    assert intent.status == "requires_payment_method"
    assert intent.metadata["pledge"] == "12"


async def test_a_bank_that_must_ask_refuses_in_the_backers_absence(v1: Any) -> None:
    params = await keep(v1, "pm_card_authenticationRequired")
    with pytest.raises(stripe.CardError) as refused:
        await v1.payment_intents.create_async(params, fresh_key("absent"))
    assert refused.value.code == "authentication_required"
    assert refused.value.error is not None
    intent = refused.value.error.payment_intent
    assert intent is not None
    again = {"payment_method": params["payment_method"], "return_url": "https://civic.test/retour"}
    asked = await v1.payment_intents.confirm_async(intent.id, again, fresh_key("present"))
    assert asked.status == "requires_action"
    assert asked.next_action.redirect_to_url.url
    assert (await v1.payment_intents.cancel_async(intent.id)).status == "canceled"


async def test_an_attempt_without_an_answer_is_found_by_its_metadata(v1: Any) -> None:
    params = await keep(v1, "pm_card_visa")
    intent = await v1.payment_intents.create_async(params, fresh_key("lost"))
    listed = await v1.payment_intents.list_async({"customer": params["customer"], "limit": 1})
    assert [(found.id, found.metadata["pledge"]) for found in listed.data] == [(intent.id, "12")]


async def test_no_more_is_refunded_than_was_paid(v1: Any) -> None:
    intent = await v1.payment_intents.create_async(await keep(v1, "pm_card_visa"), fresh_key("paid"))
    part = await v1.refunds.create_async({"payment_intent": intent.id, "amount": 1500}, fresh_key("part"))
    assert part.status in ("succeeded", "pending")
    with pytest.raises(stripe.InvalidRequestError):
        await v1.refunds.create_async({"payment_intent": intent.id, "amount": 501}, fresh_key("more"))
    with pytest.raises(stripe.InvalidRequestError):
        await v1.payment_intents.cancel_async(intent.id)


async def test_a_page_to_keep_a_card_is_opened_and_closed(v1: Any) -> None:
    customer = await v1.customers.create_async({})
    params = {
        "mode": "setup",
        "currency": "eur",
        "customer": customer.id,
        "success_url": "https://civic.test/merci?s={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://civic.test/campagne",
        "setup_intent_data": {"metadata": {"pledge": "12"}},
        "expires_at": int(time.time()) + 31 * 60,
    }
    session = await v1.checkout.sessions.create_async(params, fresh_key("page"))
    assert (session.status, session.payment_status) == ("open", "no_payment_required")
    assert (await v1.checkout.sessions.expire_async(session.id)).status == "expired"
    with pytest.raises(stripe.InvalidRequestError):
        await v1.checkout.sessions.expire_async(session.id)
    with pytest.raises(stripe.InvalidRequestError):
        await v1.checkout.sessions.create_async({**params, "submit_type": "donate"}, fresh_key("wrong"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"payment_method_types": ["card"]},
        {"off_session": True},
        {"setup_future_usage": "sometimes"},
        {"amount": 10},
        {"customer": "cus_nobody"},
    ],
)
async def test_a_wrong_request_is_refused(v1: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        await v1.payment_intents.create_async(
            {"amount": 2000, "currency": "eur", **wrong}, fresh_key("wrong")
        )
