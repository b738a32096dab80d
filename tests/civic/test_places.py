"""People find communes: by name, by postcode, by distance."""

import asyncio
import time

import pytest

from civic.errors import Invalid, NotFound
from civic.places import files, queries, service, territory
from civic.places.models import Commune, CommunePostcode, CommuneWord
from civic.settings import Settings
from tests.engines import query_count

DEMO = ["01", "69", "71", "38", "39", "42"]


@pytest.fixture
async def communes(database: object, settings: Settings) -> None:
    """The communes around the Ain, and a few from elsewhere whose names they share."""
    await service.load(["01", "69", "93", "974", "71"])


def names(found: list[Commune]) -> list[str]:
    return [commune.label for commune in found]


SUGGESTED = [
    ("Trév", "Trévoux"),
    ("trevoux", "Trévoux"),
    ("TREVOUX", "Trévoux"),
    ("treboux", "Trévoux"),
    ("tervoux", "Trévoux"),
    ("trvou", "Trévoux"),
    ("01600", "Trévoux"),
    ("st didier chala", "Saint-Didier-sur-Chalaronne"),
    ("chalaronne chatillon", "Châtillon-sur-Chalaronne"),
    ("l'abergement c", "L’Abergement-Clémenciat"),
    ("L’Abergement-Clem", "L’Abergement-Clémenciat"),
    ("abergement clemenciat", "L’Abergement-Clémenciat"),
    ("labergement clemenciat", "L’Abergement-Clémenciat"),
    ("villars", "Villars-les-Dombes"),
    ("vilars les domb", "Villars-les-Dombes"),
    ("bourg en bresse", "Bourg-en-Bresse"),
    ("bresse bourg", "Bourg-en-Bresse"),
    ("boug en bresse", "Bourg-en-Bresse"),
    ("meximieu", "Meximieux"),
    ("saint denis 93", "Saint-Denis (93)"),
    ("Saint-Denis (974)", "Saint-Denis (974)"),
    ("montluel 01", "Montluel"),
    ("69001", "Lyon"),
]


async def test_a_resident_finds_her_commune_while_she_types(communes: None) -> None:
    for typed, first in SUGGESTED:
        assert names(await queries.suggest(typed))[:1] == [first], typed


async def test_one_letter_suggests_nothing_and_nonsense_nothing(communes: None) -> None:
    for typed in ("", " ", "t", "0", "xqzxqz", "…"):
        assert await queries.suggest(typed) == []


async def test_the_territory_comes_first_then_what_is_near_then_the_most_populous(communes: None) -> None:
    found = await queries.suggest("saint", limit=60)
    at_home = [territory.is_of_territory(commune) for commune in found]
    assert at_home == sorted(at_home, reverse=True)
    assert at_home[0]
    peoples = [commune.population for commune, home in zip(found, at_home, strict=True) if home]
    assert peoples == sorted(peoples, reverse=True)

    vonnas = await Commune.get(insee="01457")
    assert names(await queries.suggest("saint denis", limit=3)) == [
        "Saint-Denis (974)", "Saint-Denis (93)", "Saint-Denis-lès-Bourg",
    ]  # fmt: skip
    assert names(await queries.suggest("saint denis", near=vonnas, limit=1)) == ["Saint-Denis-lès-Bourg"]


async def test_communes_that_share_a_postcode_are_all_offered(communes: None) -> None:
    assert {commune.insee for commune in await queries.suggest("01600", limit=20)} >= {"01427", "01347"}


async def test_a_suggestion_costs_few_questions(communes: None) -> None:
    for typed, most in (("trevoux", 2), ("treboux", 4), ("xqzxqz", 3), ("01600", 2)):
        with query_count() as asked:
            await queries.suggest(typed)
        assert len(asked) <= most, (typed, asked.queries)


FOUND = [
    ("Trévoux", "01427"),
    ("trevoux (01600)", "01427"),
    ("01600 TREVOUX", "01427"),
    ("Trevoux cedex 01609", "01427"),
    ("01427-trevoux", "01427"),
    ("Lyon", "69123"),
    ("Lyon 69003", "69123"),
    ("Saint-Denis (93)", "93066"),
    ("St Denis 97400", "97411"),
    ("Bourg-en-Bresse", "01053"),
    ("Mionay", "01248"),
    ("villars les dombe", "01443"),
]


async def test_what_a_form_sends_is_the_commune_that_was_meant(communes: None) -> None:
    for sent, insee in FOUND:
        found = await queries.find(sent)
        assert isinstance(found, Commune), (sent, found)
        assert found.insee == insee, sent
        assert (await queries.commune_meant(queries.full_label(found))).insee == insee


