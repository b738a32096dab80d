"""Databases on the PostgreSQL server of the run: created from a template, then emptied and used again.

CREATE DATABASE writes hundreds of files (half a second on a slow disk); emptying the tables a test wrote to
takes a few milliseconds.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tests.postgres import Postgres

OUR_TABLES = """
SELECT c.relname AS name, pg_relation_size(c.oid) > 0 AS written FROM pg_class c
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""
HANG_UP = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
)
RESTART_NUMBERS = """
SELECT setval(c.oid::regclass, 1, false) FROM pg_class c
WHERE c.relkind = 'S' AND c.relnamespace = 'public'::regnamespace
AND NOT EXISTS (SELECT FROM unnest($1::text[]) AS seeded WHERE starts_with(c.relname, seeded || '_'))
"""
GUARDS = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"
REUSES = 300
"""After so many tests a database is thrown away, because emptied tables keep their dead rows."""


class Server:
    """The PostgreSQL server of the run: TEST_POSTGRES_URL, else one of our own."""

    def __init__(self) -> None:
        self._given = os.environ.get("TEST_POSTGRES_URL", "")
        self._own = None if self._given else Postgres()
        self._prefix = f"civic_test_{uuid.uuid4().hex[:8]}"
        self._count = 0
        self._uses: dict[str, int] = {}
        self._free: list[str] = []
        self._template_tables: set[str] = set()
        self._template_guards = 0
        self._seeds: set[str] = set()

    def url(self, name: str = "postgres") -> str:
        """The URL of a database of this server."""
        if self._own:
            return self._own.url(name)
        if name == "postgres":
            return self._given
        return urlunsplit(urlsplit(self._given)._replace(path=f"/{name}"))

    async def create(self, template: str = "template0") -> str:
        """Create a database from a template; returns its name."""
        self._count += 1
        name = f"{self._prefix}_{self._count}"
        async with self._on("postgres") as boss:
            await boss.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    async def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        async with self._on("postgres") as boss:
            await boss.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def keep_seeds(self, template: str) -> None:
        """Remember the rows that migrations themselves wrote, so that each test finds them."""
        async with self._on(template) as boss:
            rows = await boss.fetch(OUR_TABLES)
            self._template_tables = {row["name"] for row in rows}
            self._template_guards = await boss.fetchval(GUARDS)
            self._seeds = {row["name"] for row in rows if row["written"]} - {"tortoise_migrations"}
            await boss.execute("CREATE SCHEMA seeds")
            for name in self._seeds:
                await boss.execute(f'CREATE TABLE seeds."{name}" AS TABLE "{name}"')

    async def borrow(self, template: str) -> str:
        """A database with the template's tables and rows."""
        name = self._free.pop() if self._free else await self.create(template)
        self._uses[name] = self._uses.get(name, 0) + 1
        return name

    async def give_back(self, name: str) -> None:
        """Empty a borrowed database for the next test."""
        if self._uses[name] >= REUSES:
            await self.drop(name)
            return
        intact = False
        with contextlib.suppress(asyncpg.PostgresError):  # no right to skip triggers, or a lock held
            async with self._on(name) as boss:
                await boss.execute("SET lock_timeout = '10s'")
                await boss.fetch(HANG_UP, name)
                intact = await self._empty(boss)
        if intact:
            self._free.append(name)
        else:
            await self.drop(name)

    async def _empty(self, boss: asyncpg.Connection) -> bool:
        """Delete every row past triggers and foreign keys, and tables of the test; False if tables or guards lack."""
        rows = await boss.fetch(OUR_TABLES)
        names = {row["name"] for row in rows}
        if not self._template_tables <= names or await boss.fetchval(GUARDS) < self._template_guards:
            return False
        written = {row["name"] for row in rows if row["written"]} - {"tortoise_migrations"}
        steps = [f'DROP TABLE "{name}" CASCADE' for name in names - self._template_tables]
        steps += [f'DELETE FROM "{name}"' for name in written & self._template_tables]
        steps += [f'INSERT INTO "{name}" SELECT * FROM seeds."{name}"' for name in self._seeds]
        await boss.execute("; ".join(["SET session_replication_role = replica", *steps]))
        await boss.fetch(RESTART_NUMBERS, list(self._seeds))
        return True

    @contextlib.asynccontextmanager
    async def _on(self, name: str) -> AsyncIterator[asyncpg.Connection]:
        boss = await asyncpg.connect(self.url(name))
        try:
            yield boss
        finally:
            await boss.close()

    async def stop(self, *others: str) -> None:
        """Stop the server if it is our own, else leave none of our databases on it."""
        if self._own:
            self._own.stop()
            return
        for name in [*self._free, *others]:
            await self.drop(name)
