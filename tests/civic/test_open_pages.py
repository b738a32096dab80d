"""How public pages are found and shown elsewhere (PRODUCT D4, D9): sitemap, linked data, pictures, feeds, the block."""

from __future__ import annotations

import io
import json
import re
from xml.etree import ElementTree

import pytest
from PIL import Image
from starlette.types import ASGIApp

from civic.api import sitemap
from civic.api.lists import all_kinds
from civic.initiatives.models import Initiative
from civic.organisations.models import Organisation
from civic.people.models import Person
from civic.web import urls
from civic.web.assets import STATIC
from tests.civic.open_world import more_of, one_of_each
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_commune, an_initiative, an_organisation

XML = {"s": sitemap.SCHEMA, "a": "http://www.w3.org/2005/Atom"}
LINKED = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.S)


async def _tree(client: Client, address: str) -> ElementTree.Element:
    answer = await client.get(address)
    assert answer.status_code == 200, address
    return ElementTree.fromstring(answer.content)


async def _locations(client: Client, address: str) -> list[str]:
    return [str(found.text) for found in (await _tree(client, address)).iterfind(".//s:loc", XML)]


async def _pages(client: Client) -> list[str]:
    """Every page that the sitemap tells."""
    return [page for part in await _locations(client, "/sitemap.xml") for page in await _locations(client, part)]


def _links(text: str, kind: str) -> list[str]:
    """The feeds of this type that a page names in its head."""
    return re.findall(rf'<link rel="alternate" type="{re.escape(kind)}" href="([^"]+)"', text)


async def test_a_robot_finds_every_public_page_and_each_opens(app: ASGIApp, client: Client) -> None:
    await one_of_each()
    robots = (await client.get("/robots.txt")).text
    assert "Sitemap: http://testserver/sitemap.xml" in robots
    pages = await _pages(client)
    assert len(pages) == len(set(pages)) >= 20
    for page in pages:
        assert (await client.get(page)).status_code == 200, page
    initiative = await Initiative.all().order_by("id").first()
    assert initiative
    assert urls.absolute("initiatives.show", slug=initiative.slug) in pages
    await Initiative.all().update(published_at=None)
    assert not [page for page in await _pages(client) if "/initiatives/" in page or "/missions/" in page]


async def test_the_sitemap_says_when_a_page_changed(app: ASGIApp, client: Client) -> None:
    initiative = await an_initiative()
    tree = await _tree(client, "/sitemap-initiatives-1.xml")
    assert tree.findtext(".//s:lastmod", namespaces=XML) == initiative.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    for address in ("/sitemap-initiatives-2.xml", "/sitemap-initiatives-0.xml", "/sitemap-personnes-1.xml", "/sitemap-needs-1.xml"):
        assert (await client.get(address)).status_code == 404, address


async def test_a_long_list_is_told_in_parts_each_page_once(
    app: ASGIApp, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "OF_A_PART", 50)
    await an_organisation()
    (organisations,) = [kind for kind in all_kinds() if kind.name == "organisations"]
    await more_of(organisations, 119)
    with query_count() as queries:
        parts = [part for part in await _locations(client, "/sitemap.xml") if "organisations" in part]
    assert len(parts) == 3
    assert len(queries) <= len(all_kinds())
    pages = [page for part in parts for page in await _locations(client, part)]
    assert len(set(pages)) == len(pages) == await Organisation.all().count()


def _data(text: str) -> dict[str, object]:
    (found,) = LINKED.findall(text)
    data: dict[str, object] = json.loads(found)
    assert data["@context"] == "https://schema.org"
    return data


