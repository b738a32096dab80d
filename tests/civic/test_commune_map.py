import gzip
import json
import math
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from civic.landscapes import MapTexts, Marker, Window, commune_map, outlines_from_geojson
from civic.landscapes.cells import area, cells, natural_cells
from civic.landscapes.frame import Frame
from civic.landscapes.labels import Layout
from civic.landscapes.markers import GAP, gather

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Place:
    insee: str
    name: str
    longitude: float
    latitude: float
    population: int = 900


def county(count: int) -> list[Place]:
    """Communes about 4 km apart, never in straight rows."""
    across = math.ceil(math.sqrt(count))
    return [
        Place(
            f"{1000 + n:05}", f"Commune-sur-Chalaronne {n}",
            4.8 + 0.052 * (n % across) + 0.017 * math.sin(7 * n),
            45.8 + 0.036 * (n // across) + 0.012 * math.cos(5 * n), 300 + 97 * n % 5000,
        )
        for n in range(count)
    ]


def marker(place: Place, count: int = 1, kind: str = "lieu") -> Marker:
    return Marker(
        place.longitude, place.latitude, count, f"{place.name}\u00a0: {count} initiatives",
        f"/communes/{place.insee}", kind,
    )


DOMBES = [
    Place("01427", "Trévoux", 4.7735, 45.9409, 6900),
    Place("01443", "Villars-les-Dombes", 5.0285, 46.0027, 4900),
    Place("01093", "Châtillon-sur-Chalaronne", 4.9563, 46.1197, 4900),
    Place("01074", "Chalamont", 5.1706, 45.9975, 2400),
    Place("01262", "Montluel", 5.0567, 45.8525, 7000),
]


def drawn(svg: Markup) -> ET.Element:
    root = ET.fromstring(svg)
    for element in root.iter():
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
    return root


def links(root: ET.Element) -> list[ET.Element]:
    return list(root.iter(f"{SVG}a"))


def test_a_resident_finds_one_link_for_each_commune_with_initiatives() -> None:
    root = drawn(commune_map(DOMBES, Window.around(DOMBES), [marker(p, 3) for p in DOMBES]))
    assert {a.get("href") for a in links(root)} == {f"/communes/{p.insee}" for p in DOMBES}
    for link in links(root):
        title = link.find(f"{SVG}title")
        assert title is not None
        assert title.text == link.get("aria-label")
        assert link.findtext(f"{SVG}text") == "3"


def test_a_screen_reader_hears_the_name_of_the_map_and_its_links_only() -> None:
    texts = MapTexts(title="Carte de la Dombes")
    root = drawn(commune_map(DOMBES, Window.around(DOMBES), [marker(DOMBES[0])], name="dombes", texts=texts))
    assert root.get("role") == "group"
    title = root.find(f"{SVG}title")
    assert title is not None
    assert (title.get("id"), title.text) == (root.get("aria-labelledby"), "Carte de la Dombes")
    (background,) = root.findall(f"{SVG}g")
    assert background.get("aria-hidden") == "true"
    assert not list(background.iter(f"{SVG}a"))


def test_markers_that_would_cover_each_other_become_one_that_leads_to_all_of_them() -> None:
    near = [Place("01001", "Beynost", 5.0, 46.0), Place("01002", "Miribel", 5.004, 46.001)]
    everyone = [*DOMBES, *near]
    svg = commune_map(
        everyone, Window.around(everyone), [marker(near[0], 2), marker(near[1], 5)],
        several=lambda markers: "/explorer?" + "+".join(marker.href for marker in markers),
    )
    (link,) = links(drawn(svg))
    assert link.findtext(f"{SVG}text") == "7"
    assert link.get("aria-label", "").startswith("7 en tout\u00a0: Miribel\u00a0: 5 initiatives, Beynost")
    assert link.get("href") == "/explorer?/communes/01002+/communes/01001"


def test_markers_of_one_place_that_share_an_address_keep_it() -> None:
    twice = [marker(DOMBES[0], 1, "temps"), marker(DOMBES[0], 2, "argent")]
    (link,) = links(drawn(commune_map(DOMBES, Window.around(DOMBES), twice, several=lambda _: "/trop-pres")))
    assert link.get("href") == "/communes/01427"
    assert "map__marker--lieu" in link.get("class", "")


def test_a_visible_number_is_always_in_the_name_of_its_link() -> None:
    bare = Marker(5.0285, 46.0027, 12, "Villars-les-Dombes", "/communes/01443")
    (link,) = links(drawn(commune_map(DOMBES, Window.around(DOMBES), [bare])))
    assert link.get("aria-label") == "Villars-les-Dombes\u00a0: 12"


def test_many_places_in_one_marker_are_named_three_at_a_time() -> None:
    crowd = [Place(f"0100{n}", f"Hameau {n}", 5.0 + n / 1000, 46.0) for n in range(6)]
    svg = commune_map(DOMBES, Window.around(DOMBES), [marker(p) for p in crowd])
    (link,) = links(drawn(svg))
    assert link.get("aria-label", "").endswith("et 3 autres lieux")


def test_no_two_markers_cover_each_other() -> None:
    places = county(300)
    found = gather([marker(p) for p in places], Frame.of(Window.around(places)))
    assert sum(g.count for g in found) == 300
    for i, one in enumerate(found):
        assert all(math.dist((one.x, one.y), (g.x, g.y)) >= GAP for g in found[i + 1 :])


def test_a_map_refuses_more_markers_than_anyone_can_read() -> None:
    place = DOMBES[0]
    assert commune_map(DOMBES, Window.around(DOMBES), [marker(place)] * 500)
    with pytest.raises(ValueError, match="500"):
        commune_map(DOMBES, Window.around(DOMBES), [marker(place)] * 501)


def test_a_hostile_name_is_only_a_name() -> None:
    bad = '</title><script>alert("1")</script>\' onload=x'
    places = [Place("01999", bad, 5.0, 46.0, 90000), *DOMBES]
    spot = Marker(5.0, 46.0, 1, bad, '/x" onclick="y', 'lieu" onclick="z')
    texts = MapTexts(title=bad, scale=bad)
    svg = commune_map(places, Window.around(places), [spot], texts=texts, name='a" onclick="b')
    assert "<script" not in svg
    assert bad in [t.text for t in drawn(svg).iter(f"{SVG}text")]


def test_the_commune_of_the_reader_stands_out_with_her_circle() -> None:
    window = Window.around([Place("01427", "Trévoux", 4.7735, 45.9409)], 20)
    root = drawn(commune_map(DOMBES, window, highlighted="01427", radius_km=15))
    (circle,) = root.iter(f"{SVG}circle")
    frame = Frame.of(window)
    assert abs(float(circle.get("r", 0)) - 15 * frame.unit) <= 1
    assert [p for p in root.iter(f"{SVG}path") if "map__cell--here" in p.get("class", "")]
    assert "Trévoux" in [t.text for t in root.iter(f"{SVG}text")]
    assert not list(drawn(commune_map(DOMBES, window)).iter(f"{SVG}circle"))


def test_neighbouring_territories_have_different_tints() -> None:
    places = county(60)
    groups = {p.insee: "ouest" if p.longitude < 5 else "est" for p in places[:50]}
    root = drawn(commune_map(places, Window.around(places), groups=groups))
    classes = [p.get("class", "") for p in root.iter(f"{SVG}path")]
    tints = {words.split("--")[-1] for words in classes if "map__cell" in words}
    assert tints == {"1", "2", "out"}


def test_a_big_map_stays_light_and_short() -> None:
    places = county(120)
    svg = commune_map(places, Window.around(places), [marker(p, 2) for p in places[::2]])
    assert len(gzip.compress(svg.encode())) <= 14 * 1024
    assert len(list(drawn(svg).iter())) <= 350


def test_the_work_of_a_big_map_grows_with_its_communes_only() -> None:
    def work(count: int) -> int:
        frame = Frame.of(Window.around(county(count)))
        points = tuple(frame.point(p.longitude, p.latitude) for p in county(count))
        calls: Counter[str] = Counter()

        def count_call(frame: FrameType, event: str, _: Any) -> None:
            calls[frame.f_code.co_name] += event == "call"

        sys.setprofile(count_call)
        try:
            cells(points, 640.0, 900.0)
        finally:
            sys.setprofile(None)
        return calls["closer_part"]

    assert work(75) <= 75 * 40
    assert work(300) <= 300 * 40


def test_the_same_territory_is_cut_only_once() -> None:
    places = county(40)
    commune_map(places, Window.around(places), [marker(places[0])])
    before = natural_cells.cache_info().misses
    commune_map(places, Window.around(places), [marker(places[1])])
    assert natural_cells.cache_info().misses == before


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 640), st.integers(0, 500)).map(lambda p: (float(p[0]), float(p[1]))),
        min_size=1, max_size=60, unique=True,
    )
)
def test_cells_share_the_land_without_gap_or_overlap(points: list[tuple[float, float]]) -> None:
    rings = cells(tuple(points), 640.0, 500.0)
    assert len(rings) == len(points)
    assert sum(area(ring) for ring in rings) == pytest.approx(640 * 500, rel=1e-6)


