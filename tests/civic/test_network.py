"""The home page and « Mon espace »."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from civic import clock
from civic.activity.service import record
from civic.events import service as events
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_commune, a_person, an_initiative

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.mark.one_engine
async def test_a_visitor_sees_what_lives_here(client: Client) -> None:
    await an_initiative("La Navette des Hameaux")
    page = await client.get("/?commune=Trévoux")
    assert page.status_code == 200
    assert "Près de Trévoux" in page.text
    assert "La Navette des Hameaux" in page.text
    assert "set-cookie" not in page.headers


@pytest.mark.one_engine
async def test_an_empty_house_says_what_to_do(client: Client) -> None:
    assert "Présentez la première initiative" in (await client.get("/")).text


@pytest.mark.one_engine
async def test_the_home_page_counts_the_same_for_everybody(client: Client, sign_in: SignIn) -> None:
    await an_initiative("La Navette des Hameaux")
    far = await a_commune("01443", "Villars-les-Dombes", latitude=47.5, longitude=5.03)
    await an_initiative("Au loin", commune=far, latitude=47.5, longitude=5.03)
    visitor = (await client.get("/")).text
    assert "2 initiatives." in visitor
    assert "Sans compte" in visitor
    me = await a_person("Jeanne Perrin")
    await Person.filter(id=me.id).update(commune_id="01427")
    member = (await (await sign_in(me)).get("/")).text
    assert "2 initiatives." in member
    assert "Sans compte" not in member


@pytest.mark.one_engine
async def test_gatherings_say_their_town_and_results_come_before_announcements(client: Client) -> None:
    lead = await a_person("Jeanne Perrin")
    initiative = await an_initiative("Le Four de la Halle", lead=lead)
    starts = clock.now() + timedelta(days=3)
    await events.announce(
        "Fournée d’essai", starts, starts + timedelta(hours=2), initiative=initiative, commune=await a_commune(), place="Sous la halle",
    )  # fmt: skip
    await record("stage_changed", way="voix", initiative_id=initiative.id, title="Le Four", slug=initiative.slug, stage="alive")
    await record("stage_changed", way="voix", initiative_id=initiative.id, title="Fini", slug="fini", stage="stopped")
    for number in range(5):
        await record("event_announced", way="temps", title=f"Annonce {number}", slug=f"a{number}")
    page = (await client.get("/")).text
    assert re.search(r"Fournée d’essai</a></h3><p class=\"meta\">[^<]* · Trévoux</p>", page)
    assert page.index("Le Four</a> vit") < page.index("Annonce 4")
    assert "Annonce 0" not in page
    assert "Fini</a>" not in page


@pytest.mark.one_engine
@pytest.mark.parametrize("path", ["/", "/initiatives?q=introuvable", "/plan-du-site", "/accessibilite"])
async def test_presenting_an_initiative_is_one_link_away(client: Client, path: str) -> None:
    await an_initiative("La Navette des Hameaux")
    page = (await client.get(path)).text
    within = page[page.index("<main") : page.index("<footer")] if path != "/accessibilite" else page
    assert 'href="/initiatives/nouvelle"' in within


@pytest.mark.one_engine
async def test_my_space_shows_what_i_run_and_follow(sign_in: SignIn) -> None:
    me = await a_person("Jeanne Perrin")
    mine = await sign_in(me)
    assert "Rien ne presse" in (await mine.get("/mon-espace")).text
    initiative = await an_initiative("Le Four de la Halle", lead=me)
    await mine.submit(f"/initiatives/{initiative.slug}/suivre")
    assert (await mine.get("/mon-espace")).text.count("Le Four de la Halle") == 2


@pytest.mark.one_engine
@pytest.mark.parametrize("path", ["/mentions-legales", "/accessibilite", "/vos-donnees", "/plan-du-site", "/styleguide"])
async def test_every_plain_page_opens_in_both_languages(client: Client, path: str) -> None:
    assert (await client.get(path)).status_code == 200
    english = await client.get(path, headers={"accept-language": "en"})
    assert english.status_code == 200
