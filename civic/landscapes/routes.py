"""The drawings as files; the same address always gives the same drawing, so browsers keep it."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import NotFound
from civic.i18n import _
from civic.landscapes import MOTIFS, panorama, scene

_SEED = re.compile(r"[a-z0-9-]{1,40}")
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


async def show(request: Request) -> Response:
    """`/paysages/{motif}/{seed}.svg`, by night with `?nuit=1`; the motif « panorama » is the wide one."""
    motif, seed = request.path_params["motif"], request.path_params["seed"]
    night = "nuit" in request.query_params
    if not _SEED.fullmatch(seed) or (motif != "panorama" and motif not in MOTIFS):
        raise NotFound(_("Ce dessin n’existe pas."))
    drawing = panorama(seed, night=night) if motif == "panorama" else scene(seed, motif, night=night)
    return Response(drawing, media_type="image/svg+xml", headers=FOREVER)


routes: list[BaseRoute] = [Route("/paysages/{motif}/{seed}.svg", show, name="landscapes.show")]
