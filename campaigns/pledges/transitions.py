"""The states of a pledge and who may change them: the table of docs/money.md as data, and the one verb that obeys."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from campaigns.pledges.models import Pledge
from campaigns.pledges.models import PledgeStatus as P
from campaigns.states import By, NotNow, listed
from civic import clock, database
from civic.database import joined
from civic.i18n import _

TABLE: dict[tuple[P, P], frozenset[By]] = {
    (P.CREATED, P.CONFIRMED): frozenset({By.GATEWAY}),
    (P.CREATED, P.COLLECTED): frozenset({By.GATEWAY}),
    (P.CREATED, P.PROCESSING): frozenset({By.GATEWAY}),
    (P.CREATED, P.ABANDONED): frozenset({By.SCHEDULER}),
    (P.CONFIRMED, P.CANCELLED): frozenset({By.BACKER}),
    (P.CONFIRMED, P.RELEASED): frozenset({By.SCHEDULER}),
    (P.CONFIRMED, P.CHARGING): frozenset({By.SCHEDULER}),
    (P.CHARGING, P.COLLECTED): frozenset({By.GATEWAY}),
    (P.CHARGING, P.PROCESSING): frozenset({By.GATEWAY}),
    (P.CHARGING, P.NEEDS_BACKER): frozenset({By.GATEWAY}),
    (P.CHARGING, P.UNKNOWN): frozenset({By.GATEWAY}),
    (P.CHARGING, P.CONFIRMED): frozenset({By.GATEWAY}),  # the account could not charge, the card was not asked
    (P.UNKNOWN, P.CONFIRMED): frozenset({By.GATEWAY}),
    (P.UNKNOWN, P.COLLECTED): frozenset({By.GATEWAY}),
    (P.UNKNOWN, P.PROCESSING): frozenset({By.GATEWAY}),
    (P.UNKNOWN, P.NEEDS_BACKER): frozenset({By.GATEWAY}),
    (P.PROCESSING, P.COLLECTED): frozenset({By.GATEWAY}),
    (P.PROCESSING, P.NEEDS_BACKER): frozenset({By.GATEWAY}),
    (P.NEEDS_BACKER, P.CHARGING): frozenset({By.BACKER}),
    (P.NEEDS_BACKER, P.SWITCHED_OFFLINE): frozenset({By.BACKER}),
    (P.NEEDS_BACKER, P.DROPPED): frozenset({By.SCHEDULER}),
    (P.SWITCHED_OFFLINE, P.COLLECTED): frozenset({By.TEAM}),
    (P.SWITCHED_OFFLINE, P.DROPPED): frozenset({By.SCHEDULER}),
    (P.COLLECTED, P.SWITCHED_OFFLINE): frozenset({By.TEAM}),
    (P.COLLECTED, P.DROPPED): frozenset({By.TEAM}),
    (P.COLLECTED, P.REFUND_PENDING): frozenset({By.TEAM, By.BACKER, By.GATEWAY}),  # some are made at the gateway's site
    (P.REFUND_PENDING, P.REFUNDED): frozenset({By.GATEWAY}),
    (P.REFUND_PENDING, P.COLLECTED): frozenset({By.GATEWAY}),
    (P.COLLECTED, P.DISPUTED): frozenset({By.GATEWAY}),
    (P.DISPUTED, P.COLLECTED): frozenset({By.GATEWAY}),
    (P.DISPUTED, P.CHARGED_BACK): frozenset({By.GATEWAY}),
    # two of them at once, in whatever order they are heard of (campaigns.refunds.position)
    (P.COLLECTED, P.REFUNDED): frozenset({By.GATEWAY}),
    (P.COLLECTED, P.CHARGED_BACK): frozenset({By.GATEWAY}),
    (P.REFUND_PENDING, P.DISPUTED): frozenset({By.GATEWAY}),
    (P.REFUND_PENDING, P.CHARGED_BACK): frozenset({By.GATEWAY}),
    (P.REFUNDED, P.COLLECTED): frozenset({By.GATEWAY}),
    (P.REFUNDED, P.REFUND_PENDING): frozenset({By.GATEWAY}),
    (P.REFUNDED, P.DISPUTED): frozenset({By.GATEWAY}),
    (P.REFUNDED, P.CHARGED_BACK): frozenset({By.GATEWAY}),
    (P.DISPUTED, P.REFUND_PENDING): frozenset({By.GATEWAY}),
    (P.DISPUTED, P.REFUNDED): frozenset({By.GATEWAY}),
    (P.CHARGED_BACK, P.COLLECTED): frozenset({By.GATEWAY}),
}


_TYPES = {"collected_at": "TIMESTAMPTZ", "confirmed_at": "TIMESTAMPTZ", "method_ends_on": "DATE"}
"""What PostgreSQL must be told of the values that go with a change of state; the others are text."""
_CHANGE = """WITH step (id, known{names}) AS (VALUES {rows}) UPDATE pledge SET status = ?, updated_at = ?{sets}
FROM step WHERE pledge.id = step.id AND pledge.status = step.known RETURNING pledge.id"""
_HISTORY = "INSERT INTO pledge_change (pledge_id, before, after, actor_id, cause, at) VALUES {rows}"


def allowed(before: P, after: P, by: By) -> bool:
    """Whether the table lists this change for this kind of actor."""
    return listed(TABLE, before, after, by)


async def move(
    pledge: Pledge, to: P, *, by: By, cause: str, actor_id: int | None = None, **values: Any
) -> None:
    """Change the state by compare-and-set and write the history row, with `values` in the same update.

    Raises NotNow, changing nothing, for a pair that is not in the table or when the row has moved on meanwhile.
    """
    await move_all([Step(pledge, cause, values)], to, by=by, actor_id=actor_id)


@dataclass(slots=True, frozen=True)
class Step:
    """One promise of several that change their state alike: why, and what is written with it (the same names)."""

    pledge: Pledge
    cause: str
    values: dict[str, Any] = field(default_factory=dict)


async def move_all(steps: Sequence[Step], to: P, *, by: By, actor_id: int | None = None) -> None:
    """Change several promises, or none, with their rows of history: two statements, however many there are.

    Raises NotNow, changing nothing, when one of them may not or has moved on meanwhile.
    """
    if not steps:
        return
    if not all(allowed(step.pledge.status, to, by) for step in steps):
        raise NotNow(_("Cette promesse de don a déjà changé d’état."))
    present = clock.now()
    async with joined():
        if await _change(steps, to, present) != len(steps):
            raise NotNow(_("Cette promesse de don a déjà changé d’état."))
        rows = ", ".join(["(?, ?, ?, ?, ?, ?)"] * len(steps))
        flat = [
            value for step in steps
            for value in (step.pledge.id, step.pledge.status.value, to.value, actor_id, step.cause, present)
        ]  # fmt: skip
        await database.execute(_HISTORY.format(rows=rows), flat)
    for step in steps:
        step.pledge.status = to
        for name, value in step.values.items():
            setattr(step.pledge, name, value)


async def _change(steps: Sequence[Step], to: P, present: datetime) -> int:
    """Compare and set every state; how many were as we knew them."""
    names = list(steps[0].values)
    rows = database.rows_of(len(steps), "BIGINT", "TEXT", *(_TYPES.get(name, "TEXT") for name in names))
    sql = _CHANGE.format(
        names="".join(f", {name}" for name in names), rows=rows,
        sets="".join(f", {name} = step.{name}" for name in names),
    )  # fmt: skip
    flat = [
        value for step in steps
        for value in (step.pledge.id, step.pledge.status.value, *(step.values[name] for name in names))
    ]  # fmt: skip
    return len(await database.fetch_all(sql, [*flat, to.value, present]))
