"""What must hold between offline gifts, totals and the ledger, on live data (`civic verify`, invariant 16)."""

from datetime import timedelta

from campaigns.offline import promising
from campaigns.offline.verifying import SOURCE
from civic import clock, database
from civic.i18n import _

_TOTALS = """SELECT c.id, c.offline_cents AS kept, COALESCE(SUM(g.amount_cents), 0) AS found FROM campaign c
LEFT JOIN offline_gift g ON g.campaign_id = c.id AND g.status IN ('verified', 'banked') AND g.pledge_id IS NULL
GROUP BY c.id, c.offline_cents HAVING c.offline_cents <> COALESCE(SUM(g.amount_cents), 0)"""
_BOOKED = f"""SELECT c.id, COALESCE(rows.cents, 0) AS kept, COALESCE(booked.cents, 0) AS found FROM campaign c
LEFT JOIN (SELECT campaign_id, SUM(amount_cents) AS cents FROM offline_gift
WHERE status IN ('verified', 'banked') GROUP BY campaign_id) rows ON rows.campaign_id = c.id
LEFT JOIN (SELECT e.campaign_id, -SUM(p.amount_cents) AS cents FROM entry e JOIN posting p ON p.entry_id = e.id
JOIN account a ON a.id = p.account_id AND a.kind = 'campaign_fund'
WHERE e.source_type = '{SOURCE}' OR (e.kind = 'reversal' AND e.source_type = 'entry' AND EXISTS
(SELECT 1 FROM entry o WHERE CAST(o.id AS VARCHAR(20)) = e.source_id AND o.source_type = '{SOURCE}'))
GROUP BY e.campaign_id) booked ON booked.campaign_id = c.id
WHERE COALESCE(rows.cents, 0) <> COALESCE(booked.cents, 0)"""  # noqa: S608
_ALONE = """SELECT id FROM offline_gift WHERE status IN ('verified', 'banked')
AND (verified_by_id IS NULL OR verified_by_id = recorded_by_id)"""
_LINES = """SELECT l.id FROM bank_line l LEFT JOIN offline_gift g ON g.id = l.gift_id
WHERE l.status = 'confirmed' AND l.deposit_id IS NULL AND (g.id IS NULL OR g.amount_cents <> l.amount_cents
OR g.status NOT IN ('verified', 'banked', 'returned'))"""
_DEPOSITS = """SELECT l.id FROM bank_line l JOIN offline_deposit d ON d.id = l.deposit_id
LEFT JOIN offline_gift g ON g.deposit_id = d.id WHERE l.status = 'confirmed'
GROUP BY l.id, l.amount_cents, d.banked_on, d.undone_at
HAVING d.banked_on IS NULL OR d.undone_at IS NOT NULL OR COALESCE(SUM(g.amount_cents), 0) <> l.amount_cents"""
"""A cheque that bounced after the bank took it stays on its slip: the line credited it."""
_PROMISES = """SELECT g.id FROM offline_gift g JOIN pledge p ON p.id = g.pledge_id
WHERE g.status IN ('verified', 'banked') AND p.status NOT IN ('collected', 'refund_pending', 'refunded', 'disputed')"""


_OVERDUE = """SELECT id FROM offline_gift WHERE (status = 'promised' AND due_on < ?)
OR (status = 'promised' AND reward_id IS NOT NULL AND held_until < ?) OR (status = 'created' AND created_at < ?)"""
_UNDATED = """SELECT id FROM offline_gift WHERE (status = 'created' AND due_on IS NULL)
OR (reward_id IS NOT NULL AND due_on IS NULL)"""


async def nothing_announced_is_forgotten() -> list[str]:
    """What backers announced has its last day; once it is over by two days, nothing waits and no reward is held."""
    today, two = clock.today(), timedelta(days=2)
    days = [today - promising.ROOM - two, today - two, clock.now() - promising.CONFIRM_WITHIN - two]
    suspended = "SELECT g.id FROM offline_gift g JOIN campaign c ON c.id = g.campaign_id WHERE c.status = 'suspended'"
    frozen = {row["id"] for row in await database.fetch_report(suspended)}
    late = [row["id"] for row in await database.fetch_report(_OVERDUE, days) if row["id"] not in frozen]
    undated = [row["id"] for row in await database.fetch_report(_UNDATED)]
    return [
        *(_("Le don annoncé %(id)s attend encore après son dernier jour.", id=one) for one in late),
        *(_("Le don annoncé %(id)s n’a pas de dernier jour.", id=one) for one in undated),
    ]


async def offline_totals_are_true() -> list[str]:
    """The total kept is the sum of the verified gifts, and of their postings."""
    found = []
    for sql in (_TOTALS, _BOOKED):
        for row in await database.fetch_report(sql):
            words = {"id": row["id"], "kept": row["kept"], "found": row["found"]}
            found.append(
                _("Collecte %(id)s : l’argent hors ligne est de %(kept)s centimes, le détail donne %(found)s.", **words)
            )
    return found


async def offline_was_verified() -> list[str]:
    """Nothing counts on the word of one person; a bank line pays its gift to the cent; promises say they are paid."""
    reports = (_ALONE, _LINES, _PROMISES, _DEPOSITS)
    alone, lines, promises, slips = [await database.fetch_report(sql) for sql in reports]
    return [
        *(_("Le don hors ligne %(id)s compte sans deuxième personne.", id=row["id"]) for row in alone),
        *(_("La ligne de banque %(id)s ne paie pas son don.", id=row["id"]) for row in lines),
        *(_("La ligne de banque %(id)s n’est pas le total de son bordereau.", id=row["id"]) for row in slips),
        *(_("Le don hors ligne %(id)s paie une promesse qui ne le dit pas.", id=row["id"]) for row in promises),
    ]  # fmt: skip


CHECKS = (offline_totals_are_true, offline_was_verified, nothing_announced_is_forgotten)
