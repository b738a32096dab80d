"""What a receipt is for: a promise that was paid, or a gift by hand. One shape, so that the verbs are written once."""

from dataclasses import dataclass
from typing import Any

from campaigns.identity import Identity
from campaigns.lifecycle.models import Campaign, RewardNature
from campaigns.offline import donors
from campaigns.offline import queries as offline
from campaigns.offline.models import CAME_BACK, COUNTING, Mode, OfflineGift
from campaigns.pledges.models import Pledge
from campaigns.pledges.queries import MANAGE
from campaigns.pledges.service import reference
from campaigns.receipts import queries
from campaigns.receipts.eligibility import Gift
from campaigns.receipts.models import DonorKind, Receipt
from civic.errors import NotFound
from civic.i18n import _
from civic.people import links
from civic.people.models import Person


@dataclass(slots=True, frozen=True)
class Subject:
    """A gift of either road: whose, for which campaign, what decides, how it was paid, the donor's secret link."""

    pledge_id: int | None
    gift_id: int | None
    campaign: Campaign
    person: Person | None
    identity: Identity | None
    facts: Gift
    reference: str
    token: str
    reward: str = ""
    pledge: Pledge | None = None
    mode: Mode | None = None

    @property
    def of(self) -> dict[str, Any]:
        """The columns of a receipt that name it."""
        return {"pledge_id": self.pledge_id, "gift_id": self.gift_id}

    @property
    def by_hand(self) -> bool:
        """A gift without a promise behind it."""
        return self.gift_id is not None


async def of_pledge(pledge_id: int) -> Subject:
    """A promise that is paid or to be paid. Raises NotFound."""
    pledge = await queries.gift(pledge_id)
    donor = await queries.donor_of(pledge.person_id)
    by_hand = await queries.gift_by_hand(pledge.id)
    facts = await queries.facts_of(pledge, donor)
    return Subject(
        pledge.id, None, pledge.campaign, pledge.person, donor, facts, reference(pledge),
        links.make(MANAGE, pledge.id), pledge.reward.title if pledge.reward else "", pledge,
        (by_hand.mode or Mode.CHEQUE) if by_hand else None,
    )  # fmt: skip


async def of_gift(gift_id: int) -> Subject:
    """A gift by hand, dated of the day it was handed over or credited. Raises NotFound, also if it pays a promise."""
    gift = await OfflineGift.get_or_none(id=gift_id).select_related("campaign", "person", "reward")
    if gift is None or gift.pledge_id:
        raise NotFound(_("Ce don n’existe pas."))
    identity = await donors.identity_of(gift.id)
    value, day = gift.reward.value_cents if gift.reward else 0, gift.received_on
    facts = Gift(
        gift.amount_cents, gift.campaign.beneficiary, gift.received_on if gift.status in COUNTING else None,
        own_account=gift.campaign.payee_id is not None, returned=gift.status in CAME_BACK,
        company=identity is not None and identity.kind == DonorKind.COMPANY,
        waits=not offline.is_kept(gift.campaign), lost=offline.is_lost(gift.campaign), reward_value_cents=value,
        reward_is_sale=gift.reward is not None and gift.reward.nature == RewardNature.SALE,
        rewards_of_the_year_cents=await queries.rewards_of_the_year(gift.person_id, day, gift_id=gift.id)
        if value and day and gift.person_id else 0,
    )  # fmt: skip
    return Subject(
        None, gift.id, gift.campaign, gift.person, identity, facts, gift.code, links.make(donors.LINK, gift.id),
        gift.reward.title if gift.reward else "", mode=gift.mode,
    )  # fmt: skip


async def of_receipt(receipt: Receipt) -> Subject:
    """What a receipt was issued for."""
    if receipt.pledge_id:
        return await of_pledge(receipt.pledge_id)
    assert receipt.gift_id, "a receipt is for one of the two"
    return await of_gift(receipt.gift_id)


def paid_by(subject: Subject) -> str:
    """The means of payment a receipt names."""
    words = {Mode.CHEQUE: _("chèque"), Mode.CASH: _("espèces"), Mode.TRANSFER: _("virement")}
    if subject.mode:
        return words[subject.mode]
    sepa = subject.pledge is not None and subject.pledge.method_label.startswith("SEPA")
    return _("prélèvement bancaire") if sepa else _("carte bancaire")
