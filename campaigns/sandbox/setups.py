"""Setup intents: keeping a card or a mandate for later, with the bank's agreement where the card wants it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from campaigns.sandbox.cards import Card, card_of, method_for
from campaigns.sandbox.declines import FAILED_AUTHENTICATION, card_refusal, declined, refusal
from campaigns.sandbox.errors import Declined, invalid
from campaigns.sandbox.store import Stored
from campaigns.sandbox.world import Params, World, merge_metadata

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
EMPTY_AT_FIRST = (
    "application", "cancellation_reason", "client_secret", "flow_directions", "last_setup_error",
    "latest_attempt", "mandate", "next_action", "on_behalf_of", "payment_method", "payment_method_options",
    "single_use_mandate", "_session",
)  # fmt: skip


def create(world: World, params: Params) -> Stored:
    """POST /v1/setup_intents."""
    if params.get("customer"):
        world.find("customer", params["customer"], "customer")
    method = method_for(world, params["payment_method"]) if params.get("payment_method") else None
    intent = world.create("setup_intent", "seti", **blank(params))
    intent["client_secret"] = f"{intent['id']}_secret_sandbox"
    if method:
        intent.update(payment_method=method["id"], status="requires_confirmation")
    world.save(intent)
    world.tell("setup_intent.created", intent)
    if not params.get("confirm"):
        return intent
    return confirm(world, {"return_url": params.get("return_url")}, intent["id"])


def blank(params: Params) -> dict[str, Any]:
    """A setup intent's fields before anything was tried."""
    allowed = params.get("allowed_payment_method_types")
    automatic = None if allowed else {"allow_redirects": "always", "enabled": True}
    return {
        **dict.fromkeys(EMPTY_AT_FIRST),
        "allowed_payment_method_types": allowed,
        "automatic_payment_methods": params.get("automatic_payment_methods") or automatic,
        "customer": params.get("customer"),
        "description": params.get("description"),
        "metadata": merge_metadata(None, params.get("metadata")),
        "payment_method_types": allowed or ["card", "sepa_debit"],
        "status": "requires_payment_method",
        "usage": params.get("usage") or "off_session",
    }


def retrieve(world: World, params: Params, intent: str) -> Stored:
    """GET /v1/setup_intents/{intent}."""
    return world.find("setup_intent", intent)


def confirm(world: World, params: Params, identifier: str) -> Stored:
    """POST /v1/setup_intents/{intent}/confirm. Raises `Declined` when the card cannot be kept."""
    intent = world.find("setup_intent", identifier)
    if intent["status"] not in CONFIRMABLE:
        raise unexpected(intent, "confirm")
    chosen = params.get("payment_method") or intent["payment_method"]
    if not chosen:
        raise invalid(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
            setup_intent=intent,
        )
    method = method_for(world, chosen)
    check_type(intent, method)
    intent.update(payment_method=method["id"], next_action=None, last_setup_error=None)
    card = card_of(method) if method["type"] == "card" else None
    if card and card.authenticates != "never":
        return _ask_bank(world, intent, params.get("return_url"))
    if card and card.decline_code and card.declines_set_up:
        raise fail(world, intent, card_refusal(card.decline_code, method))
    return succeed(world, intent)


def check_type(intent: Stored, method: Stored) -> None:
    """400 unless the intent accepts this type of method."""
    if method["type"] not in intent["payment_method_types"]:
        raise invalid(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this "
            f"{'SetupIntent' if intent['object'] == 'setup_intent' else 'PaymentIntent'}.",
            "payment_method",
            "payment_method_invalid_parameter",
        )


