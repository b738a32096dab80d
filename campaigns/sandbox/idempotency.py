"""One answer per idempotency key: Stripe's rules, declines included."""

from __future__ import annotations

import json
import sqlite3
from typing import NamedTuple

from campaigns.sandbox.errors import StripeFault
from campaigns.sandbox.store import Rows

A_DAY = 24 * 3600
ABANDONED_AFTER = 60


class Answer(NamedTuple):
    """Status and JSON text of an answer."""

    status: int
    body: str


def claim(rows: Rows, key: str, account: str, fingerprint: str) -> Answer | None:
    """Take the key for this request, or give the answer it already has; keys are forgotten after a day.

    Raises 400 `idempotency_error` when the key was used for another request, 409 while the first runs.
    """
    now = rows.now()
    rows.sql.execute("DELETE FROM answers WHERE created <= ?", (now - A_DAY,))
    rows.sql.execute("DELETE FROM answers WHERE status IS NULL AND created <= ?", (now - ABANDONED_AFTER,))
    found = rows.sql.execute("SELECT * FROM answers WHERE key = ? AND account = ?", (key, account))
    known = found.fetchone()
    if known is None:
        rows.sql.execute(
            "INSERT INTO answers (key, account, fingerprint, created) VALUES (?, ?, ?, ?)",
            (key, account, fingerprint, now),
        )
        return None
    return _known_answer(key, fingerprint, known)


def _known_answer(key: str, fingerprint: str, known: sqlite3.Row) -> Answer:
    if known["fingerprint"] != fingerprint:
        raise StripeFault(
            400,
            "idempotency_error",
            "Keys for idempotent requests can only be used with the same parameters they were first used "
            f"with. Try using a key other than '{key}' if you meant to execute a different request.",
        )
    if known["status"] is None:
        raise StripeFault(
            409,
            "idempotency_error",
            f"There is currently another in-progress request using this Idempotent Key: {key}.",
            code="idempotency_key_in_use",
        )
    return Answer(known["status"], known["body"])


def remember(rows: Rows, key: str, account: str, answer: Answer) -> None:
    """Keep the answer of the request that took the key."""
    rows.sql.execute(
        "UPDATE answers SET status = ?, body = ? WHERE key = ? AND account = ?",
        (answer.status, answer.body, key, account),
    )


def fingerprint(verb: str, path: str, pairs: list[tuple[str, str]]) -> str:
    """What makes two requests the same one."""
    return json.dumps([verb, path, sorted(pairs)])
