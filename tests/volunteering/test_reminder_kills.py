"""A worker killed by SIGKILL while it reminds people: after a restart each has been reminded exactly once."""

from __future__ import annotations

import asyncio
import functools
import os
import signal
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import aiosmtplib
import pytest
from starlette.types import ASGIApp

from civic import clock, jobs
from civic import database as db
from civic.settings import Settings
from tests.engines import Database
from tests.factories import a_person
from tests.factories.volunteering import a_mission, a_shift, a_signup, in_days
from tests.mailbox import Mailbox, listening, plain
from tests.processes import Process, civic
from volunteering.signups import letters, reminders

POINTS = ("second_letter", "all_queued", "before_hand_over", "after_hand_over")
PEOPLE = 4


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(call: Any, nth: int, *, after: bool) -> Any:
    """The same call, which kills the process at its nth time."""
    times = 0

    @functools.wraps(call)
    async def called(*args: Any, **kwargs: Any) -> Any:
        nonlocal times
        times += 1
        mine = times
        if mine == nth and not after:
            die()
        answer = await call(*args, **kwargs)
        if mine == nth:
            die()
        return answer

    return called


def worker(point: str, ahead: float) -> None:
    """`civic worker`, so many seconds ahead of today, dead when it comes to that point."""
    clock.travel(timedelta(seconds=ahead))
    if point == "second_letter":
        letters.reminder = dying(letters.reminder, 2, after=True)
    elif point == "all_queued":
        reminders.handlers["shift_nears"] = dying(reminders.shift_nears, 1, after=True)
    elif point:
        aiosmtplib.send = dying(aiosmtplib.send, 2, after=point == "after_hand_over")
    with patch("demo.routes.routes", []):
        civic("worker")


def start(database: Database, settings: Settings, mailbox: Mailbox, point: str, ahead: float) -> Process:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CIVIC_")}
    given = {
        "CIVIC_ENV": "test", "CIVIC_DATABASE_URL": database.url, "DATA": str(settings.data), "CIVIC_SMTP_URL": mailbox.url,
        "CIVIC_SECRET_KEY": settings.secret_key, "CIVIC_BASE_URL": settings.base_url,
    }  # fmt: skip
    folder = Path(settings.data)
    return Process(worker, point, ahead, environment={**kept, **given}, log=folder / "said", errors=folder / f"errors{point}")


@pytest.mark.one_engine
@pytest.mark.parametrize("point", POINTS)
async def test_a_worker_killed_there_reminds_everybody_once(
    database: Database, app: ASGIApp, settings: Settings, point: str
) -> None:
    mission = await a_mission(days=30)
    shift = await a_shift(mission, days=6, start=time(14), end=time(17))
    people = [await a_person(f"Personne {number}") for number in range(PEOPLE)]
    for person in people:
        await a_signup(shift, person)
    await jobs.run_due(schedules=False)  # the confirmations, into the demonstration's mailbox
    at = clock.at(in_days(4), 18, 5)
    async with listening() as mailbox:
        first = start(database, settings, mailbox, point, (at - datetime.now(UTC)).total_seconds())
        _out, trouble = await asyncio.wait_for(first.communicate(), 60)
        assert first.returncode == -signal.SIGKILL, trouble.decode()[-2000:]
        await db.execute("UPDATE job SET locked_until = 0 WHERE done_at IS NULL")  # the dead worker's leases have ended
        second = start(database, settings, mailbox, "", (at - datetime.now(UTC)).total_seconds())
        for _ in range(400):
            if not await _left(at + timedelta(minutes=10)):
                break
            await asyncio.sleep(0.1)
        second.terminate()
        await asyncio.to_thread(second.wait, 30)
    arrived = [(str(mail["to"]), str(mail["message-id"])) for mail in mailbox.messages if plain(str(mail["subject"])).startswith("Rappel")]
    assert Counter(to for to, _ in set(arrived)) == Counter(person.email for person in people), "one message each"
    assert len(arrived) == PEOPLE or "hand_over" in point, "only what was handed over unmarked comes again"
    assert await jobs.dead_letters() == []


async def _left(at: datetime) -> int:
    """What is due then and not done."""
    rows = await db.fetch_all(
        "SELECT COUNT(*) AS n FROM job WHERE done_at IS NULL AND run_at <= ?", [int(at.timestamp() * 1000)]
    )
    return int(rows[0]["n"])
