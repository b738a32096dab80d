"""Looking at a decision again when its day of review has come."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.decisions import queries, reviews
from civic.i18n import _
from civic.people.actor import actor_of
from civic.web.page import redirect


async def keep(request: Request) -> Response:
    """It was looked at again and stays as it is."""
    actor = actor_of(request)
    decision = await queries.decision_to_run(request.path_params["id"], actor)
    if await reviews.keep_as_it_is(actor, decision):
        said = _("La décision est revue, et reste telle quelle.")
        return redirect("decisions.show", id=decision.id, flash=said)
    return redirect("decisions.show", id=decision.id)


routes: list[BaseRoute] = [Route("/decisions/{id:int}/revue", keep, methods=["POST"], name="decisions.reviewed")]
