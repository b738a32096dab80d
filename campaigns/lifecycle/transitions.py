"""The states of a campaign and who may change them: the table of docs/money.md as data, and the one verb that obeys."""

from enum import StrEnum
from typing import Any

from tortoise.expressions import F

from campaigns.lifecycle.models import Campaign, CampaignChange, GoalKind
from campaigns.lifecycle.models import CampaignStatus as S
from civic import clock
from civic.database import transaction
from civic.errors import DomainError
from civic.i18n import _
from civic.people.models import Person


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


class NotNow(DomainError):
    """The change of state is not in the table, or somebody was faster; nothing has changed."""


def allowed(before: S, after: S, by: By, *, standing: bool = False) -> bool:
    """Whether the table lists this change for this kind of actor; `standing`: for a monthly support."""
    more = STANDING if standing else {}
    return by in TABLE.get((before, after), frozenset()) | more.get((before, after), frozenset())


async def move(
    campaign: Campaign, to: S, *, by: By, actor: Person | None = None, note: str = "", **values: Any
) -> None:
    """Change the state by compare-and-set and write the history row, with `values` in the same update.

    Raises NotNow, changing nothing, for a pair that is not in the table or when the row has moved on meanwhile.
    """
    before = campaign.status
    if not allowed(before, to, by, standing=campaign.goal == GoalKind.MONTHLY):
        raise NotNow(_("Cette étape n’est pas possible dans l’état actuel de la collecte."))
    present = clock.now()
    async with transaction():
        changed = await Campaign.filter(id=campaign.id, status=before).update(
            status=to, updated_at=present, version=F("version") + 1, **values
        )
        if not changed:
            raise NotNow(_("La collecte a changé d’état entre-temps. Rechargez la page."))
        await CampaignChange.create(
            campaign_id=campaign.id, before=before.value, after=to.value, actor=actor, by=by.value, note=note,
            at=present
        )
    campaign.status = to
    for name, value in values.items():
        setattr(campaign, name, value)
