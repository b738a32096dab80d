"""The animator imports files of every origin; what is wrong is told line by line."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civic.errors import Invalid, TooLarge
from civic.initiatives import topics
from civic.initiatives.importing import ParsedFile, ParsedRow, is_same, parse, same_place_and_name, topics_of
from civic.initiatives.importing.lexicon import CATEGORIES, FAMILIES, LEXICON
from civic.initiatives.importing.matching import Known
from civic.initiatives.importing.parsing import BYTES_MOST, ROWS_MOST
from civic.initiatives.importing.texts import MARKUP, cut, to_line, to_markdown

SAMPLE = Path(__file__).parent / "samples" / "carte.json"


def rows_of(text: str, name: str = "fichier.csv", encoding: str = "utf-8") -> ParsedFile:
    return parse(text.encode(encoding), name)


# Files


def test_a_transiscope_file_is_read_with_its_errors_line_by_line() -> None:
    parsed = parse(SAMPLE.read_bytes(), "carte.json")
    assert (parsed.format, parsed.encoding) == ("json", "utf-8")
    assert [(row.line, row.title) for row in parsed.rows] == [
        (1, "Les Paniers de l'Étang"), (2, "La Bricole"), (4, "Chorale des Deux Rives"),
    ]  # fmt: skip
    assert [(line.line, line.reason) for line in parsed.refused] == [
        (3, "Cette ligne n’a pas de titre."), (5, "Cette ligne n’a pas de titre."),
    ]  # fmt: skip
    baskets, workshop, choir = parsed.rows
    assert baskets == ParsedRow(
        line=1,
        title="Les Paniers de l'Étang",
        external_id="a1B2",
        source_url="https://carte.example.org/annuaire#/fiche/id/a1B2",
        summary="Paniers de légumes bio, chaque jeudi sous la halle.",
        description=(
            "Nous livrons :\n- des **légumes**\n- des œufs\n\n"
            "Voir [nos paniers](https://etang.example.org/paniers).\n\nUne agriculture paysanne."
        ),
        address="3 place de la Halle",
        postcode="01330",
        city="Villars-les-Dombes",
        latitude=45.99,
        longitude=4.98,
        categories=("Écologie, Alimentation, Énergie", "Agriculture et alimentation"),
        website="https://etang.example.org",
    )
    assert (workshop.postcode, workshop.city) == ("01600", "Trévoux")
    assert workshop.website == ""
    assert "adresse de page" in workshop.remarks[0]
    assert (choir.postcode, choir.latitude, choir.longitude) == ("01480", None, None)
    assert choir.summary == "On chante le mardi soir."
    assert "coordonnées" in choir.remarks[0]


@pytest.mark.parametrize("wrap", ["data", "@graph"])
def test_the_same_list_is_found_in_its_envelopes(wrap: str) -> None:
    inner = json.loads(SAMPLE.read_text())
    wrapped = json.dumps({"licence": "https://example.org", wrap: inner}).encode()
    assert parse(wrapped, "carte.json") == parse(SAMPLE.read_bytes(), "carte.json")


def test_gogocarto_json_ld_and_geojson_are_understood() -> None:
    entry = {
        "@id": "https://carte.example.org/api/elements/9x", "@type": "Place", "name": "La Recyclerie",
        "geo": {"@type": "GeoCoordinates", "latitude": "45.94", "longitude": "4.77"},
        "address": {"streetAddress": "1 quai", "postalCode": "01600", "addressLocality": "Trévoux"},
        "categories": ["Recyclage"],
    }  # fmt: skip
    (row,) = parse(json.dumps({"@graph": [entry]}).encode(), "carte.jsonld").rows
    assert (row.title, row.external_id) == ("La Recyclerie", "https://carte.example.org/api/elements/9x")
    assert (row.address, row.postcode, row.city) == ("1 quai", "01600", "Trévoux")
    assert (row.latitude, row.longitude, row.categories) == (45.94, 4.77, ("Recyclage",))

    feature = {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [4.77, 45.94]},
        "properties": {"id": 9, "name": "La Recyclerie", "address": "1 quai, 01600 Trévoux"},
    }  # fmt: skip
    (row,) = parse(
        json.dumps({"type": "FeatureCollection", "features": [feature]}).encode(), "carte.geojson"
    ).rows
    assert (row.title, row.external_id, row.latitude, row.longitude) == ("La Recyclerie", "9", 45.94, 4.77)
    assert (row.postcode, row.city) == ("01600", "Trévoux")


FRENCH = "Nom;Résumé;Code postal;Ville;Latitude;Longitude;Catégories;Site web;Identifiant"
ENGLISH = "Title,Summary,Zip code,City,Lat,Lon,Tags,Website,Id"
LINE = [
    "Le Café d’à côté",
    "Un café, un thé",
    "01600",
    "Trévoux",
    "45,94",
    "4,77",
    "Culture|Solidarité",
    "www.ex.org",
    "x1",
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_spreadsheet_is_read_in_every_encoding_and_with_every_separator(
    encoding: str, separator: str
) -> None:
    text = FRENCH.replace(";", separator) + "\r\n" + separator.join(LINE) + "\r\n"
    parsed = rows_of(text, encoding=encoding)
    assert parsed.encoding == {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    assert parsed.refused == []
    (row,) = parsed.rows
    assert (row.line, row.title, row.summary) == (2, "Le Café d’à côté", "Un café, un thé")
    assert (row.postcode, row.city, row.latitude, row.longitude) == ("01600", "Trévoux", 45.94, 4.77)
    assert (row.categories, row.website, row.external_id) == (
        ("Culture", "Solidarité"),
        "https://www.ex.org",
        "x1",
    )


def test_english_headers_and_commas_are_read_too() -> None:
    text = ENGLISH + '\n"Café, thé",Un lieu,1600,Trévoux,45.94,4.77,Culture,https://ex.org/a,x2\n'
    (row,) = rows_of(text).rows
    assert (row.title, row.postcode, row.latitude, row.website) == (
        "Café, thé",
        "01600",
        45.94,
        "https://ex.org/a",
    )


def test_each_bad_line_is_told_by_its_number_and_the_others_are_kept() -> None:
    text = (
        '\n\ntitre;description\nUn;"deux\nlignes"\n;sans titre\n\nTrois;x\n'
        + f'Gros;"{"a" * 140_000}"\nCinq;y\n'
    )
    parsed = rows_of(text)
    assert [(row.line, row.title) for row in parsed.rows] == [(4, "Un"), (8, "Trois"), (10, "Cinq")]
    assert [line.line for line in parsed.refused] == [6, 9]
    assert parsed.rows[0].description == "deux\nlignes"


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "vide.csv", "vide"),
        (b" \n ", "vide.csv", "vide"),
        (b"adresse;ville\na;b\n", "sans.csv", "titre"),
        (b'[{"title": "x"', "coupe.json", "JSON"),
        (b"[" * 100_000, "profond.json", "JSON"),
        (b'{"nom": "x"}', "objet.json", "liste"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image.csv", "titre"),
    ],
)
def test_a_file_that_is_no_list_of_initiatives_is_refused_with_a_sentence(
    content: bytes, name: str, reason: str
) -> None:
    with pytest.raises(Invalid, match=reason) as refused:
        parse(content, name)
    assert refused.value.field == "file"


def test_sizes_are_bounded_and_what_is_cut_is_said() -> None:
    with pytest.raises(TooLarge):
        parse(b"x" * (BYTES_MOST + 1), "gros.csv")
    parsed = rows_of("titre\n" + "a\n" * (ROWS_MOST + 5))
    assert len(parsed.rows) == ROWS_MOST
    assert len(parsed.refused) == 1
    (row,) = rows_of(f"titre;description\n{'mot ' * 60};{'mot ' * 9000}\n").rows
    assert len(row.title) <= 120
    assert row.title.endswith("mot…")
    assert len(row.description) <= 10_000
    assert len(row.remarks) == 2


@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.json"]))
def test_no_file_at_all_breaks_the_reading(content: bytes, name: str) -> None:
    try:
        parsed = parse(content, name)
    except Invalid:
        return
    assert all(row.title for row in parsed.rows)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["title", "address", "location", "lat", "lon", "categories", "name", "url"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=4))
@settings(max_examples=150)
def test_no_json_list_at_all_breaks_the_reading(entries: list[object]) -> None:
    parsed = parse(json.dumps(entries).encode(), "a.json")
    assert len(parsed.rows) + len(parsed.refused) == len(entries)
    for row in parsed.rows:
        assert (row.latitude is None) == (row.longitude is None)
        topics_of(row)


# Texts

TEXTS = [
    ("<p>Un</p><p>Deux</p>", "Un\n\nDeux"),
    ("<ul><li>Un</li><li>Deux</li></ul>", "- Un\n- Deux"),
    ("Caf&eacute; &amp; th&eacute;", "Café & thé"),
    ("&lt;b&gt;gras&lt;/b&gt;", "**gras**"),
    ("<h2>Titre</h2>suite", "### Titre\n\nsuite"),
    ('<a href="javascript:alert(1)">clic</a>', "clic"),
    ('<a href="https://ex.org/x">clic</a>', "[clic](https://ex.org/x)"),
    ('<img src=x onerror="alert(1)">photo', "photo"),
    ("<style>p{}</style><script>x</script>texte", "texte"),
    ("5 < 6 et 7 > 3", "5 < 6 et 7 > 3"),
    ("ligne une\r\nligne deux", "ligne une\nligne deux"),
    ("• un\n• deux", "- un\n- deux"),
    ("", ""),
]


@pytest.mark.parametrize(("source", "markdown"), TEXTS)
def test_html_becomes_markdown(source: str, markdown: str) -> None:
    assert to_markdown(source) == markdown


@given(st.text(alphabet="<>/ab&lt;gscript!-\"'= \n", max_size=80))
def test_no_tag_ever_comes_through(text: str) -> None:
    assert not MARKUP.search(to_markdown(text))
    assert not MARKUP.search(to_line(text))


@given(st.text(max_size=80), st.integers(5, 40))
def test_a_cut_text_is_never_longer_than_asked(text: str, most: int) -> None:
    assert len(cut(text, most)) <= most


# Topics


def test_every_topic_of_the_mapping_exists_and_has_a_name() -> None:
    mapped = {topic for found in (*CATEGORIES.values(), *FAMILIES.values()) for topic in found} | set(LEXICON)
    assert mapped <= set(topics.TOPICS)
    assert set(LEXICON) == set(topics.TOPICS) - {topics.OTHER}
    assert list(topics.topic_labels()) == list(topics.TOPICS)
    assert topics.topic_label("petite-enfance") == "Petite enfance"
    assert topics.topic_label("inconnu") == "Autre"


CLASSIFIED = [
    ("Atelier", "Réparer ses objets", ("Fabriquer, réparer, zéro déchets",), ["reemploi"]),
    (
        "AMAP du Moulin",
        "",
        ("Écologie, Alimentation, Énergie", "Agriculture et alimentation"),
        ["alimentation"],
    ),
    ("Vélobus", "Aller à l’école à vélo", (), ["mobilite"]),
    ("Crèche parentale", "", (), ["petite-enfance"]),
    ("Toits solaires", "Des panneaux photovoltaïques citoyens", (), ["energie"]),
    ("Fablab", "Logiciels libres et imprimantes", (), ["numerique"]),
    ("Budget participatif", "Un débat citoyen", (), ["citoyennete"]),
    ("Ressourcerie", "", (), ["reemploi"]),
    ("Zzz", "Rien de connu", (), ["autre"]),
    ("Zzz", "", ("Une catégorie inconnue",), ["autre"]),
    ("Zzz", "", ("Épiceries et vrac",), ["alimentation"]),
]


@pytest.mark.parametrize(("title", "summary", "categories", "expected"), CLASSIFIED)
def test_the_topics_come_from_categories_and_words(
    title: str, summary: str, categories: tuple[str, ...], expected: list[str]
) -> None:
    found = topics_of(ParsedRow(1, title, summary=summary, categories=categories))
    assert found[: len(expected)] == expected
    assert len(found) <= 3


def test_few_initiatives_of_the_host_s_own_file_stay_without_topic() -> None:
    named = os.environ.get("CIVIC_IMPORT_SAMPLE", "")
    if not named:
        print("CIVIC_IMPORT_SAMPLE is not set: no real file was read")
        return
    parsed = parse(Path(named).read_bytes(), named)
    first = Counter(topics_of(row)[0] for row in parsed.rows)
    print(f"CIVIC_IMPORT_SAMPLE: {len(parsed.rows)} rows, {len(parsed.refused)} refused, {dict(first)}")
    assert len(parsed.rows) > 0
    assert first[topics.OTHER] <= len(parsed.rows) * 0.05


# The same initiative

HERE = (45.94, 4.77)
NEXT_DOOR = (45.9405, 4.7702)
SAME_TOWN = (45.95, 4.775)
FAR = (46.2, 5.2)

PAIRS = [
    ("Repair Café de Trévoux", HERE, "Repair-café Trévoux", NEXT_DOOR, True),
    ("Is’eau Énergie", HERE, "Is'Eau Energie", NEXT_DOOR, True),
    ("L’Épicerie du Marais", HERE, "Épicerie du marais", SAME_TOWN, True),
    ("Association Les Paniers de l’Étang", HERE, "Paniers de l’Étang (Villars)", SAME_TOWN, True),
    ("La Ferme de Cécile", HERE, "Ferme de Cecil", SAME_TOWN, True),
    ("La Bricole", HERE, "La Bricole", SAME_TOWN, True),
    ("La Bricole", HERE, "La Bricole", FAR, False),
    ("AMAP", HERE, "AMAP", (46.0, 4.77), False),
    ("AMAP", HERE, "AMAP", NEXT_DOOR, True),
    ("La Bricole", HERE, "La Boussole", NEXT_DOOR, False),
    ("Jardin des Étangs", HERE, "Chorale des Étangs", HERE, False),
]


@pytest.mark.parametrize(("one", "here", "other", "there", "same"), PAIRS)
def test_a_renamed_or_moved_initiative_is_recognised_and_a_neighbour_is_not(
    one: str, here: tuple[float, float], other: str, there: tuple[float, float], same: bool
) -> None:
    row = ParsedRow(1, one, latitude=here[0], longitude=here[1])
    known = Known(other, latitude=there[0], longitude=there[1])
    assert same_place_and_name(row, known) is same
    assert same_place_and_name(known, row) is same


def test_the_identifier_of_the_source_decides_before_the_name() -> None:
    row = ParsedRow(1, "Nouveau nom", external_id="a1", latitude=45.0, longitude=4.0)
    assert is_same(row, Known("Ancien nom", latitude=46.0, longitude=5.0, external_id="a1"))
    assert not is_same(row, Known("Ancien nom", latitude=46.0, longitude=5.0, external_id="a2"))
    assert not is_same(ParsedRow(1, "Un"), Known("Deux"))


def test_without_a_point_the_town_must_be_the_same() -> None:
    row = ParsedRow(1, "La Bricole", city="St-Trivier")
    assert same_place_and_name(row, Known("la bricole", city="Saint-Trivier"))
    assert not same_place_and_name(row, Known("La Bricole", city="Trévoux"))
    assert not same_place_and_name(ParsedRow(1, "La Bricole"), Known("La Bricole"))
