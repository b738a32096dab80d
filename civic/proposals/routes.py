"""Pages of the work on a proposal: asking, answering, amending, settling, comparing versions."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.decisions.models import Decision
from civic.errors import DomainError
from civic.i18n import _
from civic.people.actor import actor_of, visitor_or_actor
from civic.proposals import integration_routes, queries, revisions, service
from civic.proposals.forms import AmendmentForm, DeclineForm, QuestionForm, ReplyForm, TextForm
from civic.proposals.models import Amendment, ProposalQuestion
from civic.web import limits
from civic.web.forms import Form, kept_key, new_key
from civic.web.page import page, redirect


async def new_question(request: Request) -> Response:
    """The form for a question."""
    decision = await queries.proposal_to_improve(request.path_params["id"], actor_of(request))
    return _write_page(request, "question", decision, Form({"cle": new_key()}))


async def ask(request: Request) -> Response:
    """Ask what one wants to know."""
    actor = actor_of(request)
    decision = await queries.proposal_to_improve(request.path_params["id"], actor)
    await limits.hit("proposal", str(actor.person.id), most=60, per=3600)
    form = await Form.read(request, QuestionForm)
    key = await kept_key(request, form)
    if form.data is None:
        return _write_page(request, "question", decision, form, status=422)
    await service.ask(actor, decision, form.data.text, key)
    return _back(decision, _("Votre question est posée. La réponse viendra par courriel."))


async def question(request: Request) -> Response:
    """A question, and the form for its answer."""
    asked = await _question(request)
    return _reply_page(request, asked, Form())


async def reply(request: Request) -> Response:
    """Answer it for everybody."""
    actor, asked = actor_of(request), await _question(request)
    form = await Form.read(request, ReplyForm)
    if form.data is None:
        return _reply_page(request, asked, form, status=422)
    new = await service.reply(actor, asked, form.data.answer)
    if not new:
        return _back(asked.decision, _("Cette question avait déjà sa réponse."))
    return _back(asked.decision, _("Votre réponse est publiée. Son auteur est prévenu."))


async def unask(request: Request) -> Response:
    """Take one's own question back while it has no answer."""
    actor = actor_of(request)
    asked = await queries.own_question(request.path_params["id"], request.path_params["question"], actor)
    gone = await service.unask(actor, asked)
    said = _("Votre question est retirée.") if gone else _("Cette question avait déjà sa réponse.")
    return _back(asked.decision, said)


async def new_amendment(request: Request) -> Response:
    """The form for a change."""
    decision = await queries.proposal_to_improve(request.path_params["id"], actor_of(request))
    return _write_page(request, "amend", decision, Form({"cle": new_key()}))


async def amend(request: Request) -> Response:
    """Propose to change the text."""
    actor = actor_of(request)
    decision = await queries.proposal_to_improve(request.path_params["id"], actor)
    await limits.hit("proposal", str(actor.person.id), most=60, per=3600)
    form = await Form.read(request, AmendmentForm)
    key = await kept_key(request, form)
    if form.data is None:
        return _write_page(request, "amend", decision, form, status=422)
    await service.amend(actor, decision, form.data.change, form.data.why, key)
    return _back(decision, _("Votre proposition de changement est envoyée. La réponse viendra par courriel."))


async def amendment(request: Request) -> Response:
    """An amendment with the text it would change: take it, or say why not."""
    made = await _amendment(request)
    return await _settle_page(request, made)


async def accept(request: Request) -> Response:
    """Take it into the text."""
    actor, made = actor_of(request), await _amendment(request)
    form = await Form.read(request, TextForm)
    try:
        if form.data:
            new = await service.accept(actor, made, form.data.text, form.data.version)
            return _back(made.decision, _("Le texte est changé. Son auteur est prévenu.") if new else _settled())
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await _settle_page(request, made, status=422, form=form)


async def decline(request: Request) -> Response:
    """Leave it out, and say why."""
    actor, made = actor_of(request), await _amendment(request)
    form = await Form.read(request, DeclineForm)
    if form.data is None:
        return await _settle_page(request, made, status=422, refusal=form)
    new = await service.decline(actor, made, form.data.reason)
    said = _("C’est noté. Son auteur reçoit votre raison.") if new else _settled()
    return _back(made.decision, said)


