"""Receipts by the rows alone: whose gift is here, and what is left of it (invariant 13, 14)."""

from campaigns.offline.models import COUNTING, OfflineGift
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.receipts.models import Receipt
from campaigns.refunds.models import Dispute, Refund


async def assert_receipts_right(wanting: set[int]) -> None:
    """A receipt that stands is for what is left of a gift that is here, tip apart; one for each gift; no number lacks."""
    voided = {row.voids_id for row in await Receipt.exclude(voids_id=None)}
    standing = [row for row in await Receipt.filter(voids_id=None) if row.id not in voided]
    by_pledge = {row.pledge_id: row.amount_cents for row in standing}
    assert len(by_pledge) == len(standing), "two receipts stand for one gift"
    for pledge in await Pledge.filter(person_id__in=list(wanting), status=PledgeStatus.COLLECTED):
        left = await left_of(pledge)
        assert by_pledge.get(pledge.id, 0) == left, (pledge.id, by_pledge.get(pledge.id), left)
    numbers = sorted(row.number for row in await Receipt.all())
    years = {row.year for row in await Receipt.all()}
    assert len(years) > 1 or numbers == list(range(1, len(numbers) + 1))


async def left_of(pledge: Pledge) -> int:
    """What is left of a gift in cents, whichever way it came."""
    if await OfflineGift.filter(pledge_id=pledge.id, status__in=list(COUNTING)).exists():
        return int(pledge.amount_cents)
    gone = [row.amount_cents - row.tip_cents for row in await Refund.filter(pledge_id=pledge.id) if row.is_out]
    lost = [row.gift_cents for row in await Dispute.filter(pledge_id=pledge.id)]
    return int(pledge.amount_cents - sum(gone) - sum(lost))
