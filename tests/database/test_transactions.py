"""Transactions: scarce places, cancellation, savepoints, afterthoughts."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import random
import subprocess
import sys

import asyncpg
import pytest
from tortoise.exceptions import OperationalError, TransactionManagementError

from civic import database as db
from tests.engines import Database, query_count

RACE = """
import asyncio, sys
from civic import database as db

@db.retrying
async def take_a_place(person):
    async with db.transaction():
        if not await db.execute("UPDATE trial_shift SET taken = taken + 1 WHERE id = 1 AND taken < capacity"):
            return False
        await db.execute("INSERT INTO trial_signup (shift_id, person_id) VALUES (1, ?)", [person])
    return True

async def main(first):
    await db.connect(sys.argv[1], check_schema=False)
    got = await asyncio.gather(*(take_a_place(first + n) for n in range(100)))
    await db.disconnect()
    print(sum(got))

asyncio.run(main(int(sys.argv[2])))
"""


async def _make_shift(capacity: int) -> None:
    await db.execute("CREATE TABLE trial_shift (id INTEGER PRIMARY KEY, taken INTEGER, capacity INTEGER)")
    await db.execute("CREATE TABLE trial_signup (shift_id INTEGER, person_id INTEGER UNIQUE)")
    await db.execute("INSERT INTO trial_shift VALUES (1, 0, ?)", [capacity])


async def _signups() -> int:
    return int((await db.fetch_all("SELECT count(*) AS n FROM trial_signup"))[0]["n"])


async def test_two_hundred_people_in_two_processes_take_exactly_ten_places(database: Database) -> None:
    await _make_shift(10)
    programs = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", RACE, database.url, str(first),
            env={**os.environ, "PYTHONPATH": os.getcwd()}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for first in (0, 1000)
    ]  # fmt: skip
    ends = [await program.communicate() for program in programs]
    assert all(program.returncode == 0 for program in programs), ends
    assert sum(int(out) for out, _ in ends) == 10
    assert await _signups() == 10
    assert (await db.fetch_all("SELECT taken FROM trial_shift"))[0]["taken"] == 10


async def test_a_resident_who_closes_her_page_at_any_moment_never_blocks_the_others(
    database: Database,
) -> None:
    await _make_shift(1_000_000)
    chance = random.Random(7)

    async def sign_up(person: int) -> None:
        async with db.transaction():
            await db.execute("UPDATE trial_shift SET taken = taken + 1 WHERE id = 1")
            await asyncio.sleep(0)
            await db.execute("INSERT INTO trial_signup VALUES (1, ?)", [person])

    for wave in range(30):
        tasks = [asyncio.create_task(sign_up(wave * 20 + n)) for n in range(20)]
        for task in tasks:
            for _ in range(chance.randrange(4)):
                await asyncio.sleep(0 if chance.random() < 0.7 else 0.001)
            if chance.random() < 0.6:
                task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(result is None or isinstance(result, asyncio.CancelledError) for result in results)
    await asyncio.wait_for(sign_up(999_999), 5)
    assert (await db.fetch_all("SELECT taken FROM trial_shift"))[0]["taken"] == await _signups()


async def test_a_slow_reader_does_not_wait_for_a_writer(database: Database) -> None:
    await _make_shift(5)
    inside, seen = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with db.transaction():
            await db.execute("UPDATE trial_shift SET taken = 4 WHERE id = 1")
            assert (await db.fetch_all("SELECT taken FROM trial_shift"))[0]["taken"] == 4, "its own write"
            inside.set()
            await seen.wait()

    writer = asyncio.create_task(write())
    await inside.wait()
    rows = await asyncio.wait_for(
        db.fetch_all("WITH s AS (SELECT taken FROM trial_shift) SELECT * FROM s"), 2
    )
    assert rows == [{"taken": 0}]
    assert await asyncio.wait_for(db.fetch_report("SELECT taken FROM trial_shift"), 2) == [{"taken": 0}]
    seen.set()
    await writer
    assert await db.fetch_report("SELECT taken FROM trial_shift WHERE id = ?", [1]) == [{"taken": 4}]


async def test_what_a_savepoint_undoes_is_undone_alone(database: Database) -> None:
    await _make_shift(5)
    heard: list[str] = []
    async with db.transaction():
        await db.execute("INSERT INTO trial_signup VALUES (1, 1)")
        db.after_commit(lambda: heard.append("first"))
        with pytest.raises(ZeroDivisionError):  # noqa: PT012
            async with db.transaction():
                await db.execute("INSERT INTO trial_signup VALUES (1, 2)")
                db.after_commit(lambda: heard.append("undone"))
                raise ZeroDivisionError
        async with db.transaction():
            await db.execute("INSERT INTO trial_signup VALUES (1, 3)")
            db.after_commit(lambda: heard.append("third"))
        assert heard == []
    assert heard == ["first", "third"]
    assert await _signups() == 2
    db.after_commit(lambda: heard.append("at once"))
    assert heard[-1] == "at once"


async def test_nothing_is_kept_nor_told_when_the_verb_fails(database: Database) -> None:
    await _make_shift(5)
    heard: list[str] = []
    with pytest.raises(ZeroDivisionError):  # noqa: PT012
        async with db.transaction():
            await db.execute("INSERT INTO trial_signup VALUES (1, 1)")
            db.after_commit(lambda: heard.append("never"))
            raise ZeroDivisionError
    assert await _signups() == 0
    assert heard == []


async def test_a_task_left_behind_by_a_transaction_is_refused(database: Database) -> None:
    await _make_shift(5)
    go = asyncio.Event()

    async def late() -> None:
        await go.wait()
        await db.execute("INSERT INTO trial_signup VALUES (1, 9)")

    async with db.transaction():
        left_behind = asyncio.create_task(late())
        await asyncio.sleep(0)
    go.set()
    with pytest.raises(TransactionManagementError, match="has ended"):
        await left_behind
    assert await _signups() == 0


async def test_writing_statements_give_back_rows_and_counts(database: Database) -> None:
    await _make_shift(5)
    assert await db.execute("INSERT INTO trial_signup (shift_id, person_id) VALUES (1, 1), (1, 2)") == 2
    assert await db.fetch_all("UPDATE trial_shift SET taken = 2 WHERE id = ? RETURNING taken", [1]) == [
        {"taken": 2}
    ]
    assert await db.execute("UPDATE trial_signup SET shift_id = 1") == 2
    moved = "WITH gone AS (SELECT 1 AS id) DELETE FROM trial_signup WHERE person_id IN (SELECT id FROM gone)"
    await db.execute(moved)
    assert await _signups() == 1
    rows = await db.fetch_all(
        "SELECT 'why?' AS question, person_id FROM trial_signup WHERE person_id = ?", [2]
    )
    assert rows == [{"question": "why?", "person_id": 2}]


async def test_a_verb_that_lost_a_deadlock_is_repeated(database: Database) -> None:
    turns = 0

    @db.retrying
    async def unlucky(times: int) -> str:
        nonlocal turns
        turns += 1
        if turns <= times:
            raise asyncpg.DeadlockDetectedError("deadlock detected")
        return "done"

    assert await unlucky(2) == "done"
    assert turns == 3
    async with db.transaction():
        turns = 0
        with pytest.raises(asyncpg.DeadlockDetectedError):
            await unlucky(1)


async def test_an_error_of_the_program_is_not_repeated(database: Database) -> None:
    turns = 0

    @db.retrying
    async def wrong() -> None:
        nonlocal turns
        turns += 1
        await db.fetch_all("SELECT * FROM no_such_table")

    with pytest.raises(OperationalError):
        await wrong()
    assert turns == 1


async def test_moments_of_two_time_zones_compare_as_moments(database: Database) -> None:
    kind = "TEXT" if database.engine == "sqlite" else "TIMESTAMPTZ"
    await db.execute(f"CREATE TABLE trial_deadline (at {kind})")
    paris = dt.timezone(dt.timedelta(hours=2))
    await db.execute("INSERT INTO trial_deadline VALUES (?)", [dt.datetime(2027, 6, 1, 10, 0, tzinfo=dt.UTC)])
    later = dt.datetime(2027, 6, 1, 11, 30, tzinfo=paris)
    assert await db.fetch_all("SELECT 1 AS one FROM trial_deadline WHERE at < ?", [later]) == []


async def test_queries_of_a_page_are_counted(database: Database) -> None:
    await _make_shift(5)
    with query_count() as queries:
        await _signups()
        async with db.transaction():
            await _signups()
    assert len(queries) == 2
