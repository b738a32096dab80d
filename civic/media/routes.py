"""Serve stored photos; their names never change content."""

import re

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from civic.errors import NotFound
from civic.i18n import _
from civic.media.service import folder

_NAME = re.compile(r"[0-9a-f]{24}-(480|960)\.(avif|webp|jpg)")


async def show(request: Request) -> Response:
    """One file of a photo."""
    name = request.path_params["name"]
    if not _NAME.fullmatch(name) or not (folder() / name).is_file():
        raise NotFound(_("Cette image n’existe pas."))
    return FileResponse(folder() / name, headers={"Cache-Control": "public, max-age=31536000, immutable"})


routes: list[BaseRoute] = [Route("/media/{name}", show, name="media.show")]
