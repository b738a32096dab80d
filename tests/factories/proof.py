"""Campaigns whose gifts have arrived and are booked, without a gateway."""

from dataclasses import dataclass

from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind, Entry
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.pledges.models import Pledge, PledgeStatus
from civic import database
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge, a_live_campaign


@dataclass(slots=True, frozen=True)
class Given:
    """One gift: who, how much, what she keeps to herself."""

    name: str
    cents: int
    anonymous: bool = False
    hidden: bool = False
    tip: int = 0


async def a_funded_campaign(*gifts: Given) -> Campaign:
    """A campaign whose gifts are all collected and booked."""
    campaign = await a_live_campaign()
    for gift in gifts:
        await a_booked_gift(campaign, gift)
    await Campaign.filter(id=campaign.id).update(status=CampaignStatus.FUNDED, settled_entry=len(gifts))
    return await Campaign.get(id=campaign.id).select_related("initiative", "lead")


async def a_booked_gift(campaign: Campaign, gift: Given) -> Entry:
    """A gift that was charged; its fee is 25 cents and 1.5 %."""
    pledge = await a_confirmed_pledge(campaign, await a_person(gift.name), gift.cents)
    await Pledge.filter(id=pledge.id).update(
        status=PledgeStatus.COLLECTED, anonymous=gift.anonymous, amount_hidden=gift.hidden, tip_cents=gift.tip,
        public_name=gift.name,
    )
    charged = gift.cents + gift.tip
    fee = 25 + charged * 15 // 1000
    amounts = [
        Amount(AccountKind.STRIPE_CLEARING, charged - fee), Amount(AccountKind.PSP_FEES, fee),
        Amount(AccountKind.CAMPAIGN_FUND, -gift.cents), Amount(AccountKind.PLATFORM_TIPS, -gift.tip),
    ]  # fmt: skip
    return await booked(campaign, "charge", f"ch_{pledge.id}", amounts, f"pledge {pledge.id}")


async def booked(campaign: Campaign, kind: str, source: str, amounts: list[Amount], memo: str = "") -> Entry:
    """One entry of a campaign."""
    async with database.transaction():
        return await ledger.book(kind, kind, source, amounts, campaign=campaign.id, memo=memo)
