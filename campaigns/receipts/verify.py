"""What must hold of receipts on live data (`civic verify`, docs/money.md, invariant 13)."""

from civic import database
from civic.i18n import _

_GAPS = """SELECT s.issuer, s.year, s.highest AS last, COUNT(r.id) AS used
FROM receipt_series s LEFT JOIN receipt r ON r.issuer = s.issuer AND r.year = s.year
GROUP BY s.issuer, s.year, s.highest HAVING COUNT(r.id) <> s.highest OR COALESCE(MAX(r.number), 0) <> s.highest"""
_UNPAID = """SELECT r.id, r.year, r.number FROM receipt r JOIN pledge p ON p.id = r.pledge_id
LEFT JOIN receipt v ON v.voids_id = r.id WHERE r.voids_id IS NULL AND v.id IS NULL
AND (p.status NOT IN ('collected', 'refund_pending', 'disputed') OR r.amount_cents > p.amount_cents)"""
_UNPAID_BY_HAND = """SELECT r.id, r.year, r.number FROM receipt r JOIN offline_gift g ON g.id = r.gift_id
JOIN campaign c ON c.id = g.campaign_id
LEFT JOIN receipt v ON v.voids_id = r.id WHERE r.voids_id IS NULL AND v.id IS NULL
AND (g.status NOT IN ('verified', 'banked') OR r.amount_cents <> g.amount_cents
OR (c.goal <> 'monthly' AND c.status IN ('failed', 'cancelled', 'unwinding', 'refunded')))"""


async def numbers_have_no_gap() -> list[str]:
    """Numbers 1, 2, 3 … per issuer and year."""
    rows = await database.fetch_report(_GAPS)
    return [
        _(
            "Reçus %(year)s : %(used)s numéros pour un dernier numéro %(last)s.",
            year=r["year"], used=r["used"], last=r["last"],
        )
        for r in rows
    ]  # fmt: skip


async def receipts_are_for_money() -> list[str]:
    """A receipt that stands is for money we hold, and for no more of it."""
    rows = [*await database.fetch_report(_UNPAID), *await database.fetch_report(_UNPAID_BY_HAND)]
    return [_("Le reçu %(year)s-%(number)s tient sans son don.", year=r["year"], number=r["number"]) for r in rows]


CHECKS = (numbers_have_no_gap, receipts_are_for_money)
