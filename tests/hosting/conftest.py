"""The `civic` command as a host runs it: a process with an environment of its own."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from civic.database.config import Engine
from civic.settings import ROOT
from tests.engines import Templates
from tests.postgres import free_port


@dataclass
class Host:
    """A folder, a database that may not exist yet, and the command."""

    engine: Engine
    data: Path
    url: str
    port: int

    def civic(self, *arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run the command with these settings; standard output and errors are kept apart."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        given = {"DATA": str(self.data), "PORT": str(self.port), "CIVIC_DATABASE_URL": self.url, **settings}
        return subprocess.run(
            [sys.executable, ROOT / "manage.py", *map(str, arguments)],
            env={**kept, **given}, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT,
        )  # fmt: skip

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement behind the program's back."""
        if self.engine == "sqlite":
            with sqlite3.connect(self.url.removeprefix("sqlite://")) as opened:
                return opened.execute(statement).fetchall()
        return asyncio.run(_on_postgres(self.url, statement))


async def _on_postgres(url: str, statement: str) -> list[tuple[object, ...]]:
    boss = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await boss.fetch(statement)]
    finally:
        await boss.close()


@pytest.fixture
def another_host(
    engine: Engine, templates: Templates, tmp_path: Path, request: pytest.FixtureRequest
) -> Callable[[str], Host]:
    """`another_host("name")`: an empty machine."""

    def made(name: str) -> Host:
        folder = tmp_path / name
        folder.mkdir()
        if engine == "sqlite":
            return Host(engine, folder, f"sqlite://{folder / 'civic.sqlite3'}", free_port())
        database = asyncio.run(templates.server.create())
        url = templates.server.url(database)
        request.addfinalizer(lambda: asyncio.run(templates.server.drop(urlsplit(url).path.lstrip("/"))))
        return Host(engine, folder, url, free_port())

    return made


@pytest.fixture
def host(another_host: Callable[[str], Host]) -> Host:
    """A machine where nothing is yet."""
    return another_host("here")
