"""What other programs read (PRODUCT D9): lists, one thing, files and feeds; nobody is named, nothing is written."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from starlette.types import ASGIApp

from civic import clock, database
from civic.api.answers import PER_MINUTE
from civic.api.asking import Asked
from civic.api.lists import all_kinds
from civic.initiatives.models import Initiative
from civic.people.models import Person
from civic.web.plain import without_addresses
from tests.civic.open_world import REACH, more_of, one_of_each
from tests.client import Client
from tests.engines import Database, query_count
from tests.factories import a_commune, an_initiative, an_organisation

KINDS = {
    "initiatives", "organisations", "communes", "needs", "events", "missions", "shifts", "campaigns", "committees",
    "decisions", "meetings", "commitments",
}  # fmt: skip


async def _read(client: Client, path: str, **headers: str) -> Any:
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _detail(answer: httpx2.Response) -> str:
    """The sentence of a refusal, which has the form that programs expect."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    body = answer.json()
    assert (body["status"], set(body)) == (answer.status_code, {"type", "title", "status", "detail"})
    return str(body["detail"])


async def test_a_reader_finds_every_list_and_each_thing_of_it(app: ASGIApp, client: Client) -> None:
    await one_of_each()
    door = await _read(client, "/api/v1/")
    assert {one["name"] for one in door["lists"]} == KINDS
    for one in door["lists"]:
        found = await _read(client, one["url"])
        assert found["data"], one["name"]
        assert found["licence"]["name"].startswith("Licence Ouverte")
        for row in found["data"]:
            assert (await _read(client, row["api_url"]))["data"] == row
            assert (await client.get(row["url"])).status_code == 200, row["url"]


async def test_the_fields_say_what_the_page_says(app: ASGIApp, client: Client) -> None:
    await one_of_each()
    (campaign,) = (await _read(client, "/api/v1/campaigns"))["data"]
    assert campaign["total"] == {"cents": 3000, "currency": "EUR"}
    assert campaign["deadline"].endswith("Z")
    (decision,) = (await _read(client, "/api/v1/decisions"))["data"]
    assert decision["counts"]["agree"] == 1
    (meeting,) = (await _read(client, "/api/v1/meetings"))["data"]
    assert len(meeting["agenda"]) == 1
    (shift,) = (await _read(client, "/api/v1/shifts"))["data"]
    assert (shift["places"], shift["free"]) == (8, 7)


async def test_a_draft_is_in_no_list_and_has_no_address(app: ASGIApp, client: Client) -> None:
    await one_of_each()
    shown = (await _read(client, "/api/v1/initiatives"))["data"]
    await Initiative.all().update(published_at=None)
    for kind in KINDS - {"organisations", "communes"}:
        assert (await _read(client, f"/api/v1/{kind}"))["data"] == [], kind
    assert (await client.get(shown[0]["api_url"])).status_code == 404
    feed = await client.get("/flux.atom")
    assert "<entry>" not in feed.text


async def test_nobody_is_named_anywhere(app: ASGIApp, client: Client) -> None:
    await one_of_each()
    await an_organisation("Jean", summary="Tél. : +33 (0)6 12 34 56 78, 0033612345678, jean+asso@un.exemple.fr")
    people = await Person.all()
    secrets = {person.name for person in people} | {person.short_name for person in people}
    secrets |= {str(person.email) for person in people if person.email}
    secrets |= {"camille.rey@", "06 12 34", "0612345678", "612345678", "@exemple.fr", "04 74 00 11 22", "jean+asso"}
    assert len(people) >= 4
    addresses = ["/api/v1/", "/flux.atom"]
    for kind in KINDS:
        rows = (await _read(client, f"/api/v1/{kind}"))["data"]
        assert rows, kind
        addresses += [f"/api/v1/{kind}", f"/api/v1/{kind}.csv", *(row["api_url"] for row in rows)]
    for address in addresses:
        said = (await client.get(address)).text
        assert [secret for secret in secrets if secret in said] == [], address
    assert "[…]" in (await client.get("/api/v1/initiatives")).text


@pytest.mark.parametrize("text", ["du 01 au 12 12 2026", "12 000 34 56 78 habitants", "La salle 0612", "a @ b", "1 250,50 €"])
def test_what_only_looks_like_a_number_stays(text: str) -> None:
    assert without_addresses(text) == text
    assert "@" not in without_addresses(REACH)


async def test_following_next_gives_each_thing_once_while_others_change(app: ASGIApp, client: Client) -> None:
    for number in range(7):
        await an_initiative(f"Initiative {number}")
    address, seen = "/api/v1/initiatives?limit=3", []
    while address:
        answer = await client.get(address)
        body = answer.json()
        seen += [row["title"] for row in body["data"]]
        address = body["links"]["next"]
        assert answer.headers.get("link", "") == (f'<{address}>; rel="next"' if address else "")
        await Initiative.filter(title="Initiative 0").update(updated_at=clock.now())
        await an_initiative("Venue pendant la lecture") if len(seen) == 3 else None
    assert seen == [*(f"Initiative {number}" for number in range(7)), "Venue pendant la lecture"]