def test_two_communes_on_the_same_spot_do_not_break_the_map() -> None:
    twins = [*DOMBES, Place("01998", "Jumelle", 4.7735, 45.9409)]
    assert drawn(commune_map(twins, Window.around(twins), [marker(twins[-1])])) is not None
    assert drawn(commune_map(twins[:1], Window.around(twins[:1]))) is not None
    assert drawn(commune_map([], Window.around(DOMBES))) is not None


def test_a_window_without_land_is_refused() -> None:
    with pytest.raises(ValueError, match="commune"):
        Window.around([])
    with pytest.raises(ValueError, match="west to east"):
        commune_map(DOMBES, Window(5, 46, 5, 46))


def test_the_scale_tells_the_truth_in_km() -> None:
    frame = Frame.of(Window.around([Place("01000", "Ailleurs", 5.0, 46.0)], 15))
    (x1, y1), (x2, y2) = frame.point(5.0, 46.0), frame.point(5.0, 46.0 + 10 / 111.32)
    assert math.dist((x1, y1), (x2, y2)) == pytest.approx(10 * frame.unit)
    km, length = frame.ruler()
    assert length == km * frame.unit <= frame.width / 4
    assert frame.degrees(x1, y1) == pytest.approx((5.0, 46.0))


def test_two_names_never_cover_each_other() -> None:
    layout = Layout(400, 300)
    first = layout.place("Châtillon", 200, 150, 5, phones=True)
    assert first is not None
    assert not first.minor
    others = [layout.place("Châtillon", 200, 150, 5, phones=False) for _ in range(5)]
    assert None in others
    seen = {(one.x, one.y) for one in [first, *others] if one}
    assert len(seen) == 1 + sum(one is not None for one in others)


def geojson(tmp_path: Path, *features: dict[str, Any]) -> Path:
    file = tmp_path / "communes.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return file


def test_an_operator_may_bring_the_real_outlines(tmp_path: Path) -> None:
    square = [[4.7, 45.9], [4.85, 45.9], [4.85, 45.98], [4.775, 45.9801], [4.7, 45.98], [4.7, 45.9]]
    file = geojson(
        tmp_path,
        {"properties": {"code": "01427"}, "geometry": {"type": "Polygon", "coordinates": [square]}},
        {"properties": {"insee": "01443"}, "geometry": {"type": "MultiPolygon", "coordinates": [[square]]}},
        {"properties": {}, "geometry": None},
    )
    outlines = outlines_from_geojson(file)
    assert set(outlines) == {"01427", "01443"}
    assert len(outlines["01427"][0]) == 5
    window = Window.around(DOMBES)
    assert commune_map(DOMBES, window, outlines=outlines) != commune_map(DOMBES, window)


def test_a_file_without_communes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no commune"):
        outlines_from_geojson(geojson(tmp_path))
    other = tmp_path / "autre.json"
    other.write_text("[]", encoding="utf-8")
    with pytest.raises(ValueError, match="FeatureCollection"):
        outlines_from_geojson(other)
