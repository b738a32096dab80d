"""Reads for the people who run settlement: what would happen, and what did."""

from datetime import timedelta

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from civic import clock, database
from civic.i18n import _, _n
from civic.web.formats import day, money

_PLEDGES = """SELECT COUNT(*) AS n, COALESCE(SUM(amount_cents), 0) AS cents, COALESCE(SUM(tip_cents), 0) AS tips
FROM pledge WHERE campaign_id = ? AND status = 'confirmed'"""


async def predict(days: int) -> str:
    """What the deadlines of the next `days` days would decide if they came now; nothing is changed."""
    until = clock.now() + timedelta(days=days)
    rows = Campaign.filter(status=CampaignStatus.LIVE, deadline__lte=until)
    lines = [await _line(campaign) for campaign in await rows.order_by("deadline", "id").limit(200)]
    if not lines:
        return _n(
            "Aucune collecte ne se termine d’ici %(n)s jour.", "Aucune collecte ne se termine d’ici %(n)s jours.", days
        )
    return "\n".join(lines)


async def _line(campaign: Campaign) -> str:
    row = (await database.fetch_all(_PLEDGES, [campaign.id]))[0]
    total = int(row["cents"]) + campaign.offline_cents + campaign.matched_cents
    values = {
        "slug": campaign.slug, "day": day(campaign.deadline) if campaign.deadline else "", "n": row["n"],
        "cents": money(total), "minimum": money(campaign.needed_cents), "tips": money(int(row["tips"])),
    }  # fmt: skip
    head = _("%(slug)s, %(day)s : %(cents)s promis sur %(minimum)s.", **values)
    if campaign.goal == GoalKind.FLEXIBLE:
        return f"{head} " + _("Elle garde ce qu’elle a reçu.")
    if total >= campaign.needed_cents:
        return f"{head} " + _("Elle réussirait : %(n)s débits, dont %(tips)s d’aide au site.", **values)
    return f"{head} " + _("Elle échouerait : personne ne serait débité.")


async def campaign_to_settle(slug: str) -> Campaign | None:
    """The campaign of this address, for the command line."""
    return await Campaign.get_or_none(slug=slug)
