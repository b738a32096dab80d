"""« Heures à valider »: what coordinators of an initiative agree to, one by one or all at once, or refuse."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import Invalid
from civic.i18n import _, _n
from civic.initiatives.models import Initiative
from civic.initiatives.queries import initiative_to_edit
from civic.people.actor import Actor, actor_of
from civic.web.forms import Form
from civic.web.page import page, redirect
from volunteering.hours import queries, service, words
from volunteering.hours.forms import AllForm, RefuseForm, SeenForm


async def index(request: Request) -> Response:
    """What awaits a coordinator, and what was said last."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    return await _page(request, initiative, actor, Form({}))


async def validate(request: Request) -> Response:
    """Agree to one line as it stood on the page."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    entry = await queries.entry_of(initiative, request.path_params["id"])
    form = await Form.read(request, SeenForm)
    try:
        await service.validate(entry, form.data.minutes if form.data else 0, actor)
    except service.Changed as error:
        return redirect("hours.index", slug=initiative.slug, flash=error.message, kind="warn")
    return redirect("hours.index", slug=initiative.slug, flash=_("Validé, merci."))


async def validate_all(request: Request) -> Response:
    """Agree to all that stood on the page."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    form = await Form.read(request, AllForm)
    done, left = await service.validate_all(initiative.id, form.data.minutes() if form.data else {}, actor)
    text = _n("%(n)s ligne validée.", "%(n)s lignes validées.", done)
    if left:
        text += " " + _n(
            "%(n)s reste : elle est à vous, ou vient de changer.",
            "%(n)s restent : elles sont à vous, ou viennent de changer.", left,
        )  # fmt: skip
    return redirect("hours.index", slug=initiative.slug, flash=text, kind="warn" if left else "ok")


async def refuse(request: Request) -> Response:
    """Do not agree, and say why."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    entry = await queries.entry_of(initiative, request.path_params["id"])
    form = await Form.read(request, RefuseForm)
    if form.data is None:
        return await _page(request, initiative, actor, form, refusing=entry.id, status=422)
    try:
        await service.refuse(entry, form.data.answer, actor)
    except service.Changed as error:
        return redirect("hours.index", slug=initiative.slug, flash=error.message, kind="warn")
    return redirect("hours.index", slug=initiative.slug, flash=_("C’est dit. La personne reçoit votre raison."))


async def agree(request: Request) -> Response:
    """Take a refusal back: these hours count after all."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    entry = await queries.entry_of(initiative, request.path_params["id"])
    form = await Form.read(request, SeenForm)
    try:
        await service.agree_after_all(entry, form.data.minutes if form.data else 0, actor)
    except (service.Changed, Invalid) as error:
        return redirect("hours.index", slug=initiative.slug, flash=error.message, kind="warn")
    text = _("Ces heures sont validées. La personne en est prévenue.")
    return redirect("hours.index", slug=initiative.slug, flash=text)


async def _page(
    request: Request, initiative: Initiative, actor: Actor, form: Form[Any], *, refusing: int = 0, status: int = 200
) -> Response:  # fmt: skip
    pending = await queries.pending_of(initiative.id)
    own = {actor.person.id, actor.hand.id}
    open_ = [row for row in pending if row.person_id not in own]
    return page(
        request, "volunteering/hours/index.html", status=status, headers={"Cache-Control": "no-store"},
        initiative=initiative, pending=pending, own=own, open_=open_, total=words.duration(queries.total(open_)),
        count=await queries.pending_count(initiative.id), latest=await queries.latest_of(initiative.id), form=form,
        refusing=refusing, words=words,
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/initiatives/{slug}/heures", index, name="hours.index"),
    Route("/initiatives/{slug}/heures/valider", validate_all, methods=["POST"], name="hours.validate_all"),
    Route("/initiatives/{slug}/heures/{id:int}/valider", validate, methods=["POST"], name="hours.validate"),
    Route("/initiatives/{slug}/heures/{id:int}/refuser", refuse, methods=["POST"], name="hours.refuse"),
    Route("/initiatives/{slug}/heures/{id:int}/reprendre", agree, methods=["POST"], name="hours.agree"),
]
