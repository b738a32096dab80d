"""Amounts of gifts by hand, as far as a lead reads them: one that its donor hides is hers until the money is there."""

from dataclasses import dataclass

from tortoise.expressions import Q
from tortoise.functions import Count, Sum

from campaigns.offline.models import OfflineGift, OfflineStatus
from campaigns.offline.queries import may_verify
from civic.people.actor import Actor


def is_kept_back(gift: OfflineGift, actor: Actor) -> bool:
    """Whether a lead does not read its amount: its donor announced it, hides it, and nobody has received it.

    Then it is read from the cheque itself (invariant 15, docs/decisions/0014).
    """
    return gift.due_on is not None and gift.amount_hidden and gift.mode is None and not may_verify(actor)


@dataclass(slots=True, frozen=True)
class Told:
    """The gifts of one state: how many, their cents, and how many more whose amounts are kept from who reads."""

    gifts: int = 0
    cents: int = 0
    kept: int = 0


async def sums_of(campaign_id: int, actor: Actor) -> dict[str, Told]:
    """State → its gifts, of a campaign, as far as this person reads their amounts."""
    told = OfflineGift.filter(campaign_id=campaign_id).exclude(status=OfflineStatus.CREATED)
    kept = Q(due_on__isnull=False, amount_hidden=True, mode__isnull=True)
    hidden: dict[str, int] = {}
    if not may_verify(actor):
        rows = await told.filter(kept).annotate(n=Count("id")).group_by("status").values("status", "n")
        hidden = {str(row["status"]): int(row["n"]) for row in rows}
        told = told.filter(Q(due_on__isnull=True) | Q(amount_hidden=False) | Q(mode__isnull=False))
    sums = told.annotate(n=Count("id"), cents=Sum("amount_cents")).group_by("status")
    rows = await sums.values("status", "n", "cents")
    found = {str(row["status"]): (int(row["n"]), int(row["cents"])) for row in rows}
    return {state: Told(*found.get(state, (0, 0)), hidden.get(state, 0)) for state in found.keys() | hidden.keys()}
