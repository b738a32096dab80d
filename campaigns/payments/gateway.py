"""What is asked of Stripe: typed calls in, our own small results (`answers`) out; `client` alone speaks HTTP.

Every call names its till (whose account), every POST carries the caller's idempotency key. None of these may be called
inside a transaction. Errors: Unreachable (nobody knows whether it happened: the attempt stays unknown), Busy (429:
later), Refused (our request is wrong or its object is not in a state for it), Closed (payments are off here).
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import stripe

from campaigns.money import CURRENCY
from campaigns.payments.answers import (
    Account,
    BalanceLine,
    Body,
    Checkout,
    Contest,
    Event,
    Intent,
    MoneyBack,
    Returned,
    account_of,
    balance_line_of,
    checkout_of,
    contest_of,
    intent_of,
    moment,
    money_back_of,
    returned_of,
)
from campaigns.payments.client import answer_at, api_address, close, every, get, own_address, post
from campaigns.payments.till import OURS, Till
from campaigns.payments.trouble import Busy, Closed, Forged, GatewayTrouble, Missing, Refused, Stored, Unreachable

COUNTRY = "FR"
MOST_EVENTS = 2_000
"""So many events are read at a time; what is beyond is found by the recall of all refunds and disputes."""
EXPANDED_INTENT = ["latest_charge.balance_transaction"]
__all__ = (
    "OURS", "Busy", "Charge", "Closed", "Forged", "GatewayTrouble", "Missing", "Page", "Refused", "Stored", "Till",
    "Unreachable", "answer_at", "api_address", "close", "own_address",
)  # fmt: skip


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
    keeps_method: bool = False
    """The card that pays on this page may be charged again later: a month of a monthly support."""


async def open_account(*, key: str, name: str, email: str, metadata: dict[str, str]) -> Account:
    """A connected account of an organisation's own: Stripe answers for its risks and takes its fees from it."""
    params: Any = {
        "type": "standard", "country": COUNTRY, "email": email, "metadata": metadata,
        "business_profile": {"name": name},
    }  # fmt: skip
    return account_of(await post(OURS, "accounts", "create", params, key))


async def account_page(ref: str, *, return_url: str, refresh_url: str) -> str:
    """The address, good for a few minutes, of Stripe's page where an organisation gives its papers."""
    params = {"account": ref, "type": "account_onboarding", "return_url": return_url, "refresh_url": refresh_url}
    return str((await post(OURS, "account_links", "create", params, _anew(ref)))["url"])


async def read_account(ref: str) -> Account:
    """What an account may do now. Refused or Missing when it is no longer connected to ours."""
    return account_of(await get(OURS, "accounts", "retrieve", ref))


async def ensure_customer(till: Till, *, key: str, name: str, email: str, metadata: dict[str, str]) -> str:
    """A customer's reference; the same key answers the same customer. What is empty is not said."""
    said = {"name": name, "email": email}
    params: Any = {**{word: text for word, text in said.items() if text}, "metadata": metadata}
    return str((await post(till, "customers", "create", params, key))["id"])


async def open_setup_checkout(till: Till, page: Page) -> Checkout:
    """A hosted page that saves a card or a SEPA mandate for one later off-session charge; nothing is charged."""
    params = _page_params(page) | {
        "mode": "setup", "allowed_payment_method_types": till.methods, "currency": CURRENCY.lower(),
        "setup_intent_data": {"metadata": page.metadata},
    }  # fmt: skip
    return checkout_of(await post(till, "checkout.sessions", "create", params, page.key))


async def open_payment_checkout(till: Till, page: Page, *, amount_cents: int, title: str) -> Checkout:
    """A hosted page that charges now: recovery of a failed card, or a keep-what-you-raise campaign."""
    price = {"currency": CURRENCY.lower(), "unit_amount": amount_cents, "product_data": {"name": title}}
    params = _page_params(page) | {
        "mode": "payment", "allowed_payment_method_types": till.methods,
        "line_items": [{"quantity": 1, "price_data": price}],
        "payment_intent_data": {
            "metadata": page.metadata, **({"setup_future_usage": "off_session"} if page.keeps_method else {})
        },
    }  # fmt: skip
    return checkout_of(await post(till, "checkout.sessions", "create", params, page.key))


