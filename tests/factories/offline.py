"""Offline money for tests, entered and verified through the services."""

import itertools

from campaigns.lifecycle.models import Campaign
from campaigns.offline import service, verifying
from campaigns.offline.models import Mode, OfflineGift
from campaigns.offline.service import Entry
from civic import clock
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from tests.factories import a_person

_keys = itertools.count(1)


async def a_treasurer(name: str = "Tristan Trésor") -> Actor:
    """A treasurer who recorded nothing."""
    return Actor(await a_person(name, "", RoleName.TREASURER), frozenset({RoleName.TREASURER}))


async def a_gift(
    campaign: Campaign, cents: int = 3_000, mode: Mode | None = Mode.CHEQUE, by: Person | None = None, **values: object
) -> OfflineGift:
    """A gift that the campaign's lead entered and nobody has verified."""
    writer = by or await Person.get(id=campaign.lead_id)
    fields: dict[str, object] = {"donor_name": "Odile Blanc", "received_on": clock.today(), **values}
    entry = Entry(amount_cents=cents, mode=mode, **fields)  # type: ignore[arg-type]
    return (await service.enter(campaign, Actor(writer), [entry], f"offline-{next(_keys)}"))[0]


async def a_verified_gift(campaign: Campaign, cents: int = 3_000, mode: Mode = Mode.CHEQUE, **values: object) -> OfflineGift:
    """A gift that counts."""
    gift = await a_gift(campaign, cents, mode, **values)
    await verifying.verify(gift.id, await a_treasurer())
    return await OfflineGift.get(id=gift.id).select_related("campaign")
