"""The builder: one page per step, each saved when it is sent; what is written can be left and found again."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle import drafting, queries
from campaigns.lifecycle.checklist import fees_to_plan, last_days
from campaigns.lifecycle.forms import CostLineForm, MoveForm, RewardForm, StoryForm, TermsForm
from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.steps import campaign_of, step_page
from campaigns.payees import queries as payees
from civic import clock
from civic.errors import DomainError
from civic.i18n import _
from civic.initiatives.queries import initiative_to_edit, leads_of
from civic.people.actor import actor_of
from civic.settings import settings
from civic.web.forms import Form
from civic.web.page import page, redirect


async def new(request: Request) -> Response:
    """The first page of a new campaign."""
    initiative = await initiative_to_edit(request.path_params["slug"], actor_of(request))
    form: Form[StoryForm] = Form({"title": initiative.title[:60], "summary": initiative.summary[:300]})
    refusal = await drafting.why_not(initiative)
    return page(request, "campaigns/lifecycle/new.html", form=form, initiative=initiative, refusal=refusal)


async def create(request: Request) -> Response:
    """Start the draft."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    form = await Form.read(request, StoryForm)
    try:
        if form.data is not None:
            campaign = await drafting.start(initiative, actor.person, form.data)
            return redirect("campaigns.edit_pictures", slug=campaign.slug)
    except DomainError as error:
        form.refuse(error)
    refusal = await drafting.why_not(initiative)
    return page(request, "campaigns/lifecycle/new.html", status=422, form=form, initiative=initiative, refusal=refusal)


async def edit_story(request: Request) -> Response:
    """Step « Le projet »."""
    campaign = await campaign_of(request)
    values = {"title": campaign.title, "summary": campaign.summary, "story": campaign.story}
    return await step_page(request, campaign, "projet", form=Form(values))


async def write_story(request: Request) -> Response:
    """Save « Le projet »."""
    campaign = await campaign_of(request)
    form = await Form.read(request, StoryForm)
    if form.data is None:
        return await step_page(request, campaign, "projet", 422, form=form)
    await drafting.write_story(campaign, form.data)
    return redirect("campaigns.edit_pictures", slug=campaign.slug, flash=_("C’est enregistré."))


async def edit_costs(request: Request) -> Response:
    """Step « Le budget »: the lines, and a form for one more or for the one being changed (`?ligne=3`)."""
    campaign = await campaign_of(request)
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
    campaign = await campaign_of(request)
    form = await Form.read(request, CostLineForm)
    if form.data is None:
        return await _costs_page(request, campaign, form, 422)
    await drafting.write_cost_line(campaign, form.data)
    return redirect("campaigns.edit_costs", slug=campaign.slug, flash=_("La dépense est enregistrée."))


async def remove_cost(request: Request) -> Response:
    """Take one expense out."""
    campaign = await campaign_of(request)
    await drafting.remove_cost_line(campaign, request.path_params["line"])
    return redirect("campaigns.edit_costs", slug=campaign.slug, flash=_("La dépense est retirée."))


async def move_cost(request: Request) -> Response:
    """One place up or down."""
    campaign = await campaign_of(request)
    form = await Form.read(request, MoveForm)
    up = form.data is None or form.data.way == "up"
    await drafting.move_cost_line(campaign, request.path_params["line"], up=up)
    return redirect("campaigns.edit_costs", slug=campaign.slug, flash=_("L’ordre est changé."))


async def tick(request: Request) -> Response:
    """A remark of the review is seen to."""
    campaign = await campaign_of(request)
    await drafting.tick(campaign, request.path_params["remark"])
    return redirect("campaigns.reread", slug=campaign.slug, flash=_("C’est noté : cette remarque est réglée."))


async def _costs_page(request: Request, campaign: Campaign, form: Form[CostLineForm], status: int = 200) -> Response:
    lines = await queries.cost_lines(campaign.id)
    return await step_page(request, campaign, "budget", status, form=form, fees=fees_to_plan(lines))


