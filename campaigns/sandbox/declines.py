"""How a refusal reads: the error of an intent, and the 402 answer that carries the intent inside."""

from __future__ import annotations

from typing import Any

from campaigns.sandbox.errors import Declined
from campaigns.sandbox.store import Stored
from campaigns.sandbox.world import public

# decline code -> (error code, advice, message)
REFUSALS = {
    "generic_decline": ("card_declined", "try_again_later", "Your card was declined."),
    "insufficient_funds": ("card_declined", "try_again_later", "Your card has insufficient funds."),
    "lost_card": ("card_declined", "do_not_try_again", "Your card was declined."),
    "stolen_card": ("card_declined", "do_not_try_again", "Your card was declined."),
    "expired_card": ("expired_card", "confirm_card_data", "Your card has expired."),
    "incorrect_cvc": ("incorrect_cvc", "confirm_card_data", "Your card's security code is incorrect."),
    "processing_error": (
        "processing_error",
        "try_again_later",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    "authentication_required": (
        "authentication_required",
        None,
        "Your card was declined. This transaction requires authentication.",
    ),
}
FAILED_AUTHENTICATION = (
    "We are unable to authenticate your payment method. "
    "Please choose a different payment method and try again."
)
FAILED_DEBIT = "The payment was refused by the customer's bank."


def card_refusal(decline_code: str, method: Stored, charge: str | None = None) -> dict[str, Any]:
    """The error object of a card the bank refuses."""
    code, advice, message = REFUSALS[decline_code]
    error = {"type": "card_error", "code": code, "decline_code": decline_code, "message": message}
    return {**error, "advice_code": advice, **_about(method, charge), "doc_url": _page(code)}


def refusal(kind: str, code: str, message: str, method: Stored, charge: str | None = None) -> dict[str, Any]:
    """The error object of any other failure of a payment method."""
    return {"type": kind, "code": code, "message": message, **_about(method, charge), "doc_url": _page(code)}


def _about(method: Stored, charge: str | None) -> dict[str, Any]:
    about = {"payment_method": public(method), "payment_method_type": method["type"]}
    return {**about, "charge": charge} if charge else about


def _page(code: str) -> str:
    return f"https://docs.stripe.com/error-codes/{code.replace('_', '-')}"


def declined(intent: Stored, error: dict[str, Any]) -> Declined:
    """The 402 answer for an intent that just failed with `error`."""
    details = {
        key: value for key, value in error.items() if key not in ("type", "code", "message", "decline_code")
    }
    details[intent["object"]] = public(intent)
    return Declined(error["code"], error["message"], error.get("decline_code"), **details)
