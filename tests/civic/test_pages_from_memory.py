"""Visitors' pages are answered from memory, and never say what is no longer true."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
import time_machine
from starlette.types import ASGIApp
from tortoise.connection import get_connections

from civic import clock, database
from civic.activity.service import record
from civic.database import transaction, version
from civic.initiatives.models import Initiative
from civic.people.models import Person
from civic.web import formats
from tests.client import Client
from tests.engines import Database, query_count
from tests.factories import a_person, an_initiative
from tests.serving import server

PAGES = ("/", "/initiatives", "/initiatives?vue=carte", "/agenda", "/annuaire", "/campagnes", "/missions", "/communes")
NOON = datetime(2026, 6, 3, 10, 0, 0, 300_000, tzinfo=UTC)


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


async def test_a_visitor_who_comes_second_costs_one_tiny_query(client: Client, noon: time_machine.Traveller) -> None:
    initiative = await an_initiative()
    for path in (*PAGES, f"/initiatives/{initiative.slug}"):
        first = await client.get(path)
        with query_count() as queries:
            second = await client.get(path)
        assert first.status_code == 200
        assert second.content == first.content
        assert len(queries) == 1, (path, queries.queries)


async def test_a_page_made_anew_is_the_page_in_memory(app: ASGIApp, client: Client, noon: time_machine.Traveller) -> None:
    """No route kept in memory writes something that serves once, such as the key of a form."""
    initiative = await an_initiative()
    for path in (*PAGES, f"/initiatives/{initiative.slug}"):
        kept = await client.get(path)
        other = await client.get(path, headers={"cookie": "unknown=1"})
        assert "etag" in kept.headers
        assert "etag" not in other.headers
        assert other.content == kept.content, path


async def test_a_single_write_is_seen_by_the_next_visitor(client: Client) -> None:
    initiative = await an_initiative("La Navette")
    address = f"/initiatives/{initiative.slug}"
    for number in range(20):
        await Initiative.filter(id=initiative.id).update(title=f"La Navette {number}")
        for path in (address, "/initiatives", "/"):
            assert f"La Navette {number}" in (await client.get(path)).text
    async with transaction():
        await database.execute("UPDATE initiative SET title = ? WHERE id = ?", ["La Navette, enfin", initiative.id])
        assert "La Navette 19" in (await asyncio.create_task(_outside(client, address)))
    assert "La Navette, enfin" in (await client.get(address)).text


async def _outside(client: Client, path: str) -> str:
    """The page as somebody else sees it, outside the transaction of the test."""
    connections = get_connections()
    name = database.dialect()
    connections.set(name, connections.get(name)._parent)  # type: ignore[attr-defined]
    return (await client.get(path)).text


async def test_a_change_undone_leaves_the_page_as_it_was(client: Client) -> None:
    initiative = await an_initiative("La Navette")
    before = await client.get(f"/initiatives/{initiative.slug}")
    with contextlib.suppress(RuntimeError):
        async with transaction():
            await Initiative.filter(id=initiative.id).update(title="Jamais")
            raise RuntimeError
    assert (await client.get(f"/initiatives/{initiative.slug}")).content == before.content


async def test_who_is_signed_in_gets_her_own_page(
    client: Client, sign_in: Callable[[Person], Awaitable[Client]]
) -> None:
    camille = await a_person()
    visitors = await client.get("/")
    hers = await (await sign_in(camille)).get("/")
    assert "etag" in visitors.headers
    assert "etag" not in hers.headers
    assert ("Mon espace" in hers.text, "Mon espace" in visitors.text) == (True, False)
    assert (await client.get("/")).content == visitors.content


async def test_each_language_look_and_block_has_its_own_page(client: Client) -> None:
    await an_initiative()
    answers = [
        await client.get("/initiatives", headers=headers)
        for headers in (
            {}, {"accept-language": "en"}, {"cookie": "theme=sombre"}, {"cookie": "langue=en"},
            {"hx-request": "true", "hx-target": "div#resultats"},
        )
        for _twice in range(2)
    ]  # fmt: skip
    pages = [answer.text for answer in answers]
    assert pages[0::2] == pages[1::2]
    assert len(set(pages)) == 4  # English by the browser's wish and by the cookie is the same page
    assert 'data-theme="sombre"' in pages[4]


async def test_a_browser_that_has_the_page_is_told_so(client: Client) -> None:
    await an_initiative("La Navette")
    page = await client.get("/initiatives")
    again = await client.get("/initiatives", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await Initiative.all().update(title="La Charrette")
    changed = await client.get("/initiatives", headers={"if-none-match": page.headers["etag"]})
    assert changed.status_code == 200
    assert "La Charrette" in changed.text


async def test_refusals_and_redirects_are_never_kept(client: Client) -> None:
    assert (await client.get("/initiatives/la-navette")).status_code == 404
    await an_initiative("La Navette")
    slug = (await Initiative.get(title="La Navette")).slug
    assert (await client.get(f"/initiatives/{slug}")).status_code == 200
    assert "etag" not in (await client.get("/initiatives/nouvelle")).headers


async def test_many_who_ask_at_once_are_served_by_one_making(client: Client, noon: time_machine.Traveller) -> None:
    await an_initiative()
    with query_count() as alone:
        await client.get("/initiatives?sujet=mobilite")
    await an_initiative("La Charrette")
    with query_count() as together:
        answers = await asyncio.gather(*(client.get("/initiatives?sujet=mobilite") for _ in range(20)))
    assert len({answer.content for answer in answers}) == 1
    assert len(together) <= len(alone) + 19


async def test_a_page_lives_no_longer_than_what_it_says_of_time(
    client: Client, noon: time_machine.Traveller
) -> None:
    initiative = await an_initiative()
    address = f"/initiatives/{initiative.slug}"
    await record("initiative_published", way="voix", initiative_id=initiative.id, title="La Navette", slug=initiative.slug)
    for seconds, words in ((0, "1 seconde"), (1, "1 seconde"), (5, "5 secondes"), (59, "59 secondes"), (60, "1 minute"),
                           (119, "1 minute"), (120, "2 minutes"), (7199, "1 heure"), (7200, "2 heures"),
                           (86_400, "1 jour"), (3 * 86_400 - 1, "2 jours"), (3 * 86_400, "3 jours")):  # fmt: skip
        noon.move_to(NOON + timedelta(seconds=seconds))
        assert f"il y a {words}" in (await client.get(address)).text.replace("\u00a0", " "), seconds


def test_the_words_for_an_age_change_exactly_when_they_are_said_to() -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        for seconds in (1, 59, 61, 3599, 3600, 5000, 90_000, 700_000, 3_000_000, 40_000_000, -1, -61, -4000, -100_000):
            traveller.move_to(NOON)
            value = NOON - timedelta(seconds=seconds)
            with clock.watched(timedelta(days=4000)) as watch:
                said = formats.ago(value)
            traveller.move_to(watch.until - timedelta(microseconds=1))
            assert formats.ago(value) == said
            traveller.move_to(watch.until)
            assert formats.ago(value) != said


def test_today_holds_until_midnight_on_the_territory() -> None:
    for moment, end in (
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        (datetime(2026, 6, 3, 21, 59, tzinfo=UTC), datetime(2026, 6, 3, 22, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 10, 25, 23, 0, tzinfo=UTC)),
    ):
        with time_machine.travel(moment, tick=False), clock.watched(timedelta(days=2)) as watch:
            clock.today()
        assert watch.until == end


async def test_a_deadline_shows_on_the_second(client: Client, noon: time_machine.Traveller) -> None:
    with clock.watched(timedelta(hours=1)) as watch:
        assert not clock.is_over(NOON + timedelta(minutes=3))
    assert watch.until == NOON + timedelta(minutes=3)
    with clock.watched(timedelta(hours=1)) as watch:
        clock.now()
    assert watch.until == NOON.replace(microsecond=0) + timedelta(seconds=1)


async def test_the_version_tells_every_commit_and_nothing_else(database: Database) -> None:
    first = await version()
    assert await version() == first
    initiative = await an_initiative()
    second = await version()
    assert second != first
    await Initiative.get(id=initiative.id)
    assert await version() == second


async def test_what_one_process_writes_the_other_shows_at_once(database: Database, tmp_path: Path) -> None:
    initiative = await an_initiative("La Navette")
    path = f"/initiatives/{initiative.slug}"
    with server(database.url, tmp_path) as one, server(database.url, tmp_path) as other:
        async with httpx2.AsyncClient() as browser:
            for number in range(30):
                await Initiative.filter(id=initiative.id).update(title=f"La Navette {number}")
                pages = await asyncio.gather(*(browser.get(address + path) for address in (one, other) * 4))
                assert {f"La Navette {number}" in page.text for page in pages} == {True}
                assert len({page.headers["etag"] for page in pages if page.url.port == pages[0].url.port}) == 1
            found = await asyncio.gather(*(browser.get(address + "/initiatives") for address in (one, other)))
            assert [f"La Navette {number}" in page.text for page in found] == [True, True]
