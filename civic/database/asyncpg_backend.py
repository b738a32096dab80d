"""Tortoise back end for PostgreSQL: asyncpg with transactions that survive cancellation.

The stock client loses a pool connection when a task is cancelled while entering a transaction, and
resets each connection on release with a query nobody needs here. (Tortoise wants "asyncpg" in this
module's name.)
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    PoolConnectionWrapper,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.connection import get_connections
from tortoise.exceptions import DBConnectionError, TransactionManagementError

Rows = Sequence[Any]
TRANSACTION_ENDED = "The transaction this task was started in has ended: start the task after it."
COMMAND_TIMEOUT_SECONDS = 30
CONNECT_TIMEOUT_SECONDS = 10
IDLE_TRANSACTION_MILLISECONDS = 60_000
GIVEN_UP = (
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)


async def _keep_as_it_is(connection: Any) -> None:
    """Skip RESET ALL on release: no code of ours changes a session. Open transactions still roll back."""


def _changed(status: str) -> int:
    """Rows changed, from PostgreSQL's command tag ("INSERT 0 3", "UPDATE 2", "CREATE TABLE")."""
    count = status.rsplit(" ", 1)[-1]
    return int(count) if count.isdigit() else 0


async def _run(connection: Any, query: str, values: Sequence[Any] | None) -> tuple[int, Rows]:
    head = query.lstrip()[:6].upper()
    if head in ("INSERT", "UPDATE", "DELETE") and "RETURNING" not in query.upper():
        return _changed(await connection.execute(query, *(values or ()))), []
    rows: Rows = await connection.fetch(query, *(values or ()))
    return len(rows), rows


class _OuterTransaction(TransactionContextPooled):
    """Takes a connection from the pool and always gives it back, whatever is cancelled when."""

    client: TransactionClient

    async def __aenter__(self) -> TransactionClient:
        await self.ensure_connection()
        pool = self.client._parent._pool
        assert pool
        for _ in range(pool.get_max_size() + 1):
            if await self._begin(pool):
                break
        else:
            raise DBConnectionError("PostgreSQL closed every connection of the pool")
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def _begin(self, pool: Any) -> bool:
        """Take a connection and begin; False if the server has closed it since its last use."""
        self.client._connection = await pool.acquire()
        try:
            await self.client.begin()
        except GIVEN_UP:
            _close_for_good(self.client._connection)
            await self._give_back()
            return False
        except BaseException:
            await self._give_back()
            raise
        return True

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            if not self.client._finalized:
                await self._finish(failed=exc_type is not None)
        finally:
            self.client._finalized = True
            get_connections().reset(self.token)
            await self._give_back()

    async def _finish(self, *, failed: bool) -> None:
        """Commit, or roll back; a connection on which either fails is closed, and the server rolls back."""
        try:
            await (self.client.rollback() if failed else self.client.commit())
        except BaseException as error:
            _close_for_good(self.client._connection)
            if not failed or not isinstance(error, Exception):
                raise

    async def _give_back(self) -> None:
        pool = self.client._parent._pool
        if not pool:
            return
        connection: Any = self.client._connection
        with contextlib.suppress(asyncpg.InterfaceError):  # the server hung up: already given back
            if not connection.is_closed() and connection.is_in_transaction():
                connection.terminate()  # cancelled half-way: the server rolls back, the pool opens another
        await asyncio.shield(pool.release(connection))


def _close_for_good(connection: Any) -> None:
    with contextlib.suppress(asyncpg.InterfaceError):
        connection.terminate()


class _PooledConnection(PoolConnectionWrapper[Any]):
    """A connection for one statement; one the server has given up is not put back for the next visitor."""

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        if isinstance(exc_val, GIVEN_UP):
            _close_for_good(self.connection)
        await super().__aexit__(exc_type, exc_val, exc_tb)


class TransactionClient(TransactionWrapper):
    """The client every query uses inside a transaction."""

    _parent: PostgresClient

    def _in_transaction(self) -> TransactionContext:
        self._check_it_still_runs()
        return NestedTransactionContext(TransactionClient(self))

    def acquire_connection(self) -> ConnectionWrapper[asyncpg.Connection]:
        """Give the transaction's own connection, unless the transaction has ended."""
        self._check_it_still_runs()
        return super().acquire_connection()

    def _check_it_still_runs(self) -> None:
        if self._finalized:
            raise TransactionManagementError(TRANSACTION_ENDED)

    @translate_exceptions
    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Rows]:
        """Run a statement: how many rows it changed or returned, and the rows."""
        async with self.acquire_connection() as connection:
            self.log.debug("%s: %s", query, values)
            return await _run(connection, query, values)


class PostgresClient(AsyncpgDBClient):
    """The client outside transactions."""

    async def create_pool(self, **options: Any) -> Any:
        """Open the pool with time-outs, so a stuck statement or a forgotten transaction ends by itself."""
        options["server_settings"] = {
            "timezone": "UTC",
            "idle_in_transaction_session_timeout": str(IDLE_TRANSACTION_MILLISECONDS),
            **(options.get("server_settings") or {}),
        }
        options.setdefault("command_timeout", COMMAND_TIMEOUT_SECONDS)
        options.setdefault("timeout", CONNECT_TIMEOUT_SECONDS)
        return await asyncpg.create_pool(None, reset=_keep_as_it_is, **options)

    def acquire_connection(self) -> PoolConnectionWrapper[Any]:
        """Take a connection from the pool for one statement."""
        return _PooledConnection(self, self._pool_init_lock)

    def _in_transaction(self) -> TransactionContext:
        return _OuterTransaction(TransactionClient(self), self._pool_init_lock)

    @translate_exceptions
    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Rows]:
        """Run a statement: how many rows it changed or returned, and the rows."""
        async with self.acquire_connection() as connection:
            self.log.debug("%s: %s", query, values)
            return await _run(connection, query, values)


client_class = PostgresClient
