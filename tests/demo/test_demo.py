"""The demonstration: loaded once, walked like a visitor, played by whoever wants to look."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.types import ASGIApp

from civic import clock, database
from civic.people.models import Person
from civic.settings import Settings
from demo import load
from tests.client import Client

PLAYERS = ("camille", "anne-marie", "gerard", "agathe", "dominique")
DOORS = ("/", "/initiatives", "/annuaire", "/agenda", "/communes", "/communes/01443-villars-les-dombes", "/_demo")
LINK = re.compile(r'href="(/[^"#]*)')
MOST_PAGES = 150
NOT_PAGES = re.compile(r"^/(static|media|paysages|_mail|_stripe)|\.(ics|svg|atom|csv|json|pdf)\b|[?&](apres|page)=")


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    yield
    clock.travel(timedelta())


@pytest.fixture
async def town(app: ASGIApp, settings: Settings) -> Settings:
    """The demonstration, loaded."""
    settings.environment = "demo"
    assert await load.load()
    return settings


async def _counts() -> dict[str, int]:
    tables = ("person", "organisation", "initiative", "event", "activity", "need", "commune", "job")
    counts = {}
    for table in tables:
        counts[table] = (await database.fetch_all(f"SELECT count(*) AS n FROM {table}"))[0]["n"]
    return counts


@pytest.mark.one_engine
async def test_loading_the_demonstration_twice_adds_nothing(town: Settings) -> None:
    before = await _counts()
    assert not await load.load()
    assert await _counts() == before
    assert before["organisation"] == 29
    assert before["initiative"] >= 25


@pytest.mark.one_engine
async def test_a_database_that_people_use_already_is_left_alone(app: ASGIApp, settings: Settings) -> None:
    settings.environment = "demo"
    await Person.create(name="Camille", name_folded="camille", created_at=clock.now())
    assert not await load.load()
    assert (await _counts())["organisation"] == 0


@pytest.mark.one_engine
async def test_a_visitor_can_follow_every_link_in_both_languages(town: Settings, client: Client) -> None:
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
@pytest.mark.parametrize("key", PLAYERS)
async def test_one_click_makes_a_visitor_anybody_of_the_demonstration(key: str, town: Settings, client: Client) -> None:
    answer = await client.submit(f"/_demo/{key}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/mon-espace")
    assert (await client.get("/mon-espace")).status_code == 200
    assert (await client.get("/pupitre")).status_code == (200 if key in ("agathe", "dominique") else 403)


@pytest.mark.one_engine
async def test_nobody_can_be_played_outside_the_demonstration(town: Settings, client: Client) -> None:
    assert (await client.get("/_demo")).status_code == 200
    town.environment = "production"
    for path in ("/_demo/camille", "/_demo/demain"):
        assert (await client.submit(path)).status_code == 404
    assert (await client.get("/_demo")).status_code == 404


@pytest.mark.one_engine
async def test_only_the_five_can_be_played(town: Settings, client: Client) -> None:
    assert (await client.submit("/_demo/camille")).status_code == 303
    assert (await client.submit("/_demo/odile")).status_code == 404


@pytest.mark.one_engine
async def test_a_visitor_lets_a_day_pass(town: Settings, client: Client) -> None:
    before = clock.now()
    assert (await client.submit("/_demo/demain")).status_code == 303
    assert timedelta(hours=23) < clock.now() - before < timedelta(hours=25)


@pytest.mark.one_engine
async def test_everything_invented_is_marked_and_asks_nothing_of_real_bodies(town: Settings) -> None:
    real = await database.fetch_all("SELECT id, needs_mask FROM initiative WHERE NOT is_example")
    assert len(real) == 4
    assert not any(row["needs_mask"] for row in real)
    led = await database.fetch_all("SELECT count(*) AS n FROM lead JOIN initiative i ON i.id = initiative_id WHERE NOT i.is_example")
    assert led[0]["n"] == 0
