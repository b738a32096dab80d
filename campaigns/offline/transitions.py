"""The states of an offline gift and who may change them: docs/money.md as data, and the one verb that obeys."""

from datetime import datetime
from typing import Any

from campaigns.offline.models import HOLDING, OfflineChange, OfflineGift
from campaigns.offline.models import OfflineStatus as S
from campaigns.pledges.service import free_reward
from campaigns.states import By, NotNow, listed
from campaigns.states import move as move_row
from civic import clock
from civic.database import joined
from civic.i18n import _

TABLE: dict[tuple[S, S], frozenset[By]] = {
    (S.CREATED, S.PROMISED): frozenset({By.BACKER}),
    (S.CREATED, S.WITHDRAWN): frozenset({By.BACKER}),
    (S.PROMISED, S.RECEIVED): frozenset({By.LEAD}),
    (S.PROMISED, S.EXPIRED): frozenset({By.SCHEDULER}),
    (S.PROMISED, S.WITHDRAWN): frozenset({By.BACKER, By.LEAD}),
    (S.EXPIRED, S.RECEIVED): frozenset({By.LEAD}),  # what she announced herself came after all
    (S.RECEIVED, S.WITHDRAWN): frozenset({By.LEAD, By.TEAM}),
    (S.RECEIVED, S.SENT_BACK): frozenset({By.TEAM}),
    (S.RECEIVED, S.VERIFIED): frozenset({By.TEAM}),
    (S.RECEIVED, S.RETURNED): frozenset({By.TEAM}),
    (S.SENT_BACK, S.RECEIVED): frozenset({By.LEAD}),
    (S.SENT_BACK, S.WITHDRAWN): frozenset({By.LEAD, By.TEAM}),
    (S.SENT_BACK, S.RETURNED): frozenset({By.TEAM}),
    (S.VERIFIED, S.RECEIVED): frozenset({By.TEAM}),
    (S.VERIFIED, S.BANKED): frozenset({By.TEAM}),
    (S.VERIFIED, S.BOUNCED): frozenset({By.TEAM}),
    (S.VERIFIED, S.RETURNED): frozenset({By.TEAM}),
    (S.BANKED, S.VERIFIED): frozenset({By.TEAM}),
    (S.BANKED, S.BOUNCED): frozenset({By.TEAM}),
    (S.BANKED, S.RETURNED): frozenset({By.TEAM}),
}


def allowed(before: S, after: S, by: By) -> bool:
    """Whether the table lists this change for this kind of actor."""
    return listed(TABLE, before, after, by)


async def move(
    gift: OfflineGift, to: S, *, by: By, cause: str, actor_id: int | None = None, **values: Any
) -> None:
    """Change the state by compare-and-set and write the history row, with `values` in the same update.

    A gift that goes away for good gives its reward back.
    Raises NotNow, changing nothing, for a pair that is not in the table or when the row has moved on meanwhile.
    """

    async def keep(before: str, after: str, _at: datetime) -> None:
        await note(gift.id, before, after, cause, actor_id)

    refused = _("Ce don a déjà changé d’état. Rechargez la page.")
    if not allowed(gift.status, to, by):
        raise NotNow(refused)
    async with joined():
        if gift.status in HOLDING and to not in HOLDING:
            await free_reward(gift.reward_id)
        same = ("turn", "reward_id")
        await move_row(gift, to, by, table=TABLE, keep=keep, values=values, refused=refused, same=same)


async def note(gift_id: int, before: str, after: str, cause: str, actor_id: int | None) -> OfflineChange:
    """One row of history, in the caller's transaction."""
    return await OfflineChange.create(
        gift_id=gift_id, before=before, after=after, cause=cause[:200], actor_id=actor_id, at=clock.now()
    )
