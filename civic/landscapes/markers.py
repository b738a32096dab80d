"""Markers of a map: one link each, gathered into one where they would cover each other."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from civic.landscapes.frame import Frame

GAP = 46.0
HALF = 18
PHONE_HALF = 25
MOST = 500
_NAMED = 3
_SHAPES = {
    "voix": "m0-18a18 18 0 1 1 0 36h-18v-18a18 18 0 0 1 18-18z",
    "temps": "m-17 18v-18a17 18 0 0 1 34 0v18z",
    "argent": "m-18 0a18 18 0 1 0 36 0 18 18 0 1 0-36 0z",
    "chose": "m-13-17h26a4 4 0 0 1 4 4v26a4 4 0 0 1-4 4h-26a4 4 0 0 1-4-4v-26a4 4 0 0 1 4-4z",
    "lieu": "m0-19 17 9v20l-17 9-17-9v-20z",
}
KINDS = tuple(_SHAPES)


@dataclass(frozen=True, slots=True)
class Marker:
    """Something to find at a place: how many, a label that says it in full, and the link to it.

    `kind` is a way to help (voix, temps, argent, chose) when all are of one, else « lieu »; `place` is the INSEE code.
    """

    longitude: float
    latitude: float
    count: int
    label: str
    href: str
    kind: str = "lieu"
    place: str = ""


@dataclass(frozen=True, slots=True)
class Gathering:
    """Markers drawn as one at (x, y), that of its largest; often there is only one."""

    x: float
    y: float
    markers: tuple[Marker, ...]

    @property
    def count(self) -> int:
        return sum(marker.count for marker in self.markers)

    @property
    def kind(self) -> str:
        kinds = {marker.kind for marker in self.markers}
        kind = kinds.pop()
        return kind if not kinds and kind in _SHAPES else "lieu"

    def label(self, together: str, others: str) -> str:
        """What the link says, its visible number included, so that who says the number finds it.

        `together` has {count} and {places}, `others` has {count}: those beyond three.
        """
        named = ", ".join(marker.label for marker in self.markers[:_NAMED])
        left = len(self.markers) - _NAMED
        if left > 0:
            named = f"{named} {others.format(count=left)}"
        if len(self.markers) > 1:
            return together.format(count=self.count, places=named)
        return named if str(self.count) in named else f"{named}\u00a0: {self.count}"


def gather(markers: Iterable[Marker], frame: Frame) -> list[Gathering]:
    """Markers of the frame, those too near a larger one joined to it, in reading order.

    ValueError beyond 500 markers: a page that asks for more has forgotten to count by commune.
    """
    placed = [(frame.point(m.longitude, m.latitude), m) for m in markers]
    if len(placed) > MOST:
        raise ValueError(f"a map shows at most {MOST} markers")
    placed = [(point, marker) for point, marker in placed if frame.holds(point)]
    placed.sort(key=lambda one: (-one[1].count, one[1].label))
    groups: list[tuple[tuple[float, float], list[Marker]]] = []
    for point, marker in placed:
        spot = (min(max(point[0], HALF + 4), frame.width - HALF - 4),
                min(max(point[1], HALF + 4), frame.height - HALF - 4))
        near = next((held for centre, held in groups if math.dist(centre, spot) < GAP), None)
        if near is None:
            groups.append((spot, [marker]))
        else:
            near.append(marker)
    found = [Gathering(x, y, tuple(held)) for (x, y), held in groups]
    return sorted(found, key=lambda g: (round(g.y / GAP), g.x))


def drawn(gathering: Gathering, label: str, href: str) -> Markup:
    """One link: its shape says the kind, its number how many, its title says both in words."""
    x, y = round(gathering.x), round(gathering.y)
    several = " map__marker--many" if len(gathering.markers) > 1 else ""
    down = y + (8 if gathering.kind == "temps" else 5)
    return Markup(
        '<a class="map__marker map__marker--{kind}{several}" href="{href}" aria-label="{label}">'
        "<title>{label}</title>"
        '<path d="M{x} {y}{shape}"/><text x="{x}" y="{down}" aria-hidden="true">{count}</text></a>'
    ).format(
        kind=gathering.kind, several=several, href=href, label=label, x=x, y=y, down=down,
        shape=_SHAPES[gathering.kind], count=gathering.count,
    )


def link_of(gathering: Gathering, several: Callable[[Sequence[Marker]], str] | None) -> str:
    """Where a gathering leads: to its only address, else to all of its markers, else to its largest."""
    addresses: Sequence[str] = list(dict.fromkeys(marker.href for marker in gathering.markers))
    if len(addresses) == 1 or several is None:
        return addresses[0]
    return several(gathering.markers)
