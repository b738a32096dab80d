"""What must hold in the ledger, checked on live data (`civic verify`, docs/money.md « Invariants » 1, 2)."""

from campaigns.ledger import queries, telling
from campaigns.ledger.service import OF_PAYEE
from civic import database
from civic.i18n import _

_UNBALANCED = """SELECT entry.id AS id, COALESCE(SUM(posting.amount_cents), 1) AS cents FROM entry
LEFT JOIN posting ON posting.entry_id = entry.id GROUP BY entry.id
HAVING COALESCE(SUM(posting.amount_cents), 1) <> 0 ORDER BY entry.id"""
_TWICE = """SELECT source_type, source_id, kind FROM entry GROUP BY source_type, source_id, kind HAVING COUNT(*) > 1"""


_MIXED = """SELECT DISTINCT entry.id AS id FROM entry JOIN posting ON posting.entry_id = entry.id
JOIN account ON account.id = posting.account_id LEFT JOIN campaign ON campaign.id = entry.campaign_id
WHERE account.campaign_id IS NULL AND (campaign.payee_id IS NOT NULL) <> (account.key LIKE ?) ORDER BY entry.id"""
_KEPT = """SELECT c.id, c.settled_entry, c.status, c.untold_cents, c.told_entry FROM campaign c
WHERE c.untold_cents <> 0
OR EXISTS (SELECT 1 FROM entry WHERE entry.campaign_id = c.id AND entry.position > c.settled_entry) ORDER BY c.id"""


async def entries_balance() -> list[str]:
    """Every entry sums to zero and every fact is booked once."""
    unbalanced = await database.fetch_report(_UNBALANCED)
    twice = await database.fetch_report(_TWICE)
    return [
        *(_("L’écriture %(id)s n’est pas équilibrée.", id=row["id"]) for row in unbalanced),
        *(_("Le fait %(id)s est comptabilisé deux fois.", id=f"{r['source_type']} {r['source_id']}") for r in twice),
    ]  # fmt: skip


async def chains_are_whole() -> list[str]:
    """No chain of entries was rewritten."""
    chains = await database.fetch_report("SELECT DISTINCT campaign_id FROM entry")
    found = []
    for chain in chains:
        position = await queries.broken_at(chain["campaign_id"])
        if position is not None:
            campaign = chain["campaign_id"] or "–"
            found.append(
                _("La chaîne de la collecte %(id)s est rompue à l’écriture %(n)s.", id=campaign, n=position)
            )
    return found


async def money_is_apart() -> list[str]:
    """What belongs to another legal entity is on no account of the host's, and the other way round (mode B)."""
    rows = await database.fetch_report(_MIXED, [f"%:{OF_PAYEE}%"])
    return [_("L’écriture %(id)s mêle l’argent de l’hébergeur et celui d’une autre structure.", id=row["id"])
            for row in rows]  # fmt: skip


async def totals_are_told_right() -> list[str]:
    """What public totals do not tell yet is what the entries say, and everything counts until totals stand still.

    So the public total is the sum of its lines, and of its postings with what is not told (invariants 10 and 15).
    """
    found = []
    for row in await database.fetch_report(_KEPT):
        settled = row["settled_entry"]
        untold = 0 if settled is None else (
            await telling.told_of(
                row["id"], settled, row["status"], row["told_entry"], enough=0, read=database.fetch_report
            )
        ).untold  # fmt: skip
        if untold != int(row["untold_cents"]):
            found.append(_(
                "Collecte %(id)s : le total public compte %(kept)s centimes qui sont repartis, les écritures en "
                "donnent %(found)s.", id=row["id"], kept=row["untold_cents"], found=untold,
            ))  # fmt: skip
    return found


CHECKS = (entries_balance, chains_are_whole, money_is_apart, totals_are_told_right)
