"""The balance goes to the organisation's own bank account."""

from __future__ import annotations

from campaigns.sandbox.charges import move
from campaigns.sandbox.errors import invalid
from campaigns.sandbox.store import Stored
from campaigns.sandbox.world import Params, World, merge_metadata


def balance_of(world: World) -> int:
    """What is on the account's balance, in cents."""
    return sum(int(line["net"]) for line in world.rows.select("balance_transaction", world.account))


def create(world: World, params: Params) -> Stored:
    """POST /v1/payouts: never more than the balance holds (400)."""
    amount, left = params["amount"], balance_of(world)
    if not 0 < amount <= left:
        raise invalid(f"You have insufficient funds in your account: {left} is left.", "amount", "balance_insufficient")
    return pay(world, amount, automatic=False, metadata=params.get("metadata"))


def pay(world: World, amount: int, *, automatic: bool, metadata: dict[str, str] | None = None) -> Stored:
    """The amount leaves the balance at once and is told as paid."""
    payout = world.create(
        "payout", "po", amount=amount, application_fee=None, application_fee_amount=None, arrival_date=int(world.now()),
        automatic=automatic, balance_transaction=None, currency=world.frame.currency, description="STRIPE PAYOUT",
        destination=None, failure_balance_transaction=None, failure_code=None, failure_message=None,
        metadata=merge_metadata(None, metadata), method="standard", original_payout=None, payout_method=None,
        reconciliation_status="completed" if automatic else "not_applicable", reversed_by=None, source_type="card",
        statement_descriptor=None, status="paid", trace_id=None, type="bank_account",
    )  # fmt: skip
    payout["balance_transaction"] = move(world, "payout", payout, -amount, 0, "payout")["id"]
    world.save(payout)
    world.tell("payout.created", payout)
    world.tell("payout.paid", payout)
    return payout


def fail(world: World, identifier: str) -> Stored:
    """The bank refuses a payout: its amount is on the balance again."""
    payout = world.find("payout", identifier)
    line = move(world, "payout_failure", payout, payout["amount"], 0, "payout_reversal")
    payout.update(
        status="failed", failure_code="account_closed", failure_balance_transaction=line["id"],
        failure_message="The bank account has been closed.",
    )  # fmt: skip
    world.save(payout)
    world.tell("payout.failed", payout)
    return payout


def account_fee(world: World, cents: int, description: str) -> Stored:
    """What the account itself costs (Radar, network costs): a line of the balance with nothing behind it."""
    source = {"id": None, "currency": world.frame.currency, "description": description}
    return move(world, "stripe_fee", source, -cents, 0, "fee")
