"""Fixtures every test may use: `engine`, `database`, `templates`.

A test that asks for `database` runs twice, on SQLite and on PostgreSQL. `@pytest.mark.one_engine` runs it
once, on an engine chosen by its name, so that half of such tests land on each;
`@pytest.mark.one_engine("sqlite")` chooses.
"""

from __future__ import annotations

import gc
import os
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test
from hypothesis import settings as hypothesis_settings
from starlette.types import ASGIApp

from app import create_app
from campaigns.payments import gateway
from civic import clock
from civic.database.config import Engine
from civic.people.models import Person
from civic.settings import Settings, configure
from tests.client import Client
from tests.engines import ENGINES, Database, Templates, connected

LONGEST = ("tests/browser/", "tests/hosting/", "tests/demo/", "tests/races/", "tests/test_permissions.py")

hypothesis_settings.register_profile("civic", deadline=None, max_examples=60)
hypothesis_settings.load_profile("civic")


def pytest_report_header(config: pytest.Config) -> str:
    """Say whether the run reads a real file of initiatives."""
    sample = os.environ.get("CIVIC_IMPORT_SAMPLE", "")
    return "CIVIC_IMPORT_SAMPLE: " + (f"{Path(sample).name} is read" if sample else "not set, no real file is read")


def pytest_configure(config: pytest.Config) -> None:
    # Each test opens the database anew, which made Python look through everything it holds several times a test: half
    # of the suite's processor time. What is dropped without a cycle is still found (and warned of) at once.
    gc.set_threshold(20_000, 10, 10)
    config.addinivalue_line("markers", "one_engine(name): run on one engine only, alternating by test name")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: one begun last keeps one core busy while the other has nothing left to do.

    Within a file one engine after the other: telling the models which one they speak to takes longer than most tests.
    What chance shows (a race, a property) gets no second try (docs/decisions/0031).
    """
    files = {file: place for place, file in enumerate(dict.fromkeys(item.path for item in items))}
    items.sort(key=lambda item: (_rank(item), files[item.path], _engine_of(item)))
    for item in items:
        if "tests/races/" in item.nodeid or is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.flaky(reruns=0))


def _rank(item: pytest.Item) -> int:
    return next((rank for rank, part in enumerate(LONGEST) if part in item.nodeid), len(LONGEST))


def _engine_of(item: pytest.Item) -> str:
    call = getattr(item, "callspec", None)
    return str(call.params.get("engine", "")) if call else ""


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
        await gateway.close()
        await templates.drop(fresh)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Settings of a test installation, with a data folder of its own."""
    made = Settings(environment="test", data=tmp_path, secret_key="t" * 40, base_url="http://testserver", argon2_cheap=True)  # fmt: skip
    configure(made)
    yield made
    configure(None)


@pytest.fixture
async def app(database: Database, settings: Settings) -> ASGIApp:
    """The application on the test's own database; jobs run when the test calls `jobs.run_due()`."""
    settings.database_url = database.url
    return create_app(with_worker=False)


@pytest.fixture
async def client(app: ASGIApp) -> AsyncIterator[Client]:
    """A visitor."""
    async with Client(app) as visitor:
        yield visitor


@pytest.fixture
def sign_in(app: ASGIApp) -> Callable[[Person], Awaitable[Client]]:
    """`await sign_in(person)`: a client that carries this person's session."""

    async def signed_in(person: Person) -> Client:
        return await Client(app).sign_in(person)

    return signed_in

@pytest.fixture
def a_new_hour(the_clock_goes_right_again: None) -> None:
    """It strikes: tries counted per ten minutes, hour or day are counted from nothing, and no count ends meanwhile."""
    present = clock.now()
    clock.travel(present.replace(minute=0, second=1, microsecond=0) + timedelta(hours=1) - present)


@pytest.fixture(autouse=True)
def the_clock_goes_right_again() -> Iterator[None]:
    """Whatever a test did to our clock ends with it: other processes go by the real one."""
    yield
    clock.travel(timedelta())
