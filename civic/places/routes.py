"""Choosing a commune: suggestions as a block of a page, as a page of its own, and as plain names."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.places import queries
from civic.places.territory import communes_of_territory
from civic.web.page import json_answer, page

TYPED_MOST = 120


async def suggestions(request: Request) -> Response:
    """Communes for what is typed in `q`: the block `suggestions` for htmx, else a page that lists the
    choices.
    """
    typed = request.query_params.get("q", request.query_params.get("commune", ""))[:TYPED_MOST]
    found = await queries.suggest(typed, limit=queries.CHOICES)
    return page(request, "civic/places/suggestions.html", typed=typed, communes=found)


async def names(_request: Request) -> Response:
    """The names of the territory's communes, for a field that completes them by itself."""
    communes = await communes_of_territory()
    answer = json_answer([queries.full_label(commune) for commune in communes])
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


routes: list[BaseRoute] = [
    Route("/communes/suggestions", suggestions, name="places.suggestions"),
    Route("/communes/noms", names, name="places.names"),
]
