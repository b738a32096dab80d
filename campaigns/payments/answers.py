"""What the gateway answers, in our words: frozen values made from its JSON, which is kept as `raw` text."""

import calendar
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from civic import clock

Body = dict[str, Any]


class CheckoutStatus(StrEnum):
    """The life of a hosted page."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


class IntentStatus(StrEnum):
    """What became of a charge. FAILED: declined, `error_code` and `decline_code` say why, another try may follow."""

    SUCCEEDED = "succeeded"
    PROCESSING = "processing"
    ACTION_REQUIRED = "action_required"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(slots=True, frozen=True)
class Intent:
    """A charge (Stripe's PaymentIntent). Amounts in cents; `happened_at` is UTC: when it was made, or its money came.

    `paid_with` names the card or account that really paid; "" while none did.
    """

    ref: str
    status: IntentStatus
    amount_cents: int
    currency: str
    customer_ref: str
    method_ref: str
    charge_ref: str
    error_code: str
    decline_code: str
    advice_code: str
    happened_at: datetime
    fee_cents: int | None
    metadata: dict[str, str]
    raw: str = field(repr=False)
    paid_with: str = ""


@dataclass(slots=True, frozen=True)
class Checkout:
    """A hosted page (Stripe's Checkout Session).

    In setup mode `method_ref`, `method_label` (« Visa •••• 4242 »), `method_ends_on` (a card's last day) and
    `method_at` (UTC, when the method was given) are filled once it is complete; in payment mode `intent_ref` names the
    charge.
    """

    ref: str
    mode: str
    status: CheckoutStatus
    url: str
    expires_at: datetime
    customer_ref: str
    setup_succeeded: bool
    method_ref: str
    method_label: str
    method_ends_on: date | None
    method_at: datetime | None
    intent_ref: str
    metadata: dict[str, str]
    raw: str = field(repr=False)


@dataclass(slots=True, frozen=True)
class Event:
    """A signed message of the gateway: which object it concerns and when; its state is to be fetched anew.

    `account` is the connected account it happened on, "" for ours.
    """

    ref: str
    kind: str
    object_ref: str
    live: bool
    created_at: datetime
    account: str
    raw: str = field(repr=False)


class RefundState(StrEnum):
    """What became of money on its way back. SUCCEEDED may still fail weeks later."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class DisputeState(StrEnum):
    """Where a contested charge stands. INQUIRY: the bank asks, nothing was taken yet."""

    INQUIRY = "inquiry"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(slots=True, frozen=True)
class MoneyBack:
    """Stripe's Refund, in cents. `fee_cents` is None while the gateway has not taken it from our balance."""

    ref: str
    state: RefundState
    amount_cents: int
    currency: str
    intent_ref: str
    failure: str
    fee_cents: int | None
    happened_at: datetime
    metadata: dict[str, str]
    raw: str = field(repr=False)


@dataclass(slots=True, frozen=True)
class Movement:
    """What a dispute did to our balance: cents, negative when taken; the fee beside it, negative when given back."""

    ref: str
    cents: int
    fee_cents: int
    happened_at: datetime


@dataclass(slots=True, frozen=True)
class Contest:
    """Stripe's Dispute, in cents; `movements` are its lines on our balance, the oldest first.

    `due_at` (UTC) is the last moment to send evidence; `means` is card or sepa_debit.
    """

    ref: str
    state: DisputeState
    amount_cents: int
    charge_ref: str
    intent_ref: str
    reason: str
    means: str
    due_at: datetime | None
    movements: tuple[Movement, ...]
    happened_at: datetime
    raw: str = field(repr=False)

    @property
    def given_cents(self) -> int:
        """What came back to our balance, in cents."""
        return sum(one.cents for one in self.movements if one.cents > 0)

    @property
    def held_cents(self) -> int:
        """What left our balance and has not come back, in cents."""
        return max(0, -sum(one.cents for one in self.movements))

    @property
    def fee_cents(self) -> int:
        """What the dispute itself costs, less what was given back of it, in cents."""
        return sum(one.fee_cents for one in self.movements)


@dataclass(slots=True, frozen=True)
class Returned:
    """A charge that a bank took back after its success (Stripe's Charge, failed late): cents and the bank's reason."""

    charge_ref: str
    intent_ref: str
    amount_cents: int
    fee_cents: int
    reason: str
    happened_at: datetime
    raw: str = field(repr=False)


@dataclass(slots=True, frozen=True)
class Account:
    """A connected account: whether it may charge, is paid out, has given its papers; `reason` when it may not."""

    ref: str
    charges_enabled: bool
    payouts_enabled: bool
    details_submitted: bool
    reason: str


@dataclass(slots=True, frozen=True)
class BalanceLine:
    """A movement of the gateway's balance; cents, signed; `source_ref` is the charge, refund or payout behind it.

    `net_cents` is the amount less the fee; `category` is the word of the gateway's reports for it.
    """

    ref: str
    kind: str
    category: str
    source_ref: str
    amount_cents: int
    fee_cents: int
    net_cents: int
    description: str
    happened_at: datetime


def moment(seconds: int | float) -> datetime:
    """Unix seconds as an aware UTC moment."""
    return datetime.fromtimestamp(seconds, UTC)


def reference(value: Any) -> str:
    """The id of an object that is either named or expanded; "" when there is none."""
    if isinstance(value, dict):
        return str(value["id"])
    return str(value or "")


def intent_of(body: Body) -> Intent:
    """A PaymentIntent's JSON in our words."""
    error = body.get("last_payment_error") or {}
    charge = body.get("latest_charge")
    charge_body: Body = charge if isinstance(charge, dict) else {}
    balance = charge_body.get("balance_transaction")
    return Intent(
        ref=body["id"], status=_intent_status(body), amount_cents=body["amount"],
        currency=str(body["currency"]).upper(), customer_ref=reference(body.get("customer")),
        method_ref=reference(body.get("payment_method")), charge_ref=reference(charge),
        error_code=error.get("code") or "", decline_code=error.get("decline_code") or "",
        advice_code=error.get("advice_code") or "", happened_at=_happened_at(body, charge_body),
        fee_cents=balance.get("fee") if isinstance(balance, dict) else None,
        metadata=dict(body.get("metadata") or {}), raw=json.dumps(body),
        paid_with=method_label(charge_body.get("payment_method_details") or {}),
    )  # fmt: skip


def _happened_at(body: Body, charge: Body) -> datetime:
    """When a charge was made; when its money came, for what arrives days after it was asked for (a direct debit).

    Stripe writes a debit's line on the balance when it is sent to the bank, or when it succeeds: `available_on` is the
    day its money is there in both cases. One that is told of earlier came by now.
    """
    asked_at = moment(charge.get("created") or body["created"])
    at_once = (charge.get("payment_method_details") or {}).get("type", "card") == "card"
    if at_once or charge.get("status") != "succeeded":
        return asked_at
    line = charge.get("balance_transaction")
    present = clock.now().replace(microsecond=0)
    return max(asked_at, min(present, moment(line["available_on"])) if isinstance(line, dict) else present)


def account_of(body: Body) -> Account:
    """An Account's JSON in our words."""
    lacking = body.get("requirements") or {}
    return Account(
        body["id"], bool(body["charges_enabled"]), bool(body["payouts_enabled"]), bool(body["details_submitted"]),
        lacking.get("disabled_reason") or "",
    )


def balance_line_of(body: Body) -> BalanceLine:
    """A balance transaction's JSON in our words."""
    return BalanceLine(
        ref=body["id"], kind=body["type"], category=body.get("reporting_category") or "",
        source_ref=reference(body.get("source")), amount_cents=body["amount"], fee_cents=body["fee"],
        net_cents=body["net"], description=body.get("description") or "", happened_at=moment(body["created"]),
    )  # fmt: skip


def _intent_status(body: Body) -> IntentStatus:
    known = {
        "succeeded": IntentStatus.SUCCEEDED, "processing": IntentStatus.PROCESSING,
        "canceled": IntentStatus.CANCELLED, "requires_action": IntentStatus.ACTION_REQUIRED,
    }  # fmt: skip
    error = body.get("last_payment_error") or {}
    if body["status"] not in known and error.get("code") == "authentication_required":
        return IntentStatus.ACTION_REQUIRED
    return known.get(body["status"], IntentStatus.FAILED)


def checkout_of(body: Body) -> Checkout:
    """A Checkout Session's JSON in our words; a complete one wants `setup_intent.payment_method` expanded."""
    setup = body.get("setup_intent")
    setup_body: Body = setup if isinstance(setup, dict) else {}
    method = setup_body.get("payment_method")
    method_body: Body = method if isinstance(method, dict) else {}
    return Checkout(
        ref=body["id"], mode=body["mode"], status=CheckoutStatus(body["status"]), url=body.get("url") or "",
        expires_at=moment(body["expires_at"]), customer_ref=reference(body.get("customer")),
        setup_succeeded=setup_body.get("status") == "succeeded", method_ref=reference(method),
        method_label=method_label(method_body), method_ends_on=last_day(method_body),
        intent_ref=reference(body.get("payment_intent")),
        method_at=moment(method_body["created"]) if method_body else None,
        metadata=dict(body.get("metadata") or {}), raw=json.dumps(body),
    )  # fmt: skip


def last_day(body: Body) -> date | None:
    """The last day of a card's last month; None for a direct debit."""
    card = body.get("card") or {}
    year, month = card.get("exp_year"), card.get("exp_month")
    return date(year, month, calendar.monthrange(year, month)[1]) if year and month else None


def method_label(body: Body) -> str:
    """« Visa •••• 4242 » or « SEPA •••• 3201 »: what a person recognises, never the whole number."""
    card, debit = body.get("card") or {}, body.get("sepa_debit") or {}
    if card:
        return f"{str(card.get('brand') or 'carte').capitalize()} •••• {card.get('last4') or ''}"
    return f"SEPA •••• {debit.get('last4') or ''}" if debit else ""


def money_back_of(body: Body) -> MoneyBack:
    """A Refund's JSON in our words; wants `balance_transaction` expanded."""
    states = {"succeeded": RefundState.SUCCEEDED, "failed": RefundState.FAILED, "canceled": RefundState.FAILED}
    line = body.get("balance_transaction")
    return MoneyBack(
        ref=body["id"], state=states.get(body["status"], RefundState.PENDING), amount_cents=body["amount"],
        currency=str(body["currency"]).upper(), intent_ref=reference(body.get("payment_intent")),
        failure=body.get("failure_reason") or "", fee_cents=line["fee"] if isinstance(line, dict) else None,
        happened_at=moment(body["created"]), metadata=dict(body.get("metadata") or {}), raw=json.dumps(body),
    )  # fmt: skip


def contest_of(body: Body) -> Contest:
    """A Dispute's JSON in our words."""
    found = [
        Movement(line.get("id") or "", line["amount"], line["fee"], moment(line.get("created") or body["created"]))
        for line in body.get("balance_transactions") or []
    ]
    due = (body.get("evidence_details") or {}).get("due_by")
    return Contest(
        ref=body["id"], state=_dispute_state(body["status"]), amount_cents=body["amount"],
        charge_ref=reference(body.get("charge")), intent_ref=reference(body.get("payment_intent")),
        reason=body.get("reason") or "", means=(body.get("payment_method_details") or {}).get("type") or "card",
        due_at=moment(due) if due else None,
        movements=tuple(sorted(found, key=lambda one: (one.happened_at, one.ref))),
        happened_at=moment(body["created"]), raw=json.dumps(body),
    )  # fmt: skip


def _dispute_state(word: str) -> DisputeState:
    known = {"won": DisputeState.WON, "lost": DisputeState.LOST, "warning_closed": DisputeState.WON,
             "prevented": DisputeState.WON}  # fmt: skip
    return known.get(word) or (DisputeState.INQUIRY if word.startswith("warning") else DisputeState.OPEN)


def returned_of(body: Body) -> Returned | None:
    """A Charge's JSON, when its money left our balance again; wants `failure_balance_transaction` expanded."""
    line = body.get("failure_balance_transaction")
    if body["status"] != "failed" or not isinstance(line, dict):
        return None
    return Returned(
        charge_ref=body["id"], intent_ref=reference(body.get("payment_intent")), amount_cents=-line["amount"],
        fee_cents=line["fee"], reason=body.get("failure_code") or "", happened_at=moment(line["created"]),
        raw=json.dumps(body),
    )  # fmt: skip
