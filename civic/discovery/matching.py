"""From a search to the initiatives that match: one set of conditions for the list, the count and the map.

Distances are planar (metres of a degree at the centre's latitude): exact to 0.1 % within 100 km, and plain arithmetic
that both engines sort by in the same way.
"""

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from civic import database, search
from civic.initiatives.models import Stage
from civic.initiatives.topics import TOPICS
from civic.needs.models import BITS, NeedKind
from civic.places.models import Commune
from civic.web import paging

KM_PER_DEGREE = 111.195
COUNT_MOST = 1000
MAP_MOST = 500
FOUND_MOST = 500

_FROM = """FROM initiative i LEFT JOIN commune c ON c.insee = i.commune_id
LEFT JOIN picture p ON p.id = i.picture_id WHERE """
_CARD = """i.id, i.slug, i.title, i.summary, i.needs_mask, i.needs_end_at, i.published_at, i.stage, i.is_example,
i.latitude, i.longitude, c.name AS commune, p.name AS picture, p.width, p.height, p.alt,
(SELECT t.topic FROM initiative_topic t WHERE t.initiative_id = i.id ORDER BY t.id LIMIT 1) AS topic"""


@dataclass(slots=True)
class Search:
    """A search that has been understood: the commune is known, lists hold known values only."""

    text: str = ""
    commune: Commune | None = None
    km: int = 15
    places: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    car_free: bool = False
    sort: str = ""
    found: dict[int, int] | None = None

    @property
    def centre(self) -> tuple[float, float] | None:
        """Latitude and longitude of the commune asked for."""
        if self.commune is None or self.commune.latitude is None or self.commune.longitude is None:
            return None
        return self.commune.latitude, self.commune.longitude

    @property
    def order(self) -> str:
        """The sort in force: what was asked, else distance, else best words, else new."""
        if self.sort == "proche" and not self.centre:
            return "nouveau"
        return self.sort or ("mots" if self.found is not None else "proche" if self.centre else "nouveau")

    @property
    def key_kind(self) -> paging.Kind:
        """Of which kind the value is that the sort in force compares."""
        by_number = self.order == "proche" or (self.order == "mots" and bool(self.found))
        return "number" if by_number else "moment"


@dataclass(slots=True)
class Match:
    """One initiative of a result, with its distance in km when a commune was asked for."""

    id: int
    slug: str
    title: str
    summary: str
    needs_mask: int
    stage: str
    is_example: bool
    latitude: float | None
    longitude: float | None
    commune: str | None
    topic: str | None
    picture: dict[str, Any] | None
    km: float | None
    key: list[Any]

    @property
    def kinds(self) -> list[str]:
        """The ways to help it asks for."""
        return [kind.value for kind, bit in BITS.items() if self.needs_mask & bit]


async def look_up_words(wanted: Search) -> None:
    """Ask the search index, when there are words."""
    if wanted.text:
        wanted.found = dict(await search.search("initiative", wanted.text, limit=FOUND_MOST))


async def matches(wanted: Search, *, after: list[Any] | None, limit: int) -> list[Match]:
    """The next `limit` initiatives in the search's order, after the key of the last one shown."""
    conditions, parameters = _conditions(wanted)
    sorting, extra, descending = _sorting(wanted)
    if after:
        sign = "<" if descending else ">"
        conditions.append(f"({sorting} {sign} ? OR ({sorting} = ? AND i.id < ?))")
        value, last = after
        parameters += [*extra, value, *extra, value, last]
    way = "DESC" if descending else "ASC"
    sql = f"SELECT {_CARD}, {sorting} AS sort_key {_FROM} {' AND '.join(conditions)} ORDER BY {sorting} {way}, i.id DESC LIMIT ?"  # noqa: E501
    rows = await database.fetch_all(sql, [*extra, *parameters, *extra, limit])
    return [_match(row, wanted) for row in rows]


async def count(wanted: Search) -> int:
    """How many match; counted up to 1 000, so that the whole table is never counted."""
    conditions, parameters = _conditions(wanted)
    sql = f"SELECT count(*) AS n FROM (SELECT 1 AS one {_FROM} {' AND '.join(conditions)} LIMIT ?) AS bounded"  # noqa: S608
    rows = await database.fetch_all(sql, [*parameters, COUNT_MOST + 1])
    return int(rows[0]["n"])


