"""What a payment intent may be asked for, and its fields before anything was tried."""

from __future__ import annotations

from typing import Any

from campaigns.sandbox.accounts import check_may_charge
from campaigns.sandbox.errors import invalid
from campaigns.sandbox.world import Params, World, merge_metadata

SMALLEST_AMOUNT = 50
NOT_SIMULATED = ("application_fee_amount", "on_behalf_of", "transfer_data", "payment_method_data")
EMPTY_AT_FIRST = (
    "application", "application_fee_amount", "canceled_at", "cancellation_reason", "client_secret",
    "last_payment_error", "latest_charge", "next_action", "on_behalf_of", "payment_method",
    "payment_method_options", "payment_record", "processing", "review", "shipping", "source",
    "transfer_data", "_session",
)  # fmt: skip


def check(world: World, params: Params) -> None:
    """400 for what Stripe would not begin."""
    check_may_charge(world)
    if params["amount"] < SMALLEST_AMOUNT:
        raise invalid(
            f"Amount must be no less than {SMALLEST_AMOUNT} {params['currency']} cents",
            "amount",
            "amount_too_small",
        )
    if params["amount"] > 99_999_999:
        raise invalid("Amount must be no more than 999,999.99", "amount", "amount_too_large")
    if len(params["currency"]) != 3 or not params["currency"].isalpha():
        raise invalid(f"Invalid currency: {params['currency']}", "currency")
    for name in NOT_SIMULATED:
        if params.get(name):
            raise invalid(f"The sandbox does not simulate {name}.", name)
    if params.get("capture_method") == "manual":
        raise invalid("The sandbox does not simulate capture_method=manual.", "capture_method")
    if params.get("customer"):
        world.find("customer", params["customer"], "customer")
    _check_ways(params)


def _check_ways(params: Params) -> None:
    allowed, automatic = params.get("allowed_payment_method_types"), params.get("automatic_payment_methods")
    if allowed and automatic:
        raise invalid(
            "You may only specify one of these parameters: allowed_payment_method_types, "
            "automatic_payment_methods."
        )
    if not params.get("confirm"):
        if "off_session" in params:
            raise invalid("You can only specify `off_session` when `confirm` is `true`.", "off_session")
    elif not allowed and not params.get("return_url") and (automatic or {}).get("allow_redirects") != "never":
        raise invalid(
            "This PaymentIntent may use payment methods that redirect: provide a `return_url`, restrict "
            "`allowed_payment_method_types`, or set `automatic_payment_methods[allow_redirects]` to `never`."
        )


def blank(params: Params) -> dict[str, Any]:
    """A payment intent's fields before anything was tried."""
    allowed = params.get("allowed_payment_method_types")
    automatic = params.get("automatic_payment_methods") or (None if allowed else {"enabled": True})
    return {
        **dict.fromkeys(EMPTY_AT_FIRST),
        "allowed_payment_method_types": allowed,
        "amount": params["amount"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": {"allow_redirects": "always", **automatic} if automatic else None,
        "capture_method": params.get("capture_method") or "automatic_async",
        "confirmation_method": params.get("confirmation_method") or "automatic",
        "currency": params["currency"].lower(),
        "customer": params.get("customer"),
        "description": params.get("description"),
        "metadata": merge_metadata(None, params.get("metadata")),
        "payment_method_types": allowed or ["card", "sepa_debit"],
        "receipt_email": params.get("receipt_email") or None,
        "setup_future_usage": params.get("setup_future_usage"),
        "statement_descriptor": params.get("statement_descriptor"),
        "statement_descriptor_suffix": params.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_group": params.get("transfer_group"),
    }
