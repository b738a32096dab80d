"""The states of a campaign and who may change them: the table of docs/money.md as data, and the one verb that obeys."""

from datetime import datetime
from typing import Any

from tortoise.expressions import F

from campaigns.lifecycle.models import STILL, Campaign, CampaignChange, GoalKind
from campaigns.lifecycle.models import CampaignStatus as S
from campaigns.states import By, NotNow, listed
from campaigns.states import move as move_row
from civic import database
from civic.i18n import _
from civic.people.models import Person

__all__ = ["TABLE", "By", "NotNow", "allowed", "move"]

TABLE: dict[tuple[S, S], frozenset[By]] = {
    (S.DRAFT, S.SUBMITTED): frozenset({By.LEAD}),
    (S.CHANGES_REQUESTED, S.SUBMITTED): frozenset({By.LEAD}),
    (S.SUBMITTED, S.CHANGES_REQUESTED): frozenset({By.REVIEWER}),
    (S.SUBMITTED, S.REJECTED): frozenset({By.REVIEWER}),
    (S.SUBMITTED, S.APPROVED): frozenset({By.REVIEWER}),
    (S.DRAFT, S.WITHDRAWN): frozenset({By.LEAD}),
    (S.SUBMITTED, S.WITHDRAWN): frozenset({By.LEAD}),
    (S.APPROVED, S.WITHDRAWN): frozenset({By.LEAD}),
    (S.APPROVED, S.LIVE): frozenset({By.LEAD, By.SCHEDULER}),
    (S.LIVE, S.SUSPENDED): frozenset({By.TEAM}),
    (S.SUSPENDED, S.LIVE): frozenset({By.TEAM}),
    (S.LIVE, S.CANCELLED): frozenset({By.BOTH}),
    (S.SUSPENDED, S.CANCELLED): frozenset({By.BOTH}),
    (S.LIVE, S.UNWINDING): frozenset({By.BOTH}),
    (S.SUSPENDED, S.UNWINDING): frozenset({By.BOTH}),
    (S.LIVE, S.FAILED): frozenset({By.SCHEDULER}),
    (S.LIVE, S.COLLECTING): frozenset({By.SCHEDULER}),
    (S.LIVE, S.FUNDED): frozenset({By.SCHEDULER}),
    (S.COLLECTING, S.FUNDED): frozenset({By.SCHEDULER}),
    (S.COLLECTING, S.SHORTFALL): frozenset({By.SCHEDULER}),
    (S.SHORTFALL, S.FUNDED): frozenset({By.TEAM}),
    (S.SHORTFALL, S.UNWINDING): frozenset({By.TEAM, By.SCHEDULER}),
    (S.UNWINDING, S.REFUNDED): frozenset({By.GATEWAY}),
    (S.FUNDED, S.REPORTING): frozenset({By.LEAD}),
    (S.REPORTING, S.CLOSED): frozenset({By.TEAM}),
}


STANDING: dict[tuple[S, S], frozenset[By]] = {
    (S.LIVE, S.CANCELLED): frozenset({By.LEAD}),
    (S.SUSPENDED, S.CANCELLED): frozenset({By.LEAD}),
    (S.CANCELLED, S.REPORTING): frozenset({By.LEAD}),
}
"""Besides, for a monthly support: nothing that was given goes back, so its lead may end it alone, then reports."""


def table_of(*, standing: bool) -> dict[tuple[S, S], frozenset[By]]:
    """The pairs of a campaign; `standing`: those of a monthly support."""
    if not standing:
        return TABLE
    return TABLE | {pair: TABLE.get(pair, frozenset()) | who for pair, who in STANDING.items()}


def allowed(before: S, after: S, by: By, *, standing: bool = False) -> bool:
    """Whether the table lists this change for this kind of actor."""
    return listed(table_of(standing=standing), before, after, by)


_STAND_STILL = """UPDATE campaign SET untold_cents = 0, told_entry = NULL,
settled_entry = (SELECT COALESCE(MAX(entry.position), 0) FROM entry WHERE entry.campaign_id = campaign.id)
WHERE id = ?"""


async def move(
    campaign: Campaign, to: S, *, by: By, actor: Person | None = None, note: str = "", **values: Any
) -> None:
    """Change the state by compare-and-set and write the history row, with `values` in the same update.

    From the first state in which totals stand still what leaves waits to be told, and is told when all is refunded.
    Raises NotNow, changing nothing, for a pair that is not in the table or when the row has moved on meanwhile.
    """

    async def keep(before: str, after: str, at: datetime) -> None:
        await CampaignChange.create(
            campaign_id=campaign.id, before=before, after=after, actor=actor, by=by.value, note=note, at=at
        )
        settles = (to in STILL and before not in STILL) or to == S.REFUNDED
        if settles and campaign.goal != GoalKind.MONTHLY:
            await database.execute(_STAND_STILL, [campaign.id])

    await move_row(
        campaign, to, by, table=table_of(standing=campaign.goal == GoalKind.MONTHLY), keep=keep, values=values,
        also={"version": F("version") + 1},
        refused=_("Cette étape n’est pas possible dans l’état actuel de la collecte."),
        late=_("La collecte a changé d’état entre-temps. Rechargez la page."),
    )  # fmt: skip
