"""Reads about receipts, and the guards of their pages."""

from datetime import date

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from campaigns.lifecycle.models import RewardNature
from campaigns.offline.models import COUNTING, OfflineGift
from campaigns.offline.queries import is_lost
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.receipts.eligibility import Gift
from campaigns.receipts.models import Donor, DonorKind, Receipt
from campaigns.refunds.models import Dispute, Refund
from civic import clock, database
from civic.errors import NotFound
from civic.i18n import _

RETURNED = (
    PledgeStatus.REFUND_PENDING, PledgeStatus.REFUNDED, PledgeStatus.DISPUTED, PledgeStatus.CHARGED_BACK
)  # fmt: skip

_REPORT = """SELECT COUNT(*) AS gifts, COALESCE(SUM(r.amount_cents), 0) AS cents, COUNT(DISTINCT
CASE WHEN r.donor_key = '' THEN 'person ' || CAST(r.person_id AS VARCHAR(24)) ELSE r.donor_key END) AS donors
FROM receipt r LEFT JOIN receipt v ON v.voids_id = r.id
WHERE r.issuer = ? AND r.year = ? AND r.voids_id IS NULL AND v.id IS NULL"""
_REWARDS = """SELECT COALESCE(SUM(cents), 0) AS cents FROM (SELECT reward.value_cents AS cents
FROM pledge JOIN reward ON reward.id = pledge.reward_id
WHERE pledge.person_id = ? AND pledge.id <> ? AND pledge.status = 'collected'
AND pledge.collected_at >= ? AND pledge.collected_at < ? UNION ALL SELECT reward.value_cents
FROM offline_gift JOIN reward ON reward.id = offline_gift.reward_id
WHERE offline_gift.person_id = ? AND offline_gift.id <> ? AND offline_gift.status IN ('verified', 'banked')
AND offline_gift.received_on >= ? AND offline_gift.received_on < ?) had"""


async def gift(pledge_id: int) -> Pledge:
    """A gift with its campaign, backer and reward. Raises NotFound."""
    found = await Pledge.get_or_none(id=pledge_id).select_related("campaign", "person", "reward")
    if found is None:
        raise NotFound(_("Cette promesse de don n’existe pas."))
    return found


async def donor_of(person_id: int) -> Donor | None:
    """Who this backer is for the tax office, if she said so."""
    return await Donor.get_or_none(person_id=person_id)


async def receipt_of(pledge_id: int) -> Receipt | None:
    """The receipt of a promise that stands: issued and not voided."""
    return await standing(pledge_id=pledge_id)


async def standing(*, pledge_id: int | None = None, gift_id: int | None = None) -> Receipt | None:
    """The receipt of a promise or of a gift by hand that stands: issued and not voided."""
    rows = Receipt.filter(gift_id=gift_id) if gift_id else Receipt.filter(pledge_id=pledge_id)
    issued = await rows.filter(voids_id=None).order_by("-turn").first()
    if issued is None or await Receipt.filter(voids_id=issued.id).exists():
        return None
    return issued


async def taken_by_a_refund(pledge_id: int) -> bool:
    """Whether the last receipt of a gift was voided by what went back, not by a person's decision."""
    last = await Receipt.filter(pledge_id=pledge_id).order_by("-id").first()
    return last is not None and last.voids_id is not None and last.actor_id is None


async def voided_by_hand(**of: int) -> bool:
    """Whether somebody of the team has decided that the last receipt of a gift (`pledge_id=` or `gift_id=`) does not
    stand: no other follows by itself."""
    last = await Receipt.filter(**of).order_by("-id").first()
    return last is not None and last.voids_id is not None and last.actor_id is not None


async def receipt_to_void(receipt_id: int) -> Receipt:
    """A receipt that stands. Raises NotFound."""
    found = await Receipt.get_or_none(id=receipt_id, voids_id=None)
    if found is None or await Receipt.filter(voids_id=found.id).exists():
        raise NotFound(_("Ce reçu n’existe pas ou a déjà été annulé."))
    return found


