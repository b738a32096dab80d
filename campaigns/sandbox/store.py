"""The sandbox's memory: one SQLite file that several processes may use at once.

Everything Stripe would remember is a row here, the clock's offset and the switches of the tests included, so
that a restart, a second worker or a reader from a test all see the same world.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import orjson

Result = TypeVar("Result")
Stored = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, kind TEXT NOT NULL,
    created INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, account, seq);
CREATE INDEX IF NOT EXISTS objects_customer ON objects (kind, json_extract(body, '$.customer'));
CREATE INDEX IF NOT EXISTS objects_intent ON objects (kind, json_extract(body, '$.payment_intent'));
CREATE TABLE IF NOT EXISTS alarms (
    id TEXT NOT NULL, action TEXT NOT NULL, due REAL NOT NULL, PRIMARY KEY (id, action));
CREATE TABLE IF NOT EXISTS answers (
    key TEXT NOT NULL, account TEXT NOT NULL, fingerprint TEXT NOT NULL, created REAL NOT NULL,
    status INTEGER, body TEXT, PRIMARY KEY (key, account));
CREATE INDEX IF NOT EXISTS answers_created ON answers (created);
CREATE INDEX IF NOT EXISTS answers_running ON answers (created) WHERE status IS NULL;
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY, event TEXT NOT NULL, due REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'lost', 'given up')));
CREATE TABLE IF NOT EXISTS faults (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, verb TEXT NOT NULL, path TEXT NOT NULL,
    seconds REAL NOT NULL, remaining INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
TABLES = ("objects", "alarms", "answers", "deliveries", "faults", "settings")


class Busy(Exception):
    """Another process kept the file for longer than a request may wait."""


class Store:
    """Opens the file and runs one function per transaction."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self.database.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self.database, timeout=0, isolation_level=None, check_same_thread=False
            )
            connection.row_factory = sqlite3.Row
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.executescript(SCHEMA)
            except sqlite3.OperationalError:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    async def transaction(self, work: Callable[[Rows], Result], patience: float = 10.0) -> Result:
        """Run `work` alone on the file; waits for others without blocking the loop. Raises `Busy`."""
        give_up = time.monotonic() + patience
        while True:
            try:
                return self.at_once(work)
            except Busy:
                if time.monotonic() > give_up:
                    raise
                await asyncio.sleep(0.004)

    def at_once(self, work: Callable[[Rows], Result]) -> Result:
        """Run `work` in a transaction now, or raise `Busy`. An exception of `work` undoes it."""
        with self._lock, self._writing() as connection:
            rows = Rows(connection)
            result = work(rows)
            rows.write()
            return result

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise Busy(str(error)) from error
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file; the next transaction opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


class Rows:
    """The file inside one transaction: objects by id, settings by name."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.sql = connection
        self._new: dict[str, tuple[str, str, str, int, str]] = {}
        self._offset: float | None = None

    def write(self) -> None:
        """Write the new objects, each once, as it is in the end."""
        new, self._new = self._new, {}
        self.sql.executemany(
            "INSERT INTO objects (id, account, kind, created, body) VALUES (?, ?, ?, ?, ?)", new.values()
        )

    def forget(self) -> None:
        """Drop the new objects that are not written yet."""
        self._new.clear()

    def setting(self, name: str, otherwise: Any = None) -> Any:
        """A switch's value, kept as JSON."""
        row = self.sql.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return json.loads(row["value"]) if row else otherwise

    def set(self, name: str, value: Any) -> None:
        """Remember a switch."""
        self._offset = None
        self.sql.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(value)))

    def now(self) -> float:
        """The sandbox's time in UTC seconds: the real one plus the offset tests may set."""
        if self._offset is None:
            self._offset = float(self.setting("clock_offset", 0))
        return time.time() + self._offset

    def insert(self, body: Stored, account: str) -> None:
        """Keep a new object."""
        text = orjson.dumps(body).decode()
        self._new[body["id"]] = (body["id"], account, body["object"], body["created"], text)

    def update(self, body: Stored) -> None:
        """Keep an object's new state."""
        text = orjson.dumps(body).decode()
        if new := self._new.get(body["id"]):
            self._new[body["id"]] = (*new[:4], text)
            return
        self.sql.execute("UPDATE objects SET body = ? WHERE id = ?", (text, body["id"]))

    def get(self, identifier: str) -> tuple[Stored, str] | None:
        """An object and the account it belongs to ('' is the platform's own)."""
        if new := self._new.get(identifier):
            return orjson.loads(new[4]), new[1]
        row = self.sql.execute("SELECT body, account FROM objects WHERE id = ?", (identifier,)).fetchone()
        return (orjson.loads(row["body"]), str(row["account"])) if row else None

    def select(self, kind: str, account: str | None = None, **equal: Any) -> list[Stored]:
        """Objects of a kind whose fields have these values, newest first."""
        where, values = "kind = ?", [kind]
        if account is not None:
            where, values = f"{where} AND account = ?", [*values, account]
        for field, value in equal.items():
            where += f" AND json_extract(body, '$.{field}') = ?"
            values.append(value)
        self.write()
        found = self.sql.execute(f"SELECT body FROM objects WHERE {where} ORDER BY seq DESC", values)  # noqa: S608
        return [orjson.loads(row["body"]) for row in found]

    def set_alarm(self, identifier: str, action: str, due: float) -> None:
        """Ask for `action` on an object at a moment of the sandbox's time."""
        self.sql.execute("INSERT OR REPLACE INTO alarms VALUES (?, ?, ?)", (identifier, action, due))

    def stop_alarm(self, identifier: str) -> None:
        """Forget what was to happen to an object by itself."""
        self.sql.execute("DELETE FROM alarms WHERE id = ?", (identifier,))

    def due_alarms(self) -> list[tuple[str, str]]:
        """What should have happened by now, earliest first; taken off the list."""
        now = self.now()
        due = self.sql.execute("SELECT id, action FROM alarms WHERE due <= ? ORDER BY due", (now,)).fetchall()
        if due:
            self.sql.execute("DELETE FROM alarms WHERE due <= ?", (now,))
        return [(str(row["id"]), str(row["action"])) for row in due]

    def post(self, event: str, state: str, copies: int, delay_seconds: float) -> None:
        """Put an event on its way to the webhook, once or more."""
        for _ in range(copies):
            self.sql.execute(
                "INSERT INTO deliveries (event, due, state) VALUES (?, ?, ?)",
                (event, time.time() + delay_seconds, state),
            )

    def clear(self) -> None:
        """Forget the whole world."""
        self.forget()
        for table in TABLES:
            self.sql.execute(f"DELETE FROM {table}")  # noqa: S608
