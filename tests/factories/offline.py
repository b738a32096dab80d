"""Offline money for tests, entered and verified through the services."""

import itertools
from datetime import timedelta
from typing import Any

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.offline import promising, service, verifying
from campaigns.offline.models import Mode, OfflineGift
from campaigns.offline.service import Entry
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import Gift
from civic import clock
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.factories import a_person
from tests.factories.campaigns import a_confirmed_pledge

_keys = itertools.count(1)


async def a_treasurer(name: str = "Tristan Trésor") -> Actor:
    """A treasurer who recorded nothing."""
    return Actor(await a_person(name, "", RoleName.TREASURER), frozenset({RoleName.TREASURER}))


async def a_gift(
    campaign: Campaign, cents: int = 3_000, mode: Mode | None = Mode.CHEQUE, by: Person | None = None, **values: Any
) -> OfflineGift:
    """A gift that the campaign's lead entered and nobody has verified."""
    writer = by or await Person.get(id=campaign.lead_id)
    fields: dict[str, Any] = {"donor_name": "Odile Blanc", "received_on": clock.today(), **values}
    entry = Entry(amount_cents=cents, mode=mode, **fields)
    return (await service.enter(campaign, Actor(writer), [entry], f"offline-{next(_keys)}"))[0]


async def a_verified_gift(campaign: Campaign, cents: int = 3_000, mode: Mode = Mode.CHEQUE, **values: Any) -> OfflineGift:
    """A gift that counts."""
    gift = await a_gift(campaign, cents, mode, **values)
    await verifying.verify(gift.id, await a_treasurer())
    return await OfflineGift.get(id=gift.id).select_related("campaign")


async def a_switched_pledge(campaign: Campaign, cents: int = 3_000) -> Pledge:
    """A promise of a decided campaign whose backer sends a cheque or a transfer."""
    pledge = await a_confirmed_pledge(campaign, cents=cents)
    values = {"status": CampaignStatus.COLLECTING, "decided_at": clock.now(), "grace_until": clock.now() + timedelta(days=9)}
    await Campaign.filter(id=campaign.id).update(**values, decided_total_cents=cents)
    await Pledge.filter(id=pledge.id).update(status=PledgeStatus.SWITCHED_OFFLINE)
    return await Pledge.get(id=pledge.id).select_related("person")


async def an_announced_gift(
    campaign: Campaign, cents: int = 5_000, *, name: str = "Odile Blanc", known: bool = True, reward_id: int = 0,
    public_name: str = "", amount_hidden: bool = False,
) -> OfflineGift:  # fmt: skip
    """A cheque that its backer announced while giving; anonymous without a public name."""
    backer = await a_person(name)
    gift = Gift(cents, 0, reward_id, not public_name, amount_hidden, public_name)
    made = await promising.promise(backer, campaign, gift, [f"announced-{next(_keys)}"], known=known)
    return await OfflineGift.get(id=made.id).select_related("campaign", "person", "reward")