async def test_filters_narrow_a_list(app: ASGIApp, client: Client) -> None:
    here, there = await an_initiative("Ici"), await an_initiative("Là-bas", topics=("culture",))
    await Initiative.filter(id=there.id).update(commune_id=(await a_commune("01244", "Meximieux")).insee)
    old = datetime(2026, 1, 1, tzinfo=UTC)
    await Initiative.filter(id=here.id).update(updated_at=old)

    async def titles(**query: str) -> list[str]:
        answer = await client.get("/api/v1/initiatives", params=query)
        return [row["title"] for row in answer.json()["data"]]

    assert await titles(commune="01427") == ["Ici"]
    assert await titles(topic="culture") == ["Là-bas"]
    assert await titles(updated_since=(old + timedelta(seconds=1)).isoformat()) == ["Là-bas"]
    assert await titles(updated_since="2026-01-01T01:00:00+01:00") == ["Ici", "Là-bas"]
    assert await titles(commune="01427", topic="culture") == []
    communes = (await _read(client, "/api/v1/communes"))["data"]
    assert [one["name"] for one in communes] == ["Meximieux", "Trévoux"]


@pytest.mark.parametrize(
    ("address", "status", "part"),
    [
        ("/api/v1/initiatives?limit=101", 400, "de 1 à 100"),
        ("/api/v1/initiatives?limit=0", 400, "de 1 à 100"),
        ("/api/v1/initiatives?after=x", 400, "suivez le lien"),
        ("/api/v1/initiatives?commune=Trévoux", 400, "code INSEE"),
        ("/api/v1/initiatives?topic=guerre", 400, "alimentation"),
        ("/api/v1/initiatives?updated_since=hier", 400, "2026-11-01"),
        ("/api/v1/initiatives?updated_since=2026-11-01", 400, "2026-11-01"),
        ("/api/v1/initiatives?color=red", 400, "n’est pas un filtre"),
        ("/api/v1/initiatives?limit=2&limit=3", 400, "une seule fois"),
        ("/api/v1/events?updated_since=2026-11-01T00:00:00Z", 400, "n’est pas un filtre"),
        ("/api/v1/initiatives/1?limit=2", 400, "aucun filtre"),
        ("/api/v1/initiatives.csv?limit=2", 400, "n’est pas un filtre"),
        ("/api/v1/initiatives/999", 404, "sous ce numéro"),
        ("/api/v1/initiatives/x", 404, "sous ce numéro"),
        ("/api/v1/personnes", 404, "pas de liste"),
        ("/api/v1/personnes.csv", 404, "pas de liste"),
        ("/api/v2/initiatives", 404, "/api/v1/"),
        ("/flux.atom?sujet=guerre", 400, ""),
    ],
)
async def test_a_refusal_says_why(app: ASGIApp, client: Client, address: str, status: int, part: str) -> None:
    answer = await client.get(address)
    assert answer.status_code == status
    if address.startswith("/api/"):
        assert part in _detail(answer)


async def test_only_reading_is_offered_and_to_every_site(app: ASGIApp, client: Client) -> None:
    await an_initiative()
    elsewhere = {"origin": "https://mairie.exemple.fr"}
    answer = await client.get("/api/v1/initiatives", headers=elsewhere)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in answer.headers
    asked = await client.options("/api/v1/initiatives", headers=elsewhere | {"access-control-request-method": "GET"})
    assert (asked.status_code, asked.headers["access-control-allow-methods"]) == (204, "GET, HEAD, OPTIONS")
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        refused = await client.request(method, "/api/v1/initiatives")
        assert (refused.status_code, "GET" in refused.headers["allow"]) == (405, True)
        assert "se lisent seulement" in _detail(refused)
    assert (await client.post("/api/v1/initiatives", headers=elsewhere)).status_code == 403
    head = await client.head("/api/v1/initiatives")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == answer.headers["etag"]
    assert int(head.headers["content-length"]) == len(answer.content)


async def test_other_pages_of_the_house_are_not_open_to_other_sites(app: ASGIApp, client: Client) -> None:
    answer = await client.get("/initiatives", headers={"origin": "https://mairie.exemple.fr"})
    assert "access-control-allow-origin" not in answer.headers
    assert (await client.get("/rien")).headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("", 200), ("*/*", 200), ("application/*;q=0.1", 200), ("text/html, application/json;q=0.5", 200),
        ("text/html", 406), ("text/csv", 406), ("application/json;q=0, */*", 406), ("application/json;q=0.0", 406),
    ],
)  # fmt: skip
async def test_the_format_that_is_asked_for_is_answered_or_refused(
    app: ASGIApp, client: Client, accept: str, status: int
) -> None:
    answer = await client.get("/api/v1/initiatives", headers={"accept": accept})
    assert answer.status_code == status
    if status == 406:
        assert "application/json" in _detail(answer)