def _page_params(page: Page) -> dict[str, Any]:
    return {
        "customer": page.customer_ref, "success_url": page.success_url, "cancel_url": page.cancel_url,
        "expires_at": int(page.expires_at.timestamp()), "locale": page.locale, "metadata": page.metadata,
    }  # fmt: skip


async def read_checkout(till: Till, ref: str) -> Checkout:
    """A hosted page as it is now, with the saved method when it is complete."""
    return checkout_of(await get(till, "checkout.sessions", "retrieve", ref, expand=["setup_intent.payment_method"]))


async def expire_checkout(till: Till, ref: str, *, key: str) -> Checkout:
    """Close a hosted page for good; one that is complete or expired already is answered as it is."""
    try:
        await post(till, "checkout.sessions", "expire", {}, _anew(key), ref)
    except Missing:
        raise
    except Refused:
        found = await read_checkout(till, ref)
        if found.status == "open":
            raise
        return found
    return await read_checkout(till, ref)


async def completed_at(till: Till, checkout: Checkout) -> datetime | None:
    """When a complete page was completed, by the gateway's own event; None when it tells of none."""
    since = int((checkout.method_at or checkout.expires_at).timestamp()) - 60
    body = await every(till, "events", {"types": ["checkout.session.completed"], "created": {"gte": since}})
    found = [event["created"] for event in body if event["data"]["object"]["id"] == checkout.ref]
    return moment(min(found)) if found else None


async def detach_method(till: Till, ref: str, *, key: str) -> None:
    """Take a saved method off its customer: it can never be charged again. One detached already is fine."""
    try:
        await post(till, "payment_methods", "detach", {}, _anew(key), ref)
    except Refused:
        method = await get(till, "payment_methods", "retrieve", ref)
        if method.get("customer"):
            raise


async def charge_off_session(till: Till, charge: Charge) -> Intent:
    """Charge a saved method without its owner. A decline is an answer (FAILED or ACTION_REQUIRED), not an error.

    Raises Unreachable when nobody knows: repeat with the same key and the same body within 24 h.
    """
    params = {
        "amount": charge.amount_cents, "currency": charge.currency.lower(), "customer": charge.customer_ref,
        "payment_method": charge.method_ref, "confirm": True, "off_session": True,
        "allowed_payment_method_types": till.methods, "description": charge.description, "metadata": charge.metadata,
        "expand": EXPANDED_INTENT,
    }  # fmt: skip
    try:
        return intent_of(await post(till, "payment_intents", "create", params, charge.key))
    except stripe.CardError as declined:
        refusal: Body = json.loads(declined.http_body or "{}")
        intent = refusal.get("error", {}).get("payment_intent")
        if not intent:
            raise Refused(str(declined), declined.code or "") from declined
        return intent_of(intent)


async def read_intent(till: Till, ref: str) -> Intent:
    """A charge as it is now."""
    return intent_of(await get(till, "payment_intents", "retrieve", ref, expand=EXPANDED_INTENT))


async def cancel_intent(till: Till, ref: str, *, key: str) -> Intent:
    """Cancel a charge that did not succeed. One that succeeded meanwhile is answered as it is: it is paid."""
    try:
        await post(till, "payment_intents", "cancel", {}, _anew(key), ref)
    except Refused:
        found = await read_intent(till, ref)
        if found.status not in ("succeeded", "processing", "cancelled"):
            raise
        return found
    return await read_intent(till, ref)


async def list_intents(till: Till, customer_ref: str) -> list[Intent]:
    """Every charge of a customer, newest first: how an old attempt is found again by its metadata."""
    return [intent_of(body) for body in await every(till, "payment_intents", {"customer": customer_ref, "limit": 100})]


