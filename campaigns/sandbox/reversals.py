"""Money that goes back: refunds, wanted by the platform, and disputes, wanted by a card's owner."""

from __future__ import annotations

from typing import Any

from campaigns.sandbox.charges import DISPUTE_FEE, move
from campaigns.sandbox.errors import invalid, missing
from campaigns.sandbox.store import Stored
from campaigns.sandbox.world import Params, World, merge_metadata

SEVEN_DAYS = 7 * 86_400


def create_refund(world: World, params: Params) -> Stored:
    """POST /v1/refunds: all of a charge or part of it, never more than is left (400)."""
    charge = _charge_to_refund(world, params)
    left = charge["amount"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    if charge["_contested"]:
        raise invalid(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", None, "charge_disputed"
        )
    if left == 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", None, "charge_already_refunded")
    if not 0 < amount <= left:
        raise invalid(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", "amount"
        )
    refund = world.create("refund", "re", **_blank_refund(charge, params, amount))
    refund["balance_transaction"] = move(world, "refund", refund, -amount, 0, "refund")["id"]
    world.save(refund)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    world.save(charge)
    world.tell("refund.created", refund)
    world.tell("charge.refunded", charge)
    return refund


def _charge_to_refund(world: World, params: Params) -> Stored:
    if params.get("charge"):
        charge = world.find("charge", params["charge"], "charge")
    elif params.get("payment_intent"):
        intent = world.find("payment_intent", params["payment_intent"], "payment_intent")
        if intent["status"] != "succeeded":
            raise invalid("This PaymentIntent does not have a successful charge to refund.", "payment_intent")
        charge = world.find("charge", intent["latest_charge"])
    else:
        raise invalid("One of the following params should be provided: payment_intent or charge.")
    if charge["status"] != "succeeded":
        raise invalid(f"Charge {charge['id']} is not successful; cannot issue a refund.", "charge")
    return charge


def _blank_refund(charge: Stored, params: Params, amount: int) -> dict[str, Any]:
    kind = charge["payment_method_details"]["type"]
    destination = {"card": {"type": "refund"}} if kind == "card" else {}  # no such details of a direct debit
    return {
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "currency": charge["currency"],
        "customer": charge["customer"],
        "destination_details": {"type": kind, **destination},
        "failure_balance_transaction": None,
        "metadata": merge_metadata(None, params.get("metadata")),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "pending_reason": None,
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def retrieve_refund(world: World, params: Params, identifier: str) -> Stored:
    """GET /v1/refunds/{refund}."""
    return world.find("refund", identifier)


def update_refund(world: World, params: Params, identifier: str) -> Stored:
    """POST /v1/refunds/{refund}: metadata."""
    refund = world.find("refund", identifier)
    refund["metadata"] = merge_metadata(refund["metadata"], params.get("metadata"))
    return world.save(refund)


def fail_refund(world: World, identifier: str) -> Stored:
    """The backer's bank sends a refund back, perhaps weeks later: the money is on our balance again."""
    refund = world.find("refund", identifier)
    if refund["status"] != "succeeded":
        raise invalid(f"This refund has a status of {refund['status']} and cannot fail.")
    line = move(world, "refund_failure", refund, refund["amount"], 0, "refund_failure")
    refund.update(
        status="failed", failure_reason="lost_or_stolen_card", failure_balance_transaction=line["id"]
    )
    world.save(refund)
    charge = world.find("charge", refund["charge"])
    charge.update(amount_refunded=charge["amount_refunded"] - refund["amount"], refunded=False)
    world.save(charge)
    for event in ("refund.updated", "charge.refund.updated", "refund.failed"):
        world.tell(event, refund)
    return refund


def open_dispute(world: World, identifier: str) -> Stored:
    """A card's owner contests a charge: amount and fee leave our balance until the bank decides."""
    charge = world.find("charge", identifier)
    if charge["disputed"] or charge["refunded"] or charge["status"] != "succeeded":  # nothing is left to contest
        raise invalid(f"Charge {identifier} cannot be disputed.")
    dispute = world.create("dispute", "du", **_blank_dispute(world, charge))
    _withdraw(world, dispute, -dispute["amount"], DISPUTE_FEE)
    charge.update(disputed=True, _contested=True)
    world.save(charge)
    world.tell("charge.dispute.created", dispute)
    world.tell("charge.dispute.funds_withdrawn", dispute)
    return dispute


def _withdraw(world: World, dispute: Stored, amount: int, fee: int) -> None:
    category = "dispute" if amount < 0 else "dispute_reversal"
    line = move(world, "adjustment", dispute, amount, fee, category)
    dispute["balance_transactions"].append(line)
    world.save(dispute)


def _blank_dispute(world: World, charge: Stored) -> dict[str, Any]:
    details = {
        "due_by": world.now() + SEVEN_DAYS,
        "enhanced_eligibility": {},
        "has_evidence": False,
        "past_due": False,
        "submission_count": 0,
        "submission_method": "not_submitted",
    }
    return {
        "amount": charge["amount"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": details,
        "is_charge_refundable": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": "fraudulent",
        "status": "needs_response",
    }


def return_debit(world: World, identifier: str) -> Stored:
    """The bank takes a direct debit back after its success: the charge fails late, its money leaves our balance."""
    charge = world.find("charge", identifier)
    left = charge["amount"] - charge["amount_refunded"]
    if charge["status"] != "succeeded" or charge["payment_method_details"]["type"] != "sepa_debit" or not left:
        raise invalid(f"Charge {identifier} cannot be returned.")
    line = move(world, "payment_failure_refund", charge, -left, 0, "payment_failure_refund")
    charge.update(
        status="failed", paid=False, failure_code="insufficient_funds", failure_balance_transaction=line["id"]
    )
    world.save(charge)
    world.tell("charge.failed", charge)
    return charge


def close_dispute(
    world: World, identifier: str, won: bool, given: int | None = None, fee_back: int = 0
) -> Stored:
    """The bank decides: won gives the amount back (or only `given` of it), as a rule not the fee; lost keeps all."""
    dispute = world.find("dispute", identifier)
    if dispute["status"] in ("won", "lost"):
        raise invalid(f"Dispute {identifier} is already {dispute['status']}.")
    dispute["status"] = "won" if won else "lost"
    world.save(dispute)
    if won:
        world.save({**world.find("charge", dispute["charge"]), "_contested": False})
        _withdraw(world, dispute, dispute["amount"] if given is None else given, -fee_back)
        world.tell("charge.dispute.funds_reinstated", dispute)
    world.tell("charge.dispute.closed", dispute)
    return dispute


def reinstate(world: World, charge: str, cents: int) -> Stored:
    """A part of what was taken comes back, after the end of the dispute."""
    dispute = dispute_of(world, charge)
    _withdraw(world, dispute, cents, 0)
    world.tell("charge.dispute.funds_reinstated", dispute)
    return dispute


def retrieve_dispute(world: World, params: Params, identifier: str) -> Stored:
    """GET /v1/disputes/{dispute}."""
    return world.find("dispute", identifier)


def concede_dispute(world: World, params: Params, identifier: str) -> Stored:
    """POST /v1/disputes/{dispute}/close: giving up is losing."""
    return close_dispute(world, identifier, won=False)


def dispute_of(world: World, charge: str) -> Stored:
    """The dispute on a charge; `missing` when nobody contests it."""
    found = world.rows.select("dispute", world.account, charge=charge)
    if not found:
        raise missing("dispute", charge)
    return found[0]
