"""Enqueue, claim, run, retry: the only writer of the table `job`."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import random
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog

from civic import clock, database
from civic.jobs import registry
from civic.jobs.models import Job

LEASE_SECONDS = 300
OUTSIDE_SECONDS = 270
MAX_ATTEMPTS = 20
FIRST_PAUSE_SECONDS = 10
LONGEST_PAUSE_SECONDS = 3600
KEEP_DONE_DAYS = 30
SWEEP_BATCH = 1000
BATCH = 20

log = structlog.get_logger("civic.jobs")

INSERT = (
    "INSERT INTO job (name, key, handler, payload, run_at, created_at, attempts, locked_until, lease, "
    "last_error) VALUES"
)
DUE = "done_at IS NULL AND dead_at IS NULL AND run_at <= ? AND locked_until <= ?"

INSERT_ROWS = 500
"""How many jobs one statement writes at most."""

_sleepers: set[Callable[[], object]] = set()
_waiting: ContextVar[list[tuple[Any, ...]] | None] = ContextVar("jobs_waiting", default=None)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job this process holds until its lease ends."""

    id: int
    name: str
    handler: registry.Handler
    payload: dict[str, Any]
    attempts: int
    lease: str


def now_ms() -> int:
    """The present moment in milliseconds since 1970, UTC."""
    return _ms(clock.now())


def _ms(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)


async def enqueue(name: str, /, *, key: str, run_at: dt.datetime | None = None, **payload: Any) -> None:
    """Ask, in the caller's transaction, that each handler of `name` run once with `payload`.

    The same name and key again is the same job, until it has been done for 30 days. The payload must be
    JSON (ids, not objects; moments as text); anything else raises TypeError. A fact nobody listens to is
    nothing; a command without handler raises ValueError.
    """
    handlers = registry.handlers_of(name)
    if not handlers:
        return
    text = json.dumps(payload, ensure_ascii=False)
    now = now_ms()
    due = _ms(run_at) if run_at else now
    rows: list[tuple[Any, ...]] = [(name, key, registry.name_of(handler), text, due, now) for handler in handlers]
    waiting = _waiting.get()
    if waiting is None:
        await _insert(rows)
    else:
        waiting.extend(rows)


@asynccontextmanager
async def together() -> AsyncIterator[None]:
    """Write what is enqueued inside at the end, a few hundred jobs a statement; within the caller's transaction."""
    rows: list[tuple[Any, ...]] = []
    token = _waiting.set(rows)
    try:
        yield
    finally:
        _waiting.reset(token)
    for start in range(0, len(rows), INSERT_ROWS):
        await _insert(rows[start : start + INSERT_ROWS])


async def _insert(rows: list[tuple[Any, ...]]) -> None:
    values = ", ".join(["(?, ?, ?, ?, ?, ?, 0, 0, '', '')"] * len(rows))
    flat = [value for row in rows for value in row]
    added = await database.execute(f"{INSERT} {values} ON CONFLICT (name, key, handler) DO NOTHING", flat)
    if added and any(due <= now for *_which, due, now in rows):
        database.after_commit(wake_workers)


def wake_workers() -> None:
    """Tell the workers of this process that something is due."""
    for wake in _sleepers:
        wake()


def add_sleeper(wake: Callable[[], object]) -> None:
    """Call `wake` after each local enqueue, until `remove_sleeper`."""
    _sleepers.add(wake)


def remove_sleeper(wake: Callable[[], object]) -> None:
    """Stop calling `wake`."""
    _sleepers.discard(wake)


async def enqueue_schedules(seen: dict[str, int] | None = None) -> None:
    """Enqueue what the clock asks for now; the slot of time is the key, so many workers enqueue one job.

    `seen` remembers a worker's last slots, to ask the database once a slot.
    """
    seen = {} if seen is None else seen
    now = now_ms()
    for name, period in registry.schedules().items():
        slot = now - now % period
        if seen.get(name) != slot:
            await enqueue(name, key=f"slot {slot}")
            seen[name] = slot


async def claim(limit: int) -> list[Claimed]:
    """Lease up to `limit` due jobs whose handler this process knows."""
    known = registry.by_name()
    if not known:
        return []
    now, lease = now_ms(), secrets.token_hex(8)
    marks = ", ".join("?" * len(known))
    # ordered exactly as the index is, so that a long queue is not sorted for each claim
    order = "ORDER BY done_at, dead_at, run_at LIMIT ?"
    chosen = f"SELECT id FROM job WHERE {DUE} AND handler IN ({marks}) {order}"  # noqa: S608
    where = [now, now, *known, limit]
    if not await database.fetch_all(chosen, where):  # a look takes no lock
        return []
    skip = " FOR UPDATE SKIP LOCKED" if database.dialect() == "postgres" else ""
    rows = await database.fetch_all(
        f"UPDATE job SET locked_until = ?, lease = ?, attempts = attempts + 1 WHERE id IN ({chosen}{skip}) "  # noqa: S608
        "RETURNING id, name, handler, payload, attempts, run_at",
        [now + LEASE_SECONDS * 1000, lease, *where],
    )
    rows.sort(key=lambda row: (row["run_at"], row["id"]))
    return [
        Claimed(
            row["id"], row["name"], known[row["handler"]], json.loads(row["payload"]), row["attempts"], lease
        )
        for row in rows
    ]


