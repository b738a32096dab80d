"""« C’est bien moi » : an address typed at a door or from a sheet opens no hours before its owner has said so."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import NotFound
from civic.i18n import _
from civic.people import links
from civic.people import service as people
from civic.people.models import Person
from civic.web.page import page, redirect
from volunteering.hours.letters import FIRST, token_of

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


async def show(request: Request) -> Response:
    """Who was noted as being there; nothing changes by looking, and nothing more of her is shown."""
    person = await _person(request)
    return page(
        request, "volunteering/hours/first.html", headers=PRIVATE, person=person, token=request.path_params["token"]
    )  # fmt: skip


async def confirm(request: Request) -> Response:
    """The address is hers: from now on the link to her hours is mailed to it."""
    person = await _person(request)
    await people.confirm_address(person)
    return redirect("hours.mine", token=token_of(person.id), flash=_("C’est noté. Voici vos heures."))


async def _person(request: Request) -> Person:
    """Raises NotFound, also for somebody erased, and Gone for a link of before she signed a device out."""
    token = request.path_params["token"]
    person = await Person.get_or_none(id=links.read(FIRST, token), erased_at__isnull=True)
    if person is None:
        raise NotFound(_("Ces heures n’existent plus."))
    links.check_current(person, FIRST, token)
    return person


routes: list[BaseRoute] = [
    Route("/heures/est-ce-moi/{token}", show, name="hours.first"),
    Route("/heures/est-ce-moi/{token}", confirm, methods=["POST"], name="hours.first_confirm"),
]
