"""The standing campaign behind an initiative's monthly support: written by a lead, read by somebody else, then open."""

from campaigns.lifecycle.models import PUBLIC, Campaign, CampaignStatus, GoalKind
from campaigns.lifecycle.transitions import By, move
from campaigns.recurring.models import Support, SupportStatus
from civic import clock, database
from civic.database import transaction
from civic.errors import DomainError
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.people.models import Person
from civic.settings import settings

WRITABLE = (CampaignStatus.CHANGES_REQUESTED, CampaignStatus.WITHDRAWN, CampaignStatus.REJECTED)


async def of_initiative(initiative_id: int, *, public_only: bool = True) -> Campaign | None:
    """The standing campaign of an initiative, or None."""
    rows = Campaign.filter(initiative_id=initiative_id, goal=GoalKind.MONTHLY)
    if public_only:
        rows = rows.filter(status__in=list(PUBLIC))
    return await rows.order_by("-id").first().select_related("initiative", "lead")


async def propose(initiative: Initiative, lead: Person, purpose: str) -> Campaign:
    """Write it, or write it anew after the review, and send it to be read; the host receives the money.

    Raises DomainError when one is there.
    """
    known = await of_initiative(initiative.id, public_only=False)
    if known is not None and known.status not in WRITABLE and known.status != CampaignStatus.CANCELLED:
        raise DomainError(_("Cette initiative a déjà un soutien mensuel, ou une demande en cours."))
    present = clock.now()
    async with transaction():
        await database.execute("UPDATE initiative SET updated_at = ? WHERE id = ?", [present, initiative.id])
        if known is not None and known.status == CampaignStatus.CHANGES_REQUESTED:
            await Campaign.filter(id=known.id).update(use_of_funds=purpose)
            await move(known, CampaignStatus.SUBMITTED, by=By.LEAD, actor=lead)
            return known
        count = await Campaign.filter(initiative_id=initiative.id, goal=GoalKind.MONTHLY).count()
        made = await Campaign.create(
            slug=f"soutien-{initiative.slug}-{count + 1}"[:120], initiative=initiative, lead=lead, use_of_funds=purpose,
            title=_("Soutien mensuel, %(title)s", title=initiative.title)[:80], summary=purpose[:400],
            beneficiary=settings().host_name, goal=GoalKind.MONTHLY, created_at=present, updated_at=present,
        )  # fmt: skip
        await move(made, CampaignStatus.SUBMITTED, by=By.LEAD, actor=lead)
        return made


async def launch(campaign: Campaign, lead: Person) -> None:
    """Open it once it was accepted. Raises NotNow before."""
    await move(campaign, CampaignStatus.LIVE, by=By.LEAD, actor=lead, starts_at=clock.now())


async def tally(campaign_id: int) -> tuple[int, int]:
    """How many supports run, and what they come to each month, in cents."""
    rows = await Support.filter(campaign_id=campaign_id, status=SupportStatus.ACTIVE).only("id", "amount_cents")
    return len(rows), sum(row.amount_cents for row in rows)
