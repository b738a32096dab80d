"""What must hold between campaigns, pledges, attempts and the ledger, on live data (`civic verify`, docs/money.md).

Each check answers sentences for what is wrong; none when all is well. Reads only, beside the running site.
"""

from collections.abc import Callable
from datetime import timedelta

from campaigns.settlement.backers import everybody
from civic import clock, database
from civic.database.connection import Row
from civic.i18n import _

SETTLED = "('shortfall', 'funded', 'unwinding', 'refunded', 'reporting', 'closed')"
DECIDED = "('collecting', 'shortfall', 'funded', 'unwinding', 'refunded', 'reporting', 'closed')"
COUNTED = "('confirmed', 'charging', 'unknown', 'processing', 'collected', 'needs_backer', 'switched_offline')"
GONE = "('abandoned', 'cancelled', 'released', 'dropped')"

BACKERS = everybody(COUNTED)

_PROMISED = f"""SELECT c.id, c.confirmed_cents AS kept, COALESCE(SUM(p.amount_cents), 0) AS found,
c.backers_count AS kept_backers, {BACKERS} AS found_backers
FROM campaign c LEFT JOIN pledge p ON p.campaign_id = c.id AND p.status IN {COUNTED}
WHERE c.decided_at IS NULL AND c.status IN ('live', 'suspended')
AND c.goal = 'all_or_nothing' GROUP BY c.id, c.confirmed_cents, c.backers_count
HAVING c.confirmed_cents <> COALESCE(SUM(p.amount_cents), 0) OR c.backers_count <> {BACKERS}"""  # noqa: S608

_BOOKED = """SELECT c.id, c.collected_cents + c.offline_cents + COALESCE(m.cents, 0) AS kept,
COALESCE(booked.cents, 0) AS found FROM campaign c
LEFT JOIN (SELECT a.campaign_id, SUM(m.amount_cents) AS cents FROM pledge_match m
JOIN match_agreement a ON a.id = m.agreement_id WHERE m.state IN ('due', 'received') GROUP BY a.campaign_id) m
ON m.campaign_id = c.id
LEFT JOIN (SELECT a.campaign_id, -SUM(p.amount_cents) AS cents FROM posting p JOIN account a ON a.id = p.account_id
WHERE a.kind = 'campaign_fund' GROUP BY a.campaign_id) booked ON booked.campaign_id = c.id
WHERE c.collected_cents + c.offline_cents + COALESCE(m.cents, 0) <> COALESCE(booked.cents, 0)"""

_LEFT = """p.amount_cents
- COALESCE((SELECT SUM(r.amount_cents - r.tip_cents) FROM refund r
WHERE r.pledge_id = p.id AND r.booked_at IS NOT NULL AND r.status <> 'failed'), 0)
- COALESCE((SELECT SUM(d.gift_cents) FROM dispute d WHERE d.pledge_id = p.id), 0)"""
"""What is left of a gift: refunds booked and disputes lost are out of it."""
_COLLECTED = f"""SELECT c.id, c.collected_cents AS kept, COALESCE(SUM({_LEFT}), 0) AS found FROM campaign c
LEFT JOIN pledge p ON p.campaign_id = c.id
AND p.status IN ('collected', 'refund_pending', 'refunded', 'disputed', 'charged_back')
GROUP BY c.id, c.collected_cents HAVING c.collected_cents <> COALESCE(SUM({_LEFT}), 0)"""  # noqa: S608

_PAID_TWICE = "SELECT pledge_id AS id FROM attempt WHERE status = 'succeeded' GROUP BY pledge_id HAVING COUNT(*) > 1"
_TWO_LIVE = """SELECT pledge_id AS id FROM attempt WHERE status IN ('prepared', 'sent', 'processing', 'unknown')
GROUP BY pledge_id HAVING COUNT(*) > 1"""
_UNPAID = """SELECT p.id FROM pledge p WHERE p.status = 'collected' AND NOT EXISTS
(SELECT 1 FROM attempt a WHERE a.pledge_id = p.id AND a.status = 'succeeded') AND p.method_ref <> ''
AND NOT EXISTS (SELECT 1 FROM offline_gift g WHERE g.pledge_id = p.id AND g.status IN ('verified', 'banked'))"""
_PAID_AND_OPEN = """SELECT p.id FROM pledge p JOIN attempt a ON a.pledge_id = p.id AND a.status = 'succeeded'
WHERE p.status NOT IN ('collected', 'refund_pending', 'refunded', 'disputed', 'charged_back')
AND a.amount_cents > COALESCE((SELECT SUM(r.amount_cents) FROM refund r
WHERE r.attempt_id = a.id AND r.status = 'succeeded'), 0)"""
_TOO_EARLY = f"""SELECT a.id FROM attempt a JOIN pledge p ON p.id = a.pledge_id JOIN campaign c ON c.id = p.campaign_id
WHERE c.goal = 'all_or_nothing' AND c.status NOT IN {DECIDED}"""  # noqa: S608
_TOO_LATE = f"""SELECT p.id FROM pledge p JOIN campaign c ON c.id = p.campaign_id WHERE c.decided_at IS NOT NULL
AND p.confirmed_at > c.deadline AND p.status NOT IN {GONE}"""  # noqa: S608

_REWARDS = f"""SELECT r.id, r.taken AS kept, COALESCE(p.n, 0) + COALESCE(g.n, 0) AS found FROM reward r
LEFT JOIN (SELECT reward_id, COUNT(*) AS n FROM pledge WHERE status NOT IN {GONE}
AND status NOT IN ('refunded', 'charged_back') GROUP BY reward_id) p ON p.reward_id = r.id
LEFT JOIN (SELECT reward_id, COUNT(*) AS n FROM offline_gift
WHERE status IN ('created', 'promised', 'received', 'sent_back', 'verified', 'banked') GROUP BY reward_id) g
ON g.reward_id = r.id WHERE r.taken <> COALESCE(p.n, 0) + COALESCE(g.n, 0)"""  # noqa: S608

