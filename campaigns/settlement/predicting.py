"""What the coming deadlines would decide, as a table for the terminal: `civic settle --predict`. Changes nothing."""

from datetime import date, timedelta

from campaigns.lifecycle.models import Campaign, CampaignStatus, GoalKind
from civic import clock, database
from civic.database.connection import Row
from civic.i18n import _, _n
from civic.web.formats import day_short, money

_PLEDGES = """SELECT campaign_id,
COUNT(CASE WHEN status = 'confirmed' THEN 1 END) AS n,
COALESCE(SUM(CASE WHEN status IN ('confirmed', 'collected', 'processing') THEN amount_cents END), 0) AS cents,
COALESCE(SUM(CASE WHEN status = 'confirmed' THEN tip_cents END), 0) AS tips,
COUNT(CASE WHEN status = 'confirmed' AND method_label LIKE 'SEPA%' THEN 1 END) AS debits,
COUNT(CASE WHEN status = 'confirmed' AND method_ends_on < ? THEN 1 END) AS expiring,
COUNT(CASE WHEN status = 'created' THEN 1 END) AS open_pages
FROM pledge WHERE campaign_id = ? GROUP BY campaign_id"""
_NOTHING = {"n": 0, "cents": 0, "tips": 0, "debits": 0, "expiring": 0, "open_pages": 0}


async def predict(days: int) -> str:
    """What the deadlines of the next `days` days would decide if they came now."""
    until = clock.now() + timedelta(days=days)
    rows = Campaign.filter(status=CampaignStatus.LIVE, deadline__lte=until)
    campaigns = await rows.order_by("deadline", "id").limit(200)
    if not campaigns:
        return _n(
            "Aucune collecte ne se termine d’ici %(n)s jour.", "Aucune collecte ne se termine d’ici %(n)s jours.", days
        )
    head = [
        _("Collecte"), _("Fin"), _("Promis"), _("Chèques, espèces"), _("Abondé"), _("En tout"), _("Il faut"),
        _("Débits"), _("dont SEPA"), _("cartes périmées"), _("Pages ouvertes"), _("Ce qui arriverait"),
    ]  # fmt: skip
    return table([head, *[_cells(campaign, await _counts(campaign)) for campaign in campaigns]])


async def _counts(campaign: Campaign) -> Row:
    ends = campaign.last_day or clock.today()
    rows = await database.fetch_all(_PLEDGES, [_month(ends), campaign.id])
    return rows[0] if rows else dict(_NOTHING)


def _month(day: date) -> date:
    """Cards whose last month is over before this day's month will be refused."""
    return day.replace(day=1)


def _cells(campaign: Campaign, row: Row) -> list[str]:
    cents = int(row["cents"])
    total = cents + campaign.offline_cents + campaign.matched_cents
    return [
        campaign.slug, day_short(campaign.deadline) if campaign.deadline else "", money(cents),
        money(campaign.offline_cents), money(campaign.matched_cents), money(total), money(campaign.needed_cents),
        str(row["n"]), str(row["debits"]), str(row["expiring"]), str(row["open_pages"]), _verdict(campaign, row, total),
    ]  # fmt: skip


def _verdict(campaign: Campaign, row: Row, total_cents: int) -> str:
    """The outcome in words, as `deciding` would choose it."""
    n = int(row["n"])
    charges = _n("%(n)s débit", "%(n)s débits", n)
    if campaign.goal == GoalKind.FLEXIBLE:
        if not total_cents:
            return _("Elle échouerait : rien n’est reçu.")
        return _("Elle garderait ce qu’elle a reçu, %(charges)s.", charges=charges)
    if total_cents >= campaign.needed_cents:
        tips = money(int(row["tips"]))
        return _("Elle réussirait : %(charges)s, dont %(tips)s d’aide au site.", charges=charges, tips=tips)
    missing = money(campaign.needed_cents - total_cents)
    return _("Elle échouerait : il manque %(missing)s, personne ne serait débité.", missing=missing)


def table(rows: list[list[str]]) -> str:
    """Rows under a head, each column as wide as its widest cell, two spaces apart."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
