"""What the gateway moved and we have not booked: an attempt or a refund of ours is open, or nobody has told us yet."""

from collections.abc import Iterable
from typing import Any

from campaigns.payments import attempts
from campaigns.payments.models import Attempt
from campaigns.refunds import sending
from campaigns.refunds.models import Refund, RefundStatus
from tests.campaigns.model.two_books import Name, TwoBooks, name_of

NEWS = {
    "charge": ("payment_intent.succeeded",), "refund": ("refund.created",), "returned": ("charge.failed",),
    "refund back": ("refund.updated", "charge.refund.updated", "refund.failed"),
}  # fmt: skip
"""The messages that tell a movement: once one of them is dealt with, it is booked."""
TAKEN = ("charge.dispute.created", "charge.dispute.funds_withdrawn")
GIVEN = ("charge.dispute.funds_reinstated",)


async def awaited(books: TwoBooks) -> list[Name]:
    """What the gateway moved and we have not booked yet, each for a good reason. AssertionError for any other."""
    lacking = [line for line in books.lines if name_of(line) not in books.ours]
    for line in lacking:
        name = name_of(line)
        reason = _REASONS[name[0]]
        assert await reason(books, line), f"{name} of {line['net']} cents is not booked, and nothing is under way"
    return [name_of(line) for line in lacking]


def _is_told(books: TwoBooks, object_ref: str, kinds: Iterable[str]) -> bool:
    return any((kind, object_ref) in books.told for kind in kinds)


def _find(rows: list[dict[str, Any]], id: str) -> dict[str, Any]:
    return next(row for row in rows if row["id"] == id)


async def _charge_is_awaited(books: TwoBooks, line: dict[str, Any]) -> bool:
    """Its attempt is open, and nobody has told us."""
    charge = _find(books.world["charges"], line["source"])
    attempt = await Attempt.get(key=charge["metadata"]["attempt"])
    return attempt.status in attempts.OPEN and not _is_told(books, charge["payment_intent"], NEWS["charge"])


async def _refund_of(made: dict[str, Any]) -> Refund | None:
    number = made["metadata"].get("refund", "").removeprefix("refund-")
    return await Refund.get_or_none(id=int(number)) if number else await Refund.get_or_none(refund_ref=made["id"])


async def _refund_is_awaited(books: TwoBooks, line: dict[str, Any]) -> bool:
    """It is under way here; nobody told us of one that was made there; or it was back before we saw it leave."""
    made = _find(books.world["refunds"], line["source"])
    row = await _refund_of(made)
    if row is None:
        return not _is_told(books, made["id"], NEWS["refund"])
    if row.status == RefundStatus.FAILED:
        return bool(made["status"] == "failed") and row.booked_at is None
    return row.status in sending.OPEN


async def _failure_is_awaited(books: TwoBooks, line: dict[str, Any]) -> bool:
    """Nobody has told us that it is back; or we never saw it leave."""
    made = _find(books.world["refunds"], line["source"])
    if not books.booked("refund", made["id"]):
        return True  # the refund's own line says whether that may be
    row = await _refund_of(made)
    away = row is not None and row.status in (*sending.OPEN, RefundStatus.SUCCEEDED)
    return away and not _is_told(books, made["id"], NEWS["refund back"])


async def _dispute_is_awaited(books: TwoBooks, line: dict[str, Any]) -> bool:
    return not _is_told(books, line["source"], TAKEN if line["amount"] < 0 else GIVEN)


async def _return_is_awaited(books: TwoBooks, line: dict[str, Any]) -> bool:
    return not _is_told(books, line["source"], NEWS["returned"])


async def _account_is_awaited(books: TwoBooks, line: dict[str, Any]) -> bool:
    """We have not read the balance since."""
    return line["id"] not in books.read


_REASONS = {
    "charge": _charge_is_awaited, "refund": _refund_is_awaited, "refund back": _failure_is_awaited,
    "dispute": _dispute_is_awaited, "returned": _return_is_awaited, "account": _account_is_awaited,
}  # fmt: skip
