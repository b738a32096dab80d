"""The home page and « Mon espace »."""

from collections.abc import Awaitable, Callable

import pytest

from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person, an_initiative

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