async def test_pages_say_what_they_are_about_to_machines_and_name_nobody(app: ASGIApp, client: Client) -> None:
    await one_of_each()
    names = [person.name for person in await Person.all()] + [str(person.email) for person in await Person.all()]
    types = {"initiatives": "Project", "organisations": "Organization", "events": "Event", "campaigns": "DonateAction"}
    for kind, expected in types.items():
        (first, *_more) = (await client.get(f"/api/v1/{kind}")).json()["data"]
        answer = await client.get(first["url"])
        data = _data(answer.text)
        assert (data["@type"], data["url"]) == (expected, first["url"])
        assert data["name"] in (first.get("title"), first.get("name"))
        said = json.dumps(data, ensure_ascii=False)
        assert not [name for name in [*names, "camille.rey@", "06 12 34"] if name in said], said
        assert "script-src 'self';" in answer.headers["content-security-policy"]


async def test_a_title_cannot_end_the_data_and_begin_a_script(app: ASGIApp, client: Client) -> None:
    evil = '</script><script>alert("x")</script>'
    initiative = await an_initiative("Le fournil")
    await Initiative.filter(id=initiative.id).update(title=evil)
    text = (await client.get(f"/initiatives/{initiative.slug}")).text
    assert _data(text)["name"] == evil
    assert "<script>" not in text


async def test_a_draft_tells_machines_nothing(app: ASGIApp, client: Client, sign_in: object) -> None:
    lead = (await one_of_each())
    await Initiative.all().update(published_at=None)
    initiative = await Initiative.all().order_by("id").first()
    assert initiative
    mine = await Client(app).sign_in(lead)
    answer = await mine.get(f"/initiatives/{initiative.slug}")
    assert answer.status_code == 200
    assert "ld+json" not in answer.text
    assert "og:image" not in answer.text
    assert (await client.get(f"/images/initiatives/{initiative.id}.png")).status_code == 404


