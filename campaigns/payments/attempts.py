"""One row per try to charge, written before the call and after it, so that a crash in between is found (docs/money.md).

    attempt = await prepare(pledge)       TX1: the row and its idempotency key, committed
    await sent(attempt)                   the call is about to leave
    intent = await gateway.charge_off_session(…, key=attempt.key)
    await record_all([(attempt, intent)])  TX2: the outcome, in one transaction with what follows from it

Many at once are the same rows, in as many statements (docs/decisions/0015-settling-in-batches.md).
"""

from collections.abc import Sequence
from datetime import datetime

from campaigns.payments.answers import Intent, IntentStatus
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges.models import Pledge
from civic import clock, database
from civic.database import joined

OPEN = (AttemptStatus.PREPARED, AttemptStatus.SENT, AttemptStatus.PROCESSING, AttemptStatus.UNKNOWN)
OUTCOMES = {
    IntentStatus.SUCCEEDED: AttemptStatus.SUCCEEDED, IntentStatus.PROCESSING: AttemptStatus.PROCESSING,
    IntentStatus.ACTION_REQUIRED: AttemptStatus.ACTION_REQUIRED, IntentStatus.FAILED: AttemptStatus.FAILED,
    IntentStatus.CANCELLED: AttemptStatus.CANCELLED,
}  # fmt: skip
_NUMBERS = "SELECT pledge_id, COUNT(*) AS n FROM attempt WHERE pledge_id IN ({marks}) GROUP BY pledge_id"
_PREPARE = """INSERT INTO attempt (pledge_id, n, key, amount_cents, status, session_ref, error_code, answer, created_at,
looked_at) VALUES {rows} RETURNING id, pledge_id"""
_RECORD = """WITH known (id, status, intent_ref, error_code, answer, settled_at) AS (VALUES {rows})
UPDATE attempt SET status = known.status, intent_ref = known.intent_ref, error_code = known.error_code,
answer = known.answer, settled_at = known.settled_at FROM known
WHERE attempt.id = known.id AND attempt.status IN ('prepared', 'sent', 'processing', 'unknown') RETURNING attempt.id"""


async def prepare(pledge: Pledge, *, leaving: bool = False) -> Attempt:
    """The next attempt of a pledge, for what it is charged (gift and tip, in cents).

    `leaving`: the call follows the commit at once, so the row says « sent » already.
    Raises IntegrityError when a live attempt exists: two payable things never coexist (invariant 3).
    """
    return (await prepare_all([pledge], leaving=leaving))[0]


async def prepare_all(pledges: Sequence[Pledge], *, leaving: bool = False) -> list[Attempt]:
    """The next attempt of each of these pledges; two statements, however many there are."""
    if not pledges:
        return []
    ids, present = [pledge.id for pledge in pledges], clock.now()
    async with joined():
        counted = await database.fetch_all(_NUMBERS.format(marks=database.marks(ids)), ids)
        number = {row["pledge_id"]: row["n"] + 1 for row in counted}
        made = {pledge.id: _next(pledge, number.get(pledge.id, 1), present, leaving) for pledge in pledges}
        rows = ", ".join(["(?, ?, ?, ?, ?, '', '', '', ?, ?)"] * len(made))
        flat = [
            value for one in made.values()
            for value in (one.pledge_id, one.n, one.key, one.amount_cents, one.status.value, present, present)
        ]  # fmt: skip
        for row in await database.fetch_all(_PREPARE.format(rows=rows), flat):
            attempt = made[row["pledge_id"]]
            attempt.id, attempt._saved_in_db = row["id"], True
    return list(made.values())


def _next(pledge: Pledge, n: int, present: datetime, leaving: bool) -> Attempt:
    return Attempt(
        pledge_id=pledge.id, n=n, key=f"pledge-{pledge.id}-a{n}", amount_cents=pledge.charge_cents,
        created_at=present, looked_at=present, status=AttemptStatus.SENT if leaving else AttemptStatus.PREPARED,
    )  # fmt: skip


async def sent(attempt: Attempt) -> bool:
    """The call is about to leave; False when another worker took it."""
    return await _set(attempt, (AttemptStatus.PREPARED,), AttemptStatus.SENT)


async def unknown(attempt: Attempt) -> bool:
    """No answer came: reconcile will find out."""
    return await _set(attempt, (AttemptStatus.PREPARED, AttemptStatus.SENT), AttemptStatus.UNKNOWN)


async def record_all(ended: Sequence[tuple[Attempt, Intent]]) -> set[int]:
    """Store the gateway's outcomes, each once, in one statement; the ids of the attempts that were still open.

    A row that is terminal already is left as it is. The caller compares amount and currency before booking.
    """
    present, flat = clock.now(), []
    for attempt, intent in ended:
        settled = None if intent.status == IntentStatus.PROCESSING else present
        code = (intent.decline_code or intent.error_code)[:60]
        flat += [attempt.id, OUTCOMES[intent.status].value, intent.ref, code, intent.raw, settled]
    rows = database.rows_of(len(ended), "BIGINT", "TEXT", "TEXT", "TEXT", "TEXT", "TIMESTAMPTZ")
    recorded = {row["id"] for row in await database.fetch_all(_RECORD.format(rows=rows), flat)}
    for attempt, intent in ended:
        if attempt.id in recorded:
            attempt.status, attempt.intent_ref = OUTCOMES[intent.status], intent.ref
    return recorded


async def is_under_way(pledge_id: int) -> bool:
    """Whether an attempt of this pledge has no end yet: it owns whatever page is open."""
    return await Attempt.filter(pledge_id=pledge_id, status__in=OPEN).exists()


async def open_attempts(before: datetime, limit: int = 200) -> list[Attempt]:
    """Attempts begun before a moment whose end is not known yet; the one nobody has looked at for longest first."""
    rows = Attempt.filter(status__in=OPEN, created_at__lte=before).order_by("looked_at", "id").limit(limit)
    return await rows.select_related("pledge", "pledge__campaign")


async def looked(attempt: Attempt) -> None:
    """Reconciling asks about it now: the others come first next time, whatever becomes of this look."""
    await Attempt.filter(id=attempt.id).update(looked_at=clock.now())


async def _set(
    attempt: Attempt, before: tuple[AttemptStatus, ...], after: AttemptStatus, **values: object
) -> bool:
    changed = await Attempt.filter(id=attempt.id, status__in=before).update(status=after, **values)
    if changed:
        attempt.status = after
        for name, value in values.items():
            setattr(attempt, name, value)
    return bool(changed)
