"""Paging by key: the next page starts after the last row shown, so page 1 000 costs what page 1 costs."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
PER_PAGE = 12


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


def decode(cursor: str | None, length: int) -> list[Any] | None:
    """The sorting values of a cursor; None for none, a broken one, or one of another list."""
    if not cursor:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, UnicodeDecodeError):
        return None
    return values if isinstance(values, list) and len(values) == length else None
