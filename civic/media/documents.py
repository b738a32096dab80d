"""Take in evidence: a photo, or a PDF whose pages are drawn anew so that nothing of the file itself is ever served."""

import asyncio
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from starlette.datastructures import UploadFile

from civic import clock
from civic.errors import Invalid
from civic.i18n import _
from civic.media import rendering, service
from civic.media.models import Picture

MAGIC, WITHIN = b"%PDF-", 1024
"""A PDF says so in its first kilobyte (ISO 32000-1, annex H.3.4.1)."""
MOST_PAGES = 20
PATIENCE = 30.0
"""Seconds a PDF may take; an invoice takes less than one."""


async def store_evidence(upload: UploadFile, *, alt: str, field: str) -> Picture:
    """Keep a photo or a PDF (10 MB at most, 20 pages); of a PDF the first page is the picture, `pages` says how many.

    Raises Invalid for the form's `field` when it is too large, too long, protected, or neither of the two.
    """
    if (upload.size or 0) > service.MOST_BYTES:
        raise Invalid(_("Ce fichier est trop lourd : 10 Mo au plus."), field=field)
    start = await upload.read(WITHIN)
    await upload.seek(0)
    if MAGIC not in start:
        return await service.store(upload, alt=alt, field=field)
    content = await upload.read(service.MOST_BYTES + 1)
    if len(content) > service.MOST_BYTES:
        raise Invalid(_("Ce fichier est trop lourd : 10 Mo au plus."), field=field)
    name = secrets.token_hex(12)
    place = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="civic-pdf-"))
    try:
        await asyncio.to_thread((place / rendering.GIVEN).write_bytes, content)
        async with service.one_at_a_time:
            pages = await _rendered(place, alt, field)
            width, height = await asyncio.to_thread(_keep, place, name)
    finally:
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, place, ignore_errors=True))
    return await Picture.create(name=name, width=width, height=height, alt=alt, pages=pages, created_at=clock.now())


def path_of(picture: Picture) -> Path:
    """Where the PDF of a picture with pages is."""
    return service.folder() / f"{picture.name}.pdf"


async def _rendered(place: Path, title: str, field: str) -> int:
    """How many pages were drawn. Raises Invalid."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(Path(rendering.__file__)), str(place), str(MOST_PAGES), title,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env={},
    )  # fmt: skip
    try:
        said, _trouble = await asyncio.wait_for(process.communicate(), PATIENCE)
    except TimeoutError:
        raise Invalid(_("Ce PDF est trop compliqué à lire. Envoyez-en une photo."), field=field) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == rendering.TOO_MANY:
        raise Invalid(_("Ce PDF a trop de pages : %(most)s au plus.", most=MOST_PAGES), field=field)
    if process.returncode == rendering.TOO_LARGE:
        raise Invalid(_("Une page de ce PDF est trop grande. Envoyez-en une photo."), field=field)
    if process.returncode:
        raise Invalid(
            _("Ce PDF ne se lit pas : il est abîmé ou protégé par un mot de passe. Envoyez-en une photo."), field=field
        )
    return int(said)


def _keep(place: Path, name: str) -> tuple[int, int]:
    """The new PDF and the pictures of its first page into the folder of media; answers the largest one's size."""
    size = service.encode((place / rendering.FIRST).read_bytes(), name)
    shutil.copyfile(place / rendering.MADE, service.folder() / f"{name}.pdf")
    return size
