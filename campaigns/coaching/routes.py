"""The page behind « ne plus recevoir ces conseils »: one button, no account needed."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.coaching import service
from civic.errors import NotFound
from civic.i18n import _
from civic.people import links
from civic.people.models import Person
from civic.web.page import page, redirect


async def _person(request: Request) -> Person:
    """Whose link it is. Raises NotFound for a forged link or a person who is gone."""
    person = await Person.get_or_none(id=links.read(service.STOP, request.path_params["token"]))
    if person is None:
        raise NotFound(_("Ce lien ne mène plus à personne."))
    return person


async def show(request: Request) -> Response:
    """Whether the letters come, and the button to change it."""
    person = await _person(request)
    return page(
        request, "campaigns/coaching/show.html", token=request.path_params["token"],
        stopped=await service.is_stopped(person),
    )  # fmt: skip


async def stop(request: Request) -> Response:
    """No more letters."""
    await service.stop((await _person(request)).id)
    done = _("C’est fait : vous ne recevrez plus ces conseils.")
    return redirect("coaching.show", token=request.path_params["token"], flash=done)


async def start_again(request: Request) -> Response:
    """Letters again."""
    await service.start_again((await _person(request)).id)
    done = _("Vous recevrez de nouveau ces conseils.")
    return redirect("coaching.show", token=request.path_params["token"], flash=done)


routes: list[BaseRoute] = [
    Route("/conseils/{token}", show, name="coaching.show"),
    Route("/conseils/{token}", stop, methods=["POST"], name="coaching.stop"),
    Route("/conseils/{token}/reprendre", start_again, methods=["POST"], name="coaching.start_again"),
]
