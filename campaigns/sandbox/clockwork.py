"""What happens by itself when its time has come: sessions expire, direct debits end."""

from __future__ import annotations

from campaigns.sandbox import checkout, payments
from campaigns.sandbox.store import Rows, Stored
from campaigns.sandbox.world import Frame, World


def catch_up(rows: Rows, frame: Frame) -> None:
    """Do everything that was due by now."""
    for identifier, action in rows.due_alarms():
        found = rows.get(identifier)
        if found is None:
            continue
        world = World(rows, frame, found[1])
        if action == "expire" and found[0]["status"] == "open":
            checkout.expire(world, {}, identifier)
        elif action == "settle" and found[0]["status"] == "processing":
            settle(world, identifier)


def settle(world: World, identifier: str, succeeds: bool | None = None) -> Stored:
    """A direct debit ends, and its session hears of it. Raises `StripeFault` when none is under way."""
    intent = payments.settle(world, identifier, succeeds)
    checkout.follow(world, intent)
    return intent


def next_moment(rows: Rows) -> float | None:
    """Seconds until the next thing that happens by itself, or nothing to wait for."""
    row = rows.sql.execute("SELECT min(due) AS due FROM alarms").fetchone()
    return None if row["due"] is None else max(0.0, float(row["due"]) - rows.now())
