"""When less arrived than was promised: accept it together with a public note, or give everything back (PRODUCT C3).

One who leads the campaign and another person of the team both say yes; the team alone may give back, and the clock does
when nobody decides within `rules.SHORTFALL_DAYS`. Refunding itself is done by whoever hears `campaign_unwinding`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tortoise.expressions import Q

from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine
from campaigns.lifecycle.queries import campaign_to_show
from campaigns.lifecycle.service import keep_need
from campaigns.lifecycle.transitions import By, move
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.settlement import closing, letters, queries, rules
from campaigns.settlement.models import PlanStatus, ShortfallPlan
from civic import clock, jobs
from civic.database import retrying, transaction
from civic.errors import DomainError, Forbidden, Invalid
from civic.i18n import _, speaking
from civic.initiatives.queries import is_lead
from civic.people.actor import Actor, must_be_another
from civic.people.models import Person
from civic.people.service import audit
from civic.settings import settings
from civic.web.formats import day, money


class Side(StrEnum):
    """Whose yes it is; whoever leads the campaign never speaks for the team."""

    LEAD = "lead"
    TEAM = "team"


@dataclass(slots=True, frozen=True)
class Terms:
    """What is proposed. Amounts in cents; `lines` gives the new amount of the required lines that shrink, by id."""

    note: str
    guarantor: str
    guarantee_cents: int
    lines: dict[int, int]


async def campaign_to_decide(slug: str, actor: Actor) -> tuple[Campaign, Side]:
    """A public campaign and the side on which this person decides about it. Raises NotFound or Forbidden."""
    campaign = await campaign_to_show(slug, actor)
    if campaign.lead_id == actor.person.id or await is_lead(actor.person, campaign.initiative_id):
        return campaign, Side.LEAD
    if actor.is_animator or actor.is_treasurer:
        return campaign, Side.TEAM
    raise Forbidden(_("Seuls les porteurs de la collecte et l’équipe décident de sa suite."))


async def required_lines(campaign_id: int) -> list[CostLine]:
    """The expenses that may be reduced."""
    return await CostLine.filter(campaign_id=campaign_id, required=True).order_by("position", "id")


@retrying
async def propose(campaign: Campaign, actor: Actor, side: Side, terms: Terms) -> ShortfallPlan:
    """One side proposes how to go on, which is its own yes; an earlier proposal is replaced, the other side is told.

    Raises Invalid when the sums do not add up, DomainError when the campaign no longer waits for a decision.
    """
    async with transaction():
        fresh = await _hold(campaign.id)
        lines = {line.id: line for line in await required_lines(campaign.id)}
        plan = ShortfallPlan(
            campaign_id=fresh.id, note=terms.note, guarantor=terms.guarantor, guarantee_cents=terms.guarantee_cents,
            cuts=_cuts(lines, terms.lines), promised_cents=promised(fresh), received_cents=fresh.raised_cents,
            needed_cents=fresh.needed_cents, proposed_at=clock.now(),
        )  # fmt: skip
        _say_yes(plan, side, actor)
        _must_add_up(plan, fresh)
        await _replace(fresh.id)
        await plan.save()
        await _trace(actor, side, "shortfall_proposed", plan)
        tell = letters.to_team if side == Side.LEAD else letters.to_leads
        occasion = f"-{plan.id}"
        await tell("shortfall_plan", fresh, occasion=occasion, note=plan.note, who=actor.person.short_name)
    return plan


def _cuts(lines: dict[int, CostLine], wanted: dict[int, int]) -> list[list[object]]:
    """The required lines that change. Raises Invalid for one that would grow."""
    found: list[list[object]] = []
    for line_id, cents in wanted.items():
        line = lines.get(line_id)
        if line is None or cents == line.amount_cents:
            continue
        if cents > line.amount_cents:
            raise Invalid(_("Une dépense ne peut pas augmenter ici."), field=f"line_{line_id}")
        found.append([line_id, line.title, line.amount_cents, cents])
    return found


def _say_yes(plan: ShortfallPlan, side: Side, actor: Actor) -> None:
    for other in (plan.lead_id, plan.team_id):
        must_be_another(actor, other, _("Il faut l’accord d’une autre personne."))
    if side == Side.LEAD:
        plan.lead_id = actor.hand.id
    else:
        plan.team_id = actor.hand.id


def _must_add_up(plan: ShortfallPlan, campaign: Campaign) -> None:
    """What is there and what is guaranteed must pay for what is left of the required expenses."""
    if plan.guarantee_cents and not plan.guarantor:
        raise Invalid(_("Écrivez qui garantit cette somme."), field="guarantor")
    left = plan.corrected_cents - campaign.raised_cents - plan.guarantee_cents
    if left > 0:
        raise Invalid(
            _("Il manque encore %(left)s : réduisez une dépense ou indiquez une garantie.", left=money(left)),
            field="guarantee",
        )


@retrying
async def agree(campaign: Campaign, actor: Actor, side: Side, plan_id: int) -> ShortfallPlan:
    """The other side says yes: the campaign is funded as the plan says, and everybody is told. Harmless when repeated.

    Raises DomainError when `plan_id`, which she read, is not the plan any more, or the money no longer suffices for it.
    """
    async with transaction():
        fresh = await _hold(campaign.id)
        plan = await _read(campaign.id, plan_id)
        if said_yes(plan, side):
            return plan
        _say_yes(plan, side, actor)
        _must_add_up(plan, fresh)
        plan.status, plan.ended_at = PlanStatus.ACCEPTED, clock.now()
        await plan.save()
        await _trace(actor, side, "shortfall_accepted", plan)
        team = await Person.get(id=plan.team_id)
        await move(fresh, CampaignStatus.FUNDED, by=By.TEAM, actor=team, note=plan.note)
        await keep_need(fresh.id)
        await closing.celebrate(fresh)
    return plan


async def _read(campaign_id: int, plan_id: int) -> ShortfallPlan:
    """The open plan, which must be the one she read. Raises DomainError."""
    plan = await queries.open_plan(campaign_id)
    if plan is None:
        raise DomainError(_("Il n’y a plus de proposition. Rechargez la page."))
    if plan.id != plan_id:
        raise DomainError(_("La proposition a été remplacée. Relisez-la avant de répondre."))
    return plan


def said_yes(plan: ShortfallPlan, side: Side) -> bool:
    """Whether this side has agreed already."""
    return (plan.lead_id if side == Side.LEAD else plan.team_id) is not None


@retrying
async def refuse(campaign: Campaign, actor: Actor, side: Side, plan_id: int, reason: str) -> None:
    """One side says no, or takes its own proposal back; the other may propose anew.

    Raises DomainError when `plan_id`, which she read, is not the plan any more.
    """
    async with transaction():
        fresh = await _hold(campaign.id)
        plan = await _read(campaign.id, plan_id)
        plan.status, plan.ended_at, plan.refusal = PlanStatus.REFUSED, clock.now(), reason
        await plan.save()
        await _trace(actor, side, "shortfall_refused", plan)
        tell = letters.to_team if side == Side.LEAD else letters.to_leads
        occasion, who = f"-{plan.id}", actor.person.short_name
        await tell("shortfall_refused", fresh, occasion=occasion, reason=reason, who=who)


@retrying
async def unwind(campaign: Campaign, actor: Actor, note: str) -> None:
    """The team gives everything back, with a public note (fact `campaign_unwinding`). Raises NotNow."""
    async with transaction():
        fresh = await _hold(campaign.id)
        await audit(actor, "campaign_unwinding", f"campaign:{fresh.id}")
        await _unwind(fresh, By.TEAM, actor, note)


async def _unwind(campaign: Campaign, by: By, actor: Actor | None, note: str) -> None:
    await _replace(campaign.id)
    person = actor.person if actor else None
    await move(campaign, CampaignStatus.UNWINDING, by=by, actor=person, note=note)
    await keep_need(campaign.id)
    await letters.to_leads("unwinding_lead", campaign, note=note)
    await jobs.enqueue("campaign_unwinding", key=f"campaign-{campaign.id}", campaign_id=campaign.id)


async def _hold(campaign_id: int) -> Campaign:
    """Lock and read a campaign that waits for a decision. Raises DomainError when it does not any more."""
    waiting = Campaign.filter(id=campaign_id, status=CampaignStatus.SHORTFALL)
    if not await waiting.update(updated_at=clock.now()):
        raise DomainError(_("Cette collecte n’attend plus de décision. Rechargez la page."))
    return await Campaign.get(id=campaign_id)


async def _replace(campaign_id: int) -> None:
    rows = ShortfallPlan.filter(campaign_id=campaign_id, status=PlanStatus.PROPOSED)
    await rows.update(status=PlanStatus.REPLACED, ended_at=clock.now())


async def _trace(actor: Actor, side: Side, act: str, plan: ShortfallPlan) -> None:
    await audit(actor, act, f"campaign:{plan.campaign_id}", plan=plan.id, side=side.value)


def promised(campaign: Campaign) -> int:
    """What was promised or given at the deadline, in cents."""
    return int(campaign.decided_total_cents or 0)


async def decide_by(campaign_id: int) -> datetime:
    """Until when lead and team may decide, UTC."""
    change = await queries.change_to(campaign_id, CampaignStatus.SHORTFALL)
    since = change.at if change else clock.now()
    return since + timedelta(days=rules.SHORTFALL_DAYS)


async def announce(campaign_id: int) -> None:
    """Too little arrived: leads and team hear it once, with the last day; reminders and the end are planned."""
    campaign = await Campaign.get(id=campaign_id)
    until = await decide_by(campaign_id)
    for tell, name in ((letters.to_leads, "shortfall_lead"), (letters.to_team, "shortfall_team")):
        await tell(name, campaign, collected_cents=campaign.raised_cents, last_day=day(until))
    begun = until - timedelta(days=rules.SHORTFALL_DAYS)
    for days in rules.SHORTFALL_REMINDERS:
        at = begun + timedelta(days=days)
        key = f"campaign-{campaign_id}-{days}"
        await jobs.enqueue("shortfall_reminder_due", key=key, run_at=at, campaign_id=campaign_id, days=days)
    await jobs.enqueue("shortfall_over", key=f"campaign-{campaign_id}", run_at=until, campaign_id=campaign_id)


async def remind(campaign_id: int, days: int) -> None:
    """Nothing is decided yet: leads and team are reminded, once per day of the plan."""
    campaign = await Campaign.get(id=campaign_id)
    if campaign.status != CampaignStatus.SHORTFALL:
        return
    until = await decide_by(campaign_id)
    for tell in (letters.to_leads, letters.to_team):
        await tell("shortfall_reminder", campaign, occasion=f"-{days}", last_day=day(until))


@retrying
async def end(campaign_id: int) -> None:
    """Nobody decided in time: everything is given back."""
    async with transaction():
        waiting = Campaign.filter(id=campaign_id, status=CampaignStatus.SHORTFALL)
        if not await waiting.update(updated_at=clock.now()) or await decide_by(campaign_id) > clock.now():
            return
        with speaking(settings().locale):
            note = _(
                "Aucune décision n’a été prise en %(n)s jours : les dons sont rendus, comme annoncé.",
                n=rules.SHORTFALL_DAYS,
            )
        await _unwind(await Campaign.get(id=campaign_id), By.SCHEDULER, None, note)


async def end_due(**_payload: object) -> None:
    """Every half hour: campaigns whose time to decide is over, in case their own job was lost."""
    for campaign in await Campaign.filter(status=CampaignStatus.SHORTFALL).order_by("id").limit(200):
        await end(campaign.id)


async def tell_unwinding(campaign_id: int, after: int = 0) -> None:
    """Those whose gift arrived hear that it comes back, and why; so many at a time, each once."""
    campaign = await Campaign.get(id=campaign_id)
    change = await queries.change_to(campaign_id, CampaignStatus.UNWINDING)
    if change is None:
        return
    back_already = Q(status=PledgeStatus.REFUNDED, updated_at__gte=change.at)
    told = Q(status__in=(PledgeStatus.COLLECTED, PledgeStatus.REFUND_PENDING)) | back_already
    rows = Pledge.filter(told, campaign_id=campaign_id, id__gt=after).order_by("id")
    pledges = await rows.limit(rules.SPREAD).select_related("person")
    for pledge in pledges:
        pledge.campaign = campaign
        await letters.to_backer("unwinding", pledge, "unwinding", note=change.note)
    if len(pledges) == rules.SPREAD:
        last = pledges[-1].id
        key = f"campaign-{campaign_id}-{last}"
        await jobs.enqueue("unwinding_told", key=key, campaign_id=campaign_id, after=last)
