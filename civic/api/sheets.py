"""A kind as a table: one column for each thing that is said, for French spreadsheets (`civic.papers.sheet`)."""

from collections.abc import Sequence
from datetime import datetime
from types import UnionType
from typing import Any, Union, get_args, get_origin

from civic.api.kinds import Money, Place, Ref, Said
from civic.papers.sheet import cents_text, lines, sheet

API_URL = "api_url"


def head_of(item: type[Said]) -> bytes:
    """The line of titles: a thing that is named takes two columns, an amount says its currency."""
    return sheet([title for name, kind in _columns(item) for title in _titles(name, kind)], [])


def lines_of(item: type[Said], rows: Sequence[Said]) -> bytes:
    """One line each."""
    columns = _columns(item)
    return lines([cell for name, kind in columns for cell in _cells(getattr(row, name), kind)] for row in rows)


def _columns(item: type[Said]) -> list[tuple[str, Any]]:
    return [(name, _meant(field.annotation)) for name, field in item.model_fields.items() if name != API_URL]


def _meant(annotation: Any) -> Any:
    """The type of a field, without the « or nothing »."""
    if get_origin(annotation) in (Union, UnionType):
        return next(kind for kind in get_args(annotation) if kind is not type(None))
    return annotation


def _titles(name: str, kind: Any) -> list[str]:
    if kind is Place:
        return [f"{name}_insee", name]
    if kind is Ref:
        return [name, f"{name}_url"]
    return [f"{name}_eur"] if kind is Money else [name]


def _cells(value: Any, kind: Any) -> list[object]:
    if kind is Place:
        return [value.insee, value.name] if value else ["", ""]
    if kind is Ref:
        return [value.title, value.url] if value else ["", ""]
    return [_cell(value)]


def _cell(value: Any) -> object:
    if isinstance(value, Money):
        return cents_text(value.cents)
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, list):
        return ", ".join(str(_cell(one)) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    if isinstance(value, Said):
        return " ".join(str(_cell(one)) for one in value.model_dump(mode="json").values() if one is not None)
    return "" if value is None else value
