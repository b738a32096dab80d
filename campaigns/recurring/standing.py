"""The standing campaign behind an initiative's monthly support: written by a lead, read by somebody else, then open."""

from collections.abc import Sequence

from tortoise.expressions import F

from campaigns.lifecycle.models import PUBLIC, Campaign, CampaignStatus, CostLine, GoalKind
from campaigns.lifecycle.service import trace
from campaigns.lifecycle.transitions import By, move
from campaigns.recurring.models import Support, SupportStatus
from civic import clock, database, jobs
from civic.database import retrying, transaction
from civic.errors import DomainError
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.people.actor import Actor
from civic.people.models import Person
from civic.people.service import audit
from civic.settings import settings

WRITABLE = (CampaignStatus.CHANGES_REQUESTED, CampaignStatus.WITHDRAWN, CampaignStatus.REJECTED)
OVER = (CampaignStatus.CANCELLED, CampaignStatus.REPORTING, CampaignStatus.CLOSED)
"""It has ended; another one may be proposed."""
STEP_CENTS = 1_000
LEAST_SHOWN = 3
"""From so many persons on, what they give is told to those who run it; below, one sum could be guessed."""


async def of_initiative(initiative_id: int, *, public_only: bool = True) -> Campaign | None:
    """The standing campaign of an initiative, or None."""
    rows = Campaign.filter(initiative_id=initiative_id, goal=GoalKind.MONTHLY)
    if public_only:
        rows = rows.filter(status__in=list(PUBLIC))
    return await rows.order_by("-id").first().select_related("initiative", "lead")


async def propose(
    initiative: Initiative, lead: Person, purpose: str, lines: Sequence[tuple[str, int]] = (), *,
    hand: Person | None = None,
) -> Campaign:
    """Write it, or write it anew after the review, and send it to be read; the host receives the money.

    `lines`: what the money pays each month, in cents; together they are the monthly aim. `hand`: who writes it for the
    lead at the counter. Raises DomainError when one is there.
    """
    known = await of_initiative(initiative.id, public_only=False)
    if known is not None and known.status not in (*WRITABLE, *OVER):
        raise DomainError(_("Cette initiative a déjà un soutien mensuel, ou une demande en cours."))
    present = clock.now()
    async with transaction():
        await database.execute("UPDATE initiative SET updated_at = ? WHERE id = ?", [present, initiative.id])
        if known is not None and known.status == CampaignStatus.CHANGES_REQUESTED:
            await Campaign.filter(id=known.id).update(use_of_funds=purpose)
            await _write_lines(known, lines)
            await move(known, CampaignStatus.SUBMITTED, by=By.LEAD, actor=hand or lead)
            return known
        count = await Campaign.filter(initiative_id=initiative.id, goal=GoalKind.MONTHLY).count()
        made = await Campaign.create(
            slug=f"soutien-{initiative.slug}-{count + 1}"[:120], initiative=initiative, lead=lead, use_of_funds=purpose,
            title=_("Soutien mensuel, %(title)s", title=initiative.title)[:80], summary=purpose[:400],
            beneficiary=settings().host_name, goal=GoalKind.MONTHLY, created_at=present, updated_at=present,
        )  # fmt: skip
        await _write_lines(made, lines)
        await move(made, CampaignStatus.SUBMITTED, by=By.LEAD, actor=hand or lead)
        return made


async def _write_lines(campaign: Campaign, lines: Sequence[tuple[str, int]]) -> None:
    await CostLine.filter(campaign_id=campaign.id).delete()
    for position, (what, cents) in enumerate(lines):
        await CostLine.create(
            campaign_id=campaign.id, title=what, amount_cents=cents, position=position, required=False
        )
    await Campaign.filter(id=campaign.id).update(optimum_cents=sum(cents for _what, cents in lines))


@retrying
async def add_line(campaign: Campaign, actor: Actor, what: str, cents: int) -> None:
    """One more thing to pay each month, of an open one; those that were read stay. Raises DomainError, once over."""
    async with transaction():
        rows = Campaign.filter(id=campaign.id, status__in=[CampaignStatus.APPROVED, CampaignStatus.LIVE])
        if not await rows.update(optimum_cents=F("optimum_cents") + cents, updated_at=clock.now()):
            raise DomainError(_("Ce soutien mensuel n’est pas ouvert."))
        position = await CostLine.filter(campaign_id=campaign.id).count()
        await CostLine.create(
            campaign_id=campaign.id, title=what, amount_cents=cents, position=position, required=False
        )
        await audit(actor, "monthly_line_added", f"campaign:{campaign.id}", what=what, cents=cents)


async def launch(campaign: Campaign, actor: Actor) -> None:
    """Open it once it was accepted. Raises NotNow before."""
    async with transaction():
        await move(campaign, CampaignStatus.LIVE, by=By.LEAD, actor=actor.hand, starts_at=clock.now())
        await trace(actor, campaign, "launched")


async def end(campaign: Campaign, actor: Actor, note: str) -> None:
    """End it: every support stops and its supporter reads why (fact `campaign_cancelled`). What was given stays given.

    Raises NotNow when it is neither open nor suspended.
    """
    async with transaction():
        await move(campaign, CampaignStatus.CANCELLED, by=By.LEAD, actor=actor.hand, note=note)
        await trace(actor, campaign, "ended")
        await jobs.enqueue("campaign_cancelled", key=f"campaign-{campaign.id}", campaign_id=campaign.id)


async def tally(campaign_id: int) -> tuple[int, int | None]:
    """How many persons give each month, and what it comes to in cents; None below LEAST_SHOWN of them."""
    rows = await Support.filter(campaign_id=campaign_id, status=SupportStatus.ACTIVE)
    persons = len({row.person_id for row in rows})
    return persons, sum(row.amount_cents for row in rows) if persons >= LEAST_SHOWN else None


async def told_cents(campaign_id: int) -> int:
    """What everybody may read of a month's supports, in cents: at least so much, 0 below LEAST_SHOWN persons.

    Only whole groups of persons count, in the order in which they began, in whole tens of euros: who looks before and
    after one more person came does not learn what she gives (invariant 15).
    """
    rows = await Support.filter(campaign_id=campaign_id, status=SupportStatus.ACTIVE).order_by("id")
    given: dict[int, int] = {}
    for row in rows:
        given[row.person_id] = given.get(row.person_id, 0) + row.amount_cents
    whole = len(given) // LEAST_SHOWN * LEAST_SHOWN
    return sum(list(given.values())[:whole]) // STEP_CENTS * STEP_CENTS
