"""Fixtures every test may use: `engine`, `database`, `templates`.

A test that asks for `database` runs twice, on SQLite and on PostgreSQL. `@pytest.mark.one_engine` runs it
once, on an engine chosen by its name, so that half of such tests land on each;
`@pytest.mark.one_engine("sqlite")` chooses.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator

import pytest

from civic.database.config import Engine
from tests.engines import ENGINES, Database, Templates, connected


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "one_engine(name): run on one engine only, alternating by test name")


def _engines_for(metafunc: pytest.Metafunc) -> list[Engine]:
    mark = metafunc.definition.get_closest_marker("one_engine")
    if not mark:
        return list(ENGINES)
    if mark.args:
        return [mark.args[0]]
    return [ENGINES[zlib.crc32(metafunc.definition.nodeid.encode()) % 2]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", _engines_for(metafunc), indirect=True)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    made = Templates(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine:
    chosen: Engine = request.param
    return chosen


@pytest.fixture
async def database(engine: Engine, templates: Templates) -> AsyncIterator[Database]:
    """A fresh migrated database, connected; `database.url` for other processes."""
    fresh = await templates.fresh(engine)
    try:
        async with connected(fresh):
            yield fresh
    finally:
        await templates.drop(fresh)
