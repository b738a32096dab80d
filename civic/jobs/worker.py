"""The loop that runs jobs, in the web process on SQLite or in processes of its own on PostgreSQL."""

from __future__ import annotations

import asyncio

import structlog

from civic.jobs import service

log = structlog.get_logger("civic.jobs")

SWEEP_SECONDS = 3600
PAUSE_AFTER_TROUBLE_SECONDS = 5.0


class Worker:
    """Claims due jobs and runs up to `concurrency` of them at once; looks every `poll` seconds.

    A job enqueued by the same process wakes it at once. Asked to stop, it claims nothing more and lets the
    jobs it runs end; what a killed worker held is taken over when its lease ends.
    """

    def __init__(self, *, concurrency: int = 4, poll: float = 1.0) -> None:
        self.concurrency = concurrency
        self.poll = poll
        self._news = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._slots: dict[str, int] = {}
        self._next_sweep = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Run jobs until `stop` is set, then drain."""
        stopping = asyncio.create_task(self._wake_on(stop))
        service.add_sleeper(self._news.set)
        try:
            while not stop.is_set():
                self._news.clear()
                if not await self._turn() and not stop.is_set():
                    await self._sleep(self.poll)
        finally:
            stopping.cancel()
            service.remove_sleeper(self._news.set)
            await self._drain()

    async def _wake_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._news.set()

    async def _turn(self) -> bool:
        """Start what is due and fits; whether anything was. Trouble with the database is outlasted."""
        try:
            await self._look_at_the_clock()
            claimed = await service.claim(self.concurrency - len(self._running)) if self._has_room() else []
        except Exception:
            log.exception("worker cannot reach its jobs")
            await self._sleep(PAUSE_AFTER_TROUBLE_SECONDS)
            return False
        for job in claimed:
            task = asyncio.create_task(self._run(job))
            self._running.add(task)
            task.add_done_callback(self._ended)
        return bool(claimed)

    def _has_room(self) -> bool:
        return len(self._running) < self.concurrency

    async def _run(self, job: service.Claimed) -> None:
        """Run one job; if even its failure cannot be written, its lease will end by itself."""
        try:
            await service.run(job)
        except Exception:
            log.exception("job lost its database", job=job.name, id=job.id)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._news.set()

    async def _look_at_the_clock(self) -> None:
        await service.enqueue_schedules(self._slots)
        now = asyncio.get_running_loop().time()
        if now >= self._next_sweep:
            self._next_sweep = now + SWEEP_SECONDS
            await service.sweep()

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return

    async def _drain(self) -> None:
        if self._running:
            await asyncio.gather(*self._running, return_exceptions=True)
