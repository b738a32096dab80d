"""Payment intents: one try after another to collect an amount, on or off session."""

from __future__ import annotations

from typing import Any

from campaigns.sandbox import charges, reversals, setups
from campaigns.sandbox.cards import Card, card_of, iban_of, method_for
from campaigns.sandbox.declines import FAILED_AUTHENTICATION, FAILED_DEBIT, card_refusal, declined, refusal
from campaigns.sandbox.errors import Declined, invalid
from campaigns.sandbox.store import Stored
from campaigns.sandbox.terms import blank, check
from campaigns.sandbox.world import Params, World, merge_metadata

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(world: World, params: Params) -> Stored:
    """POST /v1/payment_intents; with `confirm` the first try follows at once, and may raise `Declined`."""
    check(world, params)
    method = method_for(world, params["payment_method"]) if params.get("payment_method") else None
    intent = world.create("payment_intent", "pi", **blank(params))
    intent["client_secret"] = f"{intent['id']}_secret_sandbox"
    if method:
        intent.update(payment_method=method["id"], status="requires_confirmation")
    world.save(intent)
    world.tell("payment_intent.created", intent)
    if not params.get("confirm"):
        return intent
    return attempt(world, intent, _absent(params), params.get("return_url"))


def _absent(params: Params) -> bool:
    """Whether the bank's question could not be put to anyone, so that it means a refusal."""
    return bool(params.get("off_session") or params.get("error_on_requires_action"))


def retrieve(world: World, params: Params, identifier: str) -> Stored:
    """GET /v1/payment_intents/{intent}."""
    return world.find("payment_intent", identifier)


def update(world: World, params: Params, identifier: str) -> Stored:
    """POST /v1/payment_intents/{intent}: description and metadata at any time, the amount until paid."""
    intent = world.find("payment_intent", identifier)
    if "amount" in params and intent["status"] not in OPEN:
        raise unexpected(intent, "update the amount of")
    intent.update(
        {name: params[name] for name in ("amount", "description", "receipt_email") if name in params}
    )
    intent["metadata"] = merge_metadata(intent["metadata"], params.get("metadata"))
    return world.save(intent)


def confirm(world: World, params: Params, identifier: str) -> Stored:
    """POST /v1/payment_intents/{intent}/confirm. Raises `Declined` when the try fails."""
    intent = world.find("payment_intent", identifier)
    if intent["status"] not in OPEN:
        raise unexpected(intent, "confirm")
    if params.get("payment_method"):
        intent["payment_method"] = method_for(world, params["payment_method"])["id"]
    if params.get("setup_future_usage"):
        intent["setup_future_usage"] = params["setup_future_usage"]
    automatic = intent["automatic_payment_methods"]
    if automatic and automatic["allow_redirects"] != "never" and not params.get("return_url"):
        raise invalid("You must provide a `return_url` to confirm this PaymentIntent.", "return_url")
    return attempt(world, intent, _absent(params), params.get("return_url"))


def attempt(world: World, intent: Stored, off_session: bool, return_url: str | None) -> Stored:
    """Try to collect with the intent's method."""
    method = _method_of(world, intent)
    intent.update(next_action=None, last_payment_error=None)
    if method["type"] == "sepa_debit":
        return _debit(world, intent, method)
    card = card_of(method)
    if _must_ask(card, method):
        if off_session:
            raise fail(world, intent, method, "authentication_required")
        action = setups.next_action(world, intent, return_url)
        intent.update(status="requires_action", next_action=action)
        world.save(intent)
        world.tell("payment_intent.requires_action", intent)
        return intent
    return _charge(world, intent, method, card)


def _method_of(world: World, intent: Stored) -> Stored:
    if not intent["payment_method"]:
        raise invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
    method = method_for(world, intent["payment_method"])
    setups.check_type(intent, method)
    if method["customer"] and method["customer"] != intent["customer"]:
        raise invalid(
            f"The payment method {method['id']} belongs to a Customer: include the Customer in the request.",
            "payment_method",
            "payment_method_unexpected_state",
        )
    if method["type"] == "card" and intent["statement_descriptor"]:
        raise invalid(
            "`statement_descriptor` is not supported for cards. Use `statement_descriptor_suffix`.",
            "statement_descriptor",
        )
    return method


def _must_ask(card: Card, method: Stored) -> bool:
    return card.authenticates == "always" or (card.authenticates == "unless_set_up" and not method["_set_up"])


def _charge(world: World, intent: Stored, method: Stored, card: Card) -> Stored:
    if card.decline_code:
        raise fail(world, intent, method, card.decline_code)
    _keep_for_later(world, intent, method)
    charge = charges.create(world, intent, method, "succeeded")
    world.tell("charge.succeeded", charge)
    return _paid(world, intent, charge, card.disputed)


