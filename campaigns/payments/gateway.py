"""The only module that imports the SDK. Typed calls in, our own small results (`answers`) out.

Every POST carries the caller's idempotency key. None of these may be called inside a transaction.
Errors: Unreachable (nobody knows whether it happened: the attempt stays unknown), Busy (429: later), Refused (our
request is wrong or its object is not in a state for it), Closed (payments are off here).
"""

import asyncio
import json
import secrets
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import stripe

from campaigns.money import CURRENCY
from campaigns.payments.answers import (
    BalanceLine,
    Body,
    Checkout,
    Contest,
    Event,
    Intent,
    MoneyBack,
    Returned,
    balance_line_of,
    checkout_of,
    contest_of,
    intent_of,
    moment,
    money_back_of,
    returned_of,
)
from campaigns.payments.keys import sandbox_key
from campaigns.pledges import hosted
from civic import database
from civic.settings import Settings, settings

METHODS = ["card", "sepa_debit"]
TIMEOUT_SECONDS = 20.0
EXPANDED_INTENT = ["latest_charge.balance_transaction"]


class GatewayTrouble(Exception):
    """The gateway did not do what was asked; `code` is its own word for it."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Unreachable(GatewayTrouble):
    """No answer, or a 5xx: it may have happened or not."""


class Busy(GatewayTrouble):
    """Too many requests: nothing happened, try later."""


class Refused(GatewayTrouble):
    """Nothing happened: the request does not fit (400, 401, 403, 404, or an idempotency key used for another body)."""


class Missing(Refused):
    """The gateway does not know the object (404): deleted there, or of another account."""


class Stored(Unreachable):
    """The gateway answered a 5xx of its own, and may answer it again for this key during a day."""


class Closed(GatewayTrouble):
    """Card payments are off in this installation."""


class Forged(GatewayTrouble):
    """A webhook whose signature is not the gateway's."""


@dataclass(slots=True, frozen=True)
class Charge:
    """What to charge off-session: one pledge, one attempt. `key` is the attempt's idempotency key."""

    key: str
    amount_cents: int
    customer_ref: str
    method_ref: str
    description: str
    metadata: dict[str, str] = field(default_factory=dict)
    currency: str = CURRENCY


@dataclass(slots=True, frozen=True)
class Page:
    """Where a hosted page comes from and leads to. `success_url` may hold {CHECKOUT_SESSION_ID}."""

    key: str
    customer_ref: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    locale: str
    metadata: dict[str, str] = field(default_factory=dict)


async def ensure_customer(*, key: str, name: str, email: str, metadata: dict[str, str]) -> str:
    """A customer's reference; the same key answers the same customer."""
    params: Any = {"name": name, "email": email, "metadata": metadata}
    return str((await _post("customers", "create", params, key))["id"])


async def open_setup_checkout(page: Page) -> Checkout:
    """A hosted page that saves a card or a SEPA mandate for one later off-session charge; nothing is charged."""
    params = _page_params(page) | {
        "mode": "setup", "allowed_payment_method_types": METHODS, "currency": CURRENCY.lower(),
        "setup_intent_data": {"metadata": page.metadata},
    }  # fmt: skip
    return checkout_of(await _post("checkout.sessions", "create", params, page.key))


async def open_payment_checkout(page: Page, *, amount_cents: int, title: str) -> Checkout:
    """A hosted page that charges now: recovery of a failed card, or a keep-what-you-raise campaign."""
    price = {"currency": CURRENCY.lower(), "unit_amount": amount_cents, "product_data": {"name": title}}
    params = _page_params(page) | {
        "mode": "payment", "allowed_payment_method_types": METHODS,
        "line_items": [{"quantity": 1, "price_data": price}], "payment_intent_data": {"metadata": page.metadata},
    }  # fmt: skip
    return checkout_of(await _post("checkout.sessions", "create", params, page.key))


def _page_params(page: Page) -> dict[str, Any]:
    return {
        "customer": page.customer_ref, "success_url": page.success_url, "cancel_url": page.cancel_url,
        "expires_at": int(page.expires_at.timestamp()), "locale": page.locale, "metadata": page.metadata,
    }  # fmt: skip


async def read_checkout(ref: str) -> Checkout:
    """A hosted page as it is now, with the saved method when it is complete."""
    return checkout_of(await _get("checkout.sessions", "retrieve", ref, expand=["setup_intent.payment_method"]))


async def expire_checkout(ref: str, *, key: str) -> Checkout:
    """Close a hosted page for good; one that is complete or expired already is answered as it is."""
    try:
        await _post("checkout.sessions", "expire", {}, _anew(key), ref)
    except Missing:
        raise
    except Refused:
        found = await read_checkout(ref)
        if found.status == "open":
            raise
        return found
    return await read_checkout(ref)


