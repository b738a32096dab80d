"""People search with accents or not, with slips, in any order: the same answers on both engines."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic import search
from civic.search import service, words
from civic.search.models import SearchPosting
from civic.search.service import Document
from tests.engines import query_count

INITIATIVES = [
    Document(1, "Repair Café de Trévoux", "On répare ensemble vélos, jouets et appareils, le samedi matin."),
    Document(2, "Jardin partagé des Étangs", "Un potager commun, un compost, des récoltes pour le quartier."),
    Document(3, "Vélobus de la Dombes", "Les enfants vont à l’école à vélo, accompagnés par des bénévoles."),
    Document(4, "L’Atelier du cœur", "Couture et réemploi de textiles au profit des Restos du Cœur."),
    Document(
        5,
        "Épicerie solidaire de Villars",
        "Produits locaux à petits prix, lieu de rencontre, aide alimentaire.",
    ),
    Document(6, "Centrale villageoise Val de Saône", "Des panneaux solaires sur les toits des communes."),
    Document(7, "Habitat participatif Les Hirondelles", "Huit foyers, une maison commune, un jardin."),
    Document(8, "Œuvre collective au lavoir", "Une fresque peinte par les habitants et une artiste."),
    Document(9, "Lombricompost pour tous", "Apprendre à composter dans son appartement avec des vers."),
    Document(10, "Covoiturage du marché", "Trajets partagés vers les marchés de Châtillon-sur-Chalaronne."),
    Document(11, "Ludothèque itinérante", "Des jeux et jouets prêtés dans les villages de St-Trivier."),
    Document(12, "Bateaux de la Saône", "Restauration de barques anciennes, visites et récits de mariniers."),
    Document(
        13, "Café associatif L’Hébergerie", "Concerts, jeux, soupe partagée : un lieu pour se retrouver."
    ),
    Document(
        14,
        "Haies vivantes de la Côtière",
        "Plantation de haies et d’arbres avec les écoles et les agriculteurs.",
    ),
    Document(15, "Soin et bien-être à domicile", "Visites aux personnes âgées isolées de Meximieux."),
]

ANSWERS: list[tuple[str, list[int]]] = [
    ("repair café", [1]),
    ("REPAIR CAFE", [1]),
    ("cafe repair", [1]),
    ("café", [1, 13]),
    ("cafés", [1, 13]),
    ("trevoux", [1]),
    ("Trévoux", [1]),
    ("trevou", [1]),
    ("trebvoux", [1]),
    ("tervoux", [1]),
    ("reparer", [1]),
    ("répare", [1]),
    ("velo", [3, 1]),
    ("vélos", [1, 3]),
    ("velobus", [3]),
    ("vellobus", [3]),
    ("école à vélo", [3]),
    ("ecole", [3, 14]),
    ("cœur", [4]),
    ("coeur", [4]),
    ("coeurs", [4]),
    ("œuvre", [8]),
    ("oeuvre colective", [8]),
    ("jardin", [2, 7]),
    ("jardins partagés", [2]),
    ("jardin partage etang", [2]),
    ("étangs", [2]),
    ("compost", [2, 9]),
    ("lombric", [9]),
    ("bricompost", [9]),
    ("epicerie", [5]),
    ("épiceries solidaires", [5]),
    ("epicrie", [5]),
    ("solaire", [6]),
    ("saint trivier", [11]),
    ("St-Trivier", [11]),
    ("chatillon sur chalaronne", [10]),
    ("jouets", [1, 11]),
    ("bateau", [12]),
    ("bateaux", [12]),
    ("saone", [6, 12]),
    ("hirondelle", [7]),
    ("hébergerie", [13]),
    ("haie", [14]),
    ("le café des habitants", [1, 13, 8]),
    ("bien être", [15]),
    ("jardin vélo", [2, 3, 1, 7]),
    ("marche", [10]),
    ("xylophone", []),
    ("", []),
    ("de la", []),
    ("…!", []),
]


@pytest.fixture
async def indexed(database: object) -> None:
    """The fifteen initiatives, indexed in no particular order."""
    shuffled = random.Random(7).sample(INITIATIVES, len(INITIATIVES))
    await service.index_many("initiative", shuffled[:10])
    for document in shuffled[10:]:
        await search.index("initiative", document.id, document.title, document.text)


async def test_each_query_finds_its_initiatives_in_the_same_order_on_both_engines(indexed: None) -> None:
    assert len(ANSWERS) >= 40
    wrong = {}
    for query, expected in ANSWERS:
        found = [document for document, _score in await search.search("initiative", query)]
        if found != expected:
            wrong[query] = (found, expected)
    assert not wrong


async def test_a_search_keeps_to_its_kind_and_to_the_documents_it_is_given(indexed: None) -> None:
    await search.index("organisation", 1, "Café des cyclistes")
    assert [one for one, _ in await search.search("organisation", "café")] == [1]
    assert [one for one, _ in await search.search("initiative", "café")] == [1, 13]
    assert [one for one, _ in await search.search("initiative", "café", among=[13, 99])] == [13]
    assert [one for one, _ in await search.search("initiative", "café", among=range(13, 5000))] == [13]
    assert await search.search("initiative", "café", among=[]) == []
    assert len(await search.search("initiative", "café", limit=1)) == 1


async def test_a_changed_text_is_found_anew_and_no_longer_by_its_old_words(indexed: None) -> None:
    await search.index("initiative", 1, "Atelier de réparation", "Le samedi.")
    assert [one for one, _ in await search.search("initiative", "repair")] == []
    assert [one for one, _ in await search.search("initiative", "réparation")] == [1]
    await search.remove("initiative", 1)
    await search.remove("initiative", 1)
    assert await search.search("initiative", "réparation") == []
    assert await SearchPosting.filter(kind="initiative", document=1).count() == 0


async def test_a_word_that_nobody_writes_any_more_gives_way_to_the_one_meant(indexed: None) -> None:
    await search.index("initiative", 20, "Trebvoux")
    assert [one for one, _ in await search.search("initiative", "trebvoux")] == [20]
    await search.remove("initiative", 20)
    assert [one for one, _ in await search.search("initiative", "trebvoux")] == [1]


async def test_a_search_asks_the_database_as_often_in_a_village_as_in_a_city(database: object) -> None:
    asked = []
    for size in (20, 400):
        documents = [Document(i, f"Jardin {i}", "café vélo compost " * 3) for i in range(size)]
        await service.index_many("initiative", documents)
        for query in ("jardin velo", "jardn compst", "trouvaille"):
            with query_count() as queries:
                await search.search("initiative", query)
            asked.append(len(queries))
    assert asked[:3] == asked[3:]
    assert max(asked) <= 3


async def test_a_hostile_query_is_only_words(indexed: None) -> None:
    for query in (
        "'; DROP TABLE person; --",
        "%",
        "*",
        '"',
        "?" * 500,
        "a" * 5000,
        "\x00",
        "é " * 3000,
        "1 OR 1=1",
    ):
        await search.search("initiative", query)
    assert [one for one, _ in await search.search("initiative", "café")] == [1, 13]


@given(st.text(max_size=200), st.text(max_size=400))
def test_every_word_of_a_title_counts_more_than_the_same_word_in_a_text(title: str, text: str) -> None:
    weighed = words.weights(title, text)
    for word, weight in words.weights(title, "").items():
        assert weighed[word] >= weight > max(words.weights("", title).get(word, 0), 0) - 1
    assert all(1 <= weight <= 8 and 0 < len(word) <= 40 for word, weight in weighed.items())


@pytest.mark.parametrize(
    ("plural", "stem"),
    [("jardins", "jardin"), ("bateaux", "bateau"), ("jeux", "jeu"), ("cafe", "cafe")],
)
def test_the_plural_means_the_singular(plural: str, stem: str) -> None:
    assert words.stem(plural) == stem
