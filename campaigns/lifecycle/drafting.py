"""What a lead does while she writes her campaign; every step is saved as it is given."""

from typing import Any

from campaigns.lifecycle import comments
from campaigns.lifecycle.checklist import end_of
from campaigns.lifecycle.forms import CostLineForm, RewardForm, StoryForm, TermsForm
from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine, GoalKind, Reward, RewardNature
from campaigns.lifecycle.pictures import shifted
from campaigns.payees import queries as payees
from civic import clock
from civic.database import transaction
from civic.errors import DomainError, Invalid, NotFound
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.people.models import Person
from civic.places.folding import slug as slug_of
from civic.settings import settings
from civic.web import urls


async def start(initiative: Initiative, lead: Person, form: StoryForm) -> Campaign:
    """A new draft of an initiative. Raises DomainError when the initiative is over or another campaign is under way."""
    if refusal := await why_not(initiative):
        raise refusal
    present = clock.now()
    async with transaction():
        return await Campaign.create(
            slug=await _free_slug(form.title), initiative=initiative, lead=lead, title=form.title,
            summary=form.summary, story=form.story, beneficiary=settings().host_name, created_at=present,
            updated_at=present,
        )  # fmt: skip


async def why_not(initiative: Initiative) -> DomainError | None:
    """What keeps an initiative from a new campaign, with the way to the other one where that is the reason."""
    if initiative.is_over:
        return DomainError(_("Cette initiative est terminée : elle ne peut plus ouvrir de collecte."))
    over = [
        CampaignStatus.REJECTED, CampaignStatus.WITHDRAWN, CampaignStatus.CANCELLED, CampaignStatus.FAILED,
        CampaignStatus.REFUNDED, CampaignStatus.CLOSED, CampaignStatus.REPORTING, CampaignStatus.FUNDED,
    ]  # fmt: skip
    others = Campaign.filter(initiative_id=initiative.id).exclude(goal=GoalKind.MONTHLY)
    other = await others.exclude(status__in=over).first()
    if other is None:
        return None
    way_out = (other.title, urls.path("campaigns.show", slug=other.slug))
    return DomainError(_("Cette initiative prépare ou mène déjà une collecte."), way_out=way_out)


async def _free_slug(title: str) -> str:
    wanted = slug_of(title)[:100] or "collecte"
    taken = {row.slug for row in await Campaign.filter(slug__startswith=wanted).only("id", "slug")}
    number = 2
    found = wanted
    while found in taken:
        found, number = f"{wanted}-{number}", number + 1
    return found


async def write_story(campaign: Campaign, form: StoryForm) -> None:
    """Title, summary, story; the remarks she ticked are done."""
    async with transaction():
        await _change(campaign, title=form.title, summary=form.summary, story=form.story)
        await comments.tick(campaign, form.done)


async def write_terms(campaign: Campaign, form: TermsForm) -> None:
    """Deadline (midnight at the end of the day, Europe/Paris), opening, beneficiary, use of funds, risks.

    Raises Invalid.
    """
    deadline = end_of(form.deadline_on)
    starts_at = clock.at(form.starts_on, 8) if form.starts_on else None
    if starts_at and starts_at >= deadline:
        raise Invalid(_("La collecte doit ouvrir avant de finir."), field="starts_on")
    receiver = await _receiver(campaign, form.receiver)
    async with transaction():
        await _change(
            campaign, deadline=deadline, starts_at=starts_at, goal=form.goal, **receiver,
            use_of_funds=form.use_of_funds, expected_result=form.expected_result, risks=form.risks,
        )  # fmt: skip
        await comments.tick(campaign, form.done)


async def _receiver(campaign: Campaign, receiver: str) -> dict[str, Any]:
    """The host; or the initiative's organisation on its own account, where the host may collect for others.

    Raises Invalid.
    """
    if receiver == "host":
        return {"beneficiary": settings().host_name, "payee_id": None}
    await campaign.fetch_related("initiative__organisation")
    organisation = campaign.initiative.organisation
    if organisation is None or not payees.may_receive(organisation):
        who = settings().host_name
        raise Invalid(_("Pour cette collecte, seule %(who)s peut recevoir l’argent.", who=who), field="receiver")
    return {"beneficiary": organisation.name, "payee_id": (await payees.payee_of(organisation)).id}


