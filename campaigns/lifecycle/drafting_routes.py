"""The builder: one page per step, each saved when it is sent; what is written can be left and found again."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle import drafting, queries
from campaigns.lifecycle.checklist import LONGEST, SHORTEST, checklist, fees_to_plan
from campaigns.lifecycle.forms import CostLineForm, RewardForm, StoryForm, TermsForm
from campaigns.lifecycle.models import Campaign
from civic import clock
from civic.errors import DomainError
from civic.i18n import _
from civic.initiatives.queries import initiative_to_edit
from civic.people.actor import actor_of
from civic.web.forms import Form
from civic.web.page import page, redirect


async def new(request: Request) -> Response:
    """The first page of a new campaign."""
    initiative = await initiative_to_edit(request.path_params["slug"], actor_of(request))
    form: Form[StoryForm] = Form({"title": initiative.title[:60], "summary": initiative.summary[:300]})
    return page(request, "campaigns/lifecycle/new.html", form=form, initiative=initiative)


async def create(request: Request) -> Response:
    """Start the draft."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    form = await Form.read(request, StoryForm)
    try:
        if form.data is not None:
            campaign = await drafting.start(initiative, actor.person, form.data)
            return redirect("campaigns.edit_costs", slug=campaign.slug)
    except DomainError as error:
        form.refuse(error)
    return page(request, "campaigns/lifecycle/new.html", status=422, form=form, initiative=initiative)


async def edit_story(request: Request) -> Response:
    """Step « Le projet »."""
    campaign = await _campaign(request)
    values = {"title": campaign.title, "summary": campaign.summary, "story": campaign.story}
    return page(request, "campaigns/lifecycle/story.html", form=Form(values), campaign=campaign)


async def write_story(request: Request) -> Response:
    """Save « Le projet »."""
    campaign = await _campaign(request)
    form = await Form.read(request, StoryForm)
    if form.data is None:
        return page(request, "campaigns/lifecycle/story.html", status=422, form=form, campaign=campaign)
    await drafting.write_story(campaign, form.data)
    return redirect("campaigns.edit_costs", slug=campaign.slug, flash=_("C’est enregistré."))


async def edit_costs(request: Request) -> Response:
    """Step « Le budget »: the lines, and a form for one more or for the one being changed (`?ligne=3`)."""
    campaign = await _campaign(request)
    chosen = _number(request, "ligne")
    line = next((line for line in await queries.cost_lines(campaign.id) if line.id == chosen), None)
    values = {"line": "0", "nature": "required"}
    if line:
        values = {
            "line": str(line.id), "title": line.title, "detail": line.detail, "amount": _euros(line.amount_cents),
            "nature": "required" if line.required else "optional",
        }  # fmt: skip
    return await _costs_page(request, campaign, Form(values))


async def write_cost(request: Request) -> Response:
    """Save one expense."""
    campaign = await _campaign(request)
    form = await Form.read(request, CostLineForm)
    if form.data is None:
        return await _costs_page(request, campaign, form, 422)
    await drafting.write_cost_line(campaign, form.data)
    return redirect("campaigns.edit_costs", slug=campaign.slug, flash=_("La dépense est enregistrée."))


async def remove_cost(request: Request) -> Response:
    """Take one expense out."""
    campaign = await _campaign(request)
    await drafting.remove_cost_line(campaign, request.path_params["line"])
    return redirect("campaigns.edit_costs", slug=campaign.slug, flash=_("La dépense est retirée."))


async def _costs_page(request: Request, campaign: Campaign, form: Form[CostLineForm], status: int = 200) -> Response:
    lines = await queries.cost_lines(campaign.id)
    return page(
        request, "campaigns/lifecycle/costs.html", status=status, form=form, campaign=campaign, lines=lines,
        fees=fees_to_plan(lines),
    )  # fmt: skip


async def edit_rewards(request: Request) -> Response:
    """Step « Les mercis »: the rewards, and a form for one more or for the one being changed (`?merci=3`)."""
    campaign = await _campaign(request)
    chosen = _number(request, "merci")
    reward = next((reward for reward in await queries.rewards(campaign.id) if reward.id == chosen), None)
    values: dict[str, Any] = {"reward": "0"}
    if reward:
        values = {
            "reward": str(reward.id), "title": reward.title, "detail": reward.detail,
            "from_amount": _euros(reward.from_cents), "value": _euros(reward.value_cents),
            "stock": reward.stock or "", "delivery_on": reward.delivery_on or "",
        }  # fmt: skip
    return await _rewards_page(request, campaign, Form(values))


