"""What a person may count on after she has pressed the button: it happens, once, even after a crash."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator

import pytest

from civic import clock, jobs
from civic import database as db
from civic.jobs import service
from civic.jobs.models import Job
from tests.engines import Database

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _no_handlers() -> Iterator[None]:
    jobs.clear()
    yield
    jobs.clear()
    clock.travel(dt.timedelta())


class Notebook:
    """A table in which handlers write what they did."""

    async def open(self) -> Notebook:
        await db.execute("CREATE TABLE trial_notebook (line TEXT)")
        return self

    async def write(self, *, line: str) -> None:
        await db.execute("INSERT INTO trial_notebook VALUES (?)", [line])

    async def write_twice(self, *, line: str) -> None:
        await db.execute("INSERT INTO trial_notebook VALUES (?)", [line + " again"])

    async def lines(self) -> list[str]:
        return [row["line"] for row in await db.fetch_all("SELECT line FROM trial_notebook ORDER BY line")]


async def _travel(**delta: int) -> None:
    clock.travel(clock.now() - dt.datetime.now(dt.UTC) + dt.timedelta(**delta))


async def test_a_fact_reaches_every_listener_once_however_often_it_is_told() -> None:
    notebook = await Notebook().open()
    jobs.register({"seat_taken": [notebook.write, notebook.write_twice]})
    for _ in range(3):
        await jobs.enqueue("seat_taken", key="1", line="Camille")
    await jobs.enqueue("seat_taken", key="2", line="Léa")
    assert await jobs.run_due() == 4
    assert await jobs.run_due() == 0
    assert await notebook.lines() == ["Camille", "Camille again", "Léa", "Léa again"]


async def test_a_fact_told_twice_does_not_break_the_verb_that_tells_it() -> None:
    notebook = await Notebook().open()
    jobs.register({"seat_taken": notebook.write})
    async with db.transaction():
        await jobs.enqueue("seat_taken", key="1", line="Camille")
        await jobs.enqueue("seat_taken", key="1", line="Camille")
        await notebook.write(line="same transaction")
    assert await notebook.lines() == ["same transaction"]
    await jobs.run_due()
    assert await notebook.lines() == ["Camille", "same transaction"]


async def test_nothing_happens_for_a_verb_that_was_undone() -> None:
    notebook = await Notebook().open()
    jobs.register({"seat_taken": notebook.write})
    with pytest.raises(ZeroDivisionError):  # noqa: PT012
        async with db.transaction():
            await jobs.enqueue("seat_taken", key="1", line="Camille")
            raise ZeroDivisionError
    assert await jobs.run_due() == 0
    assert await notebook.lines() == []


async def test_a_reminder_waits_for_its_hour() -> None:
    notebook = await Notebook().open()
    jobs.register({"reminder": notebook.write})
    await jobs.enqueue("reminder", key="1", run_at=clock.now() + dt.timedelta(hours=2), line="tomorrow")
    assert await jobs.run_due() == 0
    await _travel(hours=3)
    assert await jobs.run_due() == 1
    assert await notebook.lines() == ["tomorrow"]


async def test_a_failed_effect_leaves_nothing_and_is_tried_again_later() -> None:
    notebook = await Notebook().open()
    turns = 0

    async def unlucky(*, line: str) -> None:
        nonlocal turns
        turns += 1
        await notebook.write(line=f"{line} {turns}")
        if turns == 1:
            raise ValueError("the first time it fails")

    jobs.register({"seat_taken": unlucky})
    await jobs.enqueue("seat_taken", key="1", line="turn")
    assert await jobs.run_due() == 0
    assert await notebook.lines() == []
    job = await Job.get()
    assert job.last_error == "ValueError: the first time it fails"
    assert job.payload == {"line": "turn"}
    await _travel(seconds=30)
    assert await jobs.run_due() == 1
    assert await notebook.lines() == ["turn 2"]
    assert (await Job.get()).payload == {}


async def test_a_job_that_never_succeeds_is_given_up_and_can_be_revived() -> None:
    well = False

    async def broken() -> None:
        if not well:
            raise ValueError("broken")

    jobs.register({"seat_taken": broken})
    await jobs.enqueue("seat_taken", key="1")
    for _ in range(service.MAX_ATTEMPTS):
        assert await jobs.dead_letters() == []
        await jobs.run_due()
        await _travel(hours=2)
    (dead,) = await jobs.dead_letters()
    assert await jobs.run_due() == 0
    well = True
    assert await jobs.revive(dead.id)
    assert not await jobs.revive(dead.id)
    assert await jobs.run_due() == 1
    assert await jobs.dead_letters() == []


async def test_a_worker_frozen_past_its_lease_cannot_do_the_effect_again() -> None:
    notebook = await Notebook().open()
    jobs.register({"seat_taken": notebook.write})
    await jobs.enqueue("seat_taken", key="1", line="Camille")
    (frozen,) = await service.claim(1)
    assert await service.claim(1) == []
    await _travel(seconds=service.LEASE_SECONDS + 1)
    (taken_over,) = await service.claim(1)
    assert not await service.run(frozen)
    assert await notebook.lines() == []
    assert await service.run(taken_over)
    assert not await service.run(frozen)
    assert await notebook.lines() == ["Camille"]


async def test_a_call_to_the_network_holds_no_transaction_and_is_repeated_after_a_crash() -> None:
    calls: list[bool] = []

    @jobs.outside
    async def call_the_bank() -> None:
        calls.append(db.in_transaction_now())

    jobs.register({"charge_pledge": call_the_bank})
    await jobs.enqueue("charge_pledge", key="1")
    (crashed,) = await service.claim(1)
    await crashed.handler()  # the process dies here, before it could mark the job
    await _travel(seconds=service.LEASE_SECONDS + 1)
    assert await jobs.run_due() == 1
    assert calls == [False, False]


async def test_a_job_that_kills_its_worker_each_time_is_given_up() -> None:
    notebook = await Notebook().open()
    jobs.register({"seat_taken": notebook.write})
    await jobs.enqueue("seat_taken", key="1", line="deadly")
    for _ in range(service.MAX_ATTEMPTS):
        assert await service.claim(1)
        await _travel(seconds=service.LEASE_SECONDS + 1)
    await jobs.run_due()
    assert [job.last_error for job in await jobs.dead_letters()] == [
        "The worker died each time it ran this job."
    ]


async def test_a_command_has_exactly_one_handler() -> None:
    notebook = await Notebook().open()
    with pytest.raises(ValueError, match="exactly one"):
        jobs.register({"send_mail": [notebook.write, notebook.write_twice]})
    jobs.clear()
    with pytest.raises(ValueError, match="Nobody"):
        await jobs.enqueue("send_mail", key="1")
    jobs.register({"send_mail": notebook.write})
    await jobs.enqueue("send_mail", key="1", line="Bonjour")
    assert await jobs.run_due() == 1


async def test_a_job_of_a_newer_version_waits_for_a_worker_that_knows_it() -> None:
    notebook = await Notebook().open()
    jobs.register({"seat_taken": notebook.write})
    await jobs.enqueue("seat_taken", key="1", line="Camille")
    jobs.clear()
    jobs.register({"other": notebook.write_twice})
    assert await jobs.run_due() == 0
    assert (await Job.get()).attempts == 0
    jobs.register({"seat_taken": notebook.write})
    assert await jobs.run_due() == 1


async def test_what_runs_every_hour_runs_once_an_hour() -> None:
    runs = 0

    async def hourly() -> None:
        nonlocal runs
        runs += 1

    jobs.register({"hour_passed": hourly})
    jobs.every("hour_passed", hours=1)
    for expected in (1, 2, 3):
        await jobs.run_due()
        await jobs.run_due()
        assert runs == expected
        await _travel(hours=1)
    assert await jobs.run_due(schedules=False) == 0
    with pytest.raises(ValueError, match="minutes or hours"):
        jobs.every("hour_passed")


async def test_old_jobs_are_swept_and_waiting_ones_kept() -> None:
    notebook = await Notebook().open()
    jobs.register({"seat_taken": notebook.write})
    await jobs.enqueue("seat_taken", key="old", line="old")
    await jobs.run_due()
    await _travel(days=31)
    await jobs.enqueue("seat_taken", key="new", line="new")
    assert await service.sweep() == 1
    assert [job.key for job in await Job.all()] == ["new"]


async def test_what_was_given_up_a_month_ago_is_forgotten_only_where_that_is_asked() -> None:
    notebook = Notebook()
    for name in ("send_mail", "charge_pledge"):
        jobs.register({name: notebook.write})
        await jobs.enqueue(name, key="1", line="une.adresse@exemple.fr")
    await db.execute("UPDATE job SET dead_at = ?", [service.now_ms()])
    assert await jobs.forget_dead("send_mail") == 0, "thirty days to look into it"
    await _travel(days=31)
    assert await jobs.forget_dead("send_mail") == 1
    assert [job.name for job in await Job.all()] == ["charge_pledge"], "money is never forgotten"


async def test_a_payload_that_is_not_json_is_refused_where_it_is_written() -> None:
    notebook = await Notebook().open()
    jobs.register({"seat_taken": notebook.write})
    with pytest.raises(TypeError):
        await jobs.enqueue("seat_taken", key="1", line=clock.now())


async def test_the_worker_wakes_at_once_works_side_by_side_and_drains(database: Database) -> None:
    started, go, ended = asyncio.Event(), asyncio.Event(), 0

    @jobs.outside
    async def slow() -> None:
        nonlocal ended
        started.set()
        await go.wait()
        ended += 1

    jobs.register({"call": slow})
    stop = asyncio.Event()
    worker = asyncio.create_task(jobs.Worker(concurrency=3, poll=60).run(stop))
    await asyncio.sleep(0.05)
    async with db.transaction():
        await jobs.enqueue("call", key="1")
        await jobs.enqueue("call", key="2")
        await asyncio.sleep(0.05)
        assert not started.is_set(), "not before the transaction is kept"
    await asyncio.wait_for(started.wait(), 2)
    stop.set()
    await asyncio.sleep(0.05)
    assert not worker.done(), "it lets the running jobs end"
    go.set()
    await asyncio.wait_for(worker, 2)
    assert ended == 2
    assert await Job.filter(done_at__isnull=True).count() == 0
