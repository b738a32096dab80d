"""Locks held by others: waited for without stopping the program, or tried again."""

from __future__ import annotations

import asyncio
import sqlite3
import time

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError

from civic import database as db
from civic.database.asyncpg_backend import GIVEN_UP
from civic.database.config import sqlite_path
from civic.database.guards import Guard, append_only
from tests.engines import Database


@pytest.mark.one_engine("sqlite")
async def test_a_file_held_by_another_program_is_waited_for_while_the_site_goes_on(
    database: Database,
) -> None:
    await db.execute("CREATE TABLE trial_shift (taken INTEGER)")
    other = sqlite3.connect(sqlite_path(database.url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    longest, last, stop = 0.0, time.monotonic(), asyncio.Event()

    async def heartbeat() -> None:
        nonlocal longest, last
        while not stop.is_set():
            await asyncio.sleep(0.005)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()

    async def write() -> None:
        async with db.transaction():
            await db.execute("INSERT INTO trial_shift VALUES (1)")

    beating, writing = asyncio.create_task(heartbeat()), asyncio.create_task(write())
    await asyncio.sleep(0.3)
    assert not writing.done()
    assert await db.fetch_all("SELECT * FROM trial_shift") == []
    other.execute("COMMIT")
    other.close()
    await asyncio.wait_for(writing, 2)
    stop.set()
    await beating
    assert longest < 0.15
    assert await db.fetch_all("SELECT * FROM trial_shift") == [{"taken": 1}]


@pytest.mark.one_engine("sqlite")
async def test_a_visitor_who_leaves_while_the_file_is_held_leaves_the_way_free(database: Database) -> None:
    await db.execute("CREATE TABLE trial_shift (taken INTEGER)")
    other = sqlite3.connect(sqlite_path(database.url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with db.transaction():
            await db.execute("INSERT INTO trial_shift VALUES (1)")

    waiting = [asyncio.create_task(write()) for _ in range(10)]
    await asyncio.sleep(0.05)
    for task in waiting:
        task.cancel()
        await asyncio.sleep(0.01)
    other.execute("COMMIT")
    other.close()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert all(task.cancelled() for task in waiting)
    await asyncio.wait_for(write(), 2)
    assert await db.fetch_all("SELECT * FROM trial_shift") == [{"taken": 1}]


@pytest.mark.one_engine("postgres")
async def test_of_two_verbs_in_a_deadlock_both_succeed_in_the_end(database: Database) -> None:
    await db.execute("CREATE TABLE trial_account (id INTEGER, amount INTEGER)")
    await db.execute("INSERT INTO trial_account VALUES (1, 0), (2, 0)")
    turns = 0

    @db.retrying
    async def move(first: int, second: int) -> None:
        nonlocal turns
        turns += 1
        async with db.transaction():
            await db.execute("UPDATE trial_account SET amount = amount + 1 WHERE id = ?", [first])
            await asyncio.sleep(0.1)
            await db.execute("UPDATE trial_account SET amount = amount + 1 WHERE id = ?", [second])

    await asyncio.gather(move(1, 2), move(2, 1))
    assert turns > 2, "there was a deadlock"
    assert await db.fetch_all("SELECT amount FROM trial_account") == [{"amount": 2}] * 2


@pytest.mark.one_engine("postgres")
async def test_more_people_than_connections_all_get_through(database: Database) -> None:
    await db.execute("CREATE TABLE trial_shift (taken INTEGER)")

    async def slow(person: int) -> None:
        async with db.transaction():
            await db.execute("INSERT INTO trial_shift VALUES (?)", [person])
            await db.fetch_all("SELECT pg_sleep(0.02)")

    await asyncio.wait_for(asyncio.gather(*map(slow, range(60))), 10)
    assert await db.fetch_all("SELECT COUNT(*) AS n FROM trial_shift") == [{"n": 60}]


@pytest.mark.one_engine("postgres")
async def test_the_site_goes_on_when_the_database_was_restarted(database: Database) -> None:
    await db.execute("CREATE TABLE trial_shift (taken INTEGER)")
    hang_up = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"

    async def cut_off() -> None:
        async with db.transaction():
            await db.execute("INSERT INTO trial_shift VALUES (1)")
            await db.fetch_all(hang_up)

    for _ in range(12):
        with pytest.raises((asyncpg.AdminShutdownError, asyncpg.ConnectionDoesNotExistError)):
            await cut_off()
        with pytest.raises(GIVEN_UP):
            await db.fetch_all(hang_up)
    async with db.transaction():
        await db.execute("INSERT INTO trial_shift VALUES (2)")
    assert await db.fetch_all("SELECT * FROM trial_shift") == [{"taken": 2}]


async def test_a_table_written_once_refuses_every_change(database: Database) -> None:
    await db.execute("CREATE TABLE trial_entry (id INTEGER, memo TEXT, state TEXT)")
    guards = (
        *append_only("trial_entry"),
        Guard("trial_entry", "INSERT", "L’état est clos.", when="NEW.state = 'closed'"),
    )
    for guard in guards:
        async with db.transaction():
            await guard.create()(None, _Editor())
    await db.execute("INSERT INTO trial_entry VALUES (1, 'first', 'open')")
    for change, sentence in (
        ("UPDATE trial_entry SET memo = 'other'", "never changed"),
        ("DELETE FROM trial_entry", "never changed"),
        ("INSERT INTO trial_entry VALUES (2, 'late', 'closed')", "L’état est clos."),
    ):
        with pytest.raises(IntegrityError, match=sentence):
            await db.execute(change)
    assert await db.fetch_all("SELECT memo FROM trial_entry") == [{"memo": "first"}]
    for guard in guards:
        async with db.transaction():
            await guard.drop()(None, _Editor())
    await db.execute("DELETE FROM trial_entry")


class _Editor:
    """As much of a schema editor as a guard asks for."""

    def __init__(self) -> None:
        from tortoise.connection import get_connection

        self.client = get_connection(db.dialect())
