"""Opening and closing the one database, transactions with afterthoughts, and raw SQL on both engines."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar, Token
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncpg
from tortoise.apps import Apps
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient, TransactionContext
from tortoise.context import TortoiseContext, set_global_context
from tortoise.exceptions import DBConnectionError, OperationalError

from civic.database.config import Engine, engine_of, sqlite_path, tortoise_config

Row = dict[str, Any]
Afterthought = Callable[[], object]


class MissingDatabase(Exception):
    """The database of the settings does not exist or does not answer; the message says what to do."""


class WrongSchema(Exception):
    """The tables do not match this version of the program; the message says what to do."""


class _Opened:
    """The one open database of this process."""

    context: TortoiseContext | None = None
    times: int = 0
    bound: tuple[Engine, str] | None = None
    binding: TortoiseContext | None = None


_afterthoughts: ContextVar[list[Afterthought] | None] = ContextVar("afterthoughts", default=None)


async def connect(url: str, *, check_schema: bool = True, migrations: str = "migrations") -> None:
    """Open the database for every task of this process.

    Raises MissingDatabase when it does not exist or does not answer, and WrongSchema when migrations
    are pending (unless `check_schema` is off).
    """
    if _Opened.context:
        raise RuntimeError("This process is already connected; disconnect() first.")
    if engine_of(url) == "sqlite" and not sqlite_path(url).exists():
        raise MissingDatabase(
            f"Il n’y a pas de base de données dans {sqlite_path(url)} : lancez « civic migrate »."
        )
    context = await bind(url, migrations=migrations)
    set_global_context(context)
    _Opened.context = context
    _Opened.times += 1
    try:
        await _answer()
        if check_schema:
            await _check_schema(migrations)
    except BaseException:
        await disconnect()
        raise


async def bind(url: str, *, migrations: str = "migrations") -> TortoiseContext:
    """The models, told which engine they will speak to; nothing is opened before the first query.

    Telling them takes a quarter of a second, so the next database on the same engine finds them as they are.
    """
    config, bound = tortoise_config(url, migrations=migrations), (engine_of(url), migrations)
    if _Opened.binding and _Opened.bound == bound:
        await _Opened.binding.close_connections()  # of the database before
        await _Opened.binding.connections._init(config["connections"], create_db=False)
        return _Opened.binding
    _Opened.binding, _Opened.bound = None, None
    context = TortoiseContext()
    with context:
        await context.init(config)
    _Opened.binding, _Opened.bound = context, bound
    return context


async def disconnect() -> None:
    """Close the database; harmless when it is not open."""
    context, _Opened.context = _Opened.context, None
    if context:
        await context.close_connections()


def opened() -> int:
    """How many times this process has opened a database: what one connection counts means nothing to the next."""
    return _Opened.times


def client() -> BaseDBAsyncClient:
    """Tortoise’s connection, or the transaction the calling task is in."""
    if not _Opened.context:
        raise MissingDatabase(
            "Le programme n’est pas connecté à sa base de données : connect() vient d’abord."
        )
    return _Opened.context.db()


def dialect() -> Engine:
    """Which engine is behind the open connection."""
    return "sqlite" if client().capabilities.dialect == "sqlite" else "postgres"


async def _answer() -> None:
    try:
        await client().execute_query("SELECT 1")
    except (OSError, DBConnectionError, OperationalError, asyncpg.PostgresError, sqlite3.Error) as error:
        raise MissingDatabase(f"La base de données ne répond pas : {error}") from error


async def _check_schema(migrations: str) -> None:
    missing = await missing_on(client(), migrations)
    if missing:
        raise WrongSchema(
            f"La base de données attend {len(missing)} migration(s), d’abord {missing[0]} : "
            "lancez « civic migrate »."
        )
    if unknown := await unknown_on(client(), migrations):
        raise WrongSchema(
            f"La base de données vient d’une version plus récente du programme ({unknown[0]}) : "
            "mettez le programme à jour."
        )


def migration_files(migrations: str) -> list[str]:
    """Names such as "civic.0001_initial" of the migrations on disk, by app and number."""
    folder = Path(importlib.import_module(migrations).__path__[0])
    return sorted(f"{path.parent.name}.{path.stem}" for path in folder.glob("*/[0-9]*.py"))


async def missing_on(client: BaseDBAsyncClient, migrations: str) -> list[str]:
    """Migrations on disk that a database does not have."""
    applied = await _applied_on(client)
    return [name for name in migration_files(migrations) if name not in applied]


async def unknown_on(client: BaseDBAsyncClient, migrations: str) -> list[str]:
    """Migrations a database has and that are not on disk: it served a later version."""
    return sorted(await _applied_on(client) - set(migration_files(migrations)))


async def _applied_on(client: BaseDBAsyncClient) -> set[str]:
    try:
        rows = await client.execute_query_dict("SELECT app, name FROM tortoise_migrations")
    except OperationalError:
        rows = []
    return {f"{row['app']}.{row['name']}" for row in rows}


def opened_apps() -> Apps | None:
    """Tortoise's registry of models while connected."""
    return _Opened.context.apps if _Opened.context else None


