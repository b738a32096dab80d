"""Choosing a commune on a page, with and without JavaScript."""

import pytest

from civic import jobs
from civic.places import service
from civic.places.models import Commune
from tests.client import Client


@pytest.fixture
async def communes(app: object) -> None:
    """The communes of the Ain."""
    await service.load(["01"])


async def test_a_resident_without_javascript_sees_a_page_of_choices(communes: None, client: Client) -> None:
    answer = await client.get("/communes/suggestions", params={"q": "trev"})
    assert answer.status_code == 200
    assert "Trévoux" in answer.text
    assert "/communes/01427-trevoux" in answer.text
    assert "01600" in answer.text


async def test_with_javascript_only_the_suggestions_come(communes: None, client: Client) -> None:
    asked = {"hx-request": "true", "hx-target": "div#suggestions"}
    answer = await client.get("/communes/suggestions", params={"q": "villars les"}, headers=asked)
    assert answer.text.strip().startswith('<div id="suggestions"')
    assert "Villars-les-Dombes" in answer.text
    assert "<html" not in answer.text


async def test_nothing_found_says_what_to_try_and_never_repeats_markup(
    communes: None, client: Client
) -> None:
    answer = await client.get("/communes/suggestions", params={"q": "<b>Atlantide</b>"})
    assert answer.status_code == 200
    assert "<b>Atlantide" not in answer.text
    assert "code postal" in answer.text
    assert (await client.get("/communes/suggestions")).status_code == 200


@pytest.mark.one_engine
async def test_a_nul_that_nobody_types_is_left_out(client: Client) -> None:
    assert (await client.get("/communes/suggestions", params={"q": "trev\x00"})).status_code == 200
    assert (await client.get("/communes/suggestions", params={"q": "trev"})).status_code == 200


@pytest.mark.one_engine
async def test_a_name_begun_means_the_commune_of_the_territory(communes: None, client: Client) -> None:
    await service.load(["42", "84"])
    for typed in ("villars", "Villars les"):
        assert "de 15\u00a0km de Villars-les-Dombes" in (await client.get(f"/initiatives?commune={typed}")).text
    assert "de 15\u00a0km de Villars</h2>" in (await client.get("/initiatives?commune=Villars (42390)")).text
    assert "de 15\u00a0km de Saint-Étienne</h2>" in (await client.get("/initiatives?commune=saint-etienne")).text


@pytest.mark.one_engine
async def test_a_postcode_of_several_communes_offers_each_as_a_link(communes: None, client: Client) -> None:
    answer = await client.get("/initiatives?commune=01330&q=four")
    assert answer.status_code == 422
    assert "Précisez avec le code postal" not in answer.text
    assert "Bouligneux (01330)" in answer.text
    assert "/initiatives?q=four&amp;commune=01052-bouligneux" in answer.text
    assert (await client.get("/initiatives?q=four&commune=01052-bouligneux")).status_code == 200


async def test_a_field_learns_the_names_of_the_territory(communes: None, client: Client) -> None:
    answer = await client.get("/communes/noms")
    names = answer.json()
    assert len(names) == 85
    assert "Trévoux (01600)" in names
    assert "max-age" in answer.headers["cache-control"]


async def test_the_rest_of_france_comes_by_a_job(communes: None) -> None:
    assert await Commune.filter(departement="69").count() == 0
    await jobs.enqueue("communes_wanted", key="demo")
    await jobs.run_due()
    assert await Commune.filter(departement="69").count() > 200
