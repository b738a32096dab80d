"""Paging by key: the next page starts after the last row shown, so page 1 000 costs what page 1 costs."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, Literal, TypeVar

Item = TypeVar("Item")
Kind = Literal["id", "text", "moment", "number"]
PER_PAGE = 12
LONGEST = 1000
FIRST_YEAR = 1900
MOST_ID = 2**63 - 1
MOST_NUMBER = 1e12


@dataclass(slots=True)
class Page(Generic[Item]):
    """Some items and the way on: `after` is the `apres` value of the next page, `first` tells that this is page one."""

    items: Sequence[Item]
    after: str | None = None
    first: bool = True
    count: int | None = None


def cut(rows: Sequence[Item], key: Any, *, cursor: str | None, per_page: int = PER_PAGE) -> Page[Item]:
    """A Page from up to `per_page + 1` rows; `key(row)` is the list of sorting values the next page starts after."""
    shown = rows[:per_page]
    after = encode(key(shown[-1])) if len(rows) > per_page else None
    return Page(shown, after, first=cursor is None)


def encode(values: list[Any]) -> str:
    """Sorting values as a query parameter."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def decode(cursor: str | None, *kinds: Kind) -> list[Any] | None:
    """The sorting values of a cursor, moments as aware datetimes; None for none, a broken one, or one of another list.

    A cursor comes from the address, so anybody may write one: each value must be of the kind its place asks for.
    """
    if not cursor or len(cursor) > LONGEST:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(kinds):
            return None
        return [_checked(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (binascii.Error, ValueError, OverflowError, RecursionError):
        return None


def _checked(value: object, kind: Kind) -> object:
    """A value that a database may compare with. Raises ValueError for one of another kind."""
    if kind == "moment" and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None and moment.year >= FIRST_YEAR:
            return moment.astimezone(UTC)
    is_text = kind == "text" and isinstance(value, str) and "\x00" not in value
    is_id = kind == "id" and type(value) is int and 0 <= value <= MOST_ID
    is_number = kind == "number" and isinstance(value, int | float) and abs(value) <= MOST_NUMBER
    if is_text or is_id or is_number:
        return value
    raise ValueError(kind)
