"""The history of a campaign, the day it opens, and its end before the deadline, which takes two."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle import cancelling, comments, history, queries, service
from campaigns.lifecycle.checklist import SHORTEST, ends_too_soon, last_days
from campaigns.lifecycle.forms import AnswerForm, NoteForm, OpeningForm
from campaigns.lifecycle.models import Campaign
from civic import clock
from civic.database import transaction
from civic.errors import DomainError
from civic.i18n import _
from civic.initiatives.queries import may_edit
from civic.people.actor import actor_of, visitor_or_actor
from civic.web.forms import Form
from civic.web.page import page, redirect


async def show(request: Request) -> Response:
    """Every change of state: its public part, and everything for the leads and the team."""
    actor = visitor_or_actor(request)
    campaign = await queries.campaign_to_show(request.path_params["slug"], actor)
    inside = await may_edit(actor, campaign.initiative) or bool(actor and actor.is_treasurer)
    steps = await history.inside_steps(campaign) if inside else await history.public_steps(campaign)
    return page(
        request, "campaigns/lifecycle/history.html", campaign=campaign, steps=steps, inside=inside,
        remarks=await comments.of(campaign) if inside else [], topics=comments.topics(),
    )  # fmt: skip


async def opening(request: Request) -> Response:
    """The lead of an accepted campaign chooses its first day."""
    campaign = await queries.campaign_to_run(request.path_params["slug"], actor_of(request))
    starts_on = clock.local(campaign.starts_at).date().isoformat() if campaign.starts_at else ""
    return _opening_page(request, campaign, Form({"starts_on": starts_on}))


async def plan_opening(request: Request) -> Response:
    """Save that day."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_run(request.path_params["slug"], actor)
    form = await Form.read(request, OpeningForm)
    try:
        if form.data is not None:
            async with transaction():
                if form.data.deadline_on:
                    await service.postpone_end(campaign, actor.person, form.data.deadline_on)
                await service.plan_opening(campaign, form.data.starts_on)
                await service.trace(actor, campaign, "opening_planned")
            return redirect("campaigns.show", slug=campaign.slug, flash=_("C’est enregistré."))
    except DomainError as error:
        form.refuse(error)
    return _opening_page(request, campaign, form, 422)


def _opening_page(request: Request, campaign: Campaign, form: Form[OpeningForm], status: int = 200) -> Response:
    late = ends_too_soon(campaign)
    first, last = last_days()
    latest = "" if late or campaign.deadline is None else clock.local(campaign.deadline - SHORTEST).date().isoformat()
    return page(
        request, "campaigns/lifecycle/opening.html", status=status, form=form, campaign=campaign,
        first_day=clock.today().isoformat(), last_day=latest, late=late, first_end=first, last_end=last,
    )  # fmt: skip


async def ending(request: Request) -> Response:
    """Ask for the end, or answer the other side's demand."""
    campaign, side = await cancelling.campaign_to_cancel(request.path_params["slug"], actor_of(request))
    return await _ending_page(request, campaign, side, Form())


async def ask(request: Request) -> Response:
    """Ask the other side to agree."""
    actor = actor_of(request)
    campaign, side = await cancelling.campaign_to_cancel(request.path_params["slug"], actor)
    form = await Form.read(request, NoteForm)
    try:
        if form.data is not None:
            await cancelling.ask(campaign, actor, side, form.data.note)
            done = _("Votre demande est envoyée. La collecte continue en attendant la réponse.")
            return redirect("campaigns.ending", slug=campaign.slug, flash=done)
    except DomainError as error:
        form.refuse(error)
    return await _ending_page(request, campaign, side, form, 422)


async def answer(request: Request) -> Response:
    """Agree to the end, or not."""
    actor = actor_of(request)
    campaign, side = await cancelling.campaign_to_cancel(request.path_params["slug"], actor)
    form = await Form.read(request, AnswerForm)
    try:
        if form.data is not None:
            agreed = form.data.answer == "yes"
            await cancelling.answer(campaign, actor, side, form.data.demand, agreed=agreed)
            done = _("La collecte est annulée, et la raison est publiée.") if agreed else _("La collecte continue.")
            return redirect("campaigns.show", slug=campaign.slug, flash=done)
    except DomainError as error:
        return redirect("campaigns.ending", slug=campaign.slug, flash=error.message, kind="warn")
    return await _ending_page(request, campaign, side, Form(), 422)


async def take_back(request: Request) -> Response:
    """Who asked changes her mind."""
    actor = actor_of(request)
    campaign, side = await cancelling.campaign_to_cancel(request.path_params["slug"], actor)
    await cancelling.take_back(campaign, actor, side)
    return redirect("campaigns.ending", slug=campaign.slug, flash=_("Votre demande est retirée, la collecte continue."))


async def _ending_page(
    request: Request, campaign: Campaign, side: str, form: Form[NoteForm], status: int = 200
) -> Response:
    demand = await cancelling.waiting(campaign.id)
    actor = actor_of(request)
    return page(
        request, "campaigns/lifecycle/ending.html", status=status, form=form, campaign=campaign, side=side,
        demand=demand, may_answer=bool(demand and cancelling.may_answer(demand, actor, side)),
        own=bool(demand and cancelling.is_own(demand, actor, side)), silence=cancelling.SILENCE.days,
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/campagnes/{slug}/historique", show, name="campaigns.history"),
    Route("/campagnes/{slug}/ouverture", opening, name="campaigns.opening"),
    Route("/campagnes/{slug}/ouverture", plan_opening, methods=["POST"], name="campaigns.plan_opening"),
    Route("/campagnes/{slug}/annulation", ending, name="campaigns.ending"),
    Route("/campagnes/{slug}/annuler", ask, methods=["POST"], name="campaigns.cancel"),
    Route("/campagnes/{slug}/annulation", answer, methods=["POST"], name="campaigns.answer_cancel"),
    Route("/campagnes/{slug}/annulation/retirer", take_back, methods=["POST"], name="campaigns.take_back_cancel"),
]
