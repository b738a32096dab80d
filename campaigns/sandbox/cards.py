"""Stripe's test cards and test IBANs: what each one does.

A number that is not here is refused and never kept, so nobody's real card can end up in the sandbox.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from campaigns.sandbox.errors import invalid
from campaigns.sandbox.store import Stored
from campaigns.sandbox.world import World


class Card(NamedTuple):
    """A test card: when it asks for 3-D Secure, and whether and when it refuses."""

    number: str
    token: str
    authenticates: Literal["never", "unless_set_up", "always"] = "never"
    decline_code: str | None = None
    declines_set_up: bool = True
    disputed: bool = False
    brand: str = "visa"


class Iban(NamedTuple):
    """A test account: how its direct debit ends, and after how many extra seconds."""

    number: str
    token: str
    fails: bool = False
    extra_seconds: int = 0
    disputed: bool = False


CARDS = (
    Card("4242424242424242", "pm_card_visa"),
    Card("5555555555554444", "pm_card_mastercard", brand="mastercard"),
    Card("4000002500003155", "pm_card_authenticationRequiredOnSetup", "unless_set_up"),
    Card("4000002760003184", "pm_card_authenticationRequired", "always"),
    Card(
        "4000008260003178",
        "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        "unless_set_up",
        "insufficient_funds",
        declines_set_up=False,
    ),
    Card("4000000000000341", "pm_card_chargeCustomerFail", "never", "generic_decline", declines_set_up=False),
    Card("4000000000000002", "pm_card_visa_chargeDeclined", "never", "generic_decline"),
    Card("4000000000009995", "pm_card_visa_chargeDeclinedInsufficientFunds", "never", "insufficient_funds"),
    Card("4000000000009987", "pm_card_visa_chargeDeclinedLostCard", "never", "lost_card"),
    Card("4000000000009979", "pm_card_visa_chargeDeclinedStolenCard", "never", "stolen_card"),
    Card("4000000000000069", "pm_card_chargeDeclinedExpiredCard", "never", "expired_card"),
    Card("4000000000000127", "pm_card_chargeDeclinedIncorrectCvc", "never", "incorrect_cvc"),
    Card("4000000000000119", "pm_card_chargeDeclinedProcessingError", "never", "processing_error"),
    Card("4000000000000259", "pm_card_createDispute", disputed=True),
)
IBANS = (
    Iban("FR1420041010050500013M02606", "pm_success_fr"),
    Iban("FR3020041010050500013M02609", "pm_successDelayed_fr", extra_seconds=180),
    Iban("FR8420041010050500013M02607", "pm_failed_fr", fails=True),
    Iban("FR7920041010050500013M02600", "pm_failedDelayed_fr", fails=True, extra_seconds=180),
    Iban("FR5720041010050500013M02608", "pm_disputed_fr", disputed=True),
    Iban("DE89370400440532013000", "pm_success_de"),
)
_BY_NUMBER: dict[str, Card | Iban] = {means.number: means for means in (*CARDS, *IBANS)}
_BY_TOKEN: dict[str, Card | Iban] = {means.token: means for means in (*CARDS, *IBANS)}


def means_by_number(number: str) -> Card | Iban | None:
    """The test card or test IBAN with this number, spaces allowed."""
    return _BY_NUMBER.get("".join(number.split()).replace("-", "").upper())


def card_of(method: Stored) -> Card:
    """The card behind a payment method."""
    means = _BY_NUMBER[method["_number"]]
    assert isinstance(means, Card)
    return means


def iban_of(method: Stored) -> Iban:
    """The bank account behind a payment method."""
    means = _BY_NUMBER[method["_number"]]
    assert isinstance(means, Iban)
    return means


def passes_luhn(number: str) -> bool:
    """Whether the digits could be a card number at all."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return 12 <= len(digits) <= 19 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def create_method(
    world: World,
    means: Card | Iban,
    billing: dict[str, Any] | None = None,
    expiry: tuple[int, int] = (12, 2034),
) -> Stored:
    """A payment method for a test card or IBAN, not attached to anyone yet."""
    kind = "card" if isinstance(means, Card) else "sepa_debit"
    details = _card_details(means, expiry) if isinstance(means, Card) else _iban_details(means)
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    who = {"address": address, "email": None, "name": None, "phone": None, "tax_id": None, **(billing or {})}
    return world.create(
        "payment_method",
        "pm",
        type=kind,
        allow_redisplay="unspecified",
        billing_details=who,
        customer=None,
        metadata={},
        _number=means.number,
        _set_up=False,
        _spent=False,
        **{kind: details},
    )


def _card_details(card: Card, expiry: tuple[int, int]) -> dict[str, Any]:
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "FR",
        "display_brand": card.brand,
        "exp_month": expiry[0],
        "exp_year": expiry[1],
        "fingerprint": f"sandbox{card.number[-4:]}",
        "funding": "credit",
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def _iban_details(iban: Iban) -> dict[str, Any]:
    return {
        "bank_code": iban.number[4:9],
        "branch_code": "",
        "country": iban.number[:2],
        "fingerprint": f"sandbox{iban.number[-4:]}",
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": iban.number[-4:],
    }


def method_for(world: World, identifier: str, param: str = "payment_method") -> Stored:
    """The payment method a request names, made on the spot when it names one of Stripe's test tokens."""
    if identifier in _BY_TOKEN:
        return create_method(world, _BY_TOKEN[identifier])
    method = world.find("payment_method", identifier, param)
    if method["_spent"]:
        raise invalid(
            "The provided PaymentMethod was previously used without being attached to a Customer or was "
            "detached from a Customer, and may not be used again.",
            param,
            "payment_method_unexpected_state",
        )
    return method
