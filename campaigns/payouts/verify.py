"""What must hold of spending, checked on live data (`civic verify`, docs/money.md « Invariants » 18)."""

from civic import database
from civic.i18n import _

_PERMITTED = """SELECT line.id AS id, line.title AS title, line.spent AS spent, line.permitted AS permitted FROM (
SELECT cost_line.id AS id, cost_line.title AS title,
(SELECT COALESCE(SUM(amount_cents), 0) FROM expense WHERE cost_line_id = cost_line.id AND status = 'accepted') AS spent,
(SELECT COALESCE(SUM(amount_cents), 0) FROM tranche WHERE cost_line_id = cost_line.id AND status = 'accepted')
AS permitted FROM cost_line JOIN campaign ON campaign.id = cost_line.campaign_id WHERE campaign.payee_id IS NULL) line
WHERE line.spent > line.permitted ORDER BY line.id"""
_BOOKED = """SELECT sums.campaign AS campaign FROM (
SELECT campaign_id AS campaign, SUM(amount_cents) AS cents FROM expense WHERE status = 'accepted' GROUP BY campaign_id
UNION ALL
SELECT entry.campaign_id AS campaign, -SUM(posting.amount_cents) AS cents FROM posting
JOIN entry ON entry.id = posting.entry_id JOIN account ON account.id = posting.account_id
WHERE account.kind = 'expense_paid' GROUP BY entry.campaign_id) sums
GROUP BY sums.campaign HAVING SUM(sums.cents) <> 0 ORDER BY sums.campaign"""


async def spending_is_permitted() -> list[str]:
    """No cost line was spent beyond its tranches; what another legal entity received it spends without any."""
    rows = await database.fetch_report(_PERMITTED)
    return [_("La ligne « %(title)s » est dépensée au-delà de sa permission.", title=row["title"]) for row in rows]


async def spending_is_booked() -> list[str]:
    """What is verified is what the ledger says was spent."""
    rows = await database.fetch_report(_BOOKED)
    return [
        _("Les dépenses de la collecte %(id)s diffèrent de ses comptes.", id=row["campaign"] or "–") for row in rows
    ]


CHECKS = (spending_is_permitted, spending_is_booked)
