"""Making a paper, and answering with it.

The library that draws takes 20 MB and a fifth of a second to load: a web process loads it at its first paper.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from civic.papers.paper import Paper


async def draw(title: str, fill: Callable[[Paper], None], *, landscape: bool = False, foot: str = "") -> bytes:
    """The paper that `fill` draws, made in a thread: it takes longer than a page may keep others waiting.

    `fill` gets everything it needs as values: no database within.
    """

    def made() -> bytes:
        from civic.papers.paper import Paper

        paper = Paper(title, landscape=landscape, foot=foot)
        fill(paper)
        return paper.done()

    return await asyncio.to_thread(made)


def pdf_answer(content: bytes, name: str, *, download: bool = False) -> Response:
    """A PDF shown by the browser, or saved when `download`; `name` without its ending."""
    how = "attachment" if download else "inline"
    headers = {"Content-Disposition": f'{how}; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)
