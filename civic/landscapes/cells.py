"""Cells of communes: the land nearer to a commune's centre than to any other, as small polygons.

Communes have no outline in our data, only a point; their cells make a true enough map (neighbours
touch, sizes follow the real ones) at no cost. A file of real outlines may replace them.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

Point = tuple[float, float]
Ring = tuple[Point, ...]
KM_PER_DEGREE = 111.32


class Commune(Protocol):
    """What a map asks of a commune: its INSEE code, name, centre in degrees and number of people."""

    @property
    def insee(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def longitude(self) -> float: ...
    @property
    def latitude(self) -> float: ...
    @property
    def population(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Window:
    """The rectangle of the earth that a map shows, in degrees."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, communes: Sequence[Commune], margin_km: float = 4.5) -> "Window":
        """The window that shows all the communes with a margin in km. ValueError when there is none."""
        if not communes:
            raise ValueError("a window needs at least one commune")
        south, north = min(c.latitude for c in communes), max(c.latitude for c in communes)
        west, east = min(c.longitude for c in communes), max(c.longitude for c in communes)
        up = margin_km / KM_PER_DEGREE
        aside = up / math.cos(math.radians((south + north) / 2))
        return cls(west - aside, south - up, east + aside, north + up)


def closer_part(ring: Sequence[Point], a: Point, b: Point) -> list[Point]:
    """The part of a convex ring that is nearer to a than to b."""
    mx, my, nx, ny = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, b[0] - a[0], b[1] - a[1]
    kept: list[Point] = []
    px, py = ring[-1]
    before = (px - mx) * nx + (py - my) * ny
    for x, y in ring:
        now = (x - mx) * nx + (y - my) * ny
        if (before <= 0) != (now <= 0):
            t = before / (before - now)
            kept.append((px + t * (x - px), py + t * (y - py)))
        if now <= 0:
            kept.append((x, y))
        px, py, before = x, y, now
    return kept


class _Squares:
    """Points sorted into squares, to look at near ones first."""

    def __init__(self, points: Sequence[Point], width: float, height: float) -> None:
        self.side = max(math.sqrt(width * height / max(1, len(points))) * 1.2, 1e-9)
        self.across = int(max(width, height) / self.side) + 2
        self.held: dict[tuple[int, int], list[Point]] = {}
        for x, y in points:
            self.held.setdefault((int(x // self.side), int(y // self.side)), []).append((x, y))

    def outwards(self, point: Point) -> Iterator[tuple[float, list[Point]]]:
        """Belts of squares around a point, with the distance under which no point is left unseen."""
        cx, cy = int(point[0] // self.side), int(point[1] // self.side)
        for belt in range(self.across + 1):
            found: list[Point] = []
            for i in range(-belt, belt + 1):
                for j in (range(-belt, belt + 1) if abs(i) == belt else {-belt, belt}):
                    found += self.held.get((cx + i, cy + j), ())
            found.sort(key=lambda other: math.dist(point, other))
            yield belt * self.side, found


def _cell(point: Point, start: list[Point], squares: _Squares) -> Ring:
    ring = start
    reach = max(math.dist(point, corner) for corner in ring)
    for seen, others in squares.outwards(point):
        for other in others:
            if other != point and math.dist(point, other) < 2 * reach:
                ring = closer_part(ring, point, other)
                if not ring:
                    return ()
                reach = max(math.dist(point, corner) for corner in ring)
        if seen > 2 * reach:
            break
    return tuple(ring)


def _start(point: Point, width: float, height: float, reach: float | None) -> list[Point]:
    """The shape from which a cell is cut: the whole frame, or a rough disc within it."""
    if reach is None:
        return [(0, 0), (width, 0), (width, height), (0, height)]
    turn = point[0] * 7 + point[1] * 13
    angles = [turn + 2 * math.pi * step / 11 for step in range(11)]
    disc = [(point[0] + reach * math.cos(a), point[1] + reach * math.sin(a)) for a in angles]
    for inner, outer in (
        ((1.0, 0.0), (-1.0, 0.0)),
        ((width - 1, 0.0), (width + 1, 0.0)),
        ((0.0, 1.0), (0.0, -1.0)),
        ((0.0, height - 1), (0.0, height + 1)),
    ):
        disc = closer_part(disc, inner, outer) if disc else disc
    return disc


def cells(
    points: tuple[Point, ...], width: float, height: float, reaches: tuple[float, ...] | None = None
) -> tuple[Ring, ...]:
    """The cell of each point in a frame of width × height, in the order of the points.

    Without `reaches` the cells fill the frame; with them no cell goes further from its point than its
    reach. A point far outside the frame has an empty cell, and so has the second of two twins.
    """
    squares = _Squares(points, width, height)
    rings: dict[Point, Ring] = {}
    result: list[Ring] = []
    for i, point in enumerate(points):
        start = _start(point, width, height, reaches[i] if reaches else None)
        twin = point in rings
        rings[point] = () if twin or not start else _cell(point, start, squares)
        result.append(rings[point])
    return tuple(result)


def area(ring: Sequence[Point]) -> float:
    """The area of a ring, in square units."""
    pairs = zip(ring, (*ring[1:], *ring[:1]), strict=True)
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)) / 2


def _nearest(point: Point, squares: _Squares, count: int) -> list[float]:
    """Distances from a point to its nearest neighbours, fewer when there are fewer."""
    near: list[float] = []
    for seen, others in squares.outwards(point):
        near = sorted(near + [math.dist(point, other) for other in others if other != point])[:count]
        if len(near) == count and near[-1] <= seen:
            break
    return near


def natural_reaches(points: tuple[Point, ...], width: float, height: float) -> tuple[float, ...]:
    """How far each cell may go when nothing stops it: less where communes are close together."""
    squares = _Squares(points, width, height)
    near = [_nearest(point, squares, 6) for point in points]
    firsts = sorted(distances[0] for distances in near if distances)
    usual = firsts[len(firsts) // 2] if firsts else max(width, height) / 4
    return tuple(min(max(1.5 * usual, 0.8 * d[-1] if d else 0), 2.6 * usual) for d in near)


@lru_cache(maxsize=64)
def natural_cells(points: tuple[Point, ...], width: float, height: float) -> tuple[Ring, ...]:
    """Cells with a natural outline, remembered: a territory is cut once, however often it is shown."""
    return cells(points, width, height, natural_reaches(points, width, height))
