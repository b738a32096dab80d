"""What must hold of refunds and disputes on live data (`civic verify`, docs/money.md « Invariants » 2, 9)."""

from datetime import timedelta

from civic import clock, database
from civic.i18n import _

_OUT = """COALESCE((SELECT SUM({cents}) FROM refund r WHERE r.attempt_id = a.id AND r.booked_at IS NOT NULL
AND r.status <> 'failed' AND {which}), 0)"""
_LOST = "COALESCE((SELECT SUM({cents}) FROM dispute d WHERE d.attempt_id = a.id), 0)"
_TOO_MUCH = f"""SELECT a.pledge_id AS id FROM attempt a JOIN pledge p ON p.id = a.pledge_id WHERE a.status = 'succeeded'
AND (a.amount_cents < {_OUT.format(cents="r.amount_cents", which="r.means = 'gateway'")}
OR a.amount_cents < {_OUT.format(cents="r.amount_cents", which="r.cause <> 'outside'")}
OR p.amount_cents < {_OUT.format(cents="r.amount_cents - r.tip_cents", which="1 = 1")}
+ {_LOST.format(cents="d.gift_cents")} OR a.amount_cents - p.amount_cents < {_LOST.format(cents="d.tip_cents")})"""  # noqa: S608
"""By the gateway, or by us. Given back here by transfer and again by somebody at the gateway's site is owed by its
backer (`backer_external`); what has not left yet may still be refused."""
_ALONE = """SELECT id FROM refund WHERE cause = 'asked' AND status NOT IN ('requested', 'refused')
AND (approved_by_id IS NULL OR approved_by_id = requested_by_id)"""
_STUCK = """SELECT id FROM refund WHERE status IN ('approved', 'sending', 'unknown') AND decided_at < ?"""
_STATE = """SELECT p.id FROM pledge p WHERE
(p.status = 'refund_pending') <> EXISTS (SELECT 1 FROM refund r WHERE r.pledge_id = p.id
AND r.status IN ('approved', 'sending', 'unknown', 'pending'))
AND p.status IN ('collected', 'refund_pending', 'refunded', 'charged_back')
OR (p.status = 'disputed') <> EXISTS (SELECT 1 FROM dispute d WHERE d.pledge_id = p.id AND d.status = 'open')
AND p.status IN ('collected', 'refund_pending', 'refunded', 'disputed', 'charged_back')"""
_HELD = """SELECT COALESCE(SUM(d.held_cents), 0) AS kept, (SELECT COALESCE(SUM(q.amount_cents), 0) FROM posting q
JOIN account a ON a.id = q.account_id WHERE a.kind = 'disputes_held') AS found FROM dispute d WHERE d.status = 'open'"""


async def refunds_within_gifts() -> list[str]:
    """Nobody got back more than was collected, and no refund was decided by one person alone."""
    much, alone = await database.fetch_report(_TOO_MUCH), await database.fetch_report(_ALONE)
    return [
        *(_("Le don %(id)s est rendu plus qu’il n’a été reçu.", id=row["id"]) for row in much),
        *(_("Le remboursement %(id)s n’a pas deux personnes.", id=row["id"]) for row in alone),
    ]  # fmt: skip


async def refunds_are_told() -> list[str]:
    """Gifts say what their refunds and disputes say; none is without an answer for more than a day."""
    yesterday = clock.now() - timedelta(days=1)
    told, stuck = await database.fetch_report(_STATE), await database.fetch_report(_STUCK, [yesterday])
    return [
        *(_("Le don %(id)s ne dit pas où en sont ses remboursements.", id=row["id"]) for row in told),
        *(_("Le remboursement %(id)s est sans réponse depuis plus d’un jour.", id=row["id"]) for row in stuck),
    ]  # fmt: skip


async def disputes_are_held() -> list[str]:
    """What is held for open disputes is what the ledger holds."""
    row = (await database.fetch_report(_HELD))[0]
    if int(row["kept"]) == int(row["found"]):
        return []
    kept, found = row["kept"], row["found"]
    return [_("Contestations : %(kept)s centimes retenus, les comptes disent %(found)s.", kept=kept, found=found)]


CHECKS = (refunds_within_gifts, refunds_are_told, disputes_are_held)
