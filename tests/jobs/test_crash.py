"""Workers killed with SIGKILL while they work: each effect happens exactly once."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys

from civic import database as db
from civic import jobs
from tests.engines import Database

JOBS = 200

WORKER = """
import asyncio, sys
from civic import database as db, jobs
from civic.jobs import service

service.LEASE_SECONDS = 1

async def effect(*, number):
    await db.execute("INSERT INTO trial_effect (number) VALUES (?)", [number])
    await asyncio.sleep(0.005)
    await db.execute("UPDATE trial_total SET amount = amount + 1")

async def main():
    jobs.register({"pledge_settled": effect})
    await db.connect(sys.argv[1], check_schema=False)
    await jobs.Worker(concurrency=3, poll=0.1).run(asyncio.Event())

asyncio.run(main())
"""


async def effect(*, number: int) -> None:
    """Never run here: only its name is stored, under the workers' module."""


effect.__module__, effect.__qualname__ = "__main__", "effect"


async def _start(url: str) -> asyncio.subprocess.Process:
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, url, env=environment, stderr=subprocess.DEVNULL
    )


async def _left() -> int:
    return int((await db.fetch_all("SELECT count(*) AS n FROM job WHERE done_at IS NULL"))[0]["n"])


async def test_each_pledge_is_settled_once_although_workers_are_killed(database: Database) -> None:
    await db.execute("CREATE TABLE trial_effect (number INTEGER)")
    await db.execute("CREATE TABLE trial_total (amount INTEGER)")
    await db.execute("INSERT INTO trial_total VALUES (0)")
    jobs.clear()
    jobs.register({"pledge_settled": effect})
    async with db.transaction():
        for number in range(JOBS):
            await jobs.enqueue("pledge_settled", key=str(number), number=number)
    chance = random.Random(11)
    workers = [await _start(database.url) for _ in range(4)]
    kills = 0
    async with asyncio.timeout(60):
        while left := await _left():
            await asyncio.sleep(0.1 + chance.random() * 0.2)
            if kills < 6 and left < JOBS:
                victim = chance.randrange(len(workers))
                workers[victim].send_signal(signal.SIGKILL)
                await workers[victim].wait()
                workers[victim] = await _start(database.url)
                kills += 1
    for worker in workers:
        worker.kill()
        await worker.wait()
    jobs.clear()
    assert kills
    rows = await db.fetch_all("SELECT number, count(*) AS n FROM trial_effect GROUP BY number")
    assert len(rows) == JOBS
    assert {row["n"] for row in rows} == {1}
    assert await db.fetch_all("SELECT amount FROM trial_total") == [{"amount": JOBS}]
