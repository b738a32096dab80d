"""What must hold between matches, agreements, funds, campaigns and the ledger, on live data (`civic verify`)."""

from collections.abc import Callable

from civic import database
from civic.database.connection import Row
from civic.i18n import _

STANDS = "('reserved', 'due', 'received')"
OVER = "('failed', 'cancelled', 'unwinding', 'refunded')"

_CAMPAIGNS = f"""SELECT c.id, c.matched_cents AS kept, COALESCE(m.cents, 0) AS found FROM campaign c
LEFT JOIN (SELECT a.campaign_id, SUM(m.amount_cents) AS cents FROM pledge_match m
JOIN match_agreement a ON a.id = m.agreement_id WHERE m.state IN {STANDS} GROUP BY a.campaign_id) m
ON m.campaign_id = c.id WHERE c.matched_cents <> COALESCE(m.cents, 0)"""  # noqa: S608
_AGREEMENTS = f"""SELECT a.id, a.reserved_cents AS kept, COALESCE(SUM(m.amount_cents), 0) AS found
FROM match_agreement a LEFT JOIN pledge_match m ON m.agreement_id = a.id AND m.state IN {STANDS}
GROUP BY a.id, a.reserved_cents HAVING a.reserved_cents <> COALESCE(SUM(m.amount_cents), 0)"""  # noqa: S608
_FUNDS = """SELECT f.id, f.used_cents AS kept, COALESCE(SUM(a.reserved_cents), 0) AS found FROM match_fund f
LEFT JOIN match_agreement a ON a.fund_id = f.id GROUP BY f.id, f.used_cents
HAVING f.used_cents <> COALESCE(SUM(a.reserved_cents), 0)"""
_CAPS = f"""SELECT m.id FROM pledge_match m JOIN match_agreement a ON a.id = m.agreement_id
LEFT JOIN pledge p ON p.id = m.pledge_id LEFT JOIN offline_gift g ON g.id = m.gift_id WHERE m.state IN {STANDS}
AND (m.amount_cents > a.gift_cap_cents OR COALESCE(p.campaign_id, g.campaign_id) <> a.campaign_id
OR a.status <> 'active' OR g.pledge_id IS NOT NULL
OR (a.percent > 0 AND m.amount_cents * 100 > COALESCE(p.amount_cents, g.amount_cents) * a.percent))"""  # noqa: S608
_LISTED = f"""SELECT m.id FROM pledge_match m JOIN match_agreement a ON a.id = m.agreement_id
JOIN offline_gift g ON g.id = m.gift_id WHERE m.state IN {STANDS}
AND (g.status NOT IN ('verified', 'banked') OR (EXISTS (SELECT 1 FROM match_commune l WHERE l.agreement_id = a.id)
AND NOT EXISTS (SELECT 1 FROM match_commune l WHERE l.agreement_id = a.id AND l.commune_id = g.commune_id)))"""  # noqa: S608
_LEFT_OVER = f"""SELECT m.id FROM pledge_match m JOIN match_agreement a ON a.id = m.agreement_id
JOIN campaign c ON c.id = a.campaign_id WHERE m.state IN {STANDS} AND c.status IN {OVER}
AND c.status NOT IN ('cancelled', 'unwinding')"""  # noqa: S608
_BOOKED = """SELECT c.id, COALESCE(m.cents, 0) AS kept, COALESCE(b.cents, 0) AS found FROM campaign c
LEFT JOIN (SELECT a.campaign_id, SUM(m.amount_cents) AS cents FROM pledge_match m
JOIN match_agreement a ON a.id = m.agreement_id WHERE m.state IN ('due', 'received') GROUP BY a.campaign_id) m
ON m.campaign_id = c.id
LEFT JOIN (SELECT e.campaign_id, -SUM(p.amount_cents) AS cents FROM entry e JOIN posting p ON p.entry_id = e.id
JOIN account a ON a.id = p.account_id WHERE a.kind = 'campaign_fund' AND e.kind IN ('match_due', 'match_reduced')
GROUP BY e.campaign_id) b ON b.campaign_id = c.id WHERE COALESCE(m.cents, 0) <> COALESCE(b.cents, 0)"""


async def _each(sql: str, say: Callable[[Row], str]) -> list[str]:
    return [say(row) for row in await database.fetch_report(sql, ())]


async def match_totals_are_true() -> list[str]:
    """A campaign's, an agreement's and a fund's sums are those of their matches (invariants 10 and 12)."""
    found = []
    for sql, what in ((_CAMPAIGNS, _("Collecte")), (_AGREEMENTS, _("Accord")), (_FUNDS, _("Enveloppe"))):
        for row in await database.fetch_report(sql, ()):
            found.append(_(
                "%(what)s %(id)s : l’abondement gardé est %(kept)s centimes, le détail donne %(found)s.",
                what=what, id=row["id"], kept=row["kept"], found=row["found"],
            ))  # fmt: skip
    return found


async def matches_keep_their_rule() -> list[str]:
    """Each match is within its rule, on a gift of its own campaign, and none stands on a failed one (invariant 12)."""
    return [
        *await _each(_CAPS, lambda row: _("L’abondement %(id)s dépasse sa règle.", id=row["id"])),
        *await _each(_LISTED, lambda row: _("L’abondement %(id)s n’est pas celui d’un don vérifié.", id=row["id"])),
        *await _each(_LEFT_OVER, lambda row: _("L’abondement %(id)s reste sur une collecte échouée.", id=row["id"])),
    ]  # fmt: skip


async def matches_are_booked() -> list[str]:
    """What is due or received is what the ledger says (invariant 10)."""
    return await _each(_BOOKED, lambda row: _(
        "Collecte %(id)s : l’abondement dû est %(kept)s centimes, les écritures donnent %(found)s.",
        id=row["id"], kept=row["kept"], found=row["found"],
    ))  # fmt: skip


CHECKS = (match_totals_are_true, matches_keep_their_rule, matches_are_booked)