async def run(job: Claimed) -> bool:
    """Run a claimed job; whether it is done. A failure is written down and tried again later."""
    if job.attempts > MAX_ATTEMPTS:
        await _fail(job, "The worker died each time it ran this job.")
        return False
    try:
        if registry.is_outside(job.handler):
            return await _run_outside(job)
        return await _run_inside(job)
    except Exception as error:
        log.exception("job failed", job=job.name, id=job.id, attempt=job.attempts)
        await _fail(job, f"{type(error).__name__}: {error}")
        return False


@database.retrying
async def _run_inside(job: Claimed) -> bool:
    """The effect and the mark in one transaction: exactly once, even after the lease has gone to another."""
    async with database.transaction():
        if not await _mark_done(job):
            return False
        await job.handler(**job.payload)
    return True


async def _run_outside(job: Claimed) -> bool:
    """The effect, then the mark: at least once. It is stopped before its lease can go to another worker."""
    async with asyncio.timeout(OUTSIDE_SECONDS):
        await job.handler(**job.payload)
    return await _mark_done(job)


async def _mark_done(job: Claimed) -> bool:
    """Mark the job done and forget its payload, if the lease is still ours."""
    return bool(
        await database.execute(
            "UPDATE job SET done_at = ?, payload = '{}', locked_until = 0 "
            "WHERE id = ? AND lease = ? AND done_at IS NULL AND dead_at IS NULL",
            [now_ms(), job.id, job.lease],
        )
    )


async def _fail(job: Claimed, problem: str) -> None:
    """Try again later, further apart each time, or give up."""
    now = now_ms()
    dead_at = now if job.attempts >= MAX_ATTEMPTS else None
    if dead_at:
        log.error("job is dead", job=job.name, id=job.id, problem=problem)
    await database.execute(
        "UPDATE job SET run_at = ?, locked_until = 0, last_error = ?, dead_at = ? "
        "WHERE id = ? AND lease = ? AND done_at IS NULL",
        [now + _pause_ms(job.attempts), problem[:2000], dead_at, job.id, job.lease],
    )


def _pause_ms(attempts: int) -> int:
    """10 s, 20 s, 40 s … up to an hour, each give or take a quarter so that retries do not march in step."""
    pause = min(FIRST_PAUSE_SECONDS * 2 ** (attempts - 1), LONGEST_PAUSE_SECONDS)
    return int(pause * 1000 * (0.75 + random.random() / 2))  # noqa: S311


async def run_due(*, schedules: bool = True) -> int:
    """Run everything that is due, and what that makes due, until nothing is left; how many jobs were done.

    For tests and the command line; `schedules=False` leaves out what only the clock asks for.
    """
    if schedules:
        await enqueue_schedules()
    done = 0
    while claimed := await claim(BATCH):
        for job in claimed:
            done += await run(job)
    return done


async def dead_letters() -> list[Job]:
    """Jobs that were given up, the latest first."""
    return await Job.filter(dead_at__not_isnull=True).order_by("-dead_at", "-id").limit(500)


async def revive(job_id: int) -> bool:
    """Give a dead job all its attempts again; whether there was one."""
    revived = await database.execute(
        "UPDATE job SET dead_at = NULL, attempts = 0, run_at = ?, locked_until = 0 "
        "WHERE id = ? AND dead_at IS NOT NULL",
        [now_ms(), job_id],
    )
    if revived:
        database.after_commit(wake_workers)
    return bool(revived)


async def forget_dead(name: str) -> int:
    """Delete jobs of this name that were given up more than 30 days ago, with all they knew; how many."""
    before = now_ms() - KEEP_DONE_DAYS * 86_400_000
    return await database.execute("DELETE FROM job WHERE name = ? AND dead_at < ?", [name, before])


async def sweep() -> int:
    """Delete jobs done more than 30 days ago, a thousand at a time; how many."""
    swept = 0
    before = now_ms() - KEEP_DONE_DAYS * 86_400_000
    while True:
        gone = await database.execute(
            "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE done_at < ? ORDER BY id LIMIT ?)",
            [before, SWEEP_BATCH],
        )
        swept += gone
        if gone < SWEEP_BATCH:
            return swept