async def points(wanted: Search) -> list[dict[str, Any]]:
    """Where the matches are, gathered by commune: insee, name, n, latitude, longitude, mask; 500 at most."""
    conditions, parameters = _conditions(wanted)
    sql = f"""SELECT c.insee, c.name, count(*) AS n, avg(i.latitude) AS latitude, avg(i.longitude) AS longitude,
    min(i.slug) AS slug, min(i.title) AS title, min(i.needs_mask) AS mask_min, max(i.needs_mask) AS mask_max
    {_FROM} {' AND '.join(conditions)} AND i.latitude IS NOT NULL AND c.insee IS NOT NULL
    GROUP BY c.insee, c.name ORDER BY n DESC, c.insee LIMIT ?"""
    return await database.fetch_all(sql, [*parameters, MAP_MOST])


def _conditions(wanted: Search) -> tuple[list[str], list[Any]]:
    conditions, parameters = ["i.published_at IS NOT NULL"], []  # type: tuple[list[str], list[Any]]
    if wanted.found is not None:
        _one_of("i.id", list(wanted.found) or [0], conditions, parameters)
    if topics := [topic for topic in wanted.topics if topic in TOPICS]:
        marks = ", ".join("?" * len(topics))
        conditions.append(f"i.id IN (SELECT initiative_id FROM initiative_topic WHERE topic IN ({marks}))")  # noqa: S608
        parameters += topics
    if mask := sum(BITS[kind] for kind in NeedKind if kind.value in wanted.ways):
        conditions.append("(i.needs_mask & ?) > 0")
        parameters.append(mask)
    if stages := [stage.value for stage in Stage if stage.value in wanted.stages]:
        _one_of("i.stage", stages, conditions, parameters)
    if wanted.car_free:
        conditions.append("i.car_free = ?")
        parameters.append(True)
    if wanted.places:
        _one_of("i.commune_id", wanted.places, conditions, parameters)
    if wanted.centre:
        _within(wanted, conditions, parameters)
    return conditions, parameters


def _one_of(column: str, values: list[Any], conditions: list[str], parameters: list[Any]) -> None:
    conditions.append(f"{column} IN ({', '.join('?' * len(values))})")
    parameters += values


def _within(wanted: Search, conditions: list[str], parameters: list[Any]) -> None:
    """A box that the index serves, then the circle inside it."""
    latitude, longitude = wanted.centre or (0.0, 0.0)
    high, wide = wanted.km / KM_PER_DEGREE, wanted.km / (KM_PER_DEGREE * math.cos(math.radians(latitude)))
    conditions.append("i.latitude BETWEEN ? AND ? AND i.longitude BETWEEN ? AND ?")
    parameters += [latitude - high, latitude + high, longitude - wide, longitude + wide]
    distance, extra = _square_km(wanted)
    conditions.append(f"{distance} <= ?")
    parameters += [*extra, float(wanted.km**2)]


def _square_km(wanted: Search) -> tuple[str, list[Any]]:
    latitude, longitude = wanted.centre or (0.0, 0.0)
    shrink = KM_PER_DEGREE * math.cos(math.radians(latitude))
    sql = "((i.latitude - ?) * (i.latitude - ?) * ? + (i.longitude - ?) * (i.longitude - ?) * ?)"
    return sql, [latitude, latitude, KM_PER_DEGREE**2, longitude, longitude, shrink**2]


def _sorting(wanted: Search) -> tuple[str, list[Any], bool]:
    """The sorting expression, its parameters, and whether it goes down."""
    match wanted.order:
        case "proche":
            sql, extra = _square_km(wanted)
            return sql, extra, False
        case "bientot":
            return "coalesce(i.needs_end_at, ?)", [datetime.fromisoformat("9999-01-01T00:00:00+00:00")], False
        case "mots" if wanted.found:
            cases = " ".join("WHEN ? THEN ?" for _ in wanted.found)
            return f"CASE i.id {cases} ELSE 0 END", [value for pair in wanted.found.items() for value in pair], True
    return "i.published_at", [], True


def _match(row: dict[str, Any], wanted: Search) -> Match:
    picture = None
    if row["picture"]:
        picture = {"name": row["picture"], "width": row["width"], "height": row["height"], "alt": row["alt"] or ""}
    key = row["sort_key"]
    names = ("id", "slug", "title", "summary", "needs_mask", "stage", "latitude", "longitude", "commune", "topic")
    return Match(
        **{name: row[name] for name in names}, is_example=bool(row["is_example"]), picture=picture,
        km=_km(row, wanted), key=[key.isoformat() if isinstance(key, datetime) else key, row["id"]],
    )  # fmt: skip


def _km(row: dict[str, Any], wanted: Search) -> float | None:
    if not wanted.centre or row["latitude"] is None:
        return None
    latitude, longitude = wanted.centre
    up = (row["latitude"] - latitude) * KM_PER_DEGREE
    across = (row["longitude"] - longitude) * KM_PER_DEGREE * math.cos(math.radians(latitude))
    return math.hypot(up, across)
