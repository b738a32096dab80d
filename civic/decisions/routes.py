"""Pages of decisions: one decision, preparing, opening, answering, concluding."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock, slots
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.counting.rules import Code, Method
from civic.decisions import (
    answers,
    boxes,
    choices,
    choosing,
    closing,
    closing_routes,
    electors,
    extending,
    files,
    positions,
    proxy_routes,
    queries,
    register_routes,
    results,
    review_routes,
    reviews,
    secret_routes,
    service,
    words,
)
from civic.decisions.forms import DecisionForm, OutcomeForm, StanceForm, WithdrawalForm
from civic.decisions.models import Decision, DecisionStatus, Elector
from civic.decisions.positions import Position
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.people.actor import actor_of, visitor_or_actor
from civic.web import limits
from civic.web.forms import Form, fields_of, kept_key, new_key
from civic.web.moments import typed
from civic.web.page import page, redirect

USUAL_TIME, HALF = timedelta(days=7), timedelta(days=3)


async def new(request: Request) -> Response:
    """The form for a decision; a page that leads here may propose the question."""
    committee = await committees.committee_to_run(request.path_params["slug"], actor_of(request))
    former = request.query_params.get("suite")
    in_a_week = clock.local(clock.now() + USUAL_TIME).replace(hour=20, minute=0)
    values = {
        "method": Method.CONSENT.value, "majority": "half", "quorum_percent": "50",
        "closes_at": typed(in_a_week), "cle": new_key(),
        "question": request.query_params.get("question", "")[:200], "dots": 5, "dots_on_one": 0, "chosen_most": 1,
        "proxies_most": 0,
    }  # fmt: skip
    values |= {"positions_at": typed((clock.local(clock.now()) + HALF).replace(hour=20, minute=0))}
    return _form_page(request, committee, Form(values | await reviews.prefilled(committee, former)))


async def create(request: Request) -> Response:
    """Keep it in preparation."""
    actor = actor_of(request)
    committee = await committees.committee_to_run(request.path_params["slug"], actor)
    form = await _read(request)
    key = await kept_key(request, form)
    try:
        if form.data:
            decision = await service.draft(actor, committee, form.data, key)
            flash = _("La décision est prête. Relisez-la, puis ouvrez-la.")
            return redirect("decisions.show", id=decision.id, flash=flash)
    except Invalid as error:
        form.refuse(error)
    return _form_page(request, committee, form, status=422)


async def show(request: Request) -> Response:
    """One decision."""
    decision = await queries.decision_to_show(request.path_params["id"], visitor_or_actor(request))
    return await _decision_page(request, decision)


async def edit(request: Request) -> Response:
    """The form for a decision in preparation."""
    decision = await queries.decision_to_run(request.path_params["id"], actor_of(request))
    if not decision.is_prepared:
        return redirect("decisions.show", id=decision.id)
    names = [name for name in DecisionForm.model_fields if hasattr(decision, name)]
    values: dict[str, Any] = {name: getattr(decision, name) for name in names}
    options = await queries.options_of(decision)
    values |= {f"meaning_{option.code.value}": option.meaning for option in options if option.code}
    values |= choosing.lines_of(options) | {"budget": choosing.in_euros(decision.budget_cents)}
    values["secret"] = decision.is_secret
    values["first_stage"] = "1" if decision.positions_at else ""
    for name in ("opens_at", "positions_at", "closes_at"):
        values[name] = typed(values[name])
    return _form_page(request, decision.committee, Form(values), decision)


async def save(request: Request) -> Response:
    """Rewrite it."""
    decision = await queries.decision_to_run(request.path_params["id"], actor_of(request))
    form = await _read(request)
    try:
        if form.data:
            await service.redraft(decision, form.data)
            flash = _("C’est enregistré. Relisez, puis ouvrez la décision.")
            return redirect("decisions.show", id=decision.id, flash=flash)
    except Invalid as error:
        form.refuse(error)
    return _form_page(request, decision.committee, form, decision, status=422)


async def open_it(request: Request) -> Response:
    """Open it to the committee, now or at its moment."""
    actor = actor_of(request)
    decision = await queries.decision_to_run(request.path_params["id"], actor)
    status = await service.open_or_schedule(actor, decision)
    flash = {
        DecisionStatus.OPEN: _("La décision est ouverte. Le comité est prévenu par courriel."),
        DecisionStatus.SCHEDULED: _("L’ouverture est programmée."),
    }.get(status)
    return redirect("decisions.show", id=decision.id, flash=flash)


async def discard(request: Request) -> Response:
    """Throw a draft away."""
    actor = actor_of(request)
    decision = await queries.decision_to_run(request.path_params["id"], actor)
    if not await service.discard(actor, decision):
        return redirect("decisions.show", id=decision.id, flash=_("Ce n’est plus un brouillon."), kind="warn")
    return redirect("committees.show", slug=decision.committee.slug, flash=_("Le brouillon est jeté."), kind="info")


async def answer(request: Request) -> Response:
    """Take a position."""
    actor = actor_of(request)
    decision = await queries.decision_to_answer(request.path_params["id"], actor)
    await limits.hit("stance", str(actor.person.id), most=60, per=3600)
    options = await queries.options_of(decision)
    shape = positions.choices_form(decision, options) if decision.chooses else StanceForm
    form: Form[Any] = await Form.read(request, shape)
    elector = await electors.to_speak_for(decision, actor.person, form.data.pour if form.data else None)
    await _warn_of_the_former_reason(elector, decision, form)
    try:
        if form.data:
            said = positions.read(decision, options, form.data) if decision.chooses else Position(form.data.option)
            await answers.answer(actor, decision, said, form.data.reason, elector)
            return redirect("decisions.show", id=decision.id, flash=words.counted(decision, said))
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await _decision_page(request, decision, form=form, status=422)


async def _warn_of_the_former_reason(elector: Elector, decision: Decision, form: Form[Any]) -> None:
    """Refuse a reason that stood in the box for another position and was not read again."""
    if decision.chooses or form.data is None:
        return
    if await queries.is_reason_of_another(elector, form.data.option, form.data.reason):
        form.values["reason"] = ""
        sentence = _(
            "Vous changez de position\u00a0: votre raison d’avant est retirée. "
            "Dites la nouvelle, ou envoyez sans raison."
        )
        form.refuse(Invalid(sentence, field="reason"))


async def conclude(request: Request) -> Response:
    """Publish what follows."""
    actor = actor_of(request)
    decision = await queries.decision_to_run(request.path_params["id"], actor)
    form = await Form.read(request, OutcomeForm)
    if form.data is None:
        return await _decision_page(request, decision, outcome=form, status=422)
    await closing.conclude(actor, decision, form.data.outcome, form.data.review_on)
    return redirect("decisions.show", id=decision.id, flash=_("La suite est publiée."))


async def withdraw(request: Request) -> Response:
    """Take a decision back before its end."""
    actor = actor_of(request)
    decision = await queries.decision_to_run(request.path_params["id"], actor)
    form = await Form.read(request, WithdrawalForm)
    if form.data is None:
        return await _decision_page(request, decision, withdrawal=form, status=422)
    await service.withdraw(actor, decision, form.data.reason)
    return redirect("decisions.show", id=decision.id, flash=_("La décision est retirée."), kind="info")


async def _decision_page(request: Request, decision: Decision, *, status: int = 200, **forms: Form[Any]) -> Response:
    actor = visitor_or_actor(request)
    ballot = (await queries.ballots_for([decision], actor.person if actor else None))[0]
    person = actor.person if actor else None
    parts = [part for fill in slots.decision_panels for part in await fill(decision, person)]
    count, me = ballot.count, actor.person.id if actor else 0
    runs, moment = await committees.may_run(actor, decision.committee), clock.now()
    open_objections = bool(ballot.tally and ballot.tally.open_objections)
    blanks: dict[str, Any] = {name: Form() for name in ("outcome", "withdrawal")}
    return page(
        request, "civic/decisions/show.html", status=status, decision=decision, ballot=ballot, words=words,
        committee=decision.committee, state=words.verdict_words(decision),
        running=decision.is_running(moment), improving=ballot.improves, runs=runs,
        may_postpone=runs and extending.may_postpone(decision, moment),
        may_close_now=runs and extending.may_close_now(decision, moment) and not open_objections,
        seats=[] if decision.status == DecisionStatus.OPEN else await committees.seats_of(decision.committee_id),
        me=me or None, boxes=boxes.boxes_of(ballot, forms.get("form")), field_of=positions.field_of,
        choices=choices, count=count, results=results,
        explained=results.explain(decision, ballot.options, count) if count and decision.chooses else None,
        parts=sorted(parts, key=lambda part: part.order), **(blanks | {"form": Form()} | forms),
    )  # fmt: skip


def _form_page(
    request: Request,
    committee: Committee,
    form: Form[Any],
    decision: Decision | None = None,
    status: int = 200,
) -> Response:
    for code in Code:
        form.values.setdefault(f"meaning_{code.value}", words.usual_meaning(code))
    return page(
        request, "civic/decisions/form.html", status=status, committee=committee, form=form, decision=decision,
        words=words, choices=choices, Method=Method, codes_of=queries.codes_of, lines=choosing.LINES,
    )  # fmt: skip


async def _read(request: Request) -> Form[DecisionForm]:
    """The decision's form with its lines of options."""
    form = await Form.read(request, DecisionForm)
    choosing.read_options(form, await fields_of(request))
    return form


routes: list[BaseRoute] = [
    *register_routes.routes,
    Route("/comites/{slug}/decisions/nouvelle", new, name="decisions.new"),
    Route("/comites/{slug}/decisions/nouvelle", create, methods=["POST"], name="decisions.create"),
    Route("/decisions/{id:int}", show, name="decisions.show"),
    Route("/decisions/{id:int}/modifier", edit, name="decisions.edit"),
    Route("/decisions/{id:int}/modifier", save, methods=["POST"], name="decisions.save"),
    Route("/decisions/{id:int}/ouvrir", open_it, methods=["POST"], name="decisions.open"),
    Route("/decisions/{id:int}/jeter", discard, methods=["POST"], name="decisions.discard"),
    Route("/decisions/{id:int}/position", answer, methods=["POST"], name="decisions.answer"),
    Route("/decisions/{id:int}/suite", conclude, methods=["POST"], name="decisions.conclude"),
    Route("/decisions/{id:int}/retirer", withdraw, methods=["POST"], name="decisions.withdraw"),
    *closing_routes.routes,
    *files.routes,
    *review_routes.routes,
    *proxy_routes.routes,
    *secret_routes.routes,
]
