"""Making a sum that was asked wait for a commitment, and letting it go again; both lead back to the commitment."""

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.payouts import binding
from campaigns.payouts.forms import ReasonForm
from campaigns.payouts.models import Tranche
from civic.errors import Invalid
from civic.i18n import _
from civic.people.actor import Actor, actor_of
from civic.web.forms import Form
from civic.web.page import redirect


class BindForm(BaseModel):
    """For which commitment it waits."""

    commitment: int


async def bind(request: Request) -> Response:
    """From now on it waits."""
    actor, tranche = await _sum(request)
    form = await Form.read(request, BindForm)
    if form.data is None:
        raise Invalid(_("Choisissez un engagement en cours de cette initiative."))
    made = await binding.bind(tranche, actor, form.data.commitment)
    done = _("La somme attend cet engagement. Tout le monde peut le lire.")
    return redirect("commitments.show", id=made.id, flash=done)


async def unbind(request: Request) -> Response:
    """It waits no more."""
    actor, tranche = await _sum(request)
    form = await Form.read(request, ReasonForm)
    if form.data is None:
        raise Invalid(next(iter(form.errors.values())))
    made = await binding.unbind(tranche, actor, form.data.reason)
    done = _("La somme n’attend plus cet engagement. Votre raison est envoyée à la trésorerie.")
    return redirect("commitments.show", id=made.id, flash=done)


async def _sum(request: Request) -> tuple[Actor, Tranche]:
    actor = actor_of(request)
    return actor, await binding.tranche_to_bind(request.path_params["slug"], request.path_params["id"], actor)


_ONE = "/campagnes/{slug}/depenses/tranches/{id:int}"
routes: list[BaseRoute] = [
    Route(_ONE + "/attendre", bind, methods=["POST"], name="payouts.bind"),
    Route(_ONE + "/ne-plus-attendre", unbind, methods=["POST"], name="payouts.unbind"),
]
