"""Pages of who runs a committee while positions are taken: integrate an objection, move the closing."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.decisions import extending
from civic.decisions import queries as decisions
from civic.decisions.models import Decision, Stance
from civic.errors import DomainError
from civic.i18n import _
from civic.people.actor import actor_of
from civic.proposals import queries, revisions
from civic.proposals.forms import ExtensionForm, IntegrationForm
from civic.web.forms import Form
from civic.web.moments import typed
from civic.web.page import page, redirect

USUAL = timedelta(days=3)


async def objection(request: Request) -> Response:
    """An objection with the text it objects to."""
    ids = request.path_params
    decision, stance = await queries.objection_to_integrate(ids["id"], ids["stance"], actor_of(request))
    return await _objection_page(request, decision, stance, Form({"text": decision.explanation}))


async def integrate(request: Request) -> Response:
    """Record how an objection changes the proposal, with its new text."""
    actor, ids = actor_of(request), request.path_params
    decision, stance = await queries.objection_to_integrate(ids["id"], ids["stance"], actor)
    form = await Form.read(request, IntegrationForm)
    try:
        if form.data:
            said = form.data
            await revisions.integrate(
                actor, decision, stance.id, integration=said.integration, text=said.text, version=said.version
            )
            flash = _("L’objection est notée comme intégrée. Son auteur est prévenu.")
            return redirect("decisions.show", id=decision.id, flash=flash)
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await _objection_page(request, decision, stance, form, status=422)


async def later(request: Request) -> Response:
    """The form that moves the closing."""
    decision = await decisions.decision_to_run(request.path_params["id"], actor_of(request))
    usual = typed(decision.closes_at + USUAL)
    return _later_page(request, decision, Form({"closes_at": usual}))


async def extend(request: Request) -> Response:
    """Move the closing, once."""
    actor = actor_of(request)
    decision = await decisions.decision_to_run(request.path_params["id"], actor)
    form = await Form.read(request, ExtensionForm)
    try:
        if form.data:
            await extending.extend(actor, decision, form.data.closes_at, form.data.reason)
            flash = _("La clôture est repoussée. Tout le comité est prévenu.")
            return redirect("decisions.show", id=decision.id, flash=flash)
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return _later_page(request, decision, form, status=422)


async def _objection_page(
    request: Request, decision: Decision, stance: Stance, form: Form[Any], status: int = 200
) -> Response:
    if "version" not in form.values or "text" in form.errors:
        form.values["version"] = await revisions.version_of(decision)  # the page shows the text as it is now
    return page(
        request, "civic/proposals/objection.html", status=status, decision=decision, committee=decision.committee,
        stance=stance, form=form,
    )  # fmt: skip


def _later_page(request: Request, decision: Decision, form: Form[Any], status: int = 200) -> Response:
    return page(
        request, "civic/proposals/later.html", status=status, decision=decision, committee=decision.committee,
        form=form, latest=decision.closes_at + extending.LONGEST,
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/decisions/{id:int}/objections/{stance:int}", objection, name="proposals.objection"),
    Route("/decisions/{id:int}/objections/{stance:int}", integrate, methods=["POST"], name="proposals.integrate"),
    Route("/decisions/{id:int}/cloture", later, name="proposals.later"),
    Route("/decisions/{id:int}/cloture", extend, methods=["POST"], name="proposals.extend"),
]
