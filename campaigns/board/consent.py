"""Backers as they agreed to appear before the lead: the one place where names and amounts pass (invariant 15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain

from tortoise.expressions import Q

from campaigns.lifecycle.models import STILL, Campaign, CampaignChange
from campaigns.pledges.models import Pledge, PledgeChange, PledgeStatus
from campaigns.pledges.queries import NAMED, STANDING
from civic import clock
from civic.i18n import _
from civic.places.folding import fold

FEWEST_HIDDEN = 3
LEFT = (PledgeStatus.REFUNDED, PledgeStatus.CHARGED_BACK)
DAILY_FROM = 10
"""Below this many backers the curve goes by weeks (docs/money.md, invariant 15)."""


@dataclass(slots=True, frozen=True)
class Backer:
    """A gift as the lead may see it: no name when anonymous, `cents` None when out of sight.

    Of whoever hides her amount nothing but the name, and that late: `pledge_id` is 0.
    """

    pledge_id: int
    name: str
    cents: int | None
    reward: str
    day: date | None
    state: str


@dataclass(slots=True, frozen=True)
class Bucket:
    """A stretch of days and what was promised in it, in cents: of three persons out of sight at least, or of none."""

    first: date
    last: date
    cents: int
    gifts: int


async def standing(campaign_id: int) -> list[Pledge]:
    """The gifts that stand, oldest first, with their rewards; and those that have left since totals stand still.

    Were one of these left out, the curve would fall by it, and the two gifts that are out of sight for its sake appear.
    """
    settled = await CampaignChange.filter(campaign_id=campaign_id, after__in=list(STILL)).order_by("id").first()
    stands = Q(status__in=STANDING if settled is None else NAMED)
    if settled is not None:
        changes = PledgeChange.filter(pledge__campaign_id=campaign_id, after__in=LEFT, at__gte=settled.at)
        stands |= Q(status__in=LEFT, id__in=[change.pledge_id for change in await changes] or [0])
    rows = Pledge.filter(stands, campaign_id=campaign_id)
    return await rows.order_by("confirmed_at", "id").select_related("reward")


def out_of_sight(pledges: Sequence[Pledge]) -> set[int]:
    """Whose amounts are not shown: the hidden ones, and beside each the nearest gifts of two other persons.

    Those before it first; with fewer than three persons, all. `pledges` are the oldest first.
    """
    unseen = {pledge.id for pledge in pledges if pledge.amount_hidden}
    if unseen and len({pledge.person_id for pledge in pledges}) < FEWEST_HIDDEN:
        return {pledge.id for pledge in pledges}
    for place, hidden in enumerate(pledges):
        if not hidden.amount_hidden:
            continue
        met = {hidden.person_id}
        for near in chain(range(place - 1, -1, -1), range(place + 1, len(pledges))):
            if len(met) == FEWEST_HIDDEN:
                break
            if pledges[near].person_id not in met:
                met.add(pledges[near].person_id)
                unseen.add(pledges[near].id)
    return unseen


def backers(campaign: Campaign, pledges: Sequence[Pledge]) -> list[Backer]:
    """The list of a campaign's gifts as its lead may read it, latest first; apart from them who hides her amount.

    Beside a day, a thank-you or a total that has just moved a name would tell what was hidden: these stand at the end,
    without a name until the public page has it (docs/decisions/0014).
    """
    unseen = out_of_sight(pledges)
    shown = [
        Backer(
            pledge.id, _name(pledge), None if pledge.id in unseen else pledge.amount_cents,
            pledge.reward.title if pledge.reward else "",
            clock.local(pledge.confirmed_at).date() if pledge.confirmed_at else None, _state(pledge),
        )
        for pledge in reversed(pledges) if not pledge.amount_hidden
    ]  # fmt: skip
    hidden = [pledge for pledge in pledges if pledge.amount_hidden]
    may_name = campaign.status in STILL and len({pledge.person_id for pledge in hidden}) >= FEWEST_HIDDEN
    named = [_name(pledge) if may_name else _("Une personne qui cache son montant") for pledge in hidden]
    return shown + [Backer(0, name, None, "", None, "") for name in sorted(named, key=fold)]


def _name(pledge: Pledge) -> str:
    return pledge.public_name if pledge.public_name and not pledge.anonymous else _("Anonyme")


def _state(pledge: Pledge) -> str:
    if pledge.status in (PledgeStatus.COLLECTED, PledgeStatus.REFUND_PENDING, PledgeStatus.DISPUTED):
        return _("reçu")
    return _("rendu") if pledge.status in LEFT else _("promis")


def curve(campaign: Campaign, pledges: Sequence[Pledge]) -> list[Bucket]:
    """What was promised day by day, by weeks below ten backers.

    A stretch that holds amounts out of sight is joined with its neighbours until they are three persons': the list of
    backers beside it tells all the others.
    """
    dated = [(clock.local(pledge.confirmed_at).date(), pledge) for pledge in pledges if pledge.confirmed_at]
    if not dated or campaign.starts_at is None:
        return []
    first = min(clock.local(campaign.starts_at).date(), dated[0][0])
    last = max(dated[-1][0], min(clock.today(), campaign.last_day or clock.today()))
    unseen = out_of_sight(pledges)
    step = 1 if campaign.backers_count >= DAILY_FROM else 7
    stretches: list[tuple[date, date, list[Pledge]]] = []
    start = first
    while start <= last:
        end = min(start + timedelta(days=step - 1), last)
        stretches.append((start, end, [pledge for day, pledge in dated if start <= day <= end]))
        start = end + timedelta(days=1)
    return [Bucket(a, b, sum(p.amount_cents for p in gifts), len(gifts)) for a, b, gifts in _joined(stretches, unseen)]


def _joined(
    stretches: list[tuple[date, date, list[Pledge]]], unseen: set[int]
) -> list[tuple[date, date, list[Pledge]]]:
    done: list[tuple[date, date, list[Pledge]]] = []
    for first, last, gifts in stretches:
        if done and _tells_too_much(done[-1][2], unseen):
            before = done.pop()
            done.append((before[0], last, [*before[2], *gifts]))
        else:
            done.append((first, last, gifts))
    while len(done) > 1 and _tells_too_much(done[-1][2], unseen):
        end, before = done.pop(), done.pop()
        done.append((before[0], end[1], [*before[2], *end[2]]))
    return done


def _tells_too_much(gifts: list[Pledge], unseen: set[int]) -> bool:
    return 0 < len({pledge.person_id for pledge in gifts if pledge.id in unseen}) < FEWEST_HIDDEN
