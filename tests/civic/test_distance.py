"""Distances between places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic.places.distance import Point, box_around, distance_km

TREVOUX = Point(45.9413, 4.7722)
LYON = Point(45.7485, 4.8467)
FRANCE = st.builds(Point, st.floats(41, 51.5), st.floats(-5.5, 9.6))


def test_trevoux_is_some_22_km_from_lyon() -> None:
    assert distance_km(TREVOUX, LYON) == pytest.approx(22.2, abs=0.3)


def test_a_degree_of_latitude_is_111_km() -> None:
    assert distance_km(Point(46, 5), Point(47, 5)) == pytest.approx(111.2, abs=0.1)


@given(FRANCE, FRANCE)
def test_the_way_there_is_as_long_as_the_way_back(one: Point, other: Point) -> None:
    assert distance_km(one, other) == pytest.approx(distance_km(other, one))
    assert distance_km(one, one) == 0


@given(FRANCE, st.floats(0.1, 300), FRANCE)
def test_the_box_holds_the_whole_circle(centre: Point, km: float, place: Point) -> None:
    box = box_around(centre, km)
    inside = box.south <= place.latitude <= box.north and box.west <= place.longitude <= box.east
    away = distance_km(centre, place)
    assert away is not None
    assert inside or away > km - 1e-6
