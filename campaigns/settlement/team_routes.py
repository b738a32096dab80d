"""The pages of those who run a campaign after its deadline: how the charges go, and what to do when too little came."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.settlement import forms, queries, rules, shortfall
from campaigns.settlement.forms import AgreeForm, PlanForm, ReasonForm, UnwindForm
from campaigns.settlement.shortfall import Side, Terms
from civic import clock
from civic.errors import DomainError, Forbidden
from civic.i18n import _
from civic.people.actor import Actor, actor_of
from civic.web.forms import Form
from civic.web.page import page, redirect


async def progress(request: Request) -> Response:
    """GET: how far the charges are; asks again by itself while some are left."""
    campaign, side = await _campaign(request)
    found = await queries.progress(campaign.id)
    return page(
        request, "campaigns/settlement/progress.html", campaign=campaign, now=clock.now(),
        progress=found, moving=campaign.status == CampaignStatus.COLLECTING, decided=campaign.decided_at is not None,
        sums=side == Side.TEAM or found.tells_nobodys,
    )  # fmt: skip


async def show(request: Request) -> Response:
    """GET: what is missing, the proposal under way, and the ways out."""
    campaign, side = await _campaign(request)
    return await _page(request, campaign, side)


async def propose(request: Request) -> Response:
    """POST: one side proposes how to go on."""
    campaign, side = await _campaign(request)
    lines = await shortfall.required_lines(campaign.id)
    form = await Form.read(request, forms.of_lines(lines))
    if form.data is None:
        return await _page(request, campaign, side, status=422, form=form)
    terms = _terms(form.data)
    try:
        await shortfall.propose(campaign, actor_of(request), side, terms)
    except DomainError as refusal:
        return await _page(request, campaign, side, status=refusal.status, form=form.refuse(refusal))
    return _done(campaign, _("Votre proposition est envoyée. Il faut maintenant l’accord de l’autre côté."))


def _terms(data: PlanForm) -> Terms:
    sent = {name: value for name, value in data.model_dump().items() if name.startswith("line_")}
    lines = {int(name.removeprefix("line_")): cents for name, cents in sent.items() if cents is not None}
    return Terms(data.note, data.guarantor, data.guarantee, lines)


async def agree(request: Request) -> Response:
    """POST: the other side says yes; the campaign is funded."""
    campaign, side = await _campaign(request)
    form = await Form.read(request, AgreeForm)
    plan_id = form.data.plan if form.data else 0

    async def verb(campaign: Campaign, actor: Actor, side: Side) -> None:
        await shortfall.agree(campaign, actor, side, plan_id)

    return await _try(request, campaign, side, verb)


async def refuse(request: Request) -> Response:
    """POST: no, or the proposal is taken back."""
    campaign, side = await _campaign(request)
    form = await Form.read(request, ReasonForm)
    if form.data is None:
        return await _page(request, campaign, side, status=422, refusal_form=form)
    data = form.data

    async def verb(campaign: Campaign, actor: Actor, side: Side) -> None:
        await shortfall.refuse(campaign, actor, side, data.plan, data.reason)

    return await _try(request, campaign, side, verb)


async def unwind(request: Request) -> Response:
    """POST: the team gives everything back."""
    campaign, side = await _campaign(request)
    if side != Side.TEAM:
        raise Forbidden(_("Rendre les dons est décidé par l’équipe."))
    form = await Form.read(request, UnwindForm)
    if form.data is None:
        return await _page(request, campaign, side, status=422, unwind_form=form)
    note = form.data.public_note

    async def verb(campaign: Campaign, actor: Actor, _side: Side) -> None:
        await shortfall.unwind(campaign, actor, note)

    return await _try(request, campaign, side, verb)


async def _try(
    request: Request, campaign: Campaign, side: Side, verb: Callable[[Campaign, Actor, Side], Awaitable[object]]
) -> Response:
    try:
        await verb(campaign, actor_of(request), side)
    except DomainError as refusal:
        form: Form[PlanForm] = Form()
        return await _page(request, campaign, side, status=refusal.status, form=form.refuse(refusal))
    return _done(campaign, _("C’est fait, et noté dans l’histoire de la collecte."))


def _done(campaign: Campaign, text: str) -> Response:
    return redirect("settlement.shortfall", slug=campaign.slug, flash=text)


async def _campaign(request: Request) -> tuple[Campaign, Side]:
    return await shortfall.campaign_to_decide(request.path_params["slug"], actor_of(request))


async def _page(
    request: Request, campaign: Campaign, side: Side, *, status: int = 200, form: Form[PlanForm] | None = None,
    refusal_form: Form[ReasonForm] | None = None, unwind_form: Form[UnwindForm] | None = None,
) -> Response:  # fmt: skip
    plan = await queries.open_plan(campaign.id)
    return page(
        request, "campaigns/settlement/shortfall.html", status=status, campaign=campaign, side=side.value,
        waits=campaign.status == CampaignStatus.SHORTFALL, until=await shortfall.decide_by(campaign.id),
        promised_cents=shortfall.promised(campaign), lines=await shortfall.required_lines(campaign.id),
        missing_cents=max(0, campaign.needed_cents - campaign.raised_cents), plan=plan,
        agreed=plan is not None and shortfall.said_yes(plan, side), refused=await queries.refused_plan(campaign.id),
        form=form or Form(), refusal_form=refusal_form or Form(), unwind_form=unwind_form or Form(),
        days=rules.SHORTFALL_DAYS,
    )  # fmt: skip


_BASE = "/campagnes/{slug}/manque"
routes: list[BaseRoute] = [
    Route("/campagnes/{slug}/prelevements", progress, name="settlement.progress"),
    Route(_BASE, show, name="settlement.shortfall"),
    Route(f"{_BASE}/proposer", propose, methods=["POST"], name="settlement.propose"),
    Route(f"{_BASE}/accepter", agree, methods=["POST"], name="settlement.agree"),
    Route(f"{_BASE}/refuser", refuse, methods=["POST"], name="settlement.refuse"),
    Route(f"{_BASE}/rembourser", unwind, methods=["POST"], name="settlement.unwind"),
]
