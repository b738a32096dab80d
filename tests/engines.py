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
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from civic import database
from civic.database import APPS, migrations
from civic.database.config import Engine, sqlite_path
from tests.server import Server

ENGINES: tuple[Engine, ...] = ("sqlite", "postgres")
TEMPORARY_PACKAGE = "temporary_migrations"


@dataclass(frozen=True)
class Database:
    """Where a test's own database is."""

    engine: Engine
    url: str
    migrations: str


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
            await self.server.keep_seeds(name)
            self._postgres = name
        name = await self.server.borrow(self._postgres)
        joiner = "&" if "?" in self.server.url(name) else "?"
        return f"{self.server.url(name)}{joiner}maxsize=8"

    async def drop(self, fresh: Database) -> None:
        """Remove a test's database."""
        if fresh.engine == "sqlite":
            for suffix in ("", "-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(f"{sqlite_path(fresh.url)}{suffix}")
        else:
            await self.server.give_back(urlsplit(fresh.url).path.lstrip("/"))

    def close(self) -> None:
        """Stop what was started."""
        if self._server:
            asyncio.run(self._server.stop(*filter(None, [self._postgres])))


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