def next_action(world: World, intent: Stored, return_url: str | None) -> dict[str, Any]:
    """Where the bank's question is asked; without a way back only a script could ask it."""
    if not return_url:
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    url = f"{world.frame.public_url}/3ds/{intent['id']}"
    return {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": url}}


def _ask_bank(world: World, intent: Stored, return_url: str | None) -> Stored:
    intent.update(status="requires_action", next_action=next_action(world, intent, return_url))
    world.save(intent)
    world.tell("setup_intent.requires_action", intent)
    return intent


def succeed(world: World, intent: Stored) -> Stored:
    """The method is kept: attached to the customer, and its bank will not ask again unless it always does."""
    method = world.find("payment_method", intent["payment_method"])
    method["_set_up"] = True
    if method["type"] == "sepa_debit":
        intent["mandate"] = create_mandate(world, method)["id"]
    if intent["customer"] and method["customer"] is None:
        attach(world, method, intent["customer"])
    world.save(method)
    intent.update(status="succeeded", next_action=None, last_setup_error=None)
    world.save(intent)
    world.tell("setup_intent.succeeded", intent)
    return intent


def fail(world: World, intent: Stored, error: dict[str, Any]) -> Declined:
    """The method cannot be kept; the intent waits for another one. Returns the 402 answer to raise."""
    intent.update(
        status="requires_payment_method", payment_method=None, next_action=None, last_setup_error=error
    )
    world.save(intent)
    world.tell("setup_intent.setup_failed", intent)
    return declined(intent, error)


def answer_bank(world: World, intent: Stored, accepted: bool) -> None:
    """What the person said on her bank's page."""
    method = world.find("payment_method", intent["payment_method"])
    card = card_of(method)
    if not accepted:
        code = "setup_intent_authentication_failure"
        fail(world, intent, refusal("invalid_request_error", code, FAILED_AUTHENTICATION, method))
    elif card.decline_code and card.declines_set_up:
        fail(world, intent, card_refusal(card.decline_code, method))
    else:
        succeed(world, intent)


def cancel(world: World, params: Params, identifier: str) -> Stored:
    """POST /v1/setup_intents/{intent}/cancel; one owned by a Checkout Session ends with its session."""
    intent = world.find("setup_intent", identifier)
    if intent["_session"]:
        raise invalid(
            f"You cannot cancel this SetupIntent because it belongs to {intent['_session']}; expire it."
        )
    return end(world, intent, params.get("cancellation_reason"))


def end(world: World, intent: Stored, reason: str | None = None) -> Stored:
    """Cancel whatever may still be cancelled; 400 otherwise."""
    if intent["status"] not in CONFIRMABLE:
        raise unexpected(intent, "cancel")
    intent.update(status="canceled", cancellation_reason=reason, next_action=None)
    world.save(intent)
    world.tell("setup_intent.canceled", intent)
    return intent


def unexpected(intent: Stored, verb: str) -> Exception:
    """The 400 for a verb that comes too late."""
    return invalid(
        f"You cannot {verb} this SetupIntent because it has a status of {intent['status']}.",
        code="setup_intent_unexpected_state",
        setup_intent=intent,
    )


def attach(world: World, method: Stored, customer: str) -> Stored:
    """Give a method to a customer."""
    method["customer"] = customer
    world.save(method)
    world.tell("payment_method.attached", method)
    return method


def create_mandate(world: World, method: Stored) -> Stored:
    """The permission to debit an account again."""
    sepa = {
        "reference": method["id"][-12:].upper(),
        "url": f"{world.frame.public_url}/mandates/{method['id']}",
    }
    mandate = world.create(
        "mandate",
        "mandate",
        customer_acceptance={"accepted_at": world.now(), "type": "online", "online": {}},
        multi_use={},
        payment_method=method["id"],
        payment_method_details={"type": "sepa_debit", "sepa_debit": sepa},
        status="active",
        type="multi_use",
    )
    del mandate["created"]  # the one object Stripe does not date
    return world.save(mandate)


def return_address(intent: Stored) -> str:
    """Where the bank's page sends the person back, with what Stripe adds to the address."""
    back = str(intent["next_action"]["redirect_to_url"]["return_url"])
    name = intent["object"]
    given = {name: intent["id"], f"{name}_client_secret": intent["client_secret"]}
    return f"{back}{'&' if '?' in back else '?'}{urlencode(given)}"


def may_be_kept(card: Card) -> bool:
    """Whether attaching the card to a customer is accepted."""
    return not (card.decline_code and card.declines_set_up)