async def completed_at(checkout: Checkout) -> datetime | None:
    """When a complete page was completed, by the gateway's own event; None when it tells of none."""
    since = int((checkout.method_at or checkout.expires_at).timestamp()) - 60
    body = await _list("events", {"types": ["checkout.session.completed"], "created": {"gte": since}})
    found = [event["created"] for event in body if event["data"]["object"]["id"] == checkout.ref]
    return moment(min(found)) if found else None


async def detach_method(ref: str, *, key: str) -> None:
    """Take a saved method off its customer: it can never be charged again. One detached already is fine."""
    try:
        await _post("payment_methods", "detach", {}, _anew(key), ref)
    except Refused:
        method = await _get("payment_methods", "retrieve", ref)
        if method.get("customer"):
            raise


async def charge_off_session(charge: Charge) -> Intent:
    """Charge a saved method without its owner. A decline is an answer (FAILED or ACTION_REQUIRED), not an error.

    Raises Unreachable when nobody knows: repeat with the same key and the same body within 24 h.
    """
    params = {
        "amount": charge.amount_cents, "currency": charge.currency.lower(), "customer": charge.customer_ref,
        "payment_method": charge.method_ref, "confirm": True, "off_session": True,
        "allowed_payment_method_types": METHODS, "description": charge.description, "metadata": charge.metadata,
        "expand": EXPANDED_INTENT,
    }  # fmt: skip
    try:
        return intent_of(await _post("payment_intents", "create", params, charge.key))
    except stripe.CardError as declined:
        refusal: Body = json.loads(declined.http_body or "{}")
        intent = refusal.get("error", {}).get("payment_intent")
        if not intent:
            raise Refused(str(declined), declined.code or "") from declined
        return intent_of(intent)


async def read_intent(ref: str) -> Intent:
    """A charge as it is now."""
    return intent_of(await _get("payment_intents", "retrieve", ref, expand=EXPANDED_INTENT))


async def cancel_intent(ref: str, *, key: str) -> Intent:
    """Cancel a charge that did not succeed. One that succeeded meanwhile is answered as it is: it is paid."""
    try:
        await _post("payment_intents", "cancel", {}, _anew(key), ref)
    except Refused:
        found = await read_intent(ref)
        if found.status not in ("succeeded", "processing", "cancelled"):
            raise
        return found
    return await read_intent(ref)


async def list_intents(customer_ref: str) -> list[Intent]:
    """Every charge of a customer, newest first: how an old attempt is found again by its metadata."""
    return [intent_of(body) for body in await _list("payment_intents", {"customer": customer_ref, "limit": 100})]


async def refund(intent_ref: str, *, key: str, amount_cents: int, metadata: dict[str, str]) -> MoneyBack:
    """Give back a charge or a part of it, in cents. Refused when it is contested or more than what is left.

    Raises Unreachable when nobody knows: repeat with the same key and the same body within 24 h.
    """
    params = {
        "payment_intent": intent_ref, "amount": amount_cents, "metadata": metadata, "expand": ["balance_transaction"]
    }  # fmt: skip
    return money_back_of(await _post("refunds", "create", params, key))


async def read_refund(ref: str) -> MoneyBack:
    """A refund as it is now."""
    return money_back_of(await _get("refunds", "retrieve", ref, expand=["balance_transaction"]))


async def list_refunds(*, since: datetime | None = None, **of: str) -> list[MoneyBack]:
    """Refunds since a moment, or of a charge or an intent (`charge=`, `payment_intent=`), newest first."""
    created = {"created": {"gte": int(since.timestamp())}} if since else {}
    params = {**of, **created, "limit": 100, "expand": ["data.balance_transaction"]}
    return [money_back_of(body) for body in await _list("refunds", params)]


async def read_dispute(ref: str) -> Contest:
    """A contested charge as it is now."""
    return contest_of(await _get("disputes", "retrieve", ref))


async def list_disputes(since: datetime) -> list[Contest]:
    """Contested charges since a moment, newest first."""
    params = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    return [contest_of(body) for body in await _list("disputes", params)]


async def read_returned(charge_ref: str) -> Returned | None:
    """What a bank took back of a charge that had succeeded; None when it did not."""
    return returned_of(await _get("charges", "retrieve", charge_ref, expand=["failure_balance_transaction"]))


async def list_checkouts(customer_ref: str) -> list[Checkout]:
    """Every hosted page of a customer, newest first: how one whose answer was lost is found by its metadata."""
    return [checkout_of(body) for body in await _list("checkout.sessions", {"customer": customer_ref, "limit": 100})]


