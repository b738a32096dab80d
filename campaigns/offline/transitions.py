"""The states of an offline gift and who may change them: docs/money.md as data, and the one verb that obeys."""

from typing import Any

from campaigns.lifecycle.transitions import By, NotNow
from campaigns.offline.models import OfflineChange, OfflineGift
from campaigns.offline.models import OfflineStatus as S
from civic import clock
from civic.database import transaction
from civic.i18n import _

TABLE: dict[tuple[S, S], frozenset[By]] = {
    (S.PROMISED, S.RECEIVED): frozenset({By.LEAD}),
    (S.PROMISED, S.EXPIRED): frozenset({By.SCHEDULER}),
    (S.PROMISED, S.WITHDRAWN): frozenset({By.LEAD}),
    (S.RECEIVED, S.WITHDRAWN): frozenset({By.LEAD}),
    (S.RECEIVED, S.VERIFIED): frozenset({By.TEAM}),
    (S.RECEIVED, S.BOUNCED): frozenset({By.TEAM}),
    (S.RECEIVED, S.RETURNED): frozenset({By.TEAM}),
    (S.VERIFIED, S.RECEIVED): frozenset({By.TEAM}),
    (S.VERIFIED, S.BANKED): frozenset({By.TEAM}),
    (S.VERIFIED, S.BOUNCED): frozenset({By.TEAM}),
    (S.VERIFIED, S.RETURNED): frozenset({By.TEAM}),
    (S.BANKED, S.BOUNCED): frozenset({By.TEAM}),
    (S.BANKED, S.RETURNED): frozenset({By.TEAM}),
}


def allowed(before: S, after: S, by: By) -> bool:
    """Whether the table lists this change for this kind of actor."""
    return by in TABLE.get((before, after), frozenset())


async def move(
    gift: OfflineGift, to: S, *, by: By, cause: str, actor_id: int | None = None, **values: Any
) -> None:
    """Change the state by compare-and-set and write the history row, with `values` in the same update.

    Raises NotNow, changing nothing, for a pair that is not in the table or when the row has moved on meanwhile.
    """
    before = gift.status
    if not allowed(before, to, by):
        raise NotNow(_("Ce don a déjà changé d’état. Rechargez la page."))
    present = clock.now()
    async with transaction():
        same = OfflineGift.filter(id=gift.id, status=before, turn=gift.turn)
        if not await same.update(status=to, updated_at=present, **values):
            raise NotNow(_("Ce don a déjà changé d’état. Rechargez la page."))
        await note(gift.id, before.value, to.value, cause, actor_id)
    gift.status = to
    for name, value in values.items():
        setattr(gift, name, value)


async def note(gift_id: int, before: str, after: str, cause: str, actor_id: int | None) -> None:
    """One row of history, in the caller's transaction."""
    await OfflineChange.create(
        gift_id=gift_id, before=before, after=after, cause=cause[:200], actor_id=actor_id, at=clock.now()
    )