_NO_CONTRIBUTION = """SELECT p.id FROM pledge p WHERE p.status = 'collected' AND NOT EXISTS (SELECT 1
FROM contribution x WHERE x.source = 'pledge:' || CAST(p.id AS VARCHAR(20)) AND x.revoked_at IS NULL)"""
_LOOSE_CONTRIBUTION = """SELECT x.id FROM contribution x WHERE x.source LIKE 'pledge:%' AND x.revoked_at IS NULL
AND NOT EXISTS (SELECT 1 FROM pledge p WHERE x.source = 'pledge:' || CAST(p.id AS VARCHAR(20))
AND p.status IN ('collected', 'refund_pending', 'disputed'))"""
PUBLIC_TOTAL = f"""(CASE WHEN c.status IN {SETTLED} OR c.goal <> 'all_or_nothing' THEN c.collected_cents
ELSE c.confirmed_cents END + c.offline_cents + c.matched_cents + c.untold_cents)"""
_GAUGES = f"""SELECT c.id, n.reached AS kept, {PUBLIC_TOTAL} AS found FROM campaign c
JOIN need n ON n.source = 'campaign:' || CAST(c.id AS VARCHAR(20))
WHERE n.reached <> {PUBLIC_TOTAL}"""  # noqa: S608

_STUCK = """SELECT id FROM attempt WHERE status IN ('prepared', 'sent', 'unknown') AND created_at < ?"""

_OF_THE_ACCOUNT = """SELECT DISTINCT entry.id AS id FROM entry JOIN posting ON posting.entry_id = entry.id
JOIN account ON account.id = posting.account_id WHERE entry.source_type = 'balance_line'
AND (entry.campaign_id IS NOT NULL OR account.kind NOT IN ('bank', 'stripe_clearing', 'psp_fees'))
OR entry.source_type <> 'balance_line' AND entry.campaign_id IS NULL AND account.kind = 'psp_fees'
AND entry.source_type <> 'entry' ORDER BY entry.id"""


async def _each(sql: str, say: Callable[[Row], str], *params: object) -> list[str]:
    return [say(row) for row in await database.fetch_report(sql, params)]


async def totals_are_true() -> list[str]:
    """Cached totals are the sums of promises (live) and of postings (decided) (invariant 10)."""

    def differs(row: Row) -> str:
        return _(
            "Collecte %(id)s : le total gardé est %(kept)s centimes, le détail donne %(found)s.",
            id=row["id"], kept=row["kept"], found=row["found"],
        )  # fmt: skip

    found = [sentence for sql in (_BOOKED, _COLLECTED, _GAUGES) for sentence in await _each(sql, differs)]
    return found + await _each(_PROMISED, differs)


async def charged_once() -> list[str]:
    """At most one success and one live attempt per pledge; paid pledges say so (invariant 3)."""
    return [
        *await _each(_PAID_TWICE, lambda row: _("La promesse %(id)s a été débitée deux fois.", id=row["id"])),
        *await _each(_TWO_LIVE, lambda row: _("La promesse %(id)s a deux paiements ouverts.", id=row["id"])),
        *await _each(_UNPAID, lambda row: _("La promesse %(id)s est dite reçue sans paiement.", id=row["id"])),
        *await _each(_PAID_AND_OPEN, lambda row: _("La promesse %(id)s est payée sans le dire.", id=row["id"])),
    ]  # fmt: skip


async def charged_in_time() -> list[str]:
    """Nobody is charged before success, and nothing confirmed after the deadline counts (invariants 7, 8)."""
    early = await _each(_TOO_EARLY, lambda row: _("Le paiement %(id)s précède la réussite.", id=row["id"]))
    late = await _each(_TOO_LATE, lambda row: _("La promesse %(id)s compte alors qu’elle est tardive.", id=row["id"]))
    return early + late


async def rewards_match() -> list[str]:
    """What is taken of a reward's stock is what pledges and announced cheques hold (invariant 11)."""
    return await _each(
        _REWARDS,
        lambda row: _(
            "Contrepartie %(id)s : %(kept)s prises, %(found)s promesses.",
            id=row["id"], kept=row["kept"], found=row["found"],
        ),
    )  # fmt: skip


async def contributions_match() -> list[str]:
    """Whoever's gift arrived is a contributor, and nobody else by money."""
    return [
        *await _each(_NO_CONTRIBUTION, lambda row: _("La promesse %(id)s manque aux contributions.", id=row["id"])),
        *await _each(_LOOSE_CONTRIBUTION, lambda row: _("La contribution %(id)s n’a pas de don.", id=row["id"])),
    ]  # fmt: skip


async def nothing_is_stuck() -> list[str]:
    """No payment is without an answer for more than a day: reconciling would have found it."""
    yesterday = clock.now() - timedelta(days=1)
    return await _each(
        _STUCK, lambda row: _("Le paiement %(id)s est sans réponse depuis plus d’un jour.", id=row["id"]), yesterday
    )


async def account_lines_are_nobodys() -> list[str]:
    """What the gateway's account costs and pays out is of no campaign, and nothing else is the platform's fee."""
    return await _each(
        _OF_THE_ACCOUNT, lambda row: _("L’écriture %(id)s mêle le compte Stripe et une collecte.", id=row["id"])
    )


CHECKS = (
    account_lines_are_nobodys, totals_are_true, charged_once, charged_in_time, rewards_match, contributions_match,
    nothing_is_stuck,
)  # fmt: skip