async def test_a_shared_name_asks_which_one_and_an_unknown_one_is_refused(communes: None) -> None:
    shared = await queries.find("Saint-Denis")
    assert isinstance(shared, list)
    assert names(shared) == ["Saint-Denis (974)", "Saint-Denis (93)"]
    with pytest.raises(Invalid, match="Saint-Denis \\(93200\\)") as refused:
        await queries.commune_meant("Saint-Denis")
    assert refused.value.field == "commune"
    assert await queries.find("Atlantide") is None
    with pytest.raises(Invalid, match="code postal"):
        await queries.commune_meant("Atlantide")


async def test_a_name_shared_with_elsewhere_means_the_commune_of_the_territory(
    communes: None, settings: Settings
) -> None:
    settings.territory = ["93066"]
    found = await queries.find("Saint-Denis")
    assert isinstance(found, Commune)
    assert found.insee == "93066"


async def test_the_page_of_a_commune_is_found_by_its_code(communes: None) -> None:
    trevoux = await queries.commune_to_show("01427-trevoux")
    assert trevoux.slug == "01427-trevoux"
    assert (await queries.commune_to_show("01427-un-ancien-nom")).insee == "01427"
    for wrong in ("99999-nulle-part", "trevoux", "014270", "", "01427" * 100):
        with pytest.raises(NotFound):
            await queries.commune_to_show(wrong)


async def test_communes_around_are_measured_and_sorted(communes: None) -> None:
    trevoux = await queries.commune_to_show("01427-trevoux")
    nearby = await queries.around(trevoux, 15)
    assert nearby[0].commune == trevoux
    assert nearby[0].km == 0
    assert [one.km for one in nearby] == sorted(one.km for one in nearby)
    assert all(one.km <= 15 for one in nearby)
    codes = {one.commune.insee for one in nearby}
    assert "69123" not in codes
    assert {one.commune.insee for one in await queries.around(trevoux, 25)} > codes
    for commune in await Commune.filter(departement__in=["01", "69"]):
        km = queries.distance_km(trevoux, commune)
        assert (commune.insee in codes) == (km is not None and km <= 15)


async def test_a_commune_without_a_point_is_found_by_name_and_says_why_not_by_distance(
    communes: None,
) -> None:
    found = await queries.find("Saint-Denis (974)")
    assert isinstance(found, Commune)
    if found.has_point:
        found = await Commune.filter(latitude__isnull=True).first()
    assert found is not None
    with pytest.raises(queries.PlaceWithoutPoint, match="position") as refused:
        await queries.around(found, 15)
    assert found.name in refused.value.message


async def test_the_nearest_commune_of_a_point_and_none_at_sea(communes: None) -> None:
    found = await queries.nearest(45.942, 4.773)
    assert found is not None
    assert found.insee == "01427"
    assert await queries.nearest(0.0, -30.0) is None


async def test_the_territory_is_the_one_of_the_settings(communes: None, settings: Settings) -> None:
    dombes = await territory.communes_of_territory()
    assert len(dombes) == 36 + 19 + 15 + 6 + 9
    assert "Trévoux" in names(dombes)
    settings.territory = ["200069193", "01427"]
    assert len(await territory.communes_of_territory()) == 37
    settings.territory = []
    assert await territory.communes_of_territory() == []
    assert names(await queries.suggest("trevoux")) == ["Trévoux"]


async def test_loading_again_changes_nothing_and_a_correction_is_taken_back(communes: None) -> None:
    counts = [await model.all().count() for model in (Commune, CommuneWord, CommunePostcode)]
    assert await service.load(["01", "93"]) == 0
    await Commune.filter(insee="01427").update(name="Trevou", population=1)
    assert await service.load(["01"]) == 1
    trevoux = await Commune.get(insee="01427")
    assert (trevoux.name, trevoux.population > 6000) == ("Trévoux", True)
    assert [await model.all().count() for model in (Commune, CommuneWord, CommunePostcode)] == counts


async def test_all_of_france_is_loaded_in_the_background_while_the_site_answers(
    database: object, settings: Settings
) -> None:
    longest, done = 0.0, asyncio.Event()

    async def watch() -> None:
        nonlocal longest
        while not done.is_set():
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - before)

    watching = asyncio.create_task(watch())
    started = time.perf_counter()
    written = await service.load_rest()
    taken = time.perf_counter() - started
    done.set()
    await watching
    print(f"{written} communes in {taken:.1f} s, longest stall {longest * 1000:.0f} ms")
    assert written == await Commune.all().count() == len(files.read_communes()) == 34969
    assert await Commune.filter(latitude__isnull=True).count() == 223
    started = time.perf_counter()
    for typed, first in SUGGESTED:
        assert first in names(await queries.suggest(typed)), typed
    print(f"{(time.perf_counter() - started) / len(SUGGESTED) * 1000:.1f} ms per suggestion")
