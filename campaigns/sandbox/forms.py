"""What a person typed on the hosted page: a test card or IBAN, or sentences about what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from campaigns.sandbox.cards import Card, Iban, means_by_number, passes_luhn

FIELDS = ("test_card", "number", "expiry", "cvc", "email", "test_iban", "iban", "name", "sepa_email")
UNUSED_EXPIRY = (12, 2034)


class Filled(NamedTuple):
    """A form's values, the means they name, and the errors by field (keys of the texts)."""

    values: dict[str, str]
    means: Card | Iban | None
    expiry: tuple[int, int]
    email: str
    errors: dict[str, str]


def read(form: Mapping[str, object], kinds: list[str], asks_email: bool, now: float) -> Filled:
    """Understand the page's form; a number typed in replaces the test card or account chosen."""
    values = {name: str(form.get(name, unchosen)).strip() for name, unchosen in blank().items()}
    kind = str(form.get("means", ""))
    kind = kind if kind in kinds else kinds[0]
    filled = _read_iban(values) if kind == "sepa_debit" else _read_card(values, now)
    if asks_email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", filled.email):
        filled.errors["sepa_email" if kind == "sepa_debit" else "email"] = "need_email"
    return filled


def blank() -> dict[str, str]:
    """The form as it is first shown: the accepted card and the accepted account are chosen."""
    return {
        **dict.fromkeys(FIELDS, ""),
        "test_card": "4242424242424242",
        "test_iban": "FR1420041010050500013M02606",
    }


def _read_card(values: dict[str, str], now: float) -> Filled:
    errors: dict[str, str] = {}
    typed = re.sub(r"[\s-]", "", values["number"])
    means = means_by_number(typed or values["test_card"])
    if not isinstance(means, Card):
        looks_real = typed.isdigit() and passes_luhn(typed)
        errors["number"] = "real_number" if looks_real else "need_number"
        means = None
    expiry = _read_expiry(values["expiry"], now)
    if expiry is None and (typed or values["expiry"]):
        errors["expiry"] = "need_expiry"
    if (typed or values["cvc"]) and not re.fullmatch(r"\d{3,4}", values["cvc"]):
        errors["cvc"] = "need_cvc"
    if "number" in errors and errors["number"] == "real_number":
        values["number"] = ""  # not even shown again
    return Filled(values, means, expiry or UNUSED_EXPIRY, values["email"], errors)


def _read_expiry(text: str, now: float) -> tuple[int, int] | None:
    match = re.fullmatch(r"(\d{1,2})\s*/\s*(\d{2}|\d{4})", text)
    if not match:
        return None
    month, year = int(match[1]), int(match[2]) % 100 + 2000
    today = datetime.fromtimestamp(now, UTC)
    return (month, year) if 1 <= month <= 12 and (year, month) >= (today.year, today.month) else None


def _read_iban(values: dict[str, str]) -> Filled:
    errors: dict[str, str] = {}
    means = means_by_number(values["iban"] or values["test_iban"])
    if not isinstance(means, Iban):
        errors["iban"], means = "need_iban", None
        values["iban"] = ""
    if not values["name"]:
        errors["name"] = "need_name"
    return Filled(values, means, UNUSED_EXPIRY, values["sepa_email"], errors)
