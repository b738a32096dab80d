"""Routes of the desk."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import slots
from civic.desk.imports import routes as import_routes
from civic.errors import Forbidden
from civic.i18n import _
from civic.people.actor import actor_of
from civic.web.page import page

NEVER = datetime.max.replace(tzinfo=UTC)


async def index(request: Request) -> Response:
    """« Ce qui demande votre attention »."""
    actor = actor_of(request)
    if not (actor.is_animator or actor.is_treasurer):
        raise Forbidden(_("Cette page est réservée à l’équipe."))
    todos = [todo for fill in slots.desk_todos for todo in await fill(actor.person)]
    todos.sort(key=lambda todo: todo.due_at or NEVER)
    reports = [link for fill in slots.team_reports for link in await fill()]
    return page(request, "civic/desk/index.html", todos=todos, actor=actor, reports=reports)


routes: list[BaseRoute] = [Route("/pupitre", index, name="desk.index"), *import_routes]
