"""Tortoise back end for SQLite run in the event loop's own thread.

One writer connection behind an asyncio lock (BEGIN IMMEDIATE) and one read-only connection without a
lock, so pages are read while a transaction runs. A busy file never blocks the loop: SQLite's own busy
timeout is zero and the retry is awaited. Without a second thread a cancelled task cannot leave a
statement running or a transaction half open. The price: a slow query stops the loop, so reports go
through `fetch_report`. (Tortoise wants "sqlite" in this module's name.)
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import tortoise.backends.sqlite.executor  # noqa: F401  registers its adapters first; ours replaces one
from tortoise.backends.base.client import ConnectionWrapper, NestedTransactionContext, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper, translate_exceptions
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError, TransactionManagementError

T = TypeVar("T")
Rows = Sequence[Any]

WAIT_SECONDS = 10.0
TRANSACTION_ENDED = "The transaction this task was started in has ended: start the task after it."
BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY, sqlite3.SQLITE_BUSY_SNAPSHOT})
READS = re.compile(r"\s*(SELECT|EXPLAIN|VALUES)\b", re.IGNORECASE)
COMMON_TABLE = re.compile(r"\s*WITH\b", re.IGNORECASE)
WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "NORMAL",
    "foreign_keys": "ON",
    "busy_timeout": 0,
    "cache_size": -16_000,
    "mmap_size": 128 * 1024 * 1024,
    "temp_store": "MEMORY",
    "journal_size_limit": 16 * 1024 * 1024,
    "secure_delete": "ON",
}


def _utc_text(moment: dt.datetime) -> str:
    """Write a moment as UTC, because SQLite compares moments as text."""
    return (moment if moment.tzinfo is None else moment.astimezone(dt.UTC)).isoformat(" ")


sqlite3.register_adapter(dt.datetime, _utc_text)
sqlite3.register_adapter(dt.date, dt.date.isoformat)


def only_reads(sql: str) -> bool:
    """Whether a statement certainly changes nothing; a WITH that writes does not count as reading."""
    return bool(READS.match(sql) or (COMMON_TABLE.match(sql) and not WRITES.search(sql)))


class Cursor:
    """What Tortoise expects back from `execute`."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor

    async def close(self) -> None:
        """Let the statement go."""
        self._cursor.close()


class Connection:
    """The part of aiosqlite's connection that Tortoise uses, without the thread."""

    def __init__(self, path: str, pragmas: dict[str, Any], wait_seconds: float = WAIT_SECONDS) -> None:
        self._wait_seconds = wait_seconds
        self._conn = sqlite3.connect(path, isolation_level=None, cached_statements=512)
        self._conn.row_factory = sqlite3.Row
        for name, value in pragmas.items():
            self._conn.execute(f"PRAGMA {name}={value}")

    async def _when_free(self, run: Callable[[], T]) -> T:
        """Run, and while another process holds the file, wait without blocking the loop."""
        end, delay = time.monotonic() + self._wait_seconds, 0.001
        while True:
            try:
                return run()
            except sqlite3.OperationalError as error:
                free_to_wait = error.sqlite_errorcode in BUSY and not self._conn.in_transaction
                if not free_to_wait or time.monotonic() > end:
                    raise
            await asyncio.sleep(delay * (0.5 + random.random()))  # noqa: S311
            delay = min(delay * 1.6, 0.05)

    async def run(self, sql: str, params: Sequence[Any] | None) -> tuple[int, Rows]:
        """Run one statement: the number of rows it changed or returned, and the rows."""

        def once() -> tuple[int, Rows]:
            cursor = self._conn.execute(sql, params or ())
            rows = cursor.fetchall()
            # rowcount leaves out what triggers changed; with RETURNING the rows themselves are the count
            return (len(rows) if cursor.description else max(cursor.rowcount, 0)), rows

        return await self._when_free(once)

    async def execute(self, sql: str, params: Sequence[Any] | None = None) -> Cursor:
        """Run one statement."""
        return Cursor(await self._when_free(lambda: self._conn.execute(sql, params or ())))

    async def executemany(self, sql: str, params: Sequence[Sequence[Any]]) -> Cursor:
        """Run one statement once for each set of values."""
        return Cursor(self._conn.executemany(sql, params))

    async def executescript(self, sql: str) -> Cursor:
        """Run several statements; SQLite commits before the first."""
        return Cursor(await self._when_free(lambda: self._conn.executescript(sql)))

    async def execute_insert(self, sql: str, params: Sequence[Any] | None = None) -> tuple[int | None]:
        """Insert a row and return its id."""
        return (await self._when_free(lambda: self._conn.execute(sql, params or ()).lastrowid),)

    async def commit(self) -> None:
        """Keep what the transaction did."""
        if self._conn.in_transaction:
            self._conn.commit()

    async def rollback(self) -> None:
        """Forget what the transaction did."""
        if self._conn.in_transaction:
            self._conn.rollback()

    async def close(self) -> None:
        """Close the file."""
        self._conn.close()


