"""The gateway speaks with the sandbox as it would with Stripe: typed answers, declines that are answers, closed faults."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import stripe

from campaigns.payments import gateway
from campaigns.payments.answers import CheckoutStatus, IntentStatus
from campaigns.payments.gateway import Charge, Page
from civic import clock
from civic.settings import Settings
from tests.campaigns.sandbox_server import Harness
from tests.engines import Database

pytestmark = pytest.mark.one_engine("sqlite")


@pytest.fixture
async def gate(database: Database, sandbox: Harness, settings: Settings) -> AsyncIterator[Harness]:
    gateway.answer_at(sandbox.url)
    yield sandbox
    gateway.answer_at(None)
    await gateway.close()


async def a_customer(key: str = "customer-1") -> str:
    return await gateway.ensure_customer(gateway.OURS, key=key, name="Rose", email="rose@exemple.fr", metadata={"person": "1"})


def a_page(customer: str, key: str = "pledge-1-setup") -> Page:
    return Page(
        key, customer, "http://testserver/merci?s={CHECKOUT_SESSION_ID}", "http://testserver/x",
        clock.now() + timedelta(minutes=40), "fr", {"pledge": "1"},
    )  # fmt: skip


async def saved(card: str = "4242424242424242") -> tuple[str, str]:
    customer = await a_customer()
    page = await gateway.open_setup_checkout(gateway.OURS, a_page(customer))
    await fill_in(page.url, card)
    done = await gateway.read_checkout(gateway.OURS, page.ref)
    return customer, done.method_ref


async def fill_in(url: str, card: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as browser:
        fields = {"means": "card", "number": card, "expiry": "12 / 40", "cvc": "123", "name": "Rose"}
        return await browser.post(url, data=fields)


async def test_a_card_saved_today_is_charged_later_once_per_key(gate: Harness) -> None:
    customer, method = await saved()
    charge = Charge("pledge-1-a1", 3000, customer, method, "La Navette", {"pledge": "1"})
    first = await gateway.charge_off_session(gateway.OURS, charge)
    again = await gateway.charge_off_session(gateway.OURS, charge)
    assert (first.status, first.amount_cents, first.currency) == (IntentStatus.SUCCEEDED, 3000, "EUR")
    assert again.ref == first.ref
    assert (first.fee_cents or 0) > 0
    assert [intent.metadata["pledge"] for intent in await gateway.list_intents(gateway.OURS, customer)] == ["1"]
    assert (await gateway.read_intent(gateway.OURS, first.ref)).charge_ref == first.charge_ref
    assert (await gateway.cancel_intent(gateway.OURS, first.ref, key="c1")).status == IntentStatus.SUCCEEDED


async def test_the_hosted_page_tells_what_was_saved_and_when(gate: Harness) -> None:
    page = await gateway.open_setup_checkout(gateway.OURS, a_page(await a_customer()))
    assert (page.status, page.mode, page.method_ref) == (CheckoutStatus.OPEN, "setup", "")
    await fill_in(page.url, "4242424242424242")
    done = await gateway.read_checkout(gateway.OURS, page.ref)
    assert (done.status, done.setup_succeeded, done.method_label) == (CheckoutStatus.COMPLETE, True, "Visa •••• 4242")
    assert done.metadata == {"pledge": "1"}
    moment = await gateway.completed_at(gateway.OURS, done)
    assert moment is not None
    assert abs(moment - clock.now()) < timedelta(minutes=1)
    assert (await gateway.expire_checkout(gateway.OURS, page.ref, key="e")).status == CheckoutStatus.COMPLETE


async def test_an_open_page_can_be_closed(gate: Harness) -> None:
    page = await gateway.open_setup_checkout(gateway.OURS, a_page(await a_customer()))
    assert (await gateway.expire_checkout(gateway.OURS, page.ref, key="e1")).status == CheckoutStatus.EXPIRED
    assert (await gateway.expire_checkout(gateway.OURS, page.ref, key="e2")).status == CheckoutStatus.EXPIRED


async def test_a_decline_is_an_answer_with_its_reason(gate: Harness) -> None:
    customer, method = await saved("4000000000000341")
    intent = await gateway.charge_off_session(gateway.OURS, Charge("pledge-1-a1", 3000, customer, method, "La Navette"))
    assert intent.status == IntentStatus.FAILED
    assert intent.error_code == "card_declined"


async def test_a_card_whose_bank_always_asks_needs_its_owner(gate: Harness) -> None:
    customer, method = await gate.saved("pm_card_authenticationRequired")
    intent = await gateway.charge_off_session(gateway.OURS, Charge("pledge-1-a1", 3000, customer, method, "La Navette"))
    assert intent.status == IntentStatus.ACTION_REQUIRED
    cancelled = await gateway.cancel_intent(gateway.OURS, intent.ref, key="pledge-1-a1-cancel")
    assert cancelled.status == IntentStatus.CANCELLED
    page = await gateway.open_payment_checkout(gateway.OURS, a_page(customer, "pledge-1-r1"), amount_cents=3000, title="La Navette")
    assert (page.mode, page.status) == ("payment", CheckoutStatus.OPEN)


async def test_a_detached_method_is_detached_once_and_for_all(gate: Harness) -> None:
    customer, method = await saved()
    await gateway.detach_method(gateway.OURS, method, key="d1")
    await gateway.detach_method(gateway.OURS, method, key="d2")
    with pytest.raises(gateway.Refused):
        await gateway.charge_off_session(gateway.OURS, Charge("pledge-1-a1", 3000, customer, method, "La Navette"))


async def test_a_lost_answer_is_found_again_by_the_same_key(gate: Harness) -> None:
    customer, method = await saved()
    charge = Charge("pledge-1-a1", 3000, customer, method, "La Navette")
    await gate.control.fault("error_before", "/v1/payment_intents", times=3)
    with pytest.raises(gateway.Unreachable):
        await gateway.charge_off_session(gateway.OURS, charge)
    await gate.control.fault("error_after", "/v1/payment_intents")
    intent = await gateway.charge_off_session(gateway.OURS, charge)
    assert intent.status == IntentStatus.SUCCEEDED
    assert len(await gateway.list_intents(gateway.OURS, customer)) == 1


async def test_nothing_is_asked_where_payments_are_off(gate: Harness, settings: Settings) -> None:
    settings.payments = "off"
    with pytest.raises(gateway.Closed):
        await a_customer()


def test_a_forged_message_is_told_apart_from_a_true_one() -> None:
    raw = b'{"id":"evt_1","type":"x","created":1,"livemode":false,"data":{"object":{"id":"cs_1"}}}'
    header = stripe.WebhookSignature.generate_signature_header(raw.decode(), "whsec_a", int(clock.now().timestamp()))
    assert gateway.read_event(raw, header, "whsec_a").object_ref == "cs_1"
    with pytest.raises(gateway.Forged):
        gateway.read_event(raw + b" ", header, "whsec_a")
    with pytest.raises(gateway.Forged):
        gateway.read_event(raw, header, "whsec_b")
    with pytest.raises(gateway.Forged):
        gateway.read_event(b"\xff", header, "whsec_a")
