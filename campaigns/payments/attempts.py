"""One row per try to charge, written before the call and after it, so that a crash in between is found (docs/money.md).

    attempt = await prepare(pledge)       TX1: the row and its idempotency key, committed
    await sent(attempt)                   the call is about to leave
    intent = await gateway.charge_off_session(…, key=attempt.key)
    await record(attempt, intent)         TX2: the outcome, in one transaction with what follows from it
"""

from datetime import datetime

from campaigns.payments.answers import Intent, IntentStatus
from campaigns.payments.models import Attempt, AttemptStatus
from campaigns.pledges.models import Pledge
from civic import clock
from civic.database import joined

OPEN = (AttemptStatus.PREPARED, AttemptStatus.SENT, AttemptStatus.PROCESSING, AttemptStatus.UNKNOWN)
OUTCOMES = {
    IntentStatus.SUCCEEDED: AttemptStatus.SUCCEEDED, IntentStatus.PROCESSING: AttemptStatus.PROCESSING,
    IntentStatus.ACTION_REQUIRED: AttemptStatus.ACTION_REQUIRED, IntentStatus.FAILED: AttemptStatus.FAILED,
    IntentStatus.CANCELLED: AttemptStatus.CANCELLED,
}  # fmt: skip


async def prepare(pledge: Pledge, *, leaving: bool = False) -> Attempt:
    """The next attempt of a pledge, for what it is charged (gift and tip, in cents).

    `leaving`: the call follows the commit at once, so the row says « sent » already.
    Raises IntegrityError when a live attempt exists: two payable things never coexist (invariant 3).
    """
    async with joined():
        n = await Attempt.filter(pledge_id=pledge.id).count() + 1
        return await Attempt.create(
            pledge_id=pledge.id, n=n, key=f"pledge-{pledge.id}-a{n}", amount_cents=pledge.charge_cents,
            created_at=clock.now(), looked_at=clock.now(),
            status=AttemptStatus.SENT if leaving else AttemptStatus.PREPARED,
        )  # fmt: skip


async def sent(attempt: Attempt) -> bool:
    """The call is about to leave; False when another worker took it."""
    return await _set(attempt, (AttemptStatus.PREPARED,), AttemptStatus.SENT)


async def unknown(attempt: Attempt) -> bool:
    """No answer came: reconcile will find out."""
    return await _set(attempt, (AttemptStatus.PREPARED, AttemptStatus.SENT), AttemptStatus.UNKNOWN)


async def record(attempt: Attempt, intent: Intent) -> bool:
    """Store the gateway's outcome, once; False when the row is terminal already (its outcome never changes).

    The caller compares amount and currency before booking.
    """
    outcome = OUTCOMES[intent.status]
    settled = None if outcome == AttemptStatus.PROCESSING else clock.now()
    return await _set(
        attempt, OPEN, outcome, intent_ref=intent.ref, error_code=(intent.decline_code or intent.error_code)[:60],
        answer=intent.raw, settled_at=settled,
    )  # fmt: skip


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
