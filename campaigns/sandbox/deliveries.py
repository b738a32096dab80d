"""Events on their way to the webhook: signed, tried again with growing pauses, never in an answer's way."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import time
from functools import partial
from hashlib import sha256

import aiohttp

from campaigns.sandbox.clockwork import catch_up, next_moment
from campaigns.sandbox.store import Busy, Rows, Store
from campaigns.sandbox.world import TO_REORDER, Frame, as_text, public

PAUSES = (0.5, 2.0, 10.0, 60.0, 300.0)
PATIENCE = 10.0
WATCH = 60.0


def signature(payload: str, secret: str, timestamp: int) -> str:
    """The Stripe-Signature header for a payload."""
    mac = hmac.new(secret.encode(), f"{timestamp}.{payload}".encode(), sha256).hexdigest()
    return f"t={timestamp},v1={mac}"


class Postman:
    """Delivers in the background while there is something to deliver or to wait for within a minute."""

    def __init__(self, store: Store, frame: Frame) -> None:
        self.store, self.frame = store, frame
        self._task: asyncio.Task[None] | None = None
        self._news: asyncio.Event | None = None

    def wake(self) -> None:
        """There may be something to do; returns at once."""
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done() or self._task.get_loop() is not loop:
            self._news = asyncio.Event()
            self._task = loop.create_task(self._work(self._news))
        elif self._news:
            self._news.set()

    async def _work(self, news: asyncio.Event) -> None:
        news.set()
        while news.is_set():  # news may come while the client is being closed
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as client:
                await self._rounds(client, news)

    async def _rounds(self, client: aiohttp.ClientSession, news: asyncio.Event) -> None:
        while True:
            news.clear()
            try:
                await self._deliver_all(client)
                pause = await self.store.transaction(self._pause)
            except Busy:
                pause = 1.0
            if pause is None and not news.is_set():
                return
            # Not wait_for: in Python 3.11 it forgets a cancellation that comes together with the news.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await news.wait()

    def _pause(self, rows: Rows) -> float | None:
        row = rows.sql.execute("SELECT min(due) AS due FROM deliveries WHERE state = 'waiting'").fetchone()
        waits = [next_moment(rows), None if row["due"] is None else max(0.0, row["due"] - time.time())]
        near = [wait for wait in waits if wait is not None and wait <= WATCH]
        return min(near) + 0.001 if near else None

    async def _deliver_all(self, client: aiohttp.ClientSession) -> None:
        while True:
            taken = await self.store.transaction(self._take)
            if taken is None:
                return
            number, payload = taken
            arrived = await self._deliver(client, payload)
            await self.store.transaction(partial(_note, number=number, arrived=arrived))

    def _take(self, rows: Rows) -> tuple[int, str] | None:
        """The next delivery that is due; should we stop meanwhile, it is due again later."""
        catch_up(rows, self.frame)
        waiting = "SELECT * FROM deliveries WHERE state = 'waiting' AND due <= ? ORDER BY seq"
        row = rows.sql.execute(waiting, (time.time(),)).fetchone()
        if row is None:
            return None
        if rows.setting("webhooks", {}).get("reorder"):
            row = rows.sql.execute(f"{waiting} DESC", (time.time() + TO_REORDER,)).fetchone()
        rows.sql.execute(
            "UPDATE deliveries SET tries = tries + 1, due = ? WHERE seq = ?",
            (time.time() + WATCH, row["seq"]),
        )
        found = rows.get(row["event"])
        return (row["seq"], as_text(public(found[0]))) if found else self._take(rows)

    async def _deliver(self, client: aiohttp.ClientSession, payload: str) -> bool:
        header = signature(payload, self.frame.webhook_secret, int(time.time()))
        headers = {"stripe-signature": header, "content-type": "application/json; charset=utf-8"}
        request = client.post(
            str(self.frame.webhook_url), data=payload.encode(), headers=headers, allow_redirects=False
        )  # fmt: skip
        try:
            async with request as answer:
                return answer.ok and answer.status < 300
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def redeliver(self) -> int:
        """Send again every event that did not arrive, lost ones included; returns how many."""
        count = await self.store.transaction(_start_over)
        self.wake()
        return count

    async def close(self) -> None:
        """Stop delivering; what is left stays written down for the next time."""
        if self._task and not self._task.done() and self._task.get_loop() is asyncio.get_running_loop():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._task = None


def _note(rows: Rows, number: int, arrived: bool) -> None:
    tries = rows.sql.execute("SELECT tries FROM deliveries WHERE seq = ?", (number,)).fetchone()
    if tries is None:
        return  # the world was reset meanwhile
    state = "delivered" if arrived else "waiting" if tries["tries"] <= len(PAUSES) else "given up"
    due = time.time() + PAUSES[min(tries["tries"], len(PAUSES)) - 1]
    rows.sql.execute("UPDATE deliveries SET state = ?, due = ? WHERE seq = ?", (state, due, number))


def _start_over(rows: Rows) -> int:
    again = "UPDATE deliveries SET state = 'waiting', tries = 0, due = ? WHERE state != 'delivered'"
    return rows.sql.execute(again, (time.time(),)).rowcount
