"""The picture that social networks and message programs show beside a link (Open Graph): drawn here, 1200 × 630."""

import asyncio
import hashlib
import io
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from civic.papers.look import BRAND, FONTS, INK, MUTED

WIDTH, HEIGHT, EDGE = 1200, 630, 70
PAPER_COLOR = (251, 247, 240)
VOICE, TIME, MONEY, THING = (46, 98, 144), (74, 124, 64), (166, 63, 34), (184, 134, 32)
HILLS = (((-260, 440, 820, 1100), (229, 236, 220)), ((480, 480, 1560, 1100), (217, 228, 207)))
"""The land at the foot of a picture: where each hill lies, and its green."""
MOST_KEPT = 64
_kept: OrderedDict[Hashable, bytes] = OrderedDict()
_one_at_a_time = asyncio.Semaphore(1)


@dataclass(slots=True, frozen=True)
class Card:
    """What a picture says: where, what, a sentence about it, when or who."""

    title: str
    place: str
    text: str
    foot: str
    site: str


async def kept(key: Hashable, draw: Callable[[], bytes]) -> bytes:
    """What was drawn for this key; drawn in a thread, one at a time, the first time it is asked for."""
    async with _one_at_a_time:
        if key not in _kept:
            _kept[key] = await asyncio.to_thread(draw)
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return _kept[key]


def mark_of(content: bytes) -> str:
    """The ETag of a picture."""
    return f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


def card(said: Card) -> bytes:
    """A page of the site as a PNG."""
    image, pen = sheet(said.place)
    for box, green in HILLS:
        pen.ellipse(box, fill=green)
    bottom = title(pen, said.title)
    for place, line in enumerate(lines(pen, said.text, font(34))[: int((500 - bottom) // 46)]):
        pen.text((EDGE, bottom + 24 + place * 46), line, font=font(34), fill=MUTED)
    pen.text((EDGE, 536), plain(said.foot), font=font(36, bold=True), fill=INK)
    signature(pen, said.site)
    _marks(pen)
    return png(image)


def sheet(head: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """An empty picture with what stands above the title."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER_COLOR)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, 16), fill=BRAND)
    pen.text((EDGE, 56), plain(head), font=font(34), fill=MUTED)
    return image, pen


def title(pen: ImageDraw.ImageDraw, text: str) -> float:
    """On three lines at most, as large as they let it be; answers where it ends."""
    for size in (74, 64, 54, 46):
        found = lines(pen, text, font(size, bold=True))
        if len(found) * size * 1.15 <= 220:
            break
    for place, line in enumerate(found[:4]):
        pen.text((EDGE, 108 + place * size * 1.15), line, font=font(size, bold=True), fill=INK)
    return 108 + len(found[:4]) * size * 1.15


def lines(pen: ImageDraw.ImageDraw, text: str, letters: ImageFont.FreeTypeFont) -> list[str]:
    """The text on lines that are no wider than the picture."""
    found = [""]
    for word in plain(text).split(" "):
        longer = f"{found[-1]} {word}".strip()
        if pen.textlength(longer, font=letters) <= WIDTH - 2 * EDGE:
            found[-1] = longer
        else:
            found.append(word)
    return [line for line in found if line]


def signature(pen: ImageDraw.ImageDraw, site: str) -> None:
    """The name of the site, below on the right."""
    width = pen.textlength(plain(site), font=font(32, bold=True))
    pen.text((WIDTH - EDGE - width, 540), plain(site), font=font(32, bold=True), fill=BRAND)


def png(image: Image.Image) -> bytes:
    """The file."""
    file = io.BytesIO()
    image.quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()


def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The letters of our papers."""
    return ImageFont.truetype(FONTS / f"LiberationSans-{'Bold' if bold else 'Regular'}.ttf", size)


def plain(text: str) -> str:
    """The fonts have no narrow no-break space."""
    return " ".join(text.replace("\u202f", "\u00a0").split(" "))


def _marks(pen: ImageDraw.ImageDraw) -> None:
    """The four marks of the house: a bubble, an arch, a coin, a crate."""
    right, top, side, gap = WIDTH - EDGE, 46, 40, 10
    left = [right - (4 - place) * (side + gap) + gap for place in range(4)]
    pen.ellipse((left[0], top, left[0] + side, top + side), fill=VOICE)
    pen.polygon([(left[0], top + side / 2), (left[0], top + side), (left[0] + side / 2, top + side)], fill=VOICE)
    pen.pieslice((left[1], top, left[1] + side, top + side), 180, 360, fill=TIME)
    pen.rectangle((left[1], top + side / 2, left[1] + side, top + side), fill=TIME)
    pen.ellipse((left[2], top, left[2] + side, top + side), fill=MONEY)
    pen.rounded_rectangle((left[3], top, left[3] + side, top + side), 6, fill=THING)
