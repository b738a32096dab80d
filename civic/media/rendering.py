"""A stranger's PDF in, pictures of its pages and a new PDF of them out: run by `documents`, in a process of its own.

Nothing of the file is kept: no script, no attachment, no link, no form, no hidden text. The process may use 20 seconds
and 512 MB, gets no environment, and answers how many pages there are on its standard output. Only that process loads
what reads and draws; the site needs nothing from here but the names.
"""

from __future__ import annotations

import io
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pypdfium2
    from fpdf import FPDF

GIVEN, MADE, FIRST = "given.pdf", "made.pdf", "first.jpg"
UNREADABLE, TOO_MANY, TOO_LARGE = 3, 4, 5
"""Exit statuses besides 0."""
POINTS = 72
DOTS = 150
MOST_PIXELS = 4_000_000
MOST_MEMORY = 512 << 20
LONGEST_SIDE = 14_400
"""Points, five metres: the largest page that ISO 32000-1 (annex C.2) speaks of; a larger one is refused."""


def main(folder: Path, most_pages: int, title: str) -> int:
    """Draw `GIVEN` of a folder into `MADE`, and its first page into `FIRST`; answers the exit status."""
    import pypdfium2

    _limit()
    try:
        document = pypdfium2.PdfDocument(folder / GIVEN)
        document.init_forms()
        count = len(document)
    except pypdfium2.PdfiumError:
        return UNREADABLE
    if count > most_pages:
        return TOO_MANY
    made = _blank(title)
    for number in range(count):
        try:
            picture, width, height = _drawn(document[number])
        except OverflowError:
            return TOO_LARGE
        except (pypdfium2.PdfiumError, ValueError, MemoryError):
            return UNREADABLE
        made.add_page(format=(width, height))
        made.image(io.BytesIO(picture), 0, 0, width, height, alt_text=f"{title} ({number + 1}/{count})")
        if not number:
            (folder / FIRST).write_bytes(picture)
    if not count:
        return UNREADABLE
    made.output(folder / MADE)
    sys.stdout.write(str(count))
    return 0


def _blank(title: str) -> FPDF:
    from fpdf import FPDF

    made = FPDF(unit="pt")
    made.set_title(title)
    made.set_margin(0)
    made.set_auto_page_break(False)
    return made


def _drawn(page: pypdfium2.PdfPage) -> tuple[bytes, float, float]:
    """A page as JPEG, with its size in points. Raises OverflowError for one that is too large to be drawn."""
    width, height = page.get_size()
    if width < 1 or height < 1:
        raise ValueError("a page without a surface")
    if max(width, height) > LONGEST_SIDE:
        raise OverflowError("a page larger than any paper")
    scale = min(DOTS / POINTS, (MOST_PIXELS / (width * height)) ** 0.5)
    file = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(file, "JPEG", quality=75)
    page.close()
    return file.getvalue(), width, height


def _limit() -> None:
    """At most 20 seconds of work and 512 MB of memory, where the system can say so."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
