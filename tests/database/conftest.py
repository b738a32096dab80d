"""Empty databases and hand-written migrations for the tests of the ground itself."""

from __future__ import annotations

import importlib
import sys
import textwrap
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from civic.database.config import Engine
from tests.engines import APPS, Templates

Written = Callable[[dict[str, str]], str]


@pytest.fixture
async def empty_url(engine: Engine, templates: Templates, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database without any table, not connected."""
    if engine == "sqlite":
        yield f"sqlite://{tmp_path}/empty.sqlite3"
        return
    url = templates.server.url(await templates.server.create())
    yield url
    await templates.server.drop(urlsplit(url).path.lstrip("/"))


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Written]:
    """Write migrations such as {"civic/0001_initial": "ops.CreateModel(…)"}; returns their package."""
    package = f"written_{uuid.uuid4().hex[:8]}"
    sys.path.insert(0, str(tmp_path))
    for app in APPS:
        (tmp_path / package / app).mkdir(parents=True)
        (tmp_path / package / app / "__init__.py").touch()
    (tmp_path / package / "__init__.py").touch()

    def write(files: dict[str, str]) -> str:
        for name, body in files.items():
            (tmp_path / package / f"{name}.py").write_text(HEAD + textwrap.dedent(body))
        importlib.invalidate_caches()
        return package

    yield write
    sys.path.remove(str(tmp_path))


HEAD = """
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from civic.database.guards import Guard, append_only
"""
