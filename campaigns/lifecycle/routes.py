"""A campaign's steps of life as pages and buttons: submit, review, launch, suspend, resume."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle import comments, pictures, queries, service
from campaigns.lifecycle.checklist import checklist
from campaigns.lifecycle.drafting_routes import routes as drafting_routes
from campaigns.lifecycle.ending_routes import routes as ending_routes
from campaigns.lifecycle.forms import NoteForm, ReviewForm
from campaigns.lifecycle.legal import missing_facts
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.lifecycle.pictures_routes import routes as pictures_routes
from campaigns.lifecycle.transitions import By
from civic.database import transaction
from civic.errors import DomainError
from civic.i18n import _
from civic.people.actor import Actor, actor_of
from civic.web.forms import Form
from civic.web.page import page, redirect


async def submit(request: Request) -> Response:
    """Send the draft to be read by somebody else."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_edit(request.path_params["slug"], actor)
    try:
        async with transaction():
            await service.submit(campaign, actor.hand)
            await service.trace(actor, campaign, "submitted")
    except DomainError as error:
        return redirect("campaigns.reread", slug=campaign.slug, flash=error.message, kind="warn")
    done = _("Votre collecte est envoyée. Une personne de l’équipe la relit et vous écrit.")
    return redirect("campaigns.show", slug=campaign.slug, flash=done)


async def withdraw(request: Request) -> Response:
    """Give the campaign up before it is public."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_run(request.path_params["slug"], actor)
    async with transaction():
        await service.withdraw(campaign, actor.hand)
        await service.trace(actor, campaign, "withdrawn")
    return redirect("initiatives.show", slug=campaign.initiative.slug, flash=_("La collecte est retirée."))


async def review(request: Request) -> Response:
    """The reviewer's page: the checklist, a link to the preview, the answer."""
    campaign = await queries.campaign_to_review(request.path_params["slug"], actor_of(request))
    if campaign.is_standing:
        return redirect("recurring.review", slug=campaign.initiative.slug)
    return await _review_page(request, campaign, Form({"answer": ""}))


async def answer(request: Request) -> Response:
    """Approve, ask for changes, or reject."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_review(request.path_params["slug"], actor)
    form = await Form.read(request, ReviewForm)
    try:
        if form.data is not None and form.data.version not in (0, campaign.version):
            raise DomainError(_("La collecte a été renvoyée entre-temps. Relisez-la avant de répondre."))
        if form.data is not None:
            await service.review(campaign, actor, CampaignStatus(form.data.answer), form.data.note, form.data.remarks())
            return redirect("desk.index", flash=_("Votre réponse est envoyée aux porteurs."))
    except DomainError as error:
        form.refuse(error)
    return await _review_page(request, campaign, form, 422)


async def _review_page(request: Request, campaign: Campaign, form: Form[ReviewForm], status: int = 200) -> Response:
    lines, photos = await queries.cost_lines(campaign.id), await pictures.of(campaign.id)
    return page(
        request, "campaigns/lifecycle/review.html", status=status, form=form, campaign=campaign,
        items=checklist(campaign, lines, len(photos), campaign.payee), lines=lines,
        waiting=campaign.status == CampaignStatus.SUBMITTED,
        photos=photos, rewards=await queries.rewards(campaign.id), topics=comments.topics(), lacking=missing_facts(),
        remarks=await comments.of(campaign),
    )  # fmt: skip


async def launch(request: Request) -> Response:
    """Open an approved campaign."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_run(request.path_params["slug"], actor)
    try:
        async with transaction():
            await service.launch(campaign, By.LEAD, actor.hand)
            await service.trace(actor, campaign, "launched")
    except DomainError as error:
        return redirect("campaigns.show", slug=campaign.slug, flash=error.message, kind="warn")
    done = _("Votre collecte est ouverte. Parlez-en autour de vous.")
    return redirect("campaigns.show", slug=campaign.slug, flash=done)


async def supervise(request: Request) -> Response:
    """The team's page: suspend, open again, with a public reason."""
    campaign = await queries.campaign_to_supervise(request.path_params["slug"], actor_of(request))
    return page(request, "campaigns/lifecycle/supervise.html", form=Form(), campaign=campaign)


async def suspend(request: Request) -> Response:
    """Stop new gifts for a while."""
    return await _decide(request, service.suspend)


async def resume(request: Request) -> Response:
    """Open again."""
    return await _decide(request, service.resume)


async def _decide(request: Request, verb: Callable[[Campaign, Actor, str], Awaitable[None]]) -> Response:
    """Carry out what the team decides, with its reason."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_supervise(request.path_params["slug"], actor)
    form = await Form.read(request, NoteForm)
    try:
        if form.data is not None:
            await verb(campaign, actor, form.data.note)
            return redirect("campaigns.show", slug=campaign.slug, flash=_("C’est fait, et la raison est publiée."))
    except DomainError as error:
        form.refuse(error)
    return page(request, "campaigns/lifecycle/supervise.html", status=422, form=form, campaign=campaign)


routes: list[BaseRoute] = [
    *drafting_routes,
    *pictures_routes,
    *ending_routes,
    Route("/campagnes/{slug}/envoyer", submit, methods=["POST"], name="campaigns.submit"),
    Route("/campagnes/{slug}/retirer", withdraw, methods=["POST"], name="campaigns.withdraw"),
    Route("/campagnes/{slug}/relecture", review, name="campaigns.review"),
    Route("/campagnes/{slug}/relecture", answer, methods=["POST"], name="campaigns.answer"),
    Route("/campagnes/{slug}/ouvrir", launch, methods=["POST"], name="campaigns.launch"),
    Route("/campagnes/{slug}/equipe", supervise, name="campaigns.supervise"),
    Route("/campagnes/{slug}/suspendre", suspend, methods=["POST"], name="campaigns.suspend"),
    Route("/campagnes/{slug}/reprendre", resume, methods=["POST"], name="campaigns.resume"),
]
