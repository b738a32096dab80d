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
    answer = await client.get("/communes/suggestions", params={"q": "<b>Atlantide</b>\x00"})
    assert answer.status_code == 200
    assert "<b>Atlantide" not in answer.text
    assert "code postal" in answer.text
    assert (await client.get("/communes/suggestions")).status_code == 200


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
