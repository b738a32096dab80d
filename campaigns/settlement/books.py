"""Every night: the gateway's balance of the last 35 days against the ledger, to the cent.

Charge by charge, refund by refund, dispute by dispute, with their fees; payouts and the account's own fees line by
line. A reversal counts for what it reverses. What is of the account itself is booked first (`balance`).
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from campaigns.payments import gateway
from campaigns.payments.answers import BalanceLine, intent_of
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.payments.till import OURS, Till, tills
from campaigns.settlement import balance
from campaigns.settlement.balance import DAYS
from campaigns.settlement.models import Reconciliation
from civic import clock, database, jobs

log = structlog.get_logger("campaigns.settlement")
SLOWEST = timedelta(days=20)
"""A direct debit is on the balance up to a fortnight after its charge: both sides are read from that much earlier."""

_BOOKED = """SELECT COALESCE(original.source_id, entry.source_id) AS source, SUM(posting.amount_cents) AS cents
FROM entry JOIN posting ON posting.entry_id = entry.id JOIN account ON account.id = posting.account_id
LEFT JOIN entry original ON original.id = CASE WHEN entry.source_type = 'entry' THEN CAST(entry.source_id AS BIGINT) END
LEFT JOIN campaign ON campaign.id = entry.campaign_id
WHERE COALESCE(original.source_type, entry.source_type) IN ('charge', 'refund', 'dispute', 'balance_line')
AND account.kind = 'stripe_clearing' AND entry.occurred_at >= ? AND COALESCE(campaign.account_ref, '') = ?
GROUP BY COALESCE(original.source_id, entry.source_id)"""


@dataclass(slots=True, frozen=True)
class Difference:
    """A charge, refund, dispute or line of the account that one side does not know, or with another net amount.

    In cents; 0: not known there.
    """

    source_ref: str
    theirs_cents: int
    ours_cents: int


async def compare(since: datetime | None = None) -> list[Difference]:
    """What differs since a moment (35 days ago), at our till and at each beneficiary's. Raises GatewayTrouble."""
    since = since or clock.now() - DAYS
    found = await compare_at(OURS, since)
    for till in (await tills())[1:]:
        try:
            found += await compare_at(till, since)
        except gateway.Refused as refusal:  # its owner disconnected it; ours is compared all the same
            log.error("account not compared", account=till.account, code=refusal.code)
    return found


async def compare_at(till: Till, since: datetime) -> list[Difference]:
    """What differs at one till. On another's account only what we booked: its owner may use it for other things."""
    lines = await gateway.list_balance(till, since - SLOWEST)
    theirs, ours = _by_source(lines), await _booked(till, since - SLOWEST)
    moved = set(await _booked(till, since))
    if till == OURS:
        moved.update(_by_source([line for line in lines if line.happened_at >= since]))
    return [
        Difference(source, theirs.get(source, 0), ours.get(source, 0))
        for source in sorted(moved - await _under_way()) if theirs.get(source, 0) != ours.get(source, 0)
    ]  # fmt: skip


async def _under_way() -> set[str]:
    """Charges that their bank has not answered yet: a live account shows them on its balance from their first day,
    we book them when the money is there.
    """
    answers = await Attempt.filter(status=AttemptStatus.PROCESSING).values_list("answer", flat=True)
    return {intent_of(json.loads(str(answer))).charge_ref for answer in answers if answer}


async def _booked(till: Till, since: datetime) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in await database.fetch_report(_BOOKED, [since, till.account]):
        source = row["source"].partition("#")[0]  # a dispute has an entry for each line of the balance
        found[source] = found.get(source, 0) + int(row["cents"])
    return found


def _by_source(lines: list[BalanceLine]) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in lines:
        source = line.ref if balance.kind_of(line) else line.source_ref or line.ref
        found[source] = found.get(source, 0) + line.net_cents
    return found


@jobs.outside
async def compare_due(**_payload: object) -> None:
    """Every night, once money has moved; the result is a row, and an error in the log when the two sides differ."""
    if not await Attempt.all().exists():
        return
    await balance.read_due()
    differences = await compare()
    for one in differences:
        log.error("books differ", source=one.source_ref, theirs=one.theirs_cents, ours=one.ours_cents)
    await Reconciliation.create(
        at=clock.now(), kind="books", looked=0, settled=0, troubles=len(differences),
        details=[[one.source_ref, one.theirs_cents, one.ours_cents] for one in differences],
    )  # fmt: skip
