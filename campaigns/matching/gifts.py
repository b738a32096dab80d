"""The gifts of people that agreements may add to: promises, money, and what came by hand and was verified."""

from campaigns.lifecycle.models import SETTLED, Campaign, CampaignStatus
from campaigns.matching.rule import Gift
from campaigns.offline.models import COUNTING, OfflineGift
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.queries import STANDING
from civic import clock, database
from civic.places.folding import fold

OVER = frozenset({
    CampaignStatus.FAILED, CampaignStatus.CANCELLED, CampaignStatus.UNWINDING, CampaignStatus.REFUNDED,
    CampaignStatus.REJECTED, CampaignStatus.WITHDRAWN,
})  # fmt: skip
"""Endings without success: nothing is added."""
KEPT = (
    PledgeStatus.COLLECTED, PledgeStatus.REFUND_PENDING, PledgeStatus.REFUNDED, PledgeStatus.DISPUTED,
    PledgeStatus.CHARGED_BACK,
)  # fmt: skip
"""Gifts whose money came in; what went back is taken off their amount."""
_BACK = """SELECT b.id, SUM(b.cents) AS cents FROM (SELECT p.id, r.amount_cents - r.tip_cents AS cents FROM refund r
JOIN pledge p ON p.id = r.pledge_id WHERE p.campaign_id = ? AND r.booked_at IS NOT NULL AND r.status <> 'failed'
UNION ALL SELECT p.id, d.gift_cents AS cents FROM dispute d JOIN pledge p ON p.id = d.pledge_id
WHERE p.campaign_id = ?) b GROUP BY b.id"""
"""What went back of each gift, in cents; by table, since refunds are a layer above."""


async def gifts_of(campaign: Campaign) -> list[Gift]:
    """The gifts of people that stand: promises until everything is collected, then the money that is here.

    What was paid back, or lost in a dispute, is out of a gift. A match is never a gift.
    """
    if campaign.status in OVER:
        return []
    people: dict[str, int] = {}
    return [*await _online(campaign, people), *await _by_hand(campaign, people)]


async def _online(campaign: Campaign, people: dict[str, int]) -> list[Gift]:
    """Gifts by card or direct debit; notes in `people` who bears which name."""
    states = KEPT if campaign.status in SETTLED or campaign.charges_at_once else (*STANDING, *KEPT)
    rows = await Pledge.filter(campaign_id=campaign.id, status__in=states).order_by("id").values_list(
        "id", "person_id", "amount_cents", "person__commune_id", "confirmed_at", "collected_at", "person__name"
    )
    back = {row["id"]: int(row["cents"]) for row in await database.fetch_all(_BACK, [campaign.id, campaign.id])}
    found = []
    for id, person, cents, commune, confirmed_at, collected_at, name in rows:
        people.setdefault(fold(name or ""), person)
        if at := confirmed_at or collected_at:
            found.append(Gift(id, person, cents - back.get(id, 0), commune, at))
    return found


async def _by_hand(campaign: Campaign, people: dict[str, int]) -> list[Gift]:
    """Cheques, cash and transfers that a second person has verified before the decision, on the day they were given.

    One that pays a promise is that promise. Whoever left no address is known by her name: the same name is one person,
    so that no sum per person is added twice. Her commune is the one that stands in the entry, or none.
    """
    rows = OfflineGift.filter(campaign_id=campaign.id, status__in=list(COUNTING), pledge_id__isnull=True)
    if campaign.decided_at:
        rows = rows.filter(verified_at__lte=campaign.decided_at)
    found = []
    for row in await rows.order_by("id"):
        assert row.received_on is not None, "received before it is verified"
        name = fold(row.donor_name)
        person = people.setdefault(name, row.person_id or -row.id) if row.person_id is None else row.person_id
        people.setdefault(name, person)
        at = clock.at(row.received_on, 12)
        found.append(Gift(-row.id, person, row.amount_cents, row.commune_id, at))
    return found