async def test_who_has_this_very_answer_gets_nothing_again(app: ASGIApp, client: Client) -> None:
    initiative = await an_initiative()
    for address in ("/api/v1/initiatives", f"/api/v1/initiatives/{initiative.id}", "/api/v1/openapi.json", "/flux.atom"):
        first = await client.get(address)
        mark = first.headers["etag"]
        again = await client.get(address, headers={"if-none-match": f'"other", {mark}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", mark)
        assert "max-age" in again.headers["cache-control"]
    first = await client.get("/api/v1/initiatives")
    assert first.headers["last-modified"].endswith("GMT")
    await Initiative.filter(id=initiative.id).update(needs_mask=4)  # a counter: `updated_at` stays as it was
    changed = await client.get("/api/v1/initiatives", headers={"if-none-match": first.headers["etag"]})
    assert (changed.status_code, changed.json()["data"][0]["needs"]) == (200, ["argent"])


async def test_who_asks_too_often_is_told_when_to_come_back(app: ASGIApp, client: Client, a_new_hour: None) -> None:
    for _ in range(PER_MINUTE // 20):
        assert (await client.get("/api/v1/initiatives.csv")).status_code == 200
    refused = await client.get("/api/v1/initiatives")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert "600" in _detail(refused)
    clock.travel(timedelta(minutes=1) + clock._shift)
    assert (await client.get("/api/v1/initiatives")).status_code == 200


async def test_a_page_costs_the_same_among_five_and_five_hundred(app: ASGIApp, client: Client) -> None:
    await one_of_each()
    spent: dict[str, list[int]] = {}
    for more in (4, 495):
        for kind in all_kinds():
            await more_of(kind, more)
        for kind in all_kinds():
            with query_count() as queries:
                body = await _read(client, f"/api/v1/{kind.name}?limit=100")
            assert len(body["data"]) == (100 if more > 100 else len(body["data"])), kind.name
            spent.setdefault(kind.name, []).append(len(queries))
    assert {name: few for name, (few, many) in spent.items() if few != many or few > 2} == {}


async def test_every_order_is_an_index(app: ASGIApp, database: Database) -> None:
    await one_of_each()
    assert len(all_kinds()) == len(KINDS)
    for kind in all_kinds():
        await more_of(kind, 30)
        for asked in (Asked(), Asked(after="01000" if kind.key == "insee" else 3)):
            sql = asked.narrowed(kind).limit(50).sql(params_inline=True)
            plan = await _plan(database.engine, sql)
            assert not [line for line in plan if "TEMP B-TREE FOR ORDER" in line or "Sort Key" in line], (kind.name, plan)


async def _plan(engine: str, sql: str) -> list[str]:
    if engine == "sqlite":
        return [str(row["detail"]) for row in await database.fetch_all(f"EXPLAIN QUERY PLAN {sql}")]
    async with database.transaction():
        for way in ("seqscan", "sort", "hashjoin", "bitmapscan"):
            await database.execute(f"SET LOCAL enable_{way} = off")
        return [str(row["QUERY PLAN"]) for row in await database.fetch_all(f"EXPLAIN {sql}")]


async def test_a_whole_list_opens_in_a_french_spreadsheet(app: ASGIApp, client: Client) -> None:
    await one_of_each()
    await an_organisation('=HYPERLINK("http://mal.exemple")', summary="Une ligne ; deux\ntrois")
    answer = await client.get("/api/v1/organisations.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    names = [row["name"] for row in rows]
    assert any(name.startswith("'=HYPERLINK") for name in names)
    assert rows[-1]["summary"] == "Une ligne ; deux\ntrois"
    (campaign,) = csv.DictReader(
        io.StringIO((await client.get("/api/v1/campaigns.csv")).content.decode("utf-8-sig")), delimiter=";"
    )
    assert (campaign["total_eur"], campaign["commune_insee"]) == ("30,00", "01427")


async def test_a_sheet_holds_what_the_list_holds_to_the_last(app: ASGIApp, client: Client) -> None:
    await an_organisation()
    (organisations,) = [kind for kind in all_kinds() if kind.name == "organisations"]
    await more_of(organisations, 1203)
    answer = await client.get("/api/v1/organisations.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len({row["id"] for row in rows}) == len(rows) == 1204


async def test_the_document_is_made_of_what_is_answered(app: ASGIApp, client: Client) -> None:
    document = await _read(client, "/api/v1/openapi.json")
    assert document["openapi"] == "3.1.0"
    assert {f"/api/v1/{kind}" for kind in KINDS} <= set(document["paths"])
    for kind in all_kinds():
        schema = document["components"]["schemas"][kind.item.__name__]
        assert set(schema["properties"]) == set(kind.item.model_fields) == set(schema["required"])
    assert '"email"' not in json.dumps(document)
