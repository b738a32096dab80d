"""How a state changes, written once: a table of pairs, compare-and-set, one row of history with its actor and its time.

Campaigns, promises and offline gifts each keep their own table and their own history (docs/money.md); this is the verb
that obeys them.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from civic import clock
from civic.database import joined
from civic.errors import DomainError

State = TypeVar("State", bound=StrEnum)


class By(StrEnum):
    """Who changes a state: backer, lead, reviewer (never the lead), team, scheduler, gateway (webhook or reconcile).

    BOTH: one side asked and the other agreed (docs/decisions/0013)."""

    BACKER = "backer"
    LEAD = "lead"
    REVIEWER = "reviewer"
    TEAM = "team"
    BOTH = "lead_and_team"
    SCHEDULER = "scheduler"
    GATEWAY = "gateway"


class NotNow(DomainError):
    """The change of state is not in the table, or somebody was faster; nothing has changed."""


def listed(table: Mapping[tuple[State, State], frozenset[By]], before: State, after: State, by: By) -> bool:
    """Whether the table lists this change for this kind of actor."""
    return by in table.get((before, after), frozenset())


async def move(
    row: Any, to: State, by: By, *, table: Mapping[tuple[State, State], frozenset[By]],
    keep: Callable[[str, str, datetime], Awaitable[object]], values: dict[str, Any], refused: str, late: str = "",
    same: tuple[str, ...] = (), also: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Change the state by compare-and-set and write the history row (`keep`: before, after, when) in one transaction.

    `values` are written with it, in the row and on the object; `also` in the row only; `same` names further fields
    that must still be as they were read. Raises NotNow, changing nothing: `refused` for a pair that is not in the
    table, `late` when the row has moved on meanwhile.
    """
    before: State = row.status
    if not listed(table, before, to, by):
        raise NotNow(refused)
    present = clock.now()
    async with joined():
        as_read = {name: getattr(row, name) for name in same}
        still = type(row).filter(id=row.id, status=before, **as_read)
        if not await still.update(status=to, updated_at=present, **(also or {}), **values):
            raise NotNow(late or refused)
        await keep(before.value, to.value, present)
    row.status = to
    for name, value in values.items():
        setattr(row, name, value)
