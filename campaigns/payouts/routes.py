"""The page of spending: one page, its forms, and what the second person answers."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle.models import Campaign
from campaigns.payouts import binding_routes, holding, queries, service
from campaigns.payouts.forms import AnswerForm, CloseForm, ExpenseForm, HideForm, ReasonForm, ReportForm, TrancheForm
from campaigns.payouts.models import Answer, Expense, Tranche
from campaigns.payouts.wording import paying, shortage, waits_for
from civic.committees.queries import committee_of
from civic.errors import DomainError, Forbidden, Invalid
from civic.i18n import _
from civic.initiatives.queries import is_lead
from civic.media.documents import path_of, store_evidence
from civic.people.actor import Actor, actor_of, visitor_or_actor
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect

Shown = dict[str, Form[Any]]


async def show(request: Request) -> Response:
    """What may be spent, what is asked, what was spent; the forms of whoever may fill them in."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_spend(request.path_params["slug"], actor)
    return await _page(request, campaign, actor)


async def _page(
    request: Request, campaign: Campaign, actor: Actor, status: int = 200, **forms: Form[Any]
) -> Response:
    blank: Shown = {name: Form() for name in ("tranche", "expense", "report")}
    report = await queries.report_of(campaign.id)
    if report:
        blank["report"] = Form({
            "text": report.text, "decision": report.decision_id or "", "surplus_use": report.surplus_use,
        })  # fmt: skip
    shown = blank | forms
    rows, purse = {"campaign_id": campaign.id}, await queries.purse_of(campaign)
    return page(
        request, "campaigns/payouts/show.html", status=status, campaign=campaign, actor=actor, forms=shown,
        form=next(iter(forms.values()), None), purse=purse, shortage=shortage(campaign, purse),
        lines=await queries.lines_of(campaign), decisions=await queries.decisions_for(campaign),
        promises=await holding.promises_of(campaign, actor.person),
        conditions=await holding.conditions_of(campaign, actor.person),
        tranches=await Tranche.filter(**rows).order_by("-id").select_related("cost_line", "decision", "asked_by"),
        expenses=await Expense.filter(**rows).order_by("-id").select_related("cost_line", "evidence", "asked_by"),
        report=report, waits_for=waits_for, leads=await is_lead(actor.person, campaign.initiative_id),
        seconds=actor.is_animator or actor.is_treasurer, spends=campaign.status in queries.spending_states(campaign),
        reports=campaign.status in queries.reporting_states(campaign),
        years=await queries.years_of(campaign) if campaign.is_standing else [],
        key=secrets.token_urlsafe(16), paying=paying(), committee=await committee_of(campaign.initiative_id),
    )  # fmt: skip


async def ask(request: Request) -> Response:
    """Ask for a tranche."""
    done = _("C’est demandé. Une autre personne va répondre.")
    return await _enter(request, TrancheForm, "tranche", service.ask, done)


async def report(request: Request) -> Response:
    """Send the closing report."""
    done = _("Votre bilan est envoyé. L’équipe le lit et clôt la collecte.")
    return await _enter(request, ReportForm, "report", service.report, done)


async def _enter(
    request: Request, shape: type[BaseModel], name: str, verb: Callable[..., Awaitable[object]], done: str
) -> Response:
    """What a lead writes: kept, or the page again with what is wrong."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_declare(request.path_params["slug"], actor)
    form = await Form.read(request, shape)
    try:
        if form.data is not None:
            await verb(campaign, actor, form.data)
            return _back(campaign, done)
    except DomainError as error:
        form.refuse(error)
    return await _page(request, campaign, actor, 422, **{name: form})


async def declare(request: Request) -> Response:
    """Declare an expense with its evidence, a photo or a PDF."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_declare(request.path_params["slug"], actor)
    await limits.hit("evidence", str(actor.person.id), most=60, per=3600)
    async with request.form(max_fields=10, max_files=1) as sent:
        form = Form.check(sent, ExpenseForm)
        try:
            upload = sent.get("evidence")
            if not isinstance(upload, UploadFile) or not upload.filename:
                form.refuse(Invalid(_("Ajoutez la facture ou le ticket, en photo ou en PDF."), field="evidence"))
            elif form.data is not None:
                alt = form.data.alt or _("Preuve : %(what)s", what=form.data.what)[:200]
                picture = await store_evidence(upload, alt=alt, field="evidence")
                form.data.key = form.data.key or secrets.token_urlsafe(16)
                await service.declare(campaign, actor, form.data, picture)
                return _back(campaign, _("C’est noté. Une autre personne va vérifier cette dépense."))
        except DomainError as error:
            form.refuse(error)
    if "evidence" not in form.errors:
        form.refuse(Invalid(_("Choisissez de nouveau le fichier : le navigateur ne le garde pas."), field="evidence"))
    return await _page(request, campaign, actor, 422, expense=form)


async def answer(request: Request) -> Response:
    """Permit or refuse a tranche."""
    return await _answer(request, queries.tranche_to_answer, service.answer, _("La somme est permise."))


