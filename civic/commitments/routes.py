"""Pages of commitments: taking one, one with its history, and what becomes of it."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from civic import slots
from civic.commitments import list_routes, queries, service, words
from civic.commitments.forms import AnswerForm, CommitmentForm, HandForm, KeepForm, MoveForm, ReasonForm
from civic.commitments.models import Commitment, Step
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.decisions.models import Decision
from civic.errors import DomainError
from civic.i18n import _
from civic.media.documents import path_of, store_evidence
from civic.people.actor import Actor, actor_of, visitor_or_actor
from civic.people.models import Person
from civic.slots import Panel
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect

FORMS = ("keeping", "moving", "handing", "dropping", "reopening")


async def new(request: Request) -> Response:
    """The form for a commitment after a decision."""
    decision = await queries.decision_to_follow(request.path_params["id"], actor_of(request))
    return await _form_page(request, decision.committee, Form(), decision)


async def commit(request: Request) -> Response:
    """Promise something after a decision."""
    decision = await queries.decision_to_follow(request.path_params["id"], actor_of(request))
    return await _promise(request, decision.committee, decision)


async def new_in(request: Request) -> Response:
    """The form for a commitment of a committee."""
    committee = await queries.committee_to_promise(request.path_params["slug"], actor_of(request))
    return await _form_page(request, committee, Form(), None)


async def commit_in(request: Request) -> Response:
    """Promise something in a committee."""
    committee = await queries.committee_to_promise(request.path_params["slug"], actor_of(request))
    return await _promise(request, committee, None)


async def _promise(request: Request, committee: Committee, decision: Decision | None) -> Response:
    actor = actor_of(request)
    await limits.hit("commitment", str(actor.person.id), most=60, per=3600)
    form = await Form.read(request, CommitmentForm)
    try:
        if form.data:
            made = await service.commit(actor, committee, form.data, decision=decision)
            flash = _("La proposition est envoyée.") if made.is_proposed else _("L’engagement est noté.")
            if decision:
                return redirect("decisions.show", id=decision.id, flash=flash)
            return redirect("commitments.index", slug=committee.slug, flash=flash)
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await _form_page(request, committee, form, decision, status=422)


async def _form_page(
    request: Request, committee: Committee, form: Form[Any], decision: Decision | None, status: int = 200
) -> Response:
    actor = actor_of(request)
    runs = await committees.may_run(actor, committee)
    return page(
        request, "civic/commitments/form.html", status=status, committee=committee, form=form, decision=decision,
        runs=runs, me=actor.person.id, seats=await committees.seats_of(committee.id) if runs else [],
    )  # fmt: skip


async def show(request: Request) -> Response:
    """One commitment, its history, and what one may say of it."""
    made = await queries.commitment_to_show(request.path_params["id"], visitor_or_actor(request))
    return await _page(request, made)


async def answer(request: Request) -> Response:
    """Accept or decline what is proposed, in one tap."""
    actor = actor_of(request)
    made = await queries.commitment_to_answer(request.path_params["id"], actor)
    form = await Form.read(request, AnswerForm)
    if form.data is None:
        return redirect("commitments.show", id=made.id)
    accept = form.data.answer == "yes"
    said = await service.answer(actor, made, accept=accept, reason=form.data.reason)
    thanks = _("Merci ! Cet engagement est le vôtre.") if accept else _("C’est noté : vous ne le prenez pas.")
    return redirect("commitments.show", id=made.id, flash=thanks if said else _("Vous aviez déjà répondu."))


async def keep(request: Request) -> Response:
    """Say that it is done, and show it."""
    actor = actor_of(request)
    made = await queries.commitment_to_change(request.path_params["id"], actor)
    await limits.hit("evidence", str(actor.person.id), most=60, per=3600)
    async with request.form(max_fields=10, max_files=1) as sent:
        form = Form.check(sent, KeepForm)
        try:
            if form.data:
                upload, picture = sent.get("picture"), None
                if isinstance(upload, UploadFile) and upload.filename and made.is_open:
                    alt = form.data.alt or _("Preuve : %(what)s", what=made.what)[:200]
                    picture = await store_evidence(upload, alt=alt, field="picture")
                await service.keep(actor, made, form.data, picture)
                return redirect("commitments.show", id=made.id, flash=_("C’est noté : fait. Merci !"))
        except DomainError as error:
            if not error.field:
                raise
            form.refuse(error)
    return await _page(request, made, 422, keeping=form)


async def move(request: Request) -> Response:
    """Another day, with the reason."""

    async def say(actor: Actor, made: Commitment, data: MoveForm) -> bool:
        return await service.move(actor, made, data.due_on, data.reason)

    return await _change(request, MoveForm, "moving", say, _("Le nouveau jour est noté."))


async def drop(request: Request) -> Response:
    """It will not be done, with the reason."""

    async def say(actor: Actor, made: Commitment, data: ReasonForm) -> bool:
        return await service.drop(actor, made, data.reason)

    return await _change(request, ReasonForm, "dropping", say, _("L’engagement est abandonné. La raison est notée."))


async def hand_over(request: Request) -> Response:
    """Ask another member."""

    async def say(actor: Actor, made: Commitment, data: HandForm) -> bool:
        return await service.hand_over(actor, made, data.person_id, data.reason)

    return await _change(request, HandForm, "handing", say, _("C’est demandé. L’engagement reste à vous d’ici là."))


async def reopen(request: Request) -> Response:
    """It is not done after all, says who runs the committee."""

    async def say(actor: Actor, made: Commitment, data: ReasonForm) -> bool:
        return await service.reopen(actor, made, data.reason)

    done = _("L’engagement est rouvert.")
    return await _change(request, ReasonForm, "reopening", say, done, queries.commitment_to_run)


async def _change(
    request: Request, shape: type[Any], name: str, verb: Callable[[Actor, Commitment, Any], Awaitable[bool]],
    done: str, find: Callable[[int, Actor], Awaitable[Commitment]] = queries.commitment_to_change,
) -> Response:  # fmt: skip
    """What its owner or who runs the committee says: kept, or the page again with what is wrong."""
    actor = actor_of(request)
    made = await find(request.path_params["id"], actor)
    form = await Form.read(request, shape)
    try:
        if form.data is not None:
            changed = await verb(actor, made, form.data)
            return redirect("commitments.show", id=made.id, flash=done if changed else None)
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await _page(request, made, 422, **{name: form})


async def evidence(request: Request) -> Response:
    """The PDF of an evidence, to download: its pages are pictures, nothing in it runs."""
    id = request.path_params["id"]
    picture = await queries.evidence_to_read(id, visitor_or_actor(request))
    headers = {
        "Content-Disposition": f'attachment; filename="engagement-{id}.pdf"', "Cache-Control": "private, no-store",
        "Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return FileResponse(path_of(picture), media_type="application/pdf", headers=headers)


async def _page(request: Request, made: Commitment, status: int = 200, **forms: Form[Any]) -> Response:
    actor = visitor_or_actor(request)
    person = actor.person if actor else None
    runs, history = await committees.may_run(actor, made.committee), await queries.history_of(made)
    mine = person is not None and made.person_id == person.id
    may = not made.committee.ended_at and (runs or mine)
    names = await queries.names_for([made], person, _named(made, history))
    blanks: dict[str, Any] = {name: Form() for name in FORMS}
    by, table = names.of, made.committee_id
    return page(
        request, "civic/commitments/show.html", status=status, made=made, committee=made.committee, names=names,
        lines=[(one, words.told(one, by(table, one.by), by(table, one.person))) for one in history],
        words=words, me=person.id if person else None, runs=runs, mine=mine, may=may,
        asked=person is not None and (made.offered_to_id == person.id or (mine and made.is_proposed)),
        seats=await committees.seats_of(made.committee_id) if may and made.is_open else [],
        panels=await _panels(made, person),
        wrong=next(iter(forms.values()), None), **(blanks | forms),
    )  # fmt: skip


async def _panels(made: Commitment, person: Person | None) -> list[Panel]:
    found = [panel for filler in slots.commitment_panels for panel in await filler(made, person)]
    return sorted(found, key=lambda panel: panel.order)


def _named(made: Commitment, history: list[Step]) -> set[int]:
    """Everybody whose name the page would say."""
    ids = {one for step in history for one in (step.by_id, step.person_id)} | {made.kept_by_id, made.offered_to_id}
    return {one for one in ids if one}


routes: list[BaseRoute] = [
    Route("/decisions/{id:int}/engagements", new, name="commitments.new"),
    Route("/decisions/{id:int}/engagements", commit, methods=["POST"], name="commitments.commit"),
    Route("/comites/{slug}/engagements/nouveau", new_in, name="commitments.new_in"),
    Route("/comites/{slug}/engagements/nouveau", commit_in, methods=["POST"], name="commitments.commit_in"),
    *list_routes.routes,
    Route("/engagements/{id:int}", show, name="commitments.show"),
    Route("/engagements/{id:int}/repondre", answer, methods=["POST"], name="commitments.answer"),
    Route("/engagements/{id:int}/fait", keep, methods=["POST"], name="commitments.keep"),
    Route("/engagements/{id:int}/reporter", move, methods=["POST"], name="commitments.move"),
    Route("/engagements/{id:int}/confier", hand_over, methods=["POST"], name="commitments.hand_over"),
    Route("/engagements/{id:int}/abandonner", drop, methods=["POST"], name="commitments.drop"),
    Route("/engagements/{id:int}/rouvrir", reopen, methods=["POST"], name="commitments.reopen"),
    Route("/engagements/{id:int}/preuve.pdf", evidence, name="commitments.evidence"),
]
