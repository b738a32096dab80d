"""Names on a map: the larger communes first, never one over another nor over a marker."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Box = tuple[float, float, float, float]
SIZE, PHONE_SIZE = 14.5, 23.0
_WIDTH = 0.66


@dataclass(frozen=True, slots=True)
class Label:
    """A name at (x, y); minor ones are hidden on phones, where letters take more of the map.

    `dot` is the path of the dot that marks its point, empty where a marker stands there.
    """

    name: str
    x: float
    y: float
    anchor: str
    minor: bool
    dot: str = ""


def overlaps(a: Box, b: Box) -> bool:
    """True when two boxes (left, top, right, bottom) share some area."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _box(x: float, y: float, anchor: str, name: str, size: float) -> Box:
    wide = len(name) * size * _WIDTH
    left = {"start": x, "middle": x - wide / 2, "end": x - wide}[anchor]
    return left - 2, y - size * 0.8, left + wide + 2, y + size * 0.25


def _spots(x: float, y: float, gap: float, size: float) -> Iterable[tuple[float, float, str]]:
    """Where a name of a size may stand around its point, best first."""
    above, below = y - gap - size * 0.25, y + gap + size * 0.8
    yield x, above, "middle"
    yield x, below, "middle"
    yield x + gap + 4, y + SIZE / 3, "start"
    yield x - gap - 4, y + SIZE / 3, "end"
    for level in (above, below):
        yield x + gap - 2, level, "start"
        yield x - gap + 2, level, "end"


class Layout:
    """Boxes already taken on a map of width × height units, on wide screens and on phones."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.wide: list[Box] = []
        self.phone: list[Box] = []

    def block(self, box: Box, phone_box: Box | None = None) -> None:
        """Keep a box free of names: a marker or the scale."""
        self.wide.append(box)
        self.phone.append(phone_box or box)

    def _free(self, box: Box, taken: Sequence[Box]) -> bool:
        inside = box[0] >= 4 and box[1] >= 4 and box[2] <= self.width - 4 and box[3] <= self.height - 4
        return inside and not any(overlaps(box, other) for other in taken)

    def dot(self, x: float, y: float) -> bool:
        """Take the room of a dot at (x, y), and say whether it was free."""
        box = (x - 5, y - 5, x + 5, y + 5)
        if not self._free(box, self.wide):
            return False
        self.block(box)
        return True

    def place(self, name: str, x: float, y: float, gap: float, phones: bool) -> Label | None:
        """Put a name `gap` away from its point where nothing else is, or nowhere (None)."""
        for tx, ty, anchor in _spots(x, y, gap, PHONE_SIZE if phones else SIZE):
            wide, phone = _box(tx, ty, anchor, name, SIZE), _box(tx, ty, anchor, name, PHONE_SIZE)
            if not self._free(wide, self.wide) or (phones and not self._free(phone, self.phone)):
                continue
            self.wide.append(wide)
            if phones:
                self.wide.append(phone)
                self.phone.append(phone)
            return Label(name, tx, ty, anchor, minor=not phones)
        return None
