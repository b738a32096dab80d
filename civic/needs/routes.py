"""A lead asks for things, and says when they are found (PRODUCT D1)."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.initiatives.queries import initiative_to_edit
from civic.needs import service
from civic.needs.forms import ThingForm
from civic.needs.queries import thing_to_close
from civic.people.actor import actor_of
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect


async def new(request: Request) -> Response:
    """The form."""
    initiative = await initiative_to_edit(request.path_params["slug"], actor_of(request))
    return _page(request, initiative, Form({"pieces": "1"}))


async def ask(request: Request) -> Response:
    """Publish the need."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    form = await Form.read(request, ThingForm)
    if form.data is None:
        return _page(request, initiative, form, status=422)
    await limits.hit("thing", str(actor.person.id), most=30, per=86_400)
    await service.ask(initiative, form.data.title, form.data.pieces, form.data.until)
    return redirect("initiatives.show", slug=initiative.slug, flash=_("Votre demande est publiée."))


async def found(request: Request) -> Response:
    """One more piece is there."""
    initiative = await initiative_to_edit(request.path_params["slug"], actor_of(request))
    await service.found(await thing_to_close(initiative, request.path_params["id"]))
    return redirect("initiatives.show", slug=initiative.slug, flash=_("C’est noté. Merci à qui l’a apporté !"))


async def withdraw(request: Request) -> Response:
    """It is not needed any more."""
    initiative = await initiative_to_edit(request.path_params["slug"], actor_of(request))
    await service.withdraw(await thing_to_close(initiative, request.path_params["id"]))
    return redirect("initiatives.show", slug=initiative.slug, flash=_("La demande est retirée."))


def _page(request: Request, initiative: Initiative, form: Form[Any], status: int = 200) -> Response:
    return page(request, "civic/needs/new.html", status=status, form=form, initiative=initiative)


routes: list[BaseRoute] = [
    Route("/initiatives/{slug}/choses/nouvelle", new, methods=["GET"], name="needs.new"),
    Route("/initiatives/{slug}/choses/nouvelle", ask, methods=["POST"], name="needs.ask"),
    Route("/initiatives/{slug}/choses/{id:int}/trouvee", found, methods=["POST"], name="needs.found"),
    Route("/initiatives/{slug}/choses/{id:int}/retirer", withdraw, methods=["POST"], name="needs.withdraw"),
]