def _paid(world: World, intent: Stored, charge: Stored, disputed: bool) -> Stored:
    intent.update(
        status="succeeded", latest_charge=charge["id"], amount_received=intent["amount"], next_action=None
    )
    world.save(intent)
    world.tell("payment_intent.succeeded", intent)
    if disputed:
        reversals.open_dispute(world, charge["id"])
    return intent


def _keep_for_later(world: World, intent: Stored, method: Stored) -> None:
    if intent["setup_future_usage"] == "off_session":
        method["_set_up"] = True
        if intent["customer"] and not method["customer"]:
            setups.attach(world, method, intent["customer"])
        world.save(method)
    elif not method["customer"]:
        method["_spent"] = True
        world.save(method)


def fail(world: World, intent: Stored, method: Stored, decline_code: str) -> Declined:
    """A card's refusal: a failed charge, an intent that waits for another method. Returns the 402."""
    charge = charges.create(world, intent, method, "failed", decline_code)
    world.tell("charge.failed", charge)
    return _failed(world, intent, card_refusal(decline_code, method, charge["id"]), charge["id"])


def _failed(world: World, intent: Stored, error: dict[str, Any], charge: str | None) -> Declined:
    intent.update(status="requires_payment_method", payment_method=None, next_action=None, processing=None)
    intent.update(last_payment_error=error, latest_charge=charge)
    world.save(intent)
    world.tell("payment_intent.payment_failed", intent)
    return declined(intent, error)


def answer_bank(world: World, intent: Stored, accepted: bool) -> None:
    """What the person said on her bank's page; a refusal by the card afterwards stays on the intent."""
    method = world.find("payment_method", intent["payment_method"])
    if not accepted:
        code = "payment_intent_authentication_failure"
        _failed(world, intent, refusal("invalid_request_error", code, FAILED_AUTHENTICATION, method), None)
        return
    try:
        _charge(world, intent, method, card_of(method))
    except Declined:
        return  # it is written on the intent; the page that follows tells the person


def _debit(world: World, intent: Stored, method: Stored) -> Stored:
    _keep_for_later(world, intent, method)
    charge = charges.create(world, intent, method, "pending")
    intent.update(status="processing", latest_charge=charge["id"])
    world.save(intent)
    world.tell("payment_intent.processing", intent)
    world.tell("charge.pending", charge)
    delay = world.rows.setting("sepa_delay_seconds", world.frame.sepa_delay_seconds)
    if delay is not None:
        world.rows.set_alarm(intent["id"], "settle", world.rows.now() + delay + iban_of(method).extra_seconds)
    return intent


def settle(world: World, identifier: str, succeeds: bool | None = None) -> Stored:
    """A direct debit comes to its end: as its IBAN says, or as told. 400 unless it was processing."""
    intent = world.find("payment_intent", identifier)
    if intent["status"] != "processing":
        raise unexpected(intent, "settle")
    world.rows.stop_alarm(identifier)
    method = world.find("payment_method", intent["payment_method"])
    iban = iban_of(method)
    if succeeds is None:
        succeeds = not iban.fails
    charge = charges.finish(world, intent["latest_charge"], succeeds)
    if succeeds:
        world.tell("charge.succeeded", charge)
        return _paid(world, intent, charge, iban.disputed)
    world.tell("charge.failed", charge)
    error = refusal("card_error", "payment_intent_payment_attempt_failed", FAILED_DEBIT, method, charge["id"])
    _failed(world, intent, error, charge["id"])
    return intent


def cancel(world: World, params: Params, identifier: str) -> Stored:
    """POST /v1/payment_intents/{intent}/cancel; one owned by a Checkout Session ends with its session."""
    intent = world.find("payment_intent", identifier)
    if intent["_session"]:
        raise invalid(
            f"You cannot cancel this PaymentIntent: it was created by Checkout. Expire {intent['_session']}.",
            code="payment_intent_unexpected_state",
        )
    return end(world, intent, params.get("cancellation_reason"))


def end(world: World, intent: Stored, reason: str | None = None) -> Stored:
    """Cancel what is not paid, nor on its way; 400 otherwise."""
    if intent["status"] not in OPEN:
        raise unexpected(intent, "cancel")
    intent.update(status="canceled", canceled_at=world.now(), cancellation_reason=reason, next_action=None)
    world.save(intent)
    world.tell("payment_intent.canceled", intent)
    return intent


def unexpected(intent: Stored, verb: str) -> Exception:
    """The 400 for a verb that comes too late."""
    return invalid(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
        payment_intent=intent,
    )
