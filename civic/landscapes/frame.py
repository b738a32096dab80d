"""From degrees to the units of a drawing: an equirectangular projection, true enough for a county."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from civic.landscapes.cells import KM_PER_DEGREE, Point, Ring, Window

WIDTH = 640.0
_LOWEST, _TALLEST = 300.0, 900.0
_STEPS_KM = (1, 2, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True, slots=True)
class Frame:
    """A drawing 640 units wide, north up, that shows a window; `unit` is how many units make one km."""

    west: float
    north: float
    width: float
    height: float
    unit: float
    squeeze: float

    @classmethod
    def of(cls, window: Window) -> "Frame":
        """The frame of a window; a very flat or very tall one gets more land around it.

        ValueError when the window holds no land.
        """
        wide, tall = window.east - window.west, window.north - window.south
        if wide <= 0 or tall <= 0:
            raise ValueError("a window goes from west to east and from south to north")
        squeeze = math.cos(math.radians((window.south + window.north) / 2))
        wide, aside = wide * squeeze, 0.0
        if tall / wide > _TALLEST / WIDTH:
            aside = tall * WIDTH / _TALLEST - wide
        scale = WIDTH / (wide + aside)
        height = max(_LOWEST, tall * scale)
        up = (height / scale - tall) / 2
        west = window.west - aside / squeeze / 2
        return cls(west, window.north + up, WIDTH, round(height), scale / KM_PER_DEGREE, squeeze)

    def point(self, longitude: float, latitude: float) -> Point:
        """Where a place is drawn."""
        scale = self.unit * KM_PER_DEGREE
        return (longitude - self.west) * self.squeeze * scale, (self.north - latitude) * scale

    def degrees(self, x: float, y: float) -> Point:
        """Longitude and latitude of a spot of the drawing."""
        scale = self.unit * KM_PER_DEGREE
        return self.west + x / scale / self.squeeze, self.north - y / scale

    def holds(self, point: Point) -> bool:
        """True when a point lies within the drawing."""
        return 0 <= point[0] <= self.width and 0 <= point[1] <= self.height

    def ruler(self) -> tuple[int, float]:
        """The round number of km, and its length in units, that fits a quarter of the width."""
        fitting = [km for km in _STEPS_KM if km * self.unit <= self.width / 4]
        km = fitting[-1] if fitting else _STEPS_KM[0]
        return km, km * self.unit


def path(rings: Sequence[Ring]) -> str:
    """Path data of some rings, rounded to whole units, without points that fall together."""
    data = ""
    for ring in rings:
        spots: list[tuple[int, int]] = []
        for x, y in ring:
            spot = (round(x), round(y))
            if not spots or spot != spots[-1]:
                spots.append(spot)
        if len(spots) > 1 and spots[0] == spots[-1]:
            spots.pop()
        if len(spots) > 2:
            data += "M" + " ".join(f"{x} {y}" for x, y in spots) + "z"
    return data.replace(" -", "-")
