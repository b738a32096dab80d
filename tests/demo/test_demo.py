"""The demonstration: loaded once, walked like a visitor, played by whoever wants to look."""

import re
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from app import create_app
from campaigns.payments import gateway
from civic import clock, database, jobs, slots
from civic.people.models import Person
from civic.settings import Settings
from demo import load
from tests.campaigns.sandbox_server import SECRET, running_sandbox
from tests.client import Client

PLAYERS = ("camille", "anne-marie", "gerard", "agathe", "dominique")
DOORS = ("/", "/initiatives", "/annuaire", "/agenda", "/communes", "/communes/01443-villars-les-dombes", "/_demo")
LINK = re.compile(r'href="(/[^"#]*)')
MOST_PAGES = 150
NOT_PAGES = re.compile(r"^/(static|media|paysages|_mail|_stripe)|\.(ics|svg|atom|csv|jsonl?|pdf)\b|[?&](apres|page)=")


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    yield
    clock.travel(timedelta())


@pytest.fixture
async def town(app: ASGIApp, settings: Settings) -> Settings:
    """The demonstration without its campaigns, which take seconds to be paid."""
    settings.environment = "demo"
    settings.campaigns = False
    assert await load.load()
    return settings


@pytest.fixture
async def whole_town(app: ASGIApp, settings: Settings, tmp_path: Path) -> AsyncIterator[Settings]:
    """The demonstration as `civic demo` loads it, paid at a sandbox over HTTP."""
    settings.environment, settings.orias = "demo", "00 000 000"
    (settings.data / "sandbox-webhook-secret").write_text(SECRET)
    async with running_sandbox(tmp_path / "sandbox.sqlite3") as sandbox:
        gateway.answer_at(sandbox.url)
        try:
            assert await load.load()
            yield settings
        finally:
            gateway.answer_at(None)
            await gateway.close()


async def _counts() -> dict[str, int]:
    tables = (
        "person", "organisation", "initiative", "event", "activity", "need", "commune", "campaign", "pledge", "entry",
        "mission", "shift", "signup", "committee", "seat", "decision", "stance", "outbox_message", "job",
    )  # fmt: skip
    counts = {}
    for table in tables:
        counts[table] = (await database.fetch_all(f"SELECT count(*) AS n FROM {table}"))[0]["n"]
    return counts


@pytest.mark.one_engine
async def test_loading_the_demonstration_twice_adds_nothing(whole_town: Settings) -> None:
    before = await _counts()
    assert not await load.load()
    assert await _counts() == before
    assert before["organisation"] == 29
    assert before["initiative"] >= 25
    assert [problem for check in slots.verifications for problem in await check()] == []
    assert await jobs.dead_letters() == []


async def test_the_second_start_finds_what_the_first_has_loaded_and_nothing_half_done(settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.port = free.getsockname()[1]
    settings.environment, settings.campaigns = "demo", False
    settings.database_url = f"sqlite://{settings.data / 'civic.sqlite3'}"
    (settings.data / "civic.chargement").write_text("left by a first start that was stopped")
    assert await load.prepare(settings, create_app(with_worker=False))
    assert [file.name for file in settings.data.glob("civic*")] == ["civic.sqlite3"]
    assert not await load.prepare(settings, create_app(with_worker=False))


@pytest.mark.one_engine
async def test_a_database_that_people_use_already_is_left_alone(app: ASGIApp, settings: Settings) -> None:
    settings.environment = "demo"
    await Person.create(name="Camille", name_folded="camille", created_at=clock.now())
    assert not await load.load()
    assert (await _counts())["organisation"] == 0


async def _states_that_people_meet() -> None:
    found = await database.fetch_all("SELECT status FROM campaign")
    assert {"live", "funded", "failed", "collecting", "shortfall", "submitted"} == {row["status"] for row in found}
    assert await database.fetch_all("SELECT id FROM pledge WHERE status = 'needs_backer'")
    assert await database.fetch_all("SELECT id FROM shift WHERE taken = capacity AND waiting > 0")
    open_ones = await database.fetch_all("SELECT method FROM decision WHERE status = 'open'")
    assert {"consent", "majority", "dots", "ranked", "budget"} == {row["method"] for row in open_ones}
    assert await database.fetch_all("SELECT id FROM decision WHERE outcome <> ''")


@pytest.mark.one_engine
async def test_a_visitor_meets_every_state_and_can_follow_every_link_in_both_languages(whole_town: Settings, client: Client) -> None:
    await _states_that_people_meet()
    waiting, seen = list(DOORS), set(DOORS)
    for address in waiting:
        answer = await client.get(address)
        assert answer.status_code in (200, 303), f"{address} answers {answer.status_code}"
        for link in LINK.findall(answer.text):
            link = link.replace("&amp;", "&")
            if link not in seen and len(seen) < MOST_PAGES and not NOT_PAGES.search(link):
                seen.add(link)
                waiting.append(link)
    assert len(seen) > 60
    for address in DOORS:
        answer = await client.get(address, headers={"cookie": "langue=en"})
        assert answer.status_code == 200


@pytest.mark.one_engine
async def test_one_click_makes_a_visitor_one_of_the_five_and_nobody_else(town: Settings, client: Client) -> None:
    for key in PLAYERS:
        answer = await client.submit(f"/_demo/{key}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/mon-espace")
        assert (await client.get("/mon-espace")).status_code == 200
        assert (await client.get("/pupitre")).status_code == (200 if key in ("agathe", "dominique") else 403)
    assert (await client.submit("/_demo/odile")).status_code == 404


@pytest.mark.one_engine
async def test_the_demonstration_page_exists_nowhere_else(town: Settings, client: Client) -> None:
    before = clock.now()
    assert (await client.get("/_demo")).status_code == 200
    assert (await client.submit("/_demo/demain")).status_code == 303
    assert timedelta(hours=23) < clock.now() - before < timedelta(hours=25)
    town.environment = "production"
    for path in ("/_demo/camille", "/_demo/demain"):
        assert (await client.submit(path)).status_code == 404
    assert (await client.get("/_demo")).status_code == 404


@pytest.mark.one_engine
async def test_nothing_is_asked_of_real_bodies_nor_invented_about_them(town: Settings) -> None:
    real = await database.fetch_all("SELECT id, needs_mask FROM initiative WHERE NOT is_example")
    assert len(real) == 4
    assert not any(row["needs_mask"] for row in real)
    led = await database.fetch_all("SELECT count(*) AS n FROM lead JOIN initiative i ON i.id = initiative_id WHERE NOT i.is_example")
    assert led[0]["n"] == 0
