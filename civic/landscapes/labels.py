"""Names on a map: the larger communes first, never one over another nor over a marker."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Box = tuple[float, float, float, float]
SIZE, PHONE_SIZE = 14.5, 25.0
_WIDTH = 0.59


@dataclass(frozen=True, slots=True)
class Label:
    """A name at (x, y); minor ones are hidden on phones, where letters take more of the map."""

    name: str
    x: float
    y: float
    anchor: str
    minor: bool


def overlaps(a: Box, b: Box) -> bool:
    """True when two boxes (left, top, right, bottom) share some area."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _box(x: float, y: float, anchor: str, name: str, size: float) -> Box:
    wide = len(name) * size * _WIDTH
    left = {"start": x, "middle": x - wide / 2, "end": x - wide}[anchor]
    return left - 2, y - size * 0.8, left + wide + 2, y + size * 0.25


def _spots(x: float, y: float, gap: float) -> Iterable[tuple[float, float, str]]:
    """Where a name may stand around its point, best first."""
    yield x, y - gap - 4, "middle"
    yield x, y + gap + SIZE, "middle"
    yield x + gap + 4, y + SIZE / 3, "start"
    yield x - gap - 4, y + SIZE / 3, "end"


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

    def place(self, name: str, x: float, y: float, gap: float, phones: bool) -> Label | None:
        """Put a name `gap` away from its point where nothing else is, or nowhere (None)."""
        for tx, ty, anchor in _spots(x, y, gap):
            wide, phone = _box(tx, ty, anchor, name, SIZE), _box(tx, ty, anchor, name, PHONE_SIZE)
            if not self._free(wide, self.wide) or (phones and not self._free(phone, self.phone)):
                continue
            self.wide.append(wide)
            if phones:
                self.wide.append(phone)
                self.phone.append(phone)
            return Label(name, tx, ty, anchor, minor=not phones)
        return None
