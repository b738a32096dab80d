"""Backers as they agreed to appear before the lead: the one place where names and amounts pass (invariant 15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from campaigns.lifecycle.models import Campaign
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.queries import STANDING
from civic import clock
from civic.i18n import _

FEWEST_HIDDEN = 3
DAILY_FROM = 10
"""Below this many backers the curve goes by weeks (docs/money.md, invariant 15)."""


@dataclass(slots=True, frozen=True)
class Backer:
    """A gift as the lead may see it: no name when anonymous, `cents` None when out of sight."""

    pledge_id: int
    name: str
    cents: int | None
    reward: str
    day: date | None
    state: str


@dataclass(slots=True, frozen=True)
class Bucket:
    """A stretch of days and what was promised in it, in cents; `gifts` is at least three when one amount is hidden."""

    first: date
    last: date
    cents: int
    gifts: int


async def standing(campaign_id: int) -> list[Pledge]:
    """The gifts that stand, oldest first, with their rewards."""
    rows = Pledge.filter(campaign_id=campaign_id, status__in=STANDING)
    return await rows.order_by("confirmed_at", "id").select_related("reward")


def out_of_sight(pledges: Sequence[Pledge]) -> set[int]:
    """Whose amounts are not shown: the hidden ones, and enough others that there are three, or none at all."""
    hidden = [pledge.id for pledge in pledges if pledge.amount_hidden]
    if not hidden:
        return set()
    others = sorted(pledge.id for pledge in pledges if not pledge.amount_hidden)
    return {*hidden, *others[: max(0, FEWEST_HIDDEN - len(hidden))]}


def backers(pledges: Sequence[Pledge]) -> list[Backer]:
    """The list of a campaign's gifts as its lead may read it, latest first."""
    unseen = out_of_sight(pledges)
    return [
        Backer(
            pledge.id, pledge.public_name if pledge.public_name and not pledge.anonymous else _("Anonyme"),
            None if pledge.id in unseen else pledge.amount_cents, pledge.reward.title if pledge.reward else "",
            clock.local(pledge.confirmed_at).date() if pledge.confirmed_at else None,
            _("reçu") if pledge.status == PledgeStatus.COLLECTED else _("promis"),
        )
        for pledge in reversed(pledges)
    ]  # fmt: skip


def curve(campaign: Campaign, pledges: Sequence[Pledge]) -> list[Bucket]:
    """What was promised day by day, by weeks below ten backers.

    A stretch that holds a hidden amount is joined with its neighbours until it holds three gifts.
    """
    dated = [(clock.local(pledge.confirmed_at).date(), pledge) for pledge in pledges if pledge.confirmed_at]
    if not dated or campaign.starts_at is None:
        return []
    first = min(clock.local(campaign.starts_at).date(), dated[0][0])
    last = max(dated[-1][0], min(clock.today(), campaign.last_day or clock.today()))
    step = 1 if campaign.backers_count >= DAILY_FROM else 7
    stretches: list[tuple[date, date, list[Pledge]]] = []
    start = first
    while start <= last:
        end = min(start + timedelta(days=step - 1), last)
        stretches.append((start, end, [pledge for day, pledge in dated if start <= day <= end]))
        start = end + timedelta(days=1)
    return [Bucket(a, b, sum(p.amount_cents for p in gifts), len(gifts)) for a, b, gifts in _joined(stretches)]


def _joined(stretches: list[tuple[date, date, list[Pledge]]]) -> list[tuple[date, date, list[Pledge]]]:
    done: list[tuple[date, date, list[Pledge]]] = []
    for first, last, gifts in stretches:
        if done and _tells_too_much(done[-1][2]):
            before = done.pop()
            done.append((before[0], last, [*before[2], *gifts]))
        else:
            done.append((first, last, gifts))
    while len(done) > 1 and _tells_too_much(done[-1][2]):
        end, before = done.pop(), done.pop()
        done.append((before[0], end[1], [*before[2], *end[2]]))
    return done


def _tells_too_much(gifts: list[Pledge]) -> bool:
    return len(gifts) < FEWEST_HIDDEN and any(pledge.amount_hidden for pledge in gifts)
