"""« Signaler », the team's queue, and the author's appeal."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock
from civic.errors import DomainError
from civic.i18n import _
from civic.moderation import queries, service
from civic.moderation.forms import AnswerForm, AppealForm, HideForm, ReportForm
from civic.moderation.models import Ground
from civic.people.actor import Actor, animator_of, visitor_or_actor
from civic.slots import Writing
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect, redirect_to

PRIVATE = {"Cache-Control": "no-store"}


async def new(request: Request) -> Response:
    """The text, and what is wrong with it."""
    actor = visitor_or_actor(request)
    kind, writing = await _text(request, actor)
    return _report_page(request, kind, writing, Form({"email": actor.person.email or "" if actor else ""}))


async def send(request: Request) -> Response:
    """Keep the report for the team."""
    actor = visitor_or_actor(request)
    kind, writing = await _text(request, actor)
    form = await Form.read(request, ReportForm)
    if form.data and writing.hidden:
        return redirect_to(writing.href, flash=_("L’équipe a déjà masqué ce texte."), kind="info")
    if form.data is None:
        return _report_page(request, kind, writing, form, 422)
    await limits.hit("report", limits.address(request), most=10, per=3600)
    await service.report(actor, kind, writing, form.data)
    return redirect_to(writing.href, flash=_("Merci. L’équipe lit ce texte, décide et dit pourquoi."))


async def _text(request: Request, actor: Actor | None) -> tuple[str, Writing]:
    kind = request.path_params["kind"]
    return kind, await queries.writing_to_read(kind, request.path_params["id"], actor)


def _report_page(
    request: Request, kind: str, writing: Writing, form: Form[Any], status: int = 200
) -> Response:  # fmt: skip
    return page(
        request, "civic/moderation/report.html", status=status, kind=kind, writing=writing, form=form,
        grounds=[(one.value, one.words) for one in Ground],
    )  # fmt: skip


async def index(request: Request) -> Response:
    """What is reported, what is hidden, who appeals."""
    return await _queue(request, animator_of(request))


async def _queue(request: Request, actor: Actor, refused: Form[Any] | None = None, key: str = "") -> Response:
    appeals = await queries.appeals()
    theirs = await queries.answerable(appeals, actor)
    return page(
        request, "civic/moderation/index.html", status=422 if refused else 200, waiting=await queries.waiting(),
        hidden=await queries.hidden(), appeals=appeals, theirs=theirs, refused=refused, key=key, me=actor.person.id,
    )  # fmt: skip


async def hide(request: Request) -> Response:
    """Hide it, with a reason."""
    actor = animator_of(request)
    kind = request.path_params["kind"]
    writing = await queries.writing_to_judge(kind, request.path_params["id"], actor)
    form = await Form.read(request, HideForm)
    try:
        if form.data:
            await service.hide(actor, kind, writing, form.data.version, form.data.reason)
            return redirect("moderation.index", flash=_("Le texte est masqué, et son auteur sait pourquoi."))
    except DomainError as error:
        form.refuse(error)
    return await _queue(request, actor, form, f"{kind}-{writing.id}")


async def keep(request: Request) -> Response:
    """Leave it where it is."""
    actor = animator_of(request)
    kind = request.path_params["kind"]
    writing = await queries.writing_to_judge(kind, request.path_params["id"], actor)
    await service.keep(actor, kind, writing)
    return redirect("moderation.index", flash=_("Le texte reste en place."))


async def show_again(request: Request) -> Response:
    """Undo the hiding."""
    actor = animator_of(request)
    judgement = await queries.judgement_to_undo(request.path_params["id"], actor)
    await service.show_again(actor, judgement)
    return redirect("moderation.index", flash=_("Le texte est de nouveau visible."))


async def answer_appeal(request: Request) -> Response:
    """Another look."""
    actor = animator_of(request)
    judgement = await queries.appeal_to_answer(request.path_params["id"], actor)
    writing = await queries.writing_to_judge(judgement.kind, judgement.subject_id, actor)
    form = await Form.read(request, AnswerForm)
    if form.data is None:
        return await _queue(request, actor, form, f"recours-{judgement.id}")
    await service.answer_appeal(actor, judgement, writing, form.data)
    return redirect("moderation.index", flash=_("Votre réponse est partie."))


async def appeal(request: Request) -> Response:
    """Behind the mailed link: what was hidden, why, and the form."""
    return await _appeal_page(request, Form())


async def send_appeal(request: Request) -> Response:
    """The author does not agree."""
    judgement, _writing = await queries.judgement_of_link(request.path_params["token"])
    form = await Form.read(request, AppealForm)
    try:
        if form.data:
            await service.appeal(judgement, form.data.words)
            done = _("Votre recours est arrivé.")
            return redirect("moderation.appeal", token=request.path_params["token"], flash=done)
    except DomainError as error:
        form.refuse(error)
    return await _appeal_page(request, form, 422)


async def _appeal_page(request: Request, form: Form[Any], status: int = 200) -> Response:
    judgement, writing = await queries.judgement_of_link(request.path_params["token"])
    return page(
        request, "civic/moderation/appeal.html", status=status, headers=PRIVATE, judgement=judgement, writing=writing,
        form=form, token=request.path_params["token"], open_=judgement.takes_appeal(clock.now() - queries.APPEAL_TIME),
        until=judgement.at + queries.APPEAL_TIME - timedelta(days=1),
    )  # fmt: skip


_ONE = "/pupitre/signalements/{kind}/{id:int}"
routes: list[BaseRoute] = [
    Route("/signaler/{kind}/{id:int}", new, name="moderation.new"),
    Route("/signaler/{kind}/{id:int}", send, methods=["POST"], name="moderation.send"),
    Route("/pupitre/signalements", index, name="moderation.index"),
    Route(_ONE + "/masquer", hide, methods=["POST"], name="moderation.hide"),
    Route(_ONE + "/garder", keep, methods=["POST"], name="moderation.keep"),
    Route("/pupitre/signalements/{id:int}/remontrer", show_again, methods=["POST"], name="moderation.show_again"),
    Route("/pupitre/signalements/{id:int}/recours", answer_appeal, methods=["POST"], name="moderation.answer_appeal"),
    Route("/recours/{token}", appeal, name="moderation.appeal"),
    Route("/recours/{token}", send_appeal, methods=["POST"], name="moderation.send_appeal"),
]
