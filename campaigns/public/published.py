"""Campaigns as open data: what their public pages tell, totals only (docs/decisions/0014). Nobody is named."""

from collections.abc import Sequence

from tortoise.queryset import QuerySet

from campaigns.lifecycle.models import PUBLIC, Campaign, CampaignStatus, GoalKind
from civic.api.kinds import Kind, Money, Place, Ref, Said, Utc, Words, here, of_commune, of_initiative
from civic.i18n import _


class CampaignItem(Said):
    """A fundraising. `goal`: what it needs at least; `total`: what its page shows, promises and money together.

    It does not say when it changed last: that may be the moment at which one gift left, while totals stand still.
    """

    id: int
    url: str
    api_url: str
    title: Words
    summary: Words
    initiative: Ref | None
    commune: Place | None
    kind: GoalKind
    status: CampaignStatus
    goal: Money
    total: Money
    percent: int
    backers: int
    starts_at: Utc | None
    deadline: Utc | None


async def _campaigns(rows: Sequence[Campaign]) -> list[CampaignItem]:
    return [
        CampaignItem(
            id=row.id, url=CAMPAIGNS.address(row), api_url=here("campaigns", row.id), title=row.title,
            summary=row.summary, initiative=of_initiative(row.initiative), commune=of_commune(row.initiative.commune),
            kind=row.goal, status=row.status, goal=Money(cents=row.needed_cents), total=Money(cents=row.shown_cents),
            percent=row.percent, backers=row.backers_count, starts_at=row.starts_at, deadline=row.deadline,
        )
        for row in rows
    ]  # fmt: skip


def _public_campaigns() -> QuerySet[Campaign]:
    """A monthly support says no total, and is in no list."""
    hidden = [status for status in CampaignStatus if status not in PUBLIC]
    rows = Campaign.filter(initiative__published_at__isnull=False)
    rows = rows.exclude(status__in=hidden).exclude(goal=GoalKind.MONTHLY)
    return rows.select_related("initiative", "initiative__commune")


CAMPAIGNS = Kind(
    "campaigns", lambda: _("Collectes"), lambda: _("Les collectes publiques et leurs totaux, jamais un don."),
    CampaignItem, _public_campaigns, _campaigns, commune="initiative__commune_id", topic="initiative_id",
    since="", page="campaigns.show",
)  # fmt: skip


def open_data() -> list[Kind]:
    """What this part gives to open data."""
    return [CAMPAIGNS]
