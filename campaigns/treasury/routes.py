"""The treasurer's page."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns import slots
from civic.errors import Forbidden
from civic.i18n import _
from civic.people.actor import actor_of
from civic.web.page import page


async def index(request: Request) -> Response:
    """« Trésorerie »: for treasurers; animators may read it."""
    actor = actor_of(request)
    if not (actor.is_treasurer or actor.is_animator):
        raise Forbidden(_("Cette page est réservée à la trésorerie."))
    panels = [panel for fill in slots.treasury_panels for panel in await fill(actor)]
    panels.sort(key=lambda panel: panel.order)
    return page(request, "campaigns/treasury/index.html", parts=panels, actor=actor)


routes: list[BaseRoute] = [Route("/tresorerie", index, name="treasury.index")]