async def facts_of(pledge: Pledge, donor: Donor | None) -> Gift:
    """What decides about a receipt for this gift."""
    received = pledge.collected_at if pledge.status == PledgeStatus.COLLECTED else None
    by_hand = await gift_by_hand(pledge.id)
    day = by_hand.received_on if by_hand else clock.local(received).date() if received else None
    value = pledge.reward.value_cents if pledge.reward else 0
    return Gift(
        amount_cents=pledge.amount_cents - await _gone_cents(pledge.id),
        beneficiary=pledge.campaign.beneficiary, received_on=day,
        own_account=pledge.campaign.payee_id is not None,
        returned=pledge.status in RETURNED or is_lost(pledge.campaign), reward_value_cents=value,
        reward_is_sale=pledge.reward is not None and pledge.reward.nature == RewardNature.SALE,
        rewards_of_the_year_cents=await rewards_of_the_year(pledge.person_id, day, pledge_id=pledge.id)
        if value and day else 0,
        company=donor is not None and donor.kind == DonorKind.COMPANY,
    )  # fmt: skip


async def rewards_of_the_year(person_id: int, day: date, *, pledge_id: int = 0, gift_id: int = 0) -> int:
    """What a person's other rewards of this day's year are worth, in cents, whatever road the gifts took."""
    days = [date(day.year, 1, 1), date(day.year + 1, 1, 1)]
    moments = [clock.at(one, 0) for one in days]
    rows = await database.fetch_all(_REWARDS, [person_id, pledge_id, *moments, person_id, gift_id, *days])
    return int(rows[0]["cents"])


async def _gone_cents(pledge_id: int) -> int:
    """What refunds and lost disputes took back of a gift, the tip apart."""
    refunds = [row.gift_cents for row in await Refund.filter(pledge_id=pledge_id) if row.is_out]
    return int(sum(refunds) + sum(row.gift_cents for row in await Dispute.filter(pledge_id=pledge_id)))


async def gift_by_hand(pledge_id: int) -> OfflineGift | None:
    """The cheque, cash or transfer that paid a promise in place of its card, verified by a second person."""
    return await OfflineGift.get_or_none(pledge_id=pledge_id, status__in=list(COUNTING))


async def of_year(issuer: str, year: int, before: int | None = None, limit: int = 51) -> list[Receipt]:
    """A year's numbers, the latest first; `before` continues a page."""
    rows = Receipt.filter(issuer=issuer, year=year)
    if before:
        rows = rows.filter(number__lt=before)
    return await rows.order_by("-number").limit(limit)


async def all_of_year(issuer: str, year: int) -> list[Receipt]:
    """A year's numbers, the first first, for the report."""
    return await Receipt.filter(issuer=issuer, year=year).order_by("number")


async def voided_ids(receipts: list[Receipt]) -> set[int]:
    """Which of these were voided."""
    ids = [receipt.id for receipt in receipts]
    return {int(row.voids_id or 0) for row in await Receipt.filter(voids_id__in=ids or [0])}


async def of_person(person_id: int, year: int) -> list[Receipt]:
    """A donor's receipts of one year of gifts that stand, the oldest first."""
    return await _in_year(Receipt.filter(person_id=person_id), year)


async def of_subject(*, person_id: int | None, gift_id: int | None, year: int) -> list[Receipt]:
    """What a donor's own link shows of a year: all of hers when an address is hers, else this gift's alone.

    A name and an address that somebody typed prove nothing: they never open another gift's receipt.
    """
    return await (_in_year(Receipt.filter(gift_id=gift_id), year) if person_id is None else of_person(person_id, year))


async def of_donor(receipt: Receipt) -> list[Receipt]:
    """Everything of this receipt's donor in its year of gift, for the treasurer: under one name or one account."""
    who = Q(donor_key=receipt.donor_key) if receipt.donor_key else Q(id=receipt.id)
    if receipt.person_id:
        who = who | Q(person_id=receipt.person_id)
    return await _in_year(Receipt.filter(who), receipt.given_on.year)


async def _in_year(rows: QuerySet[Receipt], year: int) -> list[Receipt]:
    found = [row for row in await rows.filter(voids_id=None).order_by("given_on", "id") if row.given_on.year == year]
    gone = await voided_ids(found)
    return [row for row in found if row.id not in gone]


async def report(issuer: str, year: int) -> dict[str, int]:
    """What is declared (art. 222 bis CGI): receipts that stand, their total in cents, how many donors."""
    row = (await database.fetch_all(_REPORT, [issuer, year]))[0]
    return {name: int(row[name]) for name in ("gifts", "cents", "donors")}


async def years(issuer: str) -> list[int]:
    """The years that have numbers, the latest first."""
    rows = await database.fetch_all("SELECT year FROM receipt_series WHERE issuer = ? ORDER BY year DESC", [issuer])
    return [int(row["year"]) for row in rows]
