"""A fresh migrated database for each test, copied from a template, on either engine.

The template is migrated with the project's own migrations. While models exist that no migration
declares (in a side branch), a temporary set is generated instead, and the run says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import shutil
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from civic import database
from civic.database import APPS, migrations
from civic.database.config import Engine, sqlite_path
from tests.postgres import Postgres

ENGINES: tuple[Engine, ...] = ("sqlite", "postgres")
TEMPORARY_PACKAGE = "temporary_migrations"


@dataclass(frozen=True)
class Database:
    """Where a test's own database is."""

    engine: Engine
    url: str
    migrations: str


class Server:
    """The PostgreSQL server of the run: TEST_POSTGRES_URL, else one of our own."""

    def __init__(self) -> None:
        self._given = os.environ.get("TEST_POSTGRES_URL", "")
        self._own = None if self._given else Postgres()
        self._prefix = f"civic_test_{uuid.uuid4().hex[:8]}"
        self._count = 0

    def url(self, name: str = "postgres") -> str:
        """The URL of a database of this server."""
        if self._own:
            return self._own.url(name)
        return (
            urlunsplit(urlsplit(self._given)._replace(path=f"/{name}")) if name != "postgres" else self._given
        )

    def new_name(self) -> str:
        """A database name nobody else uses."""
        self._count += 1
        return f"{self._prefix}_{self._count}"

    async def create(self, template: str = "template0") -> str:
        """Create a database from a template; returns its name."""
        name = self.new_name()
        async with self._boss() as boss:
            await boss.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return name

    async def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        async with self._boss() as boss:
            await boss.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @contextlib.asynccontextmanager
    async def _boss(self) -> AsyncIterator[asyncpg.Connection]:
        boss = await asyncpg.connect(self.url())
        try:
            yield boss
        finally:
            await boss.close()

    def stop(self) -> None:
        """Stop the server if it is our own."""
        if self._own:
            self._own.stop()


class Templates:
    """The migrated templates of this run, made when first wanted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._migrations = ""
        self._sqlite: Path | None = None
        self._postgres = ""
        self._server: Server | None = None
        self._count = 0

    @property
    def server(self) -> Server:
        """The PostgreSQL server, started when first wanted."""
        self._server = self._server or Server()
        return self._server

    async def migrations(self) -> str:
        """The package of migrations to use: the project's, or a temporary one when it lags behind."""
        if not self._migrations:
            missing = await migrations.undeclared()
            self._migrations = await self._generate(missing) if missing else "migrations"
        return self._migrations

    async def _generate(self, missing: list[str]) -> str:
        """Copy the project's migrations beside and add what the models say beyond them."""
        project = Path(importlib.import_module("migrations").__path__[0])
        shutil.copytree(
            project, self.folder / TEMPORARY_PACKAGE, ignore=shutil.ignore_patterns("__pycache__")
        )
        sys.path.insert(0, str(self.folder))
        importlib.invalidate_caches()
        await migrations.make_migrations(migrations=TEMPORARY_PACKAGE)
        print(
            f"\nNote: {len(missing)} changes of models are in no migration yet (the first: {missing[0]}); "
            "the tests run on a temporary generated schema."
        )
        return TEMPORARY_PACKAGE

    async def fresh(self, engine: Engine) -> Database:
        """A migrated database of its own."""
        package = await self.migrations()
        url = await (self._fresh_sqlite(package) if engine == "sqlite" else self._fresh_postgres(package))
        return Database(engine, url, package)

    async def _fresh_sqlite(self, package: str) -> str:
        if not self._sqlite:
            path = self.folder / "template.sqlite3"
            await migrations.migrate(f"sqlite://{path}", migrations=package)
            self._sqlite = path
        self._count += 1
        copy = self.folder / f"test-{self._count}.sqlite3"
        shutil.copyfile(self._sqlite, copy)
        return f"sqlite://{copy}?synchronous=OFF"

    async def _fresh_postgres(self, package: str) -> str:
        if not self._postgres:
            name = await self.server.create()
            await migrations.migrate(self.server.url(name), migrations=package)
            self._postgres = name
        name = await self.server.create(self._postgres)
        joiner = "&" if "?" in self.server.url(name) else "?"
        return f"{self.server.url(name)}{joiner}maxsize=8"

    async def drop(self, fresh: Database) -> None:
        """Remove a test's database."""
        if fresh.engine == "sqlite":
            for suffix in ("", "-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(f"{sqlite_path(fresh.url)}{suffix}")
        else:
            await self.server.drop(urlsplit(fresh.url).path.lstrip("/"))

    def close(self) -> None:
        """Stop what was started."""
        if self._server:
            if self._postgres:
                asyncio.run(self._server.drop(self._postgres))
            self._server.stop()


@contextlib.asynccontextmanager
async def connected(fresh: Database) -> AsyncIterator[Database]:
    """Connect this process to a test's database, and disconnect."""
    await database.connect(fresh.url, check_schema=False)
    try:
        yield fresh
    finally:
        await database.disconnect()


class QueryCount(logging.Handler):
    """Collects the SQL of every statement sent to the database."""

    def __init__(self) -> None:
        super().__init__()
        self.queries: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.queries.append(record.getMessage())

    def __len__(self) -> int:
        return len(self.queries)


@contextlib.contextmanager
def query_count() -> Iterator[QueryCount]:
    """`with query_count() as queries: …; assert len(queries) <= 4` (BEGIN and COMMIT do not count)."""
    logger, counter = logging.getLogger("tortoise.db_client"), QueryCount()
    level, propagate = logger.level, logger.propagate
    logger.addHandler(counter)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield counter
    finally:
        logger.removeHandler(counter)
        logger.setLevel(level)
        logger.propagate = propagate


__all__ = ["APPS", "ENGINES", "Database", "Templates", "connected", "query_count"]
