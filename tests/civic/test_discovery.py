"""A resident looks for what exists near home."""

import html
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from civic import clock
from civic.initiatives import service
from civic.initiatives.models import Initiative
from civic.needs import service as needs
from civic.needs.models import NeedKind
from civic.organisations.models import OrganisationKind
from civic.organisations.service import register
from civic.people.models import Person
from tests.client import Client
from tests.engines import query_count
from tests.factories import a_commune, a_person

SignIn = Callable[[Person], Awaitable[Client]]


async def _initiative(title: str, commune_insee: str = "01427", **values: object) -> Initiative:
    commune = await a_commune() if commune_insee == "01427" else await a_commune(commune_insee)
    made = await service.propose(title, ["mobilite"], summary=f"{title}, ensemble.", commune=commune, **values)
    await service.publish(made)
    return made


async def _villars() -> None:
    await a_commune("01443", "Villars-les-Dombes", latitude=46.0025, longitude=5.0305, postcodes="01330")


async def test_a_resident_finds_by_word_with_a_slip_and_without_accents(client: Client) -> None:
    await _initiative("La Navette des Hameaux")
    await _initiative("Le cœur du village")
    assert "La Navette des Hameaux" in (await client.get("/initiatives?q=navete")).text
    page = (await client.get("/initiatives?q=coeur")).text
    assert "Le cœur du village" in page
    assert "La Navette des Hameaux" not in page


async def test_near_means_within_the_radius(client: Client) -> None:
    await _villars()
    await _initiative("À Trévoux")
    await _initiative("À Villars", "01443")
    near = (await client.get("/initiatives?commune=Villars-les-Dombes&rayon=10")).text
    assert "À Villars" in near
    assert "À Trévoux" not in near
    wide = (await client.get("/initiatives?commune=Villars-les-Dombes&rayon=30")).text
    assert wide.index("À Villars") < wide.index("À Trévoux")


async def test_facets_narrow_the_list(client: Client) -> None:
    one = await _initiative("Sans voiture", car_free=True)
    await _initiative("Avec voiture")
    await needs.keep(one.id, NeedKind.TIME, "mission:1", title="Tenir la buvette", path="/x", target=3, reached=1)
    for query in ("sans_voiture=1", "facon=temps", "facon=temps&facon=argent"):
        page = (await client.get(f"/initiatives?{query}")).text
        assert "Sans voiture</a>" in page
        assert "Avec voiture</a>" not in page
    assert "Avec voiture</a>" in (await client.get("/initiatives?sujet=mobilite")).text


@pytest.mark.one_engine
async def test_an_unknown_commune_is_said_beside_its_field_and_the_search_stays(client: Client) -> None:
    await _initiative("La Navette des Hameaux")
    answer = await client.get("/initiatives?commune=Zzzz&q=navette")
    assert answer.status_code == 422
    assert "Nous ne trouvons pas cette commune" in answer.text
    assert 'value="navette"' in answer.text


async def test_every_sort_pages_through_everything_once(client: Client) -> None:
    await _villars()
    for number in range(30):
        made = await _initiative(f"Initiative {number:02d}")
        if number % 3 == 0:
            await needs.keep(
                made.id, NeedKind.TIME, f"mission:{made.id}", title="Aider", path="/x", target=3, reached=1,
                ends_at=clock.now() + timedelta(days=number),
            )  # fmt: skip
    for query in ("tri=nouveau", "tri=bientot", "commune=Villars-les-Dombes&rayon=50", "q=initiative"):
        assert len(await _titles(client, f"/initiatives?{query}")) == 30


