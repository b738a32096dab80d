"""The kinds of refusal api.stripe.com gives, each with the status and the body Stripe gives it."""

from __future__ import annotations

from typing import Any


class StripeFault(Exception):
    """An answer that is an error: HTTP status and the content of its `error` object."""

    def __init__(self, status: int, kind: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"type": kind, "message": message, **{k: v for k, v in details.items() if v is not None}}


class Declined(StripeFault):
    """A card's refusal (402). Unlike every other error, what was done before it stays done."""

    def __init__(self, code: str, message: str, decline_code: str | None = None, **details: Any) -> None:
        super().__init__(402, "card_error", message, code=code, decline_code=decline_code, **details)


def invalid(message: str, param: str | None = None, code: str | None = None, **details: Any) -> StripeFault:
    """A request Stripe would not carry out (400)."""
    return StripeFault(400, "invalid_request_error", message, param=param, code=code, **details)


def no_access(account: str) -> StripeFault:
    """An account that is nobody's here, or not connected to ours (403)."""
    return StripeFault(403, "invalid_request_error", f"No access to account '{account}'.", code="account_invalid")


def missing(noun: str, identifier: str, param: str = "id") -> StripeFault:
    """No such object: 404 in the path, 400 when a parameter names it."""
    status = 404 if param == "id" else 400
    message = f"No such {noun}: '{identifier}'"
    return StripeFault(status, "invalid_request_error", message, param=param, code="resource_missing")
