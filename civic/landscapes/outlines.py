"""Real outlines of communes, from a GeoJSON file that an operator imports (optional)."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from civic.landscapes.cells import KM_PER_DEGREE, Point, Ring

Outlines = Mapping[str, tuple[Ring, ...]]
_CODE_NAMES = ("insee", "code", "codgeo", "code_insee", "INSEE_COM", "com")


def _code(feature: Mapping[str, Any]) -> str:
    facts = feature.get("properties") or {}
    return next((str(facts[name]) for name in _CODE_NAMES if facts.get(name)), "")


def _rings(shape: Mapping[str, Any] | None) -> Iterator[Ring]:
    """Outer rings and holes of a Polygon or MultiPolygon; other shapes have none."""
    if not shape or shape.get("type") not in ("Polygon", "MultiPolygon"):
        return
    several = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    for polygon in several:
        for ring in polygon:
            if len(ring) > 3:
                yield tuple((float(place[0]), float(place[1])) for place in ring)


def outlines_from_geojson(path: Path | str, tolerance_m: float = 50) -> dict[str, tuple[Ring, ...]]:
    """Outlines in degrees by INSEE code, read from a GeoJSON FeatureCollection in WGS 84.

    The code is looked for under the names French open data uses (code, insee, codgeo, …). Lines are
    simplified by up to `tolerance_m` metres once, here, because maps are drawn often. ValueError
    when the file is not a FeatureCollection or holds no commune with a code and an outline.
    """
    content = json.loads(Path(path).read_text(encoding="utf-8"))
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        raise ValueError("not a GeoJSON FeatureCollection")
    tolerance = tolerance_m / 1000 / KM_PER_DEGREE
    found: dict[str, tuple[Ring, ...]] = {}
    for feature in content.get("features", ()):
        shape = _rings(feature.get("geometry"))
        code, rings = _code(feature), tuple(simplified(ring, tolerance) for ring in shape)
        if code and rings:
            found[code] = found.get(code, ()) + rings
    if not found:
        raise ValueError("no commune with an INSEE code and an outline")
    return found


def _off(point: Point, a: Point, b: Point) -> float:
    """Distance from a point to the segment between a and b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = max(0.0, min(1.0, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length)) if length else 0.0
    return math.dist(point, (a[0] + t * dx, a[1] + t * dy))


def simplified(ring: Sequence[Point], tolerance: float) -> Ring:
    """The ring with the points that move its line by no more than the tolerance left out."""
    keep, stack = {0, len(ring) - 1}, [(0, len(ring) - 1)]
    while stack:
        first, last = stack.pop()
        worst, at = 0.0, 0
        for i in range(first + 1, last):
            off = _off(ring[i], ring[first], ring[last])
            if off > worst:
                worst, at = off, i
        if worst > tolerance:
            keep.add(at)
            stack += [(first, at), (at, last)]
    return tuple(ring[i] for i in sorted(keep))