async def take_back(request: Request) -> Response:
    """Its author takes an amendment back."""
    actor = actor_of(request)
    made = await queries.own_amendment(request.path_params["id"], request.path_params["amendment"], actor)
    new = await service.take_back(actor, made)
    said = _("Votre proposition de changement est retirée.") if new else _settled()
    return _back(made.decision, said)


async def revision(request: Request) -> Response:
    """What changed in one version of the text, and both texts."""
    number = request.path_params["number"]
    found = await queries.revision_to_show(request.path_params["id"], number, visitor_or_actor(request))
    pieces = await asyncio.to_thread(revisions.compared, found.before, found.after)
    return page(
        request, "civic/proposals/revision.html", decision=found.decision, committee=found.decision.committee,
        revision=found, pieces=pieces,
    )  # fmt: skip


async def _question(request: Request) -> ProposalQuestion:
    ids = request.path_params
    return await queries.question_to_answer(ids["id"], ids["question"], actor_of(request))


async def _amendment(request: Request) -> Amendment:
    ids = request.path_params
    return await queries.amendment_to_settle(ids["id"], ids["amendment"], actor_of(request))


async def _settle_page(request: Request, made: Amendment, status: int = 200, **forms: Form[Any]) -> Response:
    decision = made.decision
    fresh = {"text": decision.explanation, "version": await revisions.version_of(decision)}
    if "form" in forms and "text" in forms["form"].errors:
        forms["form"].values["version"] = fresh["version"]  # the page shows the text as it is now
    return page(
        request, "civic/proposals/amendment.html", status=status, decision=decision, committee=decision.committee,
        amendment=made, **({"form": Form(fresh), "refusal": Form()} | forms),
    )  # fmt: skip


def _write_page(request: Request, name: str, decision: Decision, form: Form[Any], status: int = 200) -> Response:
    return page(
        request, f"civic/proposals/{name}.html", status=status, decision=decision, committee=decision.committee,
        form=form,
    )  # fmt: skip


def _reply_page(request: Request, asked: ProposalQuestion, form: Form[Any], status: int = 200) -> Response:
    return page(
        request, "civic/proposals/reply.html", status=status, decision=asked.decision,
        committee=asked.decision.committee, question=asked, form=form,
    )  # fmt: skip


def _settled() -> str:
    return _("Ce changement avait déjà sa réponse.")


def _back(decision: Decision, flash: str) -> Response:
    return redirect("decisions.show", id=decision.id, flash=flash)


_ONE = "/decisions/{id:int}"
_AMENDMENT = _ONE + "/ameliorations/{amendment:int}"

routes: list[BaseRoute] = [
    Route(_ONE + "/questions/nouvelle", new_question, name="proposals.new_question"),
    Route(_ONE + "/questions/nouvelle", ask, methods=["POST"], name="proposals.ask"),
    Route(_ONE + "/questions/{question:int}", question, name="proposals.question"),
    Route(_ONE + "/questions/{question:int}", reply, methods=["POST"], name="proposals.reply"),
    Route(_ONE + "/questions/{question:int}/retirer", unask, methods=["POST"], name="proposals.unask"),
    Route(_ONE + "/ameliorations/nouvelle", new_amendment, name="proposals.new_amendment"),
    Route(_ONE + "/ameliorations/nouvelle", amend, methods=["POST"], name="proposals.amend"),
    Route(_AMENDMENT, amendment, name="proposals.amendment"),
    Route(_AMENDMENT + "/reprendre", accept, methods=["POST"], name="proposals.accept"),
    Route(_AMENDMENT + "/ecarter", decline, methods=["POST"], name="proposals.decline"),
    Route(_AMENDMENT + "/retirer", take_back, methods=["POST"], name="proposals.take_back"),
    Route(_ONE + "/versions/{number:int}", revision, name="proposals.revision"),
    *integration_routes.routes,
]
