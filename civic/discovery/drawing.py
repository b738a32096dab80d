"""The map of a search (PRODUCT D3): the communes of its window, a marker for each commune with results."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup

from civic.discovery import matching
from civic.discovery.matching import Search
from civic.i18n import _, _n
from civic.landscapes import MapTexts, Marker, Window, commune_map
from civic.needs.models import BITS
from civic.places.models import Commune
from civic.places.queries import around
from civic.places.territory import communes_of_territory
from civic.web import urls

MOST_COMMUNES = 300
MARGIN_KM = 4


@dataclass(slots=True, frozen=True)
class MappedCommune:
    """A commune whose point is known, as the map takes it."""

    insee: str
    name: str
    epci: str
    longitude: float
    latitude: float
    population: int


@dataclass(slots=True)
class DrawnMap:
    """The SVG and the same facts as rows (commune, how many, address) for the table beside it."""

    svg: Markup
    rows: list[tuple[str, int, str]]


async def drawn_map(wanted: Search, kept: dict[str, Any]) -> DrawnMap | None:
    """The map of the matches; None when no commune of the window has a point.

    `kept` is the search as parameters of an address: a marker of several opens the very same search, there only.
    """
    def there(codes: list[str]) -> str:
        return urls.path("initiatives.index", **{**kept, "lieu": codes, "vue": None, "apres": None})

    rows = await matching.points(wanted)
    return await draw(rows, wanted.commune, wanted.km, partial(_marker, there=there), there)


async def draw(
    rows: list[dict[str, Any]], commune: Commune | None, km: int, marker: Callable[[dict[str, Any]], Marker],
    there: Callable[[list[str]], str],
) -> DrawnMap | None:  # fmt: skip
    """The map of what `rows` found in communes (insee, name, n, latitude, longitude), each drawn by its `marker`.

    Around `commune` within `km`, or the whole territory; `there` opens the same search in some communes only.
    """
    communes = await _communes(commune, km)
    if not communes:
        return None
    window = Window.around(communes)
    inside = [row for row in rows if _is_inside(row, window)]
    svg = commune_map(
        communes, window, [marker(row) for row in inside], groups={c.insee: c.epci for c in communes},
        highlighted=commune.insee if commune else "", radius_km=km if commune else None,
        several=lambda markers: there([one.place for one in markers]),
        texts=MapTexts(
            title=_("Carte des communes, les mêmes résultats que la liste"), others=_("et {count} autres lieux"),
            scale=_("{count} km"),
        ),
    )  # fmt: skip
    return DrawnMap(svg, [(row["name"], int(row["n"]), marker(row).href) for row in rows])


async def _communes(commune: Commune | None, km: int) -> list[MappedCommune]:
    if commune:
        found = [near.commune for near in await around(commune, km + MARGIN_KM)]
    else:
        found = await communes_of_territory()
    return [
        MappedCommune(c.insee, c.name, c.epci, c.longitude, c.latitude, c.population)
        for c in found if c.longitude is not None and c.latitude is not None
    ][:MOST_COMMUNES]  # fmt: skip


def _marker(row: dict[str, Any], there: Callable[[list[str]], str]) -> Marker:
    n = int(row["n"])
    label = row["title"] if n == 1 else _n("%(n)s initiative", "%(n)s initiatives", n)
    kinds = [kind.value for kind, bit in BITS.items() if row["mask_max"] == bit and row["mask_min"] == bit]
    return Marker(
        longitude=float(row["longitude"]), latitude=float(row["latitude"]), count=n, label=f"{row['name']}, {label}",
        href=_href(row, there), kind=kinds[0] if kinds else "lieu", place=row["insee"],
    )  # fmt: skip


def _href(row: dict[str, Any], there: Callable[[list[str]], str]) -> str:
    if int(row["n"]) == 1:
        return urls.path("initiatives.show", slug=row["slug"])
    return there([row["insee"]])


def _is_inside(row: dict[str, Any], window: Window) -> bool:
    return bool(window.west <= row["longitude"] <= window.east and window.south <= row["latitude"] <= window.north)
