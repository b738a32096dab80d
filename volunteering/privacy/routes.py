"""One's own volunteering data to take away."""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.people.actor import actor_of
from civic.web import limits
from volunteering.privacy import service


async def export(request: Request) -> Response:
    """Everything that volunteering keeps about whoever is signed in, as a JSON file."""
    person = actor_of(request).person
    await limits.hit("volunteering_export", str(person.id), most=20, per=3600)
    found = orjson.dumps(await service.personal_data(person), option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
    return Response(
        found, media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="benevolat.json"', "Cache-Control": "no-store"},
    )  # fmt: skip


routes: list[BaseRoute] = [Route("/mon-espace/benevolat.json", export, name="privacy.export")]
