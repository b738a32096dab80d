"""Pages of decisions: the register, one decision, preparing, opening, answering, concluding."""

import secrets
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.decisions import answers, closing, commitments, queries, service, words
from civic.decisions.counting import Code, Method
from civic.decisions.forms import CommitmentForm, DecisionForm, IntegrationForm, OutcomeForm, StanceForm, WithdrawalForm
from civic.decisions.models import Decision, DecisionStatus
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.people.actor import actor_of, visitor_or_actor
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect

USUAL_TIME = timedelta(days=7)
WRITTEN = "%Y-%m-%dT%H:%M"


async def register(request: Request) -> Response:
    """The register of a committee's decisions, made to be printed (S5)."""
    committee = await committees.committee_to_show(request.path_params["slug"], visitor_or_actor(request))
    found = await queries.register(committee, request.query_params.get("apres"))
    return page(
        request, "civic/decisions/register.html", committee=committee, found=found, words=words,
        tallies=await queries.tallies([decision for decision in found.items if decision.is_closed]),
    )  # fmt: skip


async def new(request: Request) -> Response:
    """The form for a decision; a page that leads here may propose the question."""
    committee = await committees.committee_to_run(request.path_params["slug"], actor_of(request))
    in_a_week = clock.local(clock.now() + USUAL_TIME).replace(hour=20, minute=0)
    values = {
        "method": Method.CONSENT.value, "majority": "half", "quorum_percent": "50",
        "closes_at": in_a_week.strftime(WRITTEN), "cle": secrets.token_urlsafe(12),
        "question": request.query_params.get("question", "")[:200],
    }  # fmt: skip
    return _form_page(request, committee, Form(values))


async def create(request: Request) -> Response:
    """Keep it in preparation."""
    actor = actor_of(request)
    committee = await committees.committee_to_run(request.path_params["slug"], actor)
    form = await Form.read(request, DecisionForm)
    key = await _key(request, form)
    if form.data is None:
        return _form_page(request, committee, form, status=422)
    decision = await service.draft(actor, committee, form.data, key)
    return redirect("decisions.show", id=decision.id, flash=_("La décision est prête. Relisez-la, puis ouvrez-la."))


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
    values |= {f"meaning_{option.code.value}": option.meaning for option in await queries.options_of(decision)}
    for name in ("opens_at", "closes_at"):
        values[name] = clock.local(values[name]).strftime(WRITTEN) if values[name] else ""
    return _form_page(request, decision.committee, Form(values), decision)


async def save(request: Request) -> Response:
    """Rewrite it."""
    decision = await queries.decision_to_run(request.path_params["id"], actor_of(request))
    form = await Form.read(request, DecisionForm)
    if form.data is None:
        return _form_page(request, decision.committee, form, decision, status=422)
    await service.redraft(decision, form.data)
    return redirect("decisions.show", id=decision.id, flash=_("C’est enregistré. Relisez, puis ouvrez la décision."))


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


async def answer(request: Request) -> Response:
    """Take a position."""
    actor = actor_of(request)
    decision = await queries.decision_to_answer(request.path_params["id"], actor)
    await limits.hit("stance", str(actor.person.id), most=60, per=3600)
    form = await Form.read(request, StanceForm)
    if form.data and await queries.is_reason_of_another(actor.person, decision, form.data.option, form.data.reason):
        form.values["reason"] = ""
        sentence = _(
            "Vous changez de position\u00a0: votre raison d’avant est retirée. "
            "Dites la nouvelle, ou envoyez sans raison."
        )
        form.refuse(Invalid(sentence, field="reason"))
    try:
        if form.data:
            await answers.answer(actor, decision, form.data.option, form.data.reason)
            return redirect(
                "decisions.show",
                id=decision.id,
                flash=_("Votre voix est comptée. Vous pouvez en changer jusqu’à la clôture."),
            )
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await _decision_page(request, decision, form=form, status=422)


