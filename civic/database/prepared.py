"""Queries whose SQL is written once: for a wide join the writing costs the ORM more than the answer the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from tortoise.models import Model
from tortoise.queryset import QuerySet

from civic.database.config import Engine
from civic.database.connection import client, dialect

M = TypeVar("M", bound=Model)
_EXAMPLES = (987_654_321_001, 987_654_321_002, 987_654_321_003)
"""Stand for the arguments while the SQL is written; nothing else in a query is such a number."""


class Prepared(Generic[M]):
    """`roles = Prepared(lambda shift_id: ShiftRole.filter(shift_id=shift_id))`, then `await roles(12)`.

    The arguments, three at most, are whole numbers or texts that are compared as they are. The function is called once:
    nothing in it may hang on the moment or on who asks. The answer is the ORM's own objects.
    """

    def __init__(self, build: Callable[..., QuerySet[M]]) -> None:
        self._build = build
        self._written: dict[Engine, tuple[type[M], Any, str, list[Any]]] = {}

    async def __call__(self, *arguments: int | str) -> list[M]:
        """The rows for these arguments, as the caller's transaction sees them."""
        model, joined, sql, values = self._written.get(dialect()) or self._write(len(arguments))
        given: dict[object, int | str] = dict(zip(_EXAMPLES, arguments, strict=False))
        db = client()
        executor = db.executor_class(model=model, db=db, select_related_idx=joined)
        found: list[M] = await executor.execute_select(sql, [given.get(_number(one), one) for one in values])
        return found

    def _write(self, count: int) -> tuple[type[M], Any, str, list[Any]]:
        query = self._build(*_EXAMPLES[:count])
        query._db = client()
        query._make_query()
        sql, values = query.query.get_parameterized_sql()
        self._written[dialect()] = written = (query.model, query._select_related_idx, sql, values)
        return written


def _number(value: object) -> object:
    """An example that stands in the query as a text, as the number it is."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value
