"""Moving the closing: a page to postpone it, a button to close once everybody has answered."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.decisions import extending, queries
from civic.decisions.models import Decision
from civic.errors import DomainError
from civic.i18n import _
from civic.people.actor import actor_of
from civic.web.forms import Form
from civic.web.moments import Moment, typed
from civic.web.page import page, redirect

USUAL = timedelta(days=3)


class PostponingForm(BaseModel):
    """Until when the closing is postponed, and why."""

    closes_at: Moment
    reason: str = Field(min_length=5, max_length=1000)


async def later(request: Request) -> Response:
    """The form that postpones the closing."""
    decision = await queries.decision_to_run(request.path_params["id"], actor_of(request))
    usual = min(decision.closes_at + USUAL, extending.latest(decision))
    return _page(request, decision, Form({"closes_at": typed(usual)}))


async def postpone(request: Request) -> Response:
    """Postpone it."""
    actor = actor_of(request)
    decision = await queries.decision_to_run(request.path_params["id"], actor)
    form = await Form.read(request, PostponingForm)
    try:
        if form.data:
            await extending.postpone(actor, decision, form.data.closes_at, form.data.reason)
            flash = _("La clôture est reportée. Tout le comité est prévenu.")
            return redirect("decisions.show", id=decision.id, flash=flash)
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return _page(request, decision, form, status=422)


async def close_now(request: Request) -> Response:
    """Close it before the hour."""
    actor = actor_of(request)
    decision = await queries.decision_to_run(request.path_params["id"], actor)
    await extending.close_now(actor, decision)
    flash = _("La décision est close, et le comité prévenu du résultat.")
    return redirect("decisions.show", id=decision.id, flash=flash)


def _page(request: Request, decision: Decision, form: Form[Any], status: int = 200) -> Response:
    return page(
        request, "civic/decisions/later.html", status=status, decision=decision, committee=decision.committee,
        form=form, latest=extending.latest(decision),
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/decisions/{id:int}/reporter", later, name="decisions.later"),
    Route("/decisions/{id:int}/reporter", postpone, methods=["POST"], name="decisions.postpone"),
    Route("/decisions/{id:int}/clore", close_now, methods=["POST"], name="decisions.close_now"),
]
