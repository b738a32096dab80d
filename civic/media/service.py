"""Take in an uploaded photo, and take a stored one away from those who know its address."""

import asyncio
import io
import os
import secrets
import struct
import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError
from starlette.datastructures import UploadFile

from civic import clock, database
from civic.errors import Invalid
from civic.i18n import _
from civic.media.models import Picture
from civic.settings import settings

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
WIDTHS = (480, 960)
KINDS = ("JPEG", "PNG", "WEBP", "AVIF")
FORMATS: dict[str, dict[str, Any]] = {
    "avif": {"quality": 55, "speed": 8}, "webp": {"quality": 75}, "jpg": {"quality": 80, "progressive": True},
}  # fmt: skip
BROKEN = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, RuntimeError, struct.error, EOFError,
    Image.DecompressionBombError,
)  # fmt: skip
"""What Pillow raises for files that are damaged, on purpose or not, found by breaking photos at random."""
one_at_a_time = asyncio.Semaphore(1)
"""Decoding takes memory: one file at a time in each process."""


async def store(upload: UploadFile, *, alt: str = "", field: str = "picture") -> Picture:
    """Keep an uploaded photo (JPEG, PNG, WebP or AVIF, 10 MB and 40 megapixels at most).

    Raises Invalid for the form's `field` when it is too large or not a photo.
    """
    content = await upload.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Invalid(_("Cette photo est trop lourde : 10 Mo au plus."), field=field)
    name = secrets.token_hex(12)
    try:
        async with one_at_a_time:
            width, height = await asyncio.to_thread(encode, content, name)
    except BROKEN:
        raise Invalid(_("Ce fichier n’est pas une photo JPEG, PNG, WebP ou AVIF."), field=field) from None
    return await Picture.create(name=name, width=width, height=height, alt=alt, created_at=clock.now())


async def move_away(picture: Picture) -> None:
    """Give a picture's files another name that nobody knows: whoever has its address reads it no more.

    In the caller's transaction; the old names go once it is kept.
    """
    old, new = picture.name, secrets.token_hex(12)
    names = await asyncio.to_thread(_linked, old, new)
    await Picture.filter(id=picture.id).update(name=new)
    picture.name = new
    database.after_commit(lambda: _forget(names))


def _forget(names: list[str]) -> None:
    for name in names:
        (folder() / name).unlink(missing_ok=True)


def _linked(old: str, new: str) -> list[str]:
    found = [path.name for path in folder().glob(f"{old}*")]
    for name in found:
        os.link(folder() / name, folder() / name.replace(old, new))
    return found


def folder() -> Path:
    """Where the files are."""
    path = settings().data / "media"
    path.mkdir(parents=True, exist_ok=True)
    return path


def encode(content: bytes, name: str) -> tuple[int, int]:
    """Decode within the limits, turn upright, write the six files; answers the largest one's size in pixels."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            opened = Image.open(io.BytesIO(content), formats=KINDS)
        except Image.DecompressionBombWarning as error:
            raise ValueError from error
    if opened.width * opened.height > MOST_PIXELS:
        raise ValueError("too many pixels")
    opened.draft("RGB", (2 * WIDTHS[-1], 2 * WIDTHS[-1]))
    opened.thumbnail((2 * WIDTHS[-1], 2 * WIDTHS[-1]))
    upright = ImageOps.exif_transpose(opened).convert("RGB")
    size = (0, 0)
    for width in WIDTHS:
        small = upright.copy()
        small.thumbnail((width, width * 2))
        size = small.size
        for extension, options in FORMATS.items():
            small.save(folder() / f"{name}-{width}.{extension}", **options)
    return size
