"""Flat paint: shapes as path data, and a canvas that writes them as small SVG."""

import re
from collections.abc import Mapping


def rect(x: int, y: int, width: int, height: int) -> str:
    """A rectangle whose upper left corner is at (x, y)."""
    return f"M{x} {y}h{width}v{height}h{-width}z"


def disc(x: int, y: int, r: int, ry: int | None = None) -> str:
    """A disc, or an ellipse, around (x, y)."""
    ry = r if ry is None else ry
    return f"M{x - r} {y}a{r} {ry} 0 1 0 {2 * r} 0 {r} {ry} 0 1 0{-2 * r} 0z"


def tight(path: str) -> str:
    """The same path without the spaces it does not need."""
    path = re.sub(r"\s+", " ", path)
    return re.sub(r" ?([A-Za-z]) ?", r"\1", path).replace(" -", "-").strip()


def blend(colour: str, other: str, share: float) -> str:
    """A colour with a share (0 to 1) of another one stirred in; both as six hexadecimal digits."""
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (0, 2, 4))
    return "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


class Canvas:
    """Shapes in the order of painting; neighbours painted alike share one element."""

    def __init__(self, colours: Mapping[str, str]) -> None:
        self.colours = colours
        self._parts: list[tuple[str, str]] = []

    def _add(self, paint: str, path: str) -> None:
        if self._parts and self._parts[-1][0] == paint:
            path = self._parts.pop()[1] + path
        self._parts.append((paint, path))

    def _hex(self, colour: str) -> str:
        value = self.colours[colour]
        return "#" + (value[::2] if value[::2] == value[1::2] else value)

    def fill(self, colour: str, *paths: str) -> None:
        """Fill shapes with a colour of the palette."""
        self._add(f'fill="{self._hex(colour)}"', "".join(paths))

    def line(self, colour: str, width: int, *paths: str, dash: str = "", soft: bool = False) -> None:
        """Draw lines of a colour of the palette; soft lines have round ends."""
        paint = f'fill="none" stroke="{self._hex(colour)}" stroke-width="{width}"'
        paint += f' stroke-dasharray="{dash}"' if dash else ""
        paint += ' stroke-linecap="round"' if soft else ""
        self._add(paint, "".join(paths))

    def dots(self, colour: str, width: int, *places: tuple[int, int]) -> None:
        """Round dots of a diameter at some places."""
        self.line(colour, width, *(f"M{x} {y}h0" for x, y in places), soft=True)

    def open(self, transform: str) -> None:
        """Start a group that is moved, scaled or mirrored as a whole."""
        self._parts.append(("", f'<g transform="{transform}">'))

    def close(self) -> None:
        """End the group."""
        self._parts.append(("", "</g>"))

    def __str__(self) -> str:
        return "".join(f'<path {paint} d="{tight(d)}"/>' if paint else d for paint, d in self._parts)
