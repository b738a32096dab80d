"""`/_demo`: sign in with one click as one of the invented people, and let a day pass. Absent outside the demonstration."""

from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock
from civic.errors import NotFound
from civic.i18n import _
from civic.people import service
from civic.people.middleware import keep_signed_in
from civic.settings import settings
from civic.web.page import page, redirect
from demo import people
from demo.till import show_moment

FARTHEST = timedelta(days=120)


async def index(request: Request) -> Response:
    """Who can be played, and what to try."""
    _only_in_demo()
    shift = _shift()
    return page(request, "demo/index.html", players=await people.players(), days=shift.days, moment=clock.now())


async def enter(request: Request) -> Response:
    """Sign in as one of them."""
    _only_in_demo()
    found = next((one.person for one in await people.players() if one.key == request.path_params["key"]), None)
    if found is None:
        raise NotFound(_("Cette personne ne fait pas partie de la démonstration."))
    answer = redirect("people.space", flash=_("Vous êtes maintenant %(name)s.", name=found.name))
    return keep_signed_in(answer, await service.open_session(found, "démonstration"))


async def tomorrow(_request: Request) -> Response:
    """Let a day pass, in this process only: deadlines and closings happen within seconds; a restart shows today again."""
    _only_in_demo()
    await show_moment(min(_shift() + timedelta(days=1), FARTHEST))
    return redirect("demo.index", flash=_("Un jour a passé. Les échéances arrivées à terme se règlent maintenant."))


def _shift() -> timedelta:
    """How far the clock is ahead, in whole minutes."""
    ahead = clock.now() - datetime.now(UTC)
    return timedelta(minutes=round(ahead.total_seconds() / 60))


def _only_in_demo() -> None:
    if settings().environment != "demo":
        raise NotFound(_("Cette page n’existe que dans la démonstration."))


routes: list[BaseRoute] = [
    Route("/_demo", index, methods=["GET"], name="demo.index"),
    Route("/_demo/demain", tomorrow, methods=["POST"], name="demo.tomorrow"),
    Route("/_demo/{key}", enter, methods=["POST"], name="demo.enter"),
]