async def list_balance(since: datetime) -> list[BalanceLine]:
    """Every movement of our balance since a moment, newest first."""
    params = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    return [balance_line_of(body) for body in await _list("balance_transactions", params)]


def read_event(raw: bytes, signature: str, secret: str) -> Event:
    """A webhook's message, its signature verified on the raw bytes (300 s). Raises Forged."""
    try:
        stripe.WebhookSignature.verify_header(raw.decode(), signature, secret, tolerance=300)
        body = json.loads(raw)
        return Event(
            body["id"], body["type"], str(body["data"]["object"].get("id") or ""), bool(body["livemode"]),
            moment(body["created"]), raw.decode(),
        )  # fmt: skip
    except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Forged(str(error)) from error


async def _post(service: str, verb: str, params: dict[str, Any], key: str, *path: str) -> Body:
    call = getattr(_service(service), f"{verb}_async")
    return _body(await _told(call(*path, params, {"idempotency_key": key})))


def _anew(key: str) -> str:
    """Ending an object twice is harmless, so each call asks for real: Stripe replays for a day even its own 500."""
    return f"{key}-{secrets.token_hex(4)}"


async def _get(service: str, verb: str, ref: str, **params: Any) -> Body:
    return _body(await _told(getattr(_service(service), f"{verb}_async")(ref, params or None)))


async def _list(service: str, params: dict[str, Any]) -> list[Body]:
    found: list[Body] = []
    after: dict[str, str] = {}
    while True:
        answer = _body(await _told(_service(service).list_async({**params, **after})))
        found += answer["data"]
        if not answer["has_more"] or not answer["data"]:
            return found
        after = {"starting_after": answer["data"][-1]["id"]}


async def _told(call: Awaitable[Any]) -> Any:
    """The SDK's answer, its errors turned into ours (CardError apart: that is an answer)."""
    assert not database.in_transaction_now(), "no network call inside a transaction (docs/money.md)"
    try:
        return await call
    except stripe.CardError:
        raise
    except stripe.RateLimitError as error:
        raise Busy(str(error), error.code or "") from error
    except stripe.APIConnectionError as error:
        raise Unreachable(str(error), error.code or "") from error
    except stripe.APIError as error:
        kind = Stored if (error.http_status or 0) >= 500 else Unreachable
        raise kind(str(error), error.code or "") from error
    except stripe.StripeError as error:
        if (error.http_status or 500) >= 500:
            raise Unreachable(str(error), error.code or "") from error
        if error.http_status == 404:
            raise Missing(str(error), error.code or "") from error
        raise Refused(str(error), error.code or "") from error


def _body(answer: Any) -> Body:
    return cast(Body, json.loads(answer.last_response.body))


def _service(name: str) -> Any:
    found: Any = _client().v1
    for part in name.split("."):
        found = getattr(found, part)
    return found


class _Opened:
    """The one client of this process and the loop its connections belong to."""

    client: stripe.StripeClient | None = None
    http: stripe.HTTPXClient | None = None
    made_for: tuple[Any, ...] = ()
    api: str | None = None


def answer_at(api: str | None) -> None:
    """Speak to this address instead of the settings' (tests: a sandbox on a free port); None: as the settings say."""
    _Opened.api = api
    hosted.be_at(api)


def api_address(current: Settings) -> str | None:
    """Where the API is: our sandbox on this very machine when payments are simulated, None for Stripe itself."""
    if not current.payments_simulated:
        return None
    return _Opened.api or f"{own_address(current)}/_stripe"


def own_address(current: Settings) -> str:
    """Where this server reaches itself, whatever proxy stands before it."""
    host = current.host if current.host not in ("0.0.0.0", "::", "") else "127.0.0.1"  # noqa: S104
    return f"http://{host}:{current.port}"


def _client() -> stripe.StripeClient:
    current = settings()
    if current.payments == "off":
        raise Closed("CIVIC_PAYMENTS=off")
    api, loop = api_address(current), asyncio.get_running_loop()
    wanted = (current.stripe_secret_key, api, loop)
    if _Opened.client is None or _Opened.made_for != wanted:
        _Opened.http = stripe.HTTPXClient(timeout=TIMEOUT_SECONDS)
        addresses: Any = {"base_addresses": {"api": api}} if api else {}
        _Opened.client = stripe.StripeClient(
            current.stripe_secret_key or sandbox_key(current.data), http_client=_Opened.http,
            max_network_retries=2, **addresses,
        )  # fmt: skip
        _Opened.made_for = wanted
    return _Opened.client


async def close() -> None:
    """Close the connections (end of the application, end of a test)."""
    http, _Opened.client, _Opened.http, _Opened.made_for = _Opened.http, None, None, ()
    if http:
        await http.close_async()  # type: ignore[no-untyped-call]
