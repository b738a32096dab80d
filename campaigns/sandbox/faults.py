"""What a test may ask to go wrong between a caller and api.stripe.com."""

from __future__ import annotations

import asyncio
from fnmatch import fnmatchcase
from typing import NamedTuple

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from campaigns.sandbox.store import Rows

BEFORE = ("timeout_before", "drop_before", "error_before", "rate_limit")
AFTER = ("timeout_after", "drop_after", "error_after")
KINDS = (*BEFORE, *AFTER, "slow", "error_kept")


class Fault(NamedTuple):
    """One thing going wrong: its kind and, for waits, the seconds."""

    kind: str
    seconds: float


def plan(rows: Rows, kind: str, path: str, verb: str = "*", times: int = 1, seconds: float = 30.0) -> None:
    """Make the next `times` requests that match go wrong. `path` is a pattern: `/v1/payment_intents*`."""
    rows.sql.execute(
        "INSERT INTO faults (kind, verb, path, seconds, remaining) VALUES (?, ?, ?, ?, ?)",
        (kind, verb.lower(), path, seconds, times),
    )


def faults_are_planned(rows: Rows) -> bool:
    """Whether anything is to go wrong, for whatever request."""
    return bool(rows.sql.execute("SELECT 1 FROM faults WHERE remaining > 0 LIMIT 1").fetchone())


def next_fault(rows: Rows, verb: str, path: str) -> Fault | None:
    """The fault planned for this request, if any; each is used up."""
    for row in rows.sql.execute("SELECT * FROM faults WHERE remaining > 0 ORDER BY seq").fetchall():
        if row["verb"] in ("*", verb) and fnmatchcase(path, row["path"]):
            rows.sql.execute("UPDATE faults SET remaining = remaining - 1 WHERE seq = ?", (row["seq"],))
            return Fault(row["kind"], row["seconds"])
    return None


class Dropped(Response):
    """An answer that never arrives whole: the server closes the connection in the middle of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Promise more than is sent."""
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


async def hold(fault: Fault | None) -> None:
    """Keep the caller waiting."""
    if fault and (fault.kind == "slow" or fault.kind.startswith("timeout")):
        await asyncio.sleep(fault.seconds)