async def test_every_public_page_has_a_picture_that_opens(app: ASGIApp, client: Client) -> None:
    await one_of_each()
    for kind in ("initiatives", "organisations", "communes", "events", "missions", "campaigns"):
        (first, *_more) = (await client.get(f"/api/v1/{kind}")).json()["data"]
        page = (await client.get(first["url"])).text
        found = re.search(r'<meta property="og:image" content="([^"]+)"', page)
        assert found, kind
        answer = await client.get(found[1])
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)
        assert len(answer.content) < 120_000
        again = await client.get(found[1], headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    for missing in ("/images/initiatives/999.png", "/images/personnes/1.png", "/images/initiatives/x.png"):
        assert (await client.get(missing)).status_code == 404


async def test_a_changed_title_changes_the_picture(app: ASGIApp, client: Client) -> None:
    initiative = await an_initiative("Le fournil du village, avec un nom si long qu’il lui faut plusieurs lignes")
    before = await client.get(f"/images/initiatives/{initiative.id}.png")
    await Initiative.filter(id=initiative.id).update(title="Le fournil")
    after = await client.get(f"/images/initiatives/{initiative.id}.png", headers={"if-none-match": before.headers["etag"]})
    assert (after.status_code, after.headers["etag"] == before.headers["etag"]) == (200, False)


async def test_a_reader_follows_what_happens_here_or_about_a_topic(app: ASGIApp, client: Client) -> None:
    await one_of_each()
    initiative = await Initiative.filter(title="La Navette des Hameaux").first()
    assert initiative
    organisation = await an_organisation()
    await a_commune("01244", "Meximieux")

    async def titles(query: str) -> list[str]:
        tree = await _tree(client, f"/flux.atom{query}")
        assert tree.findtext("a:updated", namespaces=XML, default="").endswith("Z")
        for entry in tree.iterfind("a:entry", XML):
            link = entry.find("a:link", XML)
            assert link is not None
            assert (await client.get(link.get("href", ""))).status_code == 200
        return [str(found.text) for found in tree.iterfind("a:entry/a:title", XML)]

    everything = await titles("")
    assert any("Rendez-vous" in title for title in everything)
    assert await titles("?commune=01427-trevoux") == await titles("?sujet=mobilite") == everything
    assert await titles("?commune=01244-meximieux") == await titles("?sujet=culture") == []
    assert await titles(f"?organisation={organisation.slug}") == []
    await Initiative.all().update(organisation_id=organisation.id)
    assert await titles(f"?organisation={organisation.slug}") == everything
    assert (await client.get("/flux.atom?sujet=culture&commune=01427-trevoux")).status_code == 400
    assert (await client.get("/flux.atom?commune=99999-nulle-part")).status_code == 404


async def test_pages_name_their_feeds(app: ASGIApp, client: Client) -> None:
    await one_of_each()
    atom, ics = "application/atom+xml", "text/calendar"
    kinds = {"organisations": atom, "communes": atom, "missions": ics, "events": ics, "committees": ics}
    assert _links((await client.get("/")).text, atom) == ["/flux.atom"]
    assert _links((await client.get("/initiatives?sujet=culture")).text, atom) == ["/flux.atom?sujet=culture"]
    for name, kind in kinds.items():
        (first, *_more) = (await client.get(f"/api/v1/{name}")).json()["data"]
        feeds = _links((await client.get(first["url"])).text, kind)
        assert feeds, name
        for feed in feeds:
            assert (await client.get(feed)).headers["content-type"].startswith(kind)


async def test_the_page_of_open_data_leads_to_lists_files_and_feeds(app: ASGIApp, client: Client) -> None:
    await one_of_each()
    text = (await client.get("/donnees-ouvertes")).text
    for kind in all_kinds():
        assert f'href="/api/v1/{kind.name}"' in text
        assert f'href="/api/v1/{kind.name}.csv"' in text
    for part in ("/api/v1/openapi.json", "/flux.atom", "/flux.atom?sujet=culture", "etalab.gouv.fr"):
        assert part in text
    english = await client.get("/donnees-ouvertes", headers={"accept-language": "en"})
    assert "Open data" in english.text
    assert "/donnees-ouvertes" in (await client.get("/plan-du-site")).text




async def test_the_town_hall_frames_a_light_block_that_sets_nothing(app: ASGIApp, client: Client) -> None:
    await one_of_each()
    answer = await client.get("/communes/01427-trevoux/bloc")
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "script" not in policy
    assert "set-cookie" not in answer.headers
    assert "x-frame-options" not in answer.headers
    assert "<script" not in answer.text
    assert "La Navette des Hameaux" in answer.text
    assert "Fête" in answer.text
    assert len(answer.content) + len((STATIC / "embed" / "block.css").read_bytes()) <= 10_240
    for href in re.findall(r'<a[^>]* href="([^"]+)"', answer.text):
        assert href.startswith("http://testserver/")
        assert href.endswith("src=bloc")
        assert (await client.get(href)).status_code == 200
    for other in ("/communes/01427-trevoux", "/communes/01427-trevoux/bloc/code"):
        assert "frame-ancestors 'none'" in (await client.get(other)).headers["content-security-policy"]
    assert not [name for name in [person.name for person in await Person.all()] if name in answer.text]


async def test_the_town_hall_copies_a_code_that_shows_the_block(app: ASGIApp, client: Client) -> None:
    await one_of_each()
    commune = (await client.get("/communes/01427-trevoux")).text
    assert 'href="/communes/01427-trevoux/bloc/code"' in commune
    page = (await client.get("/communes/01427-trevoux/bloc/code")).text
    assert "src=&#34;http://testserver/communes/01427-trevoux/bloc&#34;" in page
    assert (await client.get("/communes/99999-nulle-part/bloc")).status_code == 404
    assert (await client.get("/communes/99999-nulle-part/bloc/code")).status_code == 404


async def test_a_commune_without_life_or_point_has_a_block_too(app: ASGIApp, client: Client) -> None:
    await a_commune("01999", "Le Bout du Monde", latitude=None, longitude=None)
    answer = await client.get("/communes/01999-le-bout-du-monde/bloc")
    assert (answer.status_code, "par ici" in answer.text) == (200, True)
