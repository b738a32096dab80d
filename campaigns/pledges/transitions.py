"""The states of a pledge and who may change them: the table of docs/money.md as data, and the one verb that obeys."""

from datetime import datetime
from typing import Any

from campaigns.pledges.models import Pledge, PledgeChange
from campaigns.pledges.models import PledgeStatus as P
from campaigns.states import By, listed
from campaigns.states import move as move_row
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
    (P.COLLECTED, P.REFUND_PENDING): frozenset({By.TEAM, By.BACKER}),
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
    (P.REFUNDED, P.DISPUTED): frozenset({By.GATEWAY}),
    (P.REFUNDED, P.CHARGED_BACK): frozenset({By.GATEWAY}),
    (P.DISPUTED, P.REFUND_PENDING): frozenset({By.GATEWAY}),
    (P.DISPUTED, P.REFUNDED): frozenset({By.GATEWAY}),
    (P.CHARGED_BACK, P.COLLECTED): frozenset({By.GATEWAY}),
}


def allowed(before: P, after: P, by: By) -> bool:
    """Whether the table lists this change for this kind of actor."""
    return listed(TABLE, before, after, by)


async def move(
    pledge: Pledge, to: P, *, by: By, cause: str, actor_id: int | None = None, **values: Any
) -> None:
    """Change the state by compare-and-set and write the history row, with `values` in the same update.

    Raises NotNow, changing nothing, for a pair that is not in the table or when the row has moved on meanwhile.
    """

    async def keep(before: str, after: str, at: datetime) -> None:
        await PledgeChange.create(
            pledge_id=pledge.id, before=before, after=after, actor_id=actor_id, cause=cause, at=at
        )

    refused = _("Cette promesse de don a déjà changé d’état.")
    await move_row(pledge, to, by, table=TABLE, keep=keep, values=values, refused=refused)