class Transaction:
    """One verb: all of it or none. Entered inside another it is a savepoint."""

    def __init__(self) -> None:
        opened = client()
        self._inner: TransactionContext = opened._in_transaction()
        self._nested = isinstance(opened, TransactionalDBClient)
        self._token: Token[list[Afterthought] | None] | None = None
        self._outer: list[Afterthought] | None = None
        self._mine: list[Afterthought] = []

    async def __aenter__(self) -> Self:
        await self._inner.__aenter__()
        self._outer = _afterthoughts.get() if self._nested else None
        self._token = _afterthoughts.set(self._mine)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._token:
            _afterthoughts.reset(self._token)
        await self._inner.__aexit__(kind, error, trace)
        if error is not None:
            return
        if self._outer is not None:
            self._outer.extend(self._mine)
            return
        for afterthought in self._mine:
            afterthought()


def transaction() -> Transaction:
    """`async with transaction():` everything inside happens, or nothing; nested is a savepoint."""
    return Transaction()


def joined() -> AbstractAsyncContextManager[object]:
    """The caller's transaction, or one of its own: for a verb that fails as a whole and needs no savepoint."""
    return contextlib.nullcontext() if in_transaction_now() else transaction()


def attempt() -> AbstractAsyncContextManager[object]:
    """Round one statement that may fail and be followed by another: a savepoint within a transaction, else nothing."""
    return transaction() if in_transaction_now() else contextlib.nullcontext()


def in_transaction_now() -> bool:
    """Whether the calling task is inside a transaction."""
    return isinstance(client(), TransactionalDBClient)


def after_commit(afterthought: Afterthought) -> None:
    """Call something quick once the transaction is kept, at once outside one, never if it is undone."""
    waiting = _afterthoughts.get()
    if waiting is None or not in_transaction_now():
        afterthought()
    else:
        waiting.append(afterthought)


def _numbered(sql: str) -> str:
    """Translate `?` placeholders to PostgreSQL's `$1`, leaving quoted text alone."""
    pieces = sql.split("'")
    number = 0
    for at in range(0, len(pieces), 2):
        first, *rest = pieces[at].split("?")
        for piece in rest:
            number += 1
            first += f"${number}{piece}"
        pieces[at] = first
    return "'".join(pieces)


def _for_engine(sql: str) -> str:
    return sql if dialect() == "sqlite" else _numbered(sql)


def rows_of(count: int, *types: str) -> str:
    """`(?, ?), (?, ?)…`: placeholders for a VALUES list of so many rows, with a column for each SQL type.

    PostgreSQL must be told the types, in the first row; SQLite keeps what it is given.
    """
    row = ", ".join("?" * len(types))
    if dialect() == "sqlite":
        return ", ".join([f"({row})"] * count)
    first = ", ".join(f"CAST(? AS {kind})" for kind in types)
    return ", ".join([f"({first})", *[f"({row})"] * (count - 1)])


def marks(values: Sequence[Any]) -> str:
    """`?, ?, ?` for as many values as there are (`… IN (…)`)."""
    return ", ".join("?" * len(values))


async def fetch_all(sql: str, params: Sequence[Any] = ()) -> list[Row]:
    """Rows of a statement with `?` placeholders, inside the current transaction if there is one."""
    rows: list[Row] = await client().execute_query_dict(_for_engine(sql), list(params))
    return rows


async def execute(sql: str, params: Sequence[Any] = ()) -> int:
    """Run a statement with `?` placeholders; returns the number of rows it changed."""
    changed, _ = await client().execute_query(_for_engine(sql), list(params))
    return changed


async def fetch_report(sql: str, params: Sequence[Any] = ()) -> list[Row]:
    """Rows of a slow read (reports, exports) that must not stop the event loop; sees committed data only."""
    if dialect() == "postgres":
        return await fetch_all(sql, params)
    filename: str = client().filename  # type: ignore[attr-defined]
    return await asyncio.to_thread(_read_aside, filename, sql, list(params))


def _read_aside(filename: str, sql: str, params: list[Any]) -> list[Row]:
    with contextlib.closing(sqlite3.connect(filename, isolation_level=None)) as aside:
        aside.row_factory = sqlite3.Row
        aside.execute("PRAGMA query_only=1")
        aside.execute("PRAGMA busy_timeout=10000")
        return [dict(row) for row in aside.execute(sql, params)]