async def check(request: Request) -> Response:
    """Verify or refuse an expense."""
    done = _("La dépense est vérifiée, et publiée avec sa preuve.")
    return await _answer(request, queries.expense_to_check, service.check, done)


async def _answer(
    request: Request, find: Callable[..., Awaitable[Any]], verb: Callable[..., Awaitable[None]], done: str
) -> Response:
    """Yes or no of the second person."""
    actor, campaign = await _second(request)
    row = await find(campaign, request.path_params["id"], actor)
    form = await Form.read(request, AnswerForm)

    async def say(data: AnswerForm) -> None:
        await verb(campaign, row, actor, Answer(data.answer), data.reason)

    refused = form.data is not None and Answer(form.data.answer) == Answer.REFUSED
    return await _said(campaign, form, say, _("C’est refusé. La raison est envoyée.") if refused else done)


async def lift(request: Request) -> Response:
    """Let a held sum go without its commitment: the treasurer, with a reason that everybody reads."""
    actor, campaign = await _second(request)
    if not actor.is_treasurer:
        raise Forbidden(_("Cette page est réservée à la trésorerie."))
    tranche = await queries.tranche_to_answer(campaign, request.path_params["id"], actor)
    form = await Form.read(request, ReasonForm)

    async def say(data: ReasonForm) -> None:
        await holding.lift(tranche, actor, data.reason)

    return await _said(campaign, form, say, _("La condition est levée, et la raison publiée."))


async def undo(request: Request) -> Response:
    """Undo a verified expense: the treasurer, with a reason."""
    actor, campaign = await _second(request)
    if not actor.is_treasurer:
        raise Forbidden(_("Cette page est réservée à la trésorerie."))
    expense = await queries.expense_to_check(campaign, request.path_params["id"], actor)
    form = await Form.read(request, ReasonForm)

    async def say(data: ReasonForm) -> None:
        await service.undo(campaign, expense, actor, data.reason)

    return await _said(campaign, form, say, _("La dépense est annulée dans les comptes."))


async def hide(request: Request) -> Response:
    """Keep an evidence from the public, or show it: leads, team, treasurers."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_spend(request.path_params["slug"], actor)
    expense = await queries.expense_to_show(campaign, request.path_params["id"])
    form = await Form.read(request, HideForm)

    async def say(data: HideForm) -> None:
        await service.show_evidence(campaign, expense, actor, hidden=data.hidden)

    return await _said(campaign, form, say, _("C’est fait. La page publique le dit."))


async def evidence(request: Request) -> Response:
    """The PDF of an evidence, to download: its pages are pictures, nothing in it runs."""
    id = request.path_params["id"]
    picture = await queries.evidence_to_read(request.path_params["slug"], id, visitor_or_actor(request))
    headers = {
        "Content-Disposition": f'attachment; filename="preuve-{id}.pdf"', "Cache-Control": "private, no-store",
        "Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return FileResponse(path_of(picture), media_type="application/pdf", headers=headers)


async def close(request: Request) -> Response:
    """Accept the report and close the campaign."""
    actor, campaign = await _second(request)
    form = await Form.read(request, CloseForm)
    try:
        await service.close(campaign, actor, form.data.report if form.data else "")
    except DomainError as error:
        return _back(campaign, error.message, "warn")
    return _back(campaign, _("La collecte est close, son bilan est publié."))


async def _second(request: Request) -> tuple[Actor, Campaign]:
    actor = actor_of(request)
    return actor, await queries.campaign_to_check(request.path_params["slug"], actor)


async def _said(campaign: Campaign, form: Form[Any], say: Callable[[Any], Awaitable[None]], done: str) -> Response:
    """Carry out an answer; a refusal stands on top of the page, where the buttons are still there."""
    try:
        if form.data is None:
            raise Invalid(next(iter(form.errors.values())))
        await say(form.data)
    except DomainError as error:
        return _back(campaign, error.message, "warn")
    return _back(campaign, done)


def _back(campaign: Campaign, flash: str, kind: str = "ok") -> Response:
    return redirect("payouts.show", slug=campaign.slug, flash=flash, kind=kind)


_AT = "/campagnes/{slug}/depenses"
routes: list[BaseRoute] = [
    Route(_AT, show, name="payouts.show"),
    Route(_AT + "/tranches", ask, methods=["POST"], name="payouts.ask"),
    Route(_AT + "/tranches/{id:int}", answer, methods=["POST"], name="payouts.answer"),
    Route(_AT + "/tranches/{id:int}/lever", lift, methods=["POST"], name="payouts.lift"),
    Route(_AT + "/declarer", declare, methods=["POST"], name="payouts.declare"),
    Route(_AT + "/{id:int}", check, methods=["POST"], name="payouts.check"),
    Route(_AT + "/{id:int}/cacher", hide, methods=["POST"], name="payouts.hide"),
    Route(_AT + "/{id:int}/preuve.pdf", evidence, name="payouts.evidence"),
    Route(_AT + "/{id:int}/annuler", undo, methods=["POST"], name="payouts.undo"),
    Route(_AT + "/bilan", report, methods=["POST"], name="payouts.report"),
    Route(_AT + "/clore", close, methods=["POST"], name="payouts.close"),
    *binding_routes.routes,
]
