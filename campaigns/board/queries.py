"""Reads for the board: sources, conversion, deliveries, and the guard of the address page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tortoise.expressions import Q
from tortoise.functions import Sum

from campaigns.board.models import AddressNeed, Delivery, DeliveryState, VisitCount
from campaigns.lifecycle.models import SETTLED, Campaign, Reward
from campaigns.offline.models import COUNTING, OPEN, OfflineGift
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.queries import STANDING
from civic.errors import Gone, NotFound
from civic.i18n import _
from civic.people import links

ADDRESS = "reward-address"
OF = ("pledge", "pledge__person", "pledge__reward", "gift", "gift__person", "gift__reward")
"""What a delivery is read with to know whose it is."""


@dataclass(slots=True, frozen=True)
class Source:
    """One way people came: pages seen, forms opened, gifts that stand."""

    name: str
    seen: int
    opened: int
    gifts: int


@dataclass(slots=True, frozen=True)
class Parcel:
    """A delivery as the lead needs it; the address only where its backer gave one."""

    id: int
    name: str
    reward: str
    reward_id: int
    state: DeliveryState
    address: str
    asked: bool


async def sources(campaign_id: int, pledges: Sequence[Pledge]) -> list[Source]:
    """Where visits and gifts came from, the cheques announced here too, the most gifts first; "" is a direct visit."""
    rows = VisitCount.filter(campaign_id=campaign_id).annotate(total=Sum("n")).group_by("source", "step")
    counts: Counter[tuple[str, str]] = Counter()
    for row in await rows.values("source", "step", "total"):
        counts[row["source"], row["step"]] = int(row["total"])
    announced = OfflineGift.filter(campaign_id=campaign_id, due_on__isnull=False, pledge_id__isnull=True)
    words = await announced.filter(status__in=[*OPEN, *COUNTING]).values_list("came_by", flat=True)
    given = Counter([*(pledge.source for pledge in pledges), *map(str, words)])
    names = {name for name, _step in counts} | set(given)
    found = [Source(name, counts[name, "seen"], counts[name, "opened"], given[name]) for name in names]
    return sorted(found, key=lambda one: (-one.gifts, -one.opened, -one.seen, one.name))


def delivers(campaign: Campaign) -> bool:
    """Rewards are owed once the money is there."""
    return campaign.status in SETTLED


async def parcels(campaign: Campaign) -> list[Parcel]:
    """What is owed, to do first. Whoever gave an address gave the name on it; others appear as they agreed."""
    standing = Q(pledge__status__in=STANDING) | Q(gift__status__in=COUNTING)
    rows = Delivery.filter(standing, campaign_id=campaign.id)
    found = await rows.order_by("id").select_related("pledge", "pledge__reward", "gift", "gift__reward")
    needed = set(await AddressNeed.filter(reward__campaign_id=campaign.id).values_list("reward_id", flat=True))
    order = list(DeliveryState)
    parcels = [
        Parcel(
            row.id, row.recipient or row.owed_for.public_name or _("Anonyme"), row.owed_for.reward.title,
            row.owed_for.reward.id, row.state, row.address, row.owed_for.reward.id in needed,
        )
        for row in found if row.owed_for.reward
    ]  # fmt: skip
    return sorted(parcels, key=lambda one: order.index(one.state))


async def owed(campaign_id: int) -> list[Pledge | OfflineGift]:
    """Gifts received, by card or by hand, that chose a reward and have no delivery row yet."""
    known = await Delivery.filter(campaign_id=campaign_id).values_list("pledge_id", "gift_id")
    paid, by_hand = {row[0] for row in known}, {row[1] for row in known}
    pledges = Pledge.filter(campaign_id=campaign_id, status=PledgeStatus.COLLECTED, reward_id__isnull=False)
    gifts = OfflineGift.filter(campaign_id=campaign_id, status__in=list(COUNTING), reward_id__isnull=False)
    return [
        *(one for one in await pledges.order_by("id") if one.id not in paid),
        *(one for one in await gifts.order_by("id") if one.id not in by_hand),
    ]


async def rewards_to_post(campaign_id: int) -> list[tuple[Reward, bool]]:
    """Each reward, and whether its backers were asked for an address."""
    needed = set(await AddressNeed.filter(reward__campaign_id=campaign_id).values_list("reward_id", flat=True))
    found = await Reward.filter(campaign_id=campaign_id, taken__gt=0).order_by("from_cents", "id")
    return [(reward, reward.id in needed) for reward in found]


async def delivery_of_link(token: str) -> Delivery:
    """The delivery behind a mailed link. Raises NotFound, Gone once it was sent."""
    rows = Delivery.get_or_none(id=links.read(ADDRESS, token))
    delivery = await rows.select_related("campaign", *OF)
    if delivery is None or delivery.owed_for.status not in (*STANDING, *COUNTING):
        raise NotFound(_("Ce merci n’est plus prévu."))
    if delivery.state != DeliveryState.TO_DO:
        raise Gone(_("Votre merci est déjà parti."))
    return delivery
