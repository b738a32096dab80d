"""Money that moved: charges, their fees on the balance, refunds and disputes."""

from __future__ import annotations

from typing import Any

from campaigns.sandbox.declines import FAILED_DEBIT, REFUSALS
from campaigns.sandbox.store import Stored
from campaigns.sandbox.world import Params, World, merge_metadata

DISPUTE_FEE = 2000
TWO_DAYS = 2 * 86_400
EMPTY_AT_FIRST = (
    "application", "application_fee", "application_fee_amount", "balance_transaction",
    "failure_balance_transaction", "failure_code", "failure_message", "on_behalf_of", "receipt_number",
    "receipt_url", "review", "shipping", "source", "source_transfer", "statement_descriptor",
    "transfer_data",
)  # fmt: skip


def fee_of(amount: int) -> int:
    """What Stripe keeps of a charge, in cents: 1.5 % and 25 cents, rounded half up."""
    return (amount * 15 + 500) // 1000 + 25


def move(world: World, kind: str, source: Stored, amount: int, fee: int, category: str) -> Stored:
    """One line on the account's balance, cents, signed."""
    detail = {"amount": fee, "application": None, "currency": source["currency"], "type": "stripe_fee"}
    return world.create(
        "balance_transaction",
        "txn",
        amount=amount,
        available_on=world.now() + TWO_DAYS,
        balance_type="payments",
        currency=source["currency"],
        description=source.get("description"),
        exchange_rate=None,
        fee=fee,
        fee_details=[{**detail, "description": "Stripe processing fees"}] if fee else [],
        net=amount - fee,
        reporting_category=category,
        source=source["id"],
        status="pending",
        type=kind,
    )


def retrieve_balance_transaction(world: World, params: Params, identifier: str) -> Stored:
    """GET /v1/balance_transactions/{id}; available two days after it was made."""
    return age(world, world.find("balance_transaction", identifier))


def age(world: World, line: Stored) -> Stored:
    """The line as it stands now: pending, then available."""
    return {**line, "status": "available"} if line["available_on"] <= world.now() else line


def create(
    world: World, intent: Stored, method: Stored, status: str, decline_code: str | None = None
) -> Stored:
    """A charge for a try of an intent: succeeded, pending (direct debit) or failed."""
    charge = world.create(
        "charge", "py" if method["type"] == "sepa_debit" else "ch", **_blank(intent, method, status)
    )
    if decline_code:
        code, advice, message = REFUSALS[decline_code]
        charge.update(failure_code=code, failure_message=message)
        charge["outcome"] = _outcome("issuer_declined", decline_code, advice, message)
    if status == "succeeded":
        _credit(world, charge)
    return world.save(charge)


def _blank(intent: Stored, method: Stored, status: str) -> dict[str, Any]:
    copied = ("amount", "currency", "customer", "description", "metadata", "receipt_email", "transfer_group")
    return {
        **dict.fromkeys(EMPTY_AT_FIRST),
        **{name: intent[name] for name in copied},
        "amount_captured": intent["amount"] if status != "failed" else 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": intent["statement_descriptor_suffix"],
        "captured": status != "failed",
        "disputed": False,
        "fraud_details": {},
        "outcome": _outcome("authorized", None, None, "Payment complete."),
        "paid": status != "failed",
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _details(method),
        "refunded": False,
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": status,
        "_contested": False,
    }


def _outcome(kind: str, reason: str | None, advice: str | None, message: str) -> dict[str, Any]:
    return {
        "advice_code": advice,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network" if kind == "authorized" else "declined_by_network",
        "reason": reason,
        "risk_level": "normal",
        "risk_score": 1,
        "seller_message": message,
        "type": kind,
    }


def _details(method: Stored) -> dict[str, Any]:
    kind = method["type"]
    known = method[kind]
    if kind == "sepa_debit":
        shown = ("bank_code", "branch_code", "country", "fingerprint", "last4")
        return {"type": kind, kind: {**{name: known[name] for name in shown}, "mandate": None}}
    hidden = ("display_brand", "generated_from", "networks", "three_d_secure_usage")
    card = {name: value for name, value in known.items() if name not in hidden}
    return {"type": kind, kind: {**card, "installments": None, "mandate": None, "network": known["brand"]}}


def _credit(world: World, charge: Stored) -> None:
    line = move(world, "charge", charge, charge["amount"], fee_of(charge["amount"]), "charge")
    charge["balance_transaction"] = line["id"]


def finish(world: World, identifier: str, succeeds: bool) -> Stored:
    """A pending charge settles or fails."""
    charge = world.find("charge", identifier)
    charge.update(status="succeeded" if succeeds else "failed", paid=succeeds, captured=succeeds)
    if succeeds:
        _credit(world, charge)
    else:
        code = "charge_exceeds_source_limit"
        charge.update(amount_captured=0, failure_code=code, failure_message=FAILED_DEBIT)
    return world.save(charge)


def retrieve(world: World, params: Params, identifier: str) -> Stored:
    """GET /v1/charges/{charge}."""
    return world.find("charge", identifier)


def update(world: World, params: Params, identifier: str) -> Stored:
    """POST /v1/charges/{charge}: description and metadata."""
    charge = world.find("charge", identifier)
    charge.update({name: params[name] or None for name in ("description", "receipt_email") if name in params})
    charge["metadata"] = merge_metadata(charge["metadata"], params.get("metadata"))
    return world.save(charge)