async def tick(campaign: Campaign, remark_id: int) -> None:
    """The lead has seen to a remark. Raises DomainError once it is sent."""
    async with transaction():
        await _touch(campaign)
        await comments.tick(campaign, [remark_id])


async def write_cost_line(campaign: Campaign, form: CostLineForm) -> None:
    """Add or change an expense; minimum and optimum follow, in cents."""
    values: dict[str, Any] = {
        "title": form.title, "detail": form.detail, "amount_cents": form.amount, "required": form.nature == "required"
    }  # fmt: skip
    async with transaction():
        await _touch(campaign)
        if form.line:
            if not await CostLine.filter(id=form.line, campaign_id=campaign.id).update(**values):
                raise NotFound(_("Cette dépense n’existe plus."))
        else:
            position = await CostLine.filter(campaign_id=campaign.id).count()
            await CostLine.create(campaign_id=campaign.id, position=position, **values)
        await _compute_goals(campaign)


async def move_cost_line(campaign: Campaign, line_id: int, *, up: bool) -> None:
    """One place earlier or later among the lines of its kind; nothing at the ends."""
    async with transaction():
        await _touch(campaign)
        line = await CostLine.get_or_none(id=line_id, campaign_id=campaign.id)
        if line is None:
            return
        rows = CostLine.filter(campaign_id=campaign.id, required=line.required).order_by("position", "id")
        for place, id_ in enumerate(shifted([row.id for row in await rows], line_id, up=up)):
            await CostLine.filter(id=id_).update(position=place)


async def remove_cost_line(campaign: Campaign, line_id: int) -> None:
    """Take an expense out; harmless when it is gone."""
    async with transaction():
        await _touch(campaign)
        await CostLine.filter(id=line_id, campaign_id=campaign.id).delete()
        await _compute_goals(campaign)


async def write_reward(campaign: Campaign, form: RewardForm) -> None:
    """Add or change a thank-you."""
    values: dict[str, Any] = {
        "title": form.title, "detail": form.detail, "from_cents": form.from_amount, "value_cents": form.value,
        "stock": form.stock, "delivery_on": form.delivery_on,
        "nature": form.nature or (RewardNature.GIFT if form.value else RewardNature.SYMBOLIC),
    }  # fmt: skip
    async with transaction():
        await _touch(campaign)
        if form.reward:
            if not await Reward.filter(id=form.reward, campaign_id=campaign.id).update(**values):
                raise NotFound(_("Ce merci n’existe plus."))
        else:
            await Reward.create(campaign_id=campaign.id, **values)


async def remove_reward(campaign: Campaign, reward_id: int) -> None:
    """Take a thank-you out; harmless when it is gone."""
    async with transaction():
        await _touch(campaign)
        await Reward.filter(id=reward_id, campaign_id=campaign.id).delete()


async def _compute_goals(campaign: Campaign) -> None:
    rows = await CostLine.filter(campaign_id=campaign.id)
    minimum = sum(row.amount_cents for row in rows if row.required)
    optimum = sum(row.amount_cents for row in rows)
    await _change(campaign, minimum_cents=minimum, optimum_cents=optimum)


async def _touch(campaign: Campaign) -> None:
    await _change(campaign)


async def _change(campaign: Campaign, **values: object) -> None:
    """Write while it is still a draft. Raises DomainError when it was submitted meanwhile."""
    drafts = Campaign.filter(
        id=campaign.id, status__in=[CampaignStatus.DRAFT, CampaignStatus.CHANGES_REQUESTED]
    )
    if not await drafts.update(updated_at=clock.now(), **values):
        raise DomainError(_("Cette collecte ne se modifie plus : elle a été envoyée à la relecture."))
    for name, value in values.items():
        setattr(campaign, name, value)