async def integrate(request: Request) -> Response:
    """Record how an objection changed the proposal."""
    actor = actor_of(request)
    decision = await queries.decision_to_run(request.path_params["id"], actor)
    form = await Form.read(request, IntegrationForm)
    if form.data is None:
        return await _decision_page(request, decision, integration=form, status=422)
    await answers.integrate(actor, decision, request.path_params["stance"], form.data.integration)
    return redirect(
        "decisions.show",
        id=decision.id,
        flash=_("L’objection est notée comme intégrée. Son auteur est prévenu."),
    )


async def conclude(request: Request) -> Response:
    """Publish what follows."""
    actor = actor_of(request)
    decision = await queries.decision_to_run(request.path_params["id"], actor)
    form = await Form.read(request, OutcomeForm)
    if form.data is None:
        return await _decision_page(request, decision, outcome=form, status=422)
    await closing.conclude(actor, decision, form.data.outcome, form.data.review_on)
    return redirect("decisions.show", id=decision.id, flash=_("La suite est publiée."))


async def commit(request: Request) -> Response:
    """Promise to do something."""
    actor = actor_of(request)
    decision = await queries.decision_to_show(request.path_params["id"], actor)
    form = await Form.read(request, CommitmentForm)
    try:
        if form.data:
            await commitments.commit(actor, decision, form.data)
            return redirect("decisions.show", id=decision.id, flash=_("L’engagement est noté."))
    except DomainError as error:
        if not error.field:
            raise
        form.refuse(error)
    return await _decision_page(request, decision, commitment=form, status=422)


async def keep(request: Request) -> Response:
    """Say that it is done."""
    found = await commitments.commitment_to_keep(request.path_params["id"], actor_of(request))
    await commitments.keep(found)
    return redirect("decisions.show", id=found.decision_id, flash=_("C’est noté : fait. Merci !"))


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
    values = {"option": ballot.mine.option.code.value, "reason": ballot.mine.reason} if ballot.mine else {}
    blanks: dict[str, Any] = {name: Form() for name in ("integration", "outcome", "withdrawal", "commitment")}
    return page(
        request, "civic/decisions/show.html", status=status, decision=decision, ballot=ballot, words=words,
        committee=decision.committee, state=words.verdict_words(decision),
        running=decision.takes_answers(clock.now()), runs=await committees.may_run(actor, decision.committee),
        seats=[] if decision.status == DecisionStatus.OPEN else await committees.seats_of(decision.committee_id),
        commitments=await commitments.of_decision(decision) if decision.is_closed else [],
        me=actor.person.id if actor else None, **(blanks | {"form": Form(values)} | forms),
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
        words=words, Method=Method, codes_of=queries.codes_of,
    )  # fmt: skip


async def _key(request: Request, form: Form[Any]) -> str:
    """The form's own key, so that sending it twice is harmless."""
    sent = (await request.form()).get("cle")
    form.values["cle"] = sent if isinstance(sent, str) and 8 <= len(sent) <= 64 else secrets.token_urlsafe(12)
    return str(form.values["cle"])


routes: list[BaseRoute] = [
    Route("/comites/{slug}/registre", register, name="decisions.register"),
    Route("/comites/{slug}/decisions/nouvelle", new, name="decisions.new"),
    Route("/comites/{slug}/decisions/nouvelle", create, methods=["POST"], name="decisions.create"),
    Route("/decisions/{id:int}", show, name="decisions.show"),
    Route("/decisions/{id:int}/modifier", edit, name="decisions.edit"),
    Route("/decisions/{id:int}/modifier", save, methods=["POST"], name="decisions.save"),
    Route("/decisions/{id:int}/ouvrir", open_it, methods=["POST"], name="decisions.open"),
    Route("/decisions/{id:int}/position", answer, methods=["POST"], name="decisions.answer"),
    Route("/decisions/{id:int}/objections/{stance:int}", integrate, methods=["POST"], name="decisions.integrate"),
    Route("/decisions/{id:int}/suite", conclude, methods=["POST"], name="decisions.conclude"),
    Route("/decisions/{id:int}/engagements", commit, methods=["POST"], name="decisions.commit"),
    Route("/engagements/{id:int}/fait", keep, methods=["POST"], name="decisions.keep"),
    Route("/decisions/{id:int}/retirer", withdraw, methods=["POST"], name="decisions.withdraw"),
]
