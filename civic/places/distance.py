"""Distances on the ground, in kilometres. Pure functions on degrees (WGS 84)."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Protocol

EARTH_KM = 6371.0088
KM_PER_DEGREE = 111.195


class Place(Protocol):
    """Anything with a point: a commune, an initiative, a centre chosen on the map."""

    @property
    def latitude(self) -> float | None: ...

    @property
    def longitude(self) -> float | None: ...


@dataclass(slots=True, frozen=True)
class Point:
    """A point in degrees."""

    latitude: float
    longitude: float


@dataclass(slots=True, frozen=True)
class Box:
    """The rectangle around a circle, to ask the database before measuring."""

    south: float
    north: float
    west: float
    east: float


def point_of(place: Place) -> Point | None:
    """The place's point, or None if it is unknown."""
    if place.latitude is None or place.longitude is None:
        return None
    return Point(place.latitude, place.longitude)


def distance_km(one: Place, other: Place) -> float | None:
    """Kilometres as the crow flies (haversine), or None if one of the points is unknown."""
    here, there = point_of(one), point_of(other)
    if here is None or there is None:
        return None
    south, north = radians(here.latitude), radians(there.latitude)
    across = sin((north - south) / 2) ** 2
    along = cos(south) * cos(north) * sin(radians(there.longitude - here.longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(across + along)))


def box_around(centre: Point, km: float) -> Box:
    """The smallest rectangle of degrees that holds every point within `km` of the centre (away from the
    poles).
    """
    high = km / KM_PER_DEGREE + 1e-9
    wide = high / max(0.01, cos(radians(min(89.0, abs(centre.latitude) + high))))
    return Box(
        centre.latitude - high, centre.latitude + high, centre.longitude - wide, centre.longitude + wide
    )