async def edit_rewards(request: Request) -> Response:
    """Step « Les mercis »: the rewards, and a form for one more or for the one being changed (`?merci=3`)."""
    campaign = await campaign_of(request)
    chosen = _number(request, "merci")
    reward = next((reward for reward in await queries.rewards(campaign.id) if reward.id == chosen), None)
    values: dict[str, Any] = {"reward": "0", "nature": "symbolic"}
    if reward:
        values = {
            "reward": str(reward.id), "title": reward.title, "detail": reward.detail,
            "from_amount": _euros(reward.from_cents), "value": _euros(reward.value_cents),
            "stock": reward.stock or "", "delivery_on": reward.delivery_on or "", "nature": reward.nature.value,
        }  # fmt: skip
    return await _rewards_page(request, campaign, Form(values))


async def write_reward(request: Request) -> Response:
    """Save one reward."""
    campaign = await campaign_of(request)
    form = await Form.read(request, RewardForm)
    if form.data is None:
        return await _rewards_page(request, campaign, form, 422)
    await drafting.write_reward(campaign, form.data)
    return redirect("campaigns.edit_rewards", slug=campaign.slug, flash=_("Le merci est enregistré."))


async def remove_reward(request: Request) -> Response:
    """Take one reward out."""
    campaign = await campaign_of(request)
    await drafting.remove_reward(campaign, request.path_params["reward"])
    return redirect("campaigns.edit_rewards", slug=campaign.slug, flash=_("Le merci est retiré."))


async def _rewards_page(request: Request, campaign: Campaign, form: Form[RewardForm], status: int = 200) -> Response:
    return await step_page(request, campaign, "mercis", status, form=form, rewards=await queries.rewards(campaign.id))


async def edit_terms(request: Request) -> Response:
    """Step « Les conditions »."""
    campaign = await campaign_of(request)
    values = {
        "deadline_on": campaign.last_day or "", "receiver": "organisation" if campaign.payee_id else "host",
        "risks": campaign.risks,
        "starts_on": clock.local(campaign.starts_at).date() if campaign.starts_at else "",
        "use_of_funds": campaign.use_of_funds, "expected_result": campaign.expected_result,
        "goal": campaign.goal.value,
    }  # fmt: skip
    return await _terms_page(request, campaign, Form(values))


async def write_terms(request: Request) -> Response:
    """Save « Les conditions »."""
    campaign = await campaign_of(request)
    form = await Form.read(request, TermsForm)
    try:
        if form.data is not None:
            await drafting.write_terms(campaign, form.data)
            return redirect("campaigns.reread", slug=campaign.slug, flash=_("C’est enregistré."))
    except DomainError as error:
        form.refuse(error)
    return await _terms_page(request, campaign, form, 422)


async def _terms_page(request: Request, campaign: Campaign, form: Form[TermsForm], status: int = 200) -> Response:
    first, last = last_days()
    return await step_page(
        request, campaign, "conditions", status, form=form, first_day=first, last_day=last,
        leads=await leads_of(campaign.initiative_id), host=settings().host_name,
        other=payees.may_receive(campaign.initiative.organisation), others=payees.open_to_others(),
        account=await payees.known_of(campaign.initiative.organisation),
    )  # fmt: skip


async def reread(request: Request) -> Response:
    """Step « Relire et envoyer »: what is missing, the preview, the button."""
    campaign = await campaign_of(request)
    return await step_page(request, campaign, "relire", note=await queries.last_note(campaign.id))


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
    Route("/campagnes/{slug}/modifier/budget/{line:int}/deplacer", move_cost, methods=["POST"],
          name="campaigns.move_cost"),
    Route("/campagnes/{slug}/modifier/remarques/{remark:int}", tick, methods=["POST"], name="campaigns.tick"),
    Route("/campagnes/{slug}/modifier/mercis", edit_rewards, name="campaigns.edit_rewards"),
    Route("/campagnes/{slug}/modifier/mercis", write_reward, methods=["POST"], name="campaigns.write_reward"),
    Route("/campagnes/{slug}/modifier/mercis/{reward:int}/retirer", remove_reward, methods=["POST"],
          name="campaigns.remove_reward"),
    Route("/campagnes/{slug}/modifier/conditions", edit_terms, name="campaigns.edit_terms"),
    Route("/campagnes/{slug}/modifier/conditions", write_terms, methods=["POST"], name="campaigns.write_terms"),
    Route("/campagnes/{slug}/modifier/relire", reread, name="campaigns.reread"),
]  # fmt: skip