class _OuterTransaction(TransactionContext):
    """BEGIN IMMEDIATE … COMMIT behind the writer's lock, which is always given back."""

    def __init__(self, connection: TransactionClient, lock: asyncio.Lock) -> None:
        self.connection = connection
        self.connection_name = connection.connection_name
        self.lock = lock

    async def __aenter__(self) -> TransactionClient:
        await self.lock.acquire()
        try:
            parent = self.connection._parent
            if not parent._connection:
                await parent.create_connection(with_db=True)
            self.connection._connection = parent._connection
            await self.connection.begin()
        except BaseException:  # a cancelled task too
            self.lock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            if not self.connection._finalized:
                await self._finish(failed=exc_type is not None)
        finally:
            self.connection._finalized = True
            get_connections().reset(self.token)
            self.lock.release()

    async def _finish(self, *, failed: bool) -> None:
        if failed:
            await self.connection.rollback()
            return
        try:
            await self.connection.commit()
        except BaseException:
            await self.connection._connection.rollback()
            raise


class TransactionClient(SqliteTransactionWrapper):
    """The client every query uses inside a transaction: reads see what was just written."""

    _connection: Any
    _parent: SqliteInLoopClient

    def _in_transaction(self) -> TransactionContext:
        self._check_it_still_runs()
        return NestedTransactionContext(TransactionClient(self))

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        """Give the transaction's own connection, unless the transaction has ended."""
        self._check_it_still_runs()
        return super().acquire_connection()

    def _check_it_still_runs(self) -> None:
        if self._finalized:
            raise TransactionManagementError(TRANSACTION_ENDED)

    async def begin(self) -> None:
        """Take SQLite's write lock at once, so no later statement can find the file busy."""
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    @translate_exceptions
    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Rows]:
        """Run a statement on the transaction's connection."""
        async with self.acquire_connection() as connection:
            self.log.debug("%s: %s", query, values)
            result: tuple[int, Rows] = await connection.run(query, values)
            return result

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """Run a statement on the transaction's connection, rows as dicts."""
        return [dict(row) for row in (await self.execute_query(query, values))[1]]


class SqliteInLoopClient(SqliteClient):
    """The client outside transactions: reads on the reader, writes on the writer."""

    _connection: Any
    _reader: Connection | None = None

    def __init__(self, file_path: str, *, wait_seconds: float = WAIT_SECONDS, **options: Any) -> None:
        super().__init__(file_path, **options)
        self.wait_seconds = float(wait_seconds)
        self.pragmas = {**PRAGMAS, **{key: self.pragmas[key] for key in options if key in self.pragmas}}

    def _in_transaction(self) -> TransactionContext:
        return _OuterTransaction(TransactionClient(self), self._lock)

    async def create_connection(self, with_db: bool) -> None:
        """Open the writer and the reader."""
        if self._connection:
            return
        self._connection = Connection(self.filename, self.pragmas, self.wait_seconds)
        self._reader = self._connection
        if ":memory:" not in self.filename:
            self._reader = Connection(self.filename, {**self.pragmas, "query_only": 1}, self.wait_seconds)
        await self._post_connect()

    async def close(self) -> None:
        """Close both connections."""
        if self._reader and self._reader is not self._connection:
            await self._reader.close()
        self._reader = None
        await super().close()

    async def _read(self, query: str, values: Sequence[Any] | None) -> tuple[int, Rows]:
        if not self._reader:
            await self.create_connection(True)
        assert self._reader
        self.log.debug("%s: %s", query, values)
        return await self._reader.run(query, values)

    @translate_exceptions
    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Rows]:
        """Run a statement: how many rows it changed or returned, and the rows."""
        if only_reads(query):
            return await self._read(query, values)
        async with self.acquire_connection() as connection:
            self.log.debug("%s: %s", query, values)
            result: tuple[int, Rows] = await connection.run(query, values)
            return result

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """Run a statement, rows as dicts."""
        return [dict(row) for row in (await self.execute_query(query, values))[1]]

    @translate_exceptions
    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Run one statement for each set of values, all or none."""
        async with self.acquire_connection() as connection:
            self.log.debug("%s: %s", query, values)
            await connection.execute("BEGIN IMMEDIATE")
            try:
                await connection.executemany(query, values)
                await connection.commit()
            except BaseException:
                await connection.rollback()
                raise


client_class = SqliteInLoopClient