async def _titles(client: Client, address: str) -> set[str]:
    seen: set[str] = set()
    while address:
        page = (await client.get(address)).text
        titles = re.findall(r">(Initiative \d\d)</a>", page)
        assert not seen & set(titles)
        seen |= set(titles)
        following = re.search(r'href="([^"]*apres=[^"]*)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    return seen


async def test_the_explorer_asks_as_often_for_200_as_for_20(client: Client) -> None:
    for number in range(20):
        await _initiative(f"Initiative {number}")
    with query_count() as few:
        await client.get("/initiatives")
    for number in range(20, 60):
        await _initiative(f"Initiative {number}")
    with query_count() as many:
        await client.get("/initiatives")
    assert len(many) == len(few) <= 4


async def test_a_marker_of_several_opens_all_of_them_and_keeps_the_search(client: Client) -> None:
    await a_commune("01347", "Reyrieux", latitude=45.9400, longitude=4.7730)
    await _villars()
    for title, insee in (("Four un", "01427"), ("Four deux", "01347"), ("Four trois", "01443")):
        await _initiative(title, insee)
    page = (await client.get("/initiatives?vue=carte&q=four")).text
    marker = re.search(r'class="map__marker[^"]*--many" href="([^"]+)"', page)
    assert marker
    listed = (await client.get(html.unescape(marker[1]))).text
    assert "Four un</a>" in listed
    assert "Four deux</a>" in listed
    assert "Four trois</a>" not in listed
    assert "Reyrieux, Trévoux" in listed
    assert 'value="four"' in listed


async def test_the_map_shows_the_same_places_as_the_list(client: Client) -> None:
    await _villars()
    await _initiative("À Trévoux")
    page = (await client.get("/initiatives?vue=carte&commune=Villars-les-Dombes&rayon=30")).text
    assert "map__svg" in page
    assert "Les mêmes lieux en tableau" in page


async def test_a_commune_page_shows_what_lives_around(client: Client) -> None:
    await _initiative("À Trévoux")
    page = await client.get("/communes/01427-trevoux")
    assert page.status_code == 200
    assert "À Trévoux" in page.text
    assert (await client.get("/communes/01427-autrefois")).headers["location"] == "/communes/01427-trevoux"
    assert (await client.get("/communes/99999-nulle-part")).status_code == 404


async def test_a_lead_presents_her_initiative_and_a_stranger_cannot_change_it(sign_in: SignIn) -> None:
    await a_commune()
    lead = await sign_in(await a_person("Jeanne Perrin"))
    fields = {
        "title": "Le Four de la Halle", "summary": "Rallumer le four et cuire ensemble.", "commune": "Trévoux",
        "topics": ["alimentation"], "stage": "launched", "story": "Un **four** <script>x</script>",
    }  # fmt: skip
    short = await lead.submit("/initiatives/nouvelle", {**fields, "title": "Le"})
    assert short.status_code == 422
    assert "Rallumer le four" in short.text
    answer = await lead.submit("/initiatives/nouvelle", fields)
    assert answer.status_code == 303
    page = await lead.get(answer.headers["location"])
    assert "<strong>four</strong>" in page.text
    assert "<script>x" not in page.text
    stranger = await sign_in(await a_person("Autre Personne"))
    address = answer.headers["location"] + "/modifier"
    assert (await lead.get(address)).status_code == 200
    assert (await stranger.get(address)).status_code == 403
    assert (await stranger.submit(address, fields)).status_code == 403


async def test_following_counts_once(sign_in: SignIn) -> None:
    made = await _initiative("La Navette des Hameaux")
    mine = await sign_in(await a_person())
    for _ in range(2):
        await mine.submit(f"/initiatives/{made.slug}/suivre")
    assert (await Initiative.get(id=made.id)).followers_count == 1
    await mine.submit(f"/initiatives/{made.slug}/ne-plus-suivre")
    assert (await Initiative.get(id=made.id)).followers_count == 0


@pytest.mark.one_engine
async def test_the_directory_lists_and_narrows(client: Client) -> None:
    commune = await a_commune()
    one = await register("Les Frimousses", OrganisationKind.ASSOCIATION, commune=commune)
    await register("Mairie de Trévoux", OrganisationKind.COMMUNE, commune=commune)
    page = (await client.get("/annuaire?famille=association")).text
    assert "Les Frimousses" in page
    assert "Mairie de Trévoux" not in page
    assert (await client.get(f"/annuaire/{one.slug}")).status_code == 200
    assert (await client.get("/annuaire/inconnue")).status_code == 404