async def write_reward(request: Request) -> Response:
    """Save one reward."""
    campaign = await _campaign(request)
    form = await Form.read(request, RewardForm)
    if form.data is None:
        return await _rewards_page(request, campaign, form, 422)
    await drafting.write_reward(campaign, form.data)
    return redirect("campaigns.edit_rewards", slug=campaign.slug, flash=_("Le merci est enregistré."))


async def remove_reward(request: Request) -> Response:
    """Take one reward out."""
    campaign = await _campaign(request)
    await drafting.remove_reward(campaign, request.path_params["reward"])
    return redirect("campaigns.edit_rewards", slug=campaign.slug, flash=_("Le merci est retiré."))


async def _rewards_page(request: Request, campaign: Campaign, form: Form[RewardForm], status: int = 200) -> Response:
    return page(
        request, "campaigns/lifecycle/rewards.html", status=status, form=form, campaign=campaign,
        rewards=await queries.rewards(campaign.id),
    )  # fmt: skip


async def edit_terms(request: Request) -> Response:
    """Step « Les conditions »."""
    campaign = await _campaign(request)
    values = {
        "deadline_on": campaign.last_day or "", "beneficiary": campaign.beneficiary, "risks": campaign.risks,
        "starts_on": clock.local(campaign.starts_at).date() if campaign.starts_at else "",
        "use_of_funds": campaign.use_of_funds,
    }  # fmt: skip
    return _terms_page(request, campaign, Form(values))


async def write_terms(request: Request) -> Response:
    """Save « Les conditions »."""
    campaign = await _campaign(request)
    form = await Form.read(request, TermsForm)
    try:
        if form.data is not None:
            await drafting.write_terms(campaign, form.data)
            return redirect("campaigns.reread", slug=campaign.slug, flash=_("C’est enregistré."))
    except DomainError as error:
        form.refuse(error)
    return _terms_page(request, campaign, form, 422)


def _terms_page(request: Request, campaign: Campaign, form: Form[TermsForm], status: int = 200) -> Response:
    first, last = clock.today() + SHORTEST, clock.today() + LONGEST - timedelta(days=1)
    return page(
        request, "campaigns/lifecycle/terms.html", status=status, form=form, campaign=campaign,
        first_day=first.isoformat(), last_day=last.isoformat(),
    )  # fmt: skip


async def reread(request: Request) -> Response:
    """Step « Relire et envoyer »: what is missing, the preview, the button."""
    campaign = await _campaign(request)
    lines = await queries.cost_lines(campaign.id)
    return page(
        request, "campaigns/lifecycle/reread.html", campaign=campaign, items=checklist(campaign, lines),
        note=await queries.last_note(campaign.id),
    )  # fmt: skip


async def _campaign(request: Request) -> Campaign:
    return await queries.campaign_to_edit(request.path_params["slug"], actor_of(request))


def _number(request: Request, name: str) -> int:
    value = request.query_params.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0


def _euros(cents: int) -> str:
    return f"{cents / 100:.2f}".replace(".", ",").removesuffix(",00")


routes: list[BaseRoute] = [
    Route("/initiatives/{slug}/campagnes/nouvelle", new, name="campaigns.new"),
    Route("/initiatives/{slug}/campagnes/nouvelle", create, methods=["POST"], name="campaigns.create"),
    Route("/campagnes/{slug}/modifier/projet", edit_story, name="campaigns.edit_story"),
    Route("/campagnes/{slug}/modifier/projet", write_story, methods=["POST"], name="campaigns.write_story"),
    Route("/campagnes/{slug}/modifier/budget", edit_costs, name="campaigns.edit_costs"),
    Route("/campagnes/{slug}/modifier/budget", write_cost, methods=["POST"], name="campaigns.write_cost"),
    Route("/campagnes/{slug}/modifier/budget/{line:int}/retirer", remove_cost, methods=["POST"],
          name="campaigns.remove_cost"),
    Route("/campagnes/{slug}/modifier/mercis", edit_rewards, name="campaigns.edit_rewards"),
    Route("/campagnes/{slug}/modifier/mercis", write_reward, methods=["POST"], name="campaigns.write_reward"),
    Route("/campagnes/{slug}/modifier/mercis/{reward:int}/retirer", remove_reward, methods=["POST"],
          name="campaigns.remove_reward"),
    Route("/campagnes/{slug}/modifier/conditions", edit_terms, name="campaigns.edit_terms"),
    Route("/campagnes/{slug}/modifier/conditions", write_terms, methods=["POST"], name="campaigns.write_terms"),
    Route("/campagnes/{slug}/modifier/relire", reread, name="campaigns.reread"),
]  # fmt: skip
