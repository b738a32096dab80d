"""Repeat a verb that lost a lock to another one."""

from __future__ import annotations

import asyncio
import functools
import random
import sqlite3
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

import asyncpg
from tortoise.exceptions import OperationalError

from civic.database.connection import in_transaction_now
from civic.database.sqlite_backend import BUSY

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 6
FIRST_PAUSE_SECONDS = 0.01
LOST_A_LOCK = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    OperationalError,
    sqlite3.OperationalError,
)


def lost_a_lock(error: BaseException) -> bool:
    """Whether the same verb, tried again, may succeed: deadlock, serialization failure, busy file."""
    cause = error.args[0] if isinstance(error, OperationalError) and error.args else error
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode in BUSY
    return isinstance(cause, LOST_A_LOCK) and not isinstance(cause, OperationalError)


def retrying(verb: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Decorate a verb that opens its own transaction: repeat it, with growing random pauses.

    Called inside another transaction it runs once, because only the outermost verb can begin again.
    The verb must not have told anybody anything before its transaction is kept.
    """

    @functools.wraps(verb)
    async def patient(*args: P.args, **kwargs: P.kwargs) -> T:
        for turn in range(TRIES):
            try:
                return await verb(*args, **kwargs)
            except LOST_A_LOCK as error:
                if turn == TRIES - 1 or in_transaction_now() or not lost_a_lock(error):
                    raise
            await asyncio.sleep(FIRST_PAUSE_SECONDS * 2**turn * (0.5 + random.random()))  # noqa: S311
        raise AssertionError("unreachable")

    return patient
