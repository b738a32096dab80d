"""The treasurer's page, and the list of all gifts."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns import slots
from campaigns.treasury import search
from campaigns.treasury.search import SearchForm
from civic import slots as civic_slots
from civic.errors import Forbidden
from civic.i18n import _
from civic.people.actor import actor_of
from civic.web import paging, urls
from civic.web.forms import Form
from civic.web.page import page


async def index(request: Request) -> Response:
    """« Trésorerie »: for treasurers; animators may read it."""
    actor = actor_of(request)
    if not (actor.is_treasurer or actor.is_animator):
        raise Forbidden(_("Cette page est réservée à la trésorerie."))
    panels = [panel for fill in slots.treasury_panels for panel in await fill(actor)]
    panels.sort(key=lambda panel: panel.order)
    reports = [link for fill in civic_slots.team_reports for link in await fill()]
    return page(request, "campaigns/treasury/index.html", parts=panels, actor=actor, reports=reports)


async def gifts(request: Request) -> Response:
    """« Les dons »: promises and money by hand in one list, by name, reference, amount, cheque or slip number.

    The treasurer leafs through all of them; an animator looks for one.
    """
    actor = actor_of(request)
    if not (actor.is_treasurer or actor.is_animator):
        raise Forbidden(_("Cette page est réservée à l’équipe."))
    form = Form.query(request, SearchForm)
    words = form.data.q if form.data else ""
    browses = bool(words) or actor.is_treasurer  # a hidden amount is stumbled upon by nobody (invariant 15)
    found = await search.find(words, request.query_params.get("apres")) if browses else paging.Page([])

    def address(**more: str) -> str:
        return urls.path("treasury.gifts", **({"q": words} if words else {}), **more)

    return page(
        request, "campaigns/treasury/gifts.html", form=form, words=words, browses=browses, rows=found.items,
        next=address(apres=found.after) if found.after else None, first=None if found.first else address(),
        headers={"Cache-Control": "no-store"},
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/tresorerie", index, name="treasury.index"),
    Route("/tresorerie/dons", gifts, name="treasury.gifts"),
]