async def refund(till: Till, intent_ref: str, *, key: str, amount_cents: int, metadata: dict[str, str]) -> MoneyBack:
    """Give back a charge or a part of it, in cents. Refused when it is contested or more than what is left.

    Raises Unreachable when nobody knows: repeat with the same key and the same body within 24 h.
    """
    params = {
        "payment_intent": intent_ref, "amount": amount_cents, "metadata": metadata, "expand": ["balance_transaction"]
    }  # fmt: skip
    return money_back_of(await post(till, "refunds", "create", params, key))


async def read_refund(till: Till, ref: str) -> MoneyBack:
    """A refund as it is now."""
    return money_back_of(await get(till, "refunds", "retrieve", ref, expand=["balance_transaction"]))


async def list_refunds(till: Till, *, since: datetime | None = None, **of: str) -> list[MoneyBack]:
    """Refunds since a moment, or of a charge or an intent (`charge=`, `payment_intent=`), newest first."""
    created = {"created": {"gte": int(since.timestamp())}} if since else {}
    params = {**of, **created, "limit": 100, "expand": ["data.balance_transaction"]}
    return [money_back_of(body) for body in await every(till, "refunds", params)]


async def read_dispute(till: Till, ref: str) -> Contest:
    """A contested charge as it is now."""
    return contest_of(await get(till, "disputes", "retrieve", ref))


async def list_disputes(till: Till, since: datetime) -> list[Contest]:
    """Contested charges since a moment, newest first."""
    params = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    return [contest_of(body) for body in await every(till, "disputes", params)]


async def read_returned(till: Till, charge_ref: str) -> Returned | None:
    """What a bank took back of a charge that had succeeded; None when it did not."""
    return returned_of(await get(till, "charges", "retrieve", charge_ref, expand=["failure_balance_transaction"]))


async def list_checkouts(till: Till, customer_ref: str) -> list[Checkout]:
    """Every hosted page of a customer, newest first: how one whose answer was lost is found by its metadata."""
    found = await every(till, "checkout.sessions", {"customer": customer_ref, "limit": 100})
    return [checkout_of(body) for body in found]


async def list_balance(till: Till, since: datetime) -> list[BalanceLine]:
    """Every movement of a till's balance since a moment, newest first."""
    params = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    return [balance_line_of(body) for body in await every(till, "balance_transactions", params)]


async def list_events(till: Till, kinds: Sequence[str], since: datetime, until: datetime) -> list[Event]:
    """What a till's account tells of these kinds between two moments, oldest first; the `MOST_EVENTS` newest of them.

    The same events, with the same ids, that its messages carry. Stripe keeps them for 30 days.
    """
    created = {"gte": int(since.timestamp()), "lte": int(until.timestamp())}
    params = {"types": list(kinds), "created": created, "limit": 100}
    bodies = await every(till, "events", params, MOST_EVENTS)
    return [_event(body, json.dumps(body), till.account) for body in reversed(bodies)]


def _event(body: Body, raw: str, account: str) -> Event:
    return Event(
        body["id"], body["type"], str(body["data"]["object"].get("id") or ""), bool(body["livemode"]),
        moment(body["created"]), account, raw,
    )  # fmt: skip


def read_event(raw: bytes, signature: str, secret: str) -> Event:
    """A webhook's message, its signature verified on the raw bytes (300 s). Raises Forged."""
    try:
        stripe.WebhookSignature.verify_header(raw.decode(), signature, secret, tolerance=300)
        body = json.loads(raw)
        return _event(body, raw.decode(), str(body.get("account") or ""))
    except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Forged(str(error)) from error


def _anew(key: str) -> str:
    """Ending an object twice is harmless, so each call asks for real: Stripe replays for a day even its own 500."""
    return f"{key}-{secrets.token_hex(4)}"
