"""Those who run a campaign hear that cheques and transfers are announced: the first at once, then once a day at most.

`OfflineGift.told_at` says of each when it was in a letter, so that none is in two; one that its backer takes back
before is in none. The letter says no more than their list does (`awaited`, invariant 15).
"""

from datetime import datetime

from tortoise.queryset import QuerySet

from campaigns.lifecycle.models import Campaign
from campaigns.offline import queries
from campaigns.offline.awaited import Awaited, of_gift
from campaigns.offline.models import OfflineGift, OfflineStatus
from civic import clock, i18n, mail
from civic.database import retrying, transaction
from civic.i18n import _
from civic.initiatives.queries import leads_of
from civic.people.models import Person
from civic.web.formats import day_short, money

FROM_HOUR = 7
"""The letter of the day is not sent at night."""
LISTED = 20


async def tell(**_payload: object) -> None:
    """Every ten minutes: a letter for each campaign with something new that may be told now."""
    waiting = _new().filter(campaign__status__in=list(queries.ENTERING)).distinct()
    for campaign_id in sorted(int(str(id)) for id in await waiting.values_list("campaign_id", flat=True)):
        if await _may_be_told(campaign_id):
            await _tell(campaign_id)


def _new() -> QuerySet[OfflineGift]:
    return OfflineGift.filter(status=OfflineStatus.PROMISED, due_on__isnull=False, told_at__isnull=True)


async def _last(campaign_id: int) -> datetime | None:
    rows = OfflineGift.filter(campaign_id=campaign_id, told_at__isnull=False).order_by("-told_at")
    last = await rows.first()
    return last.told_at if last else None


async def _may_be_told(campaign_id: int) -> bool:
    last = await _last(campaign_id)
    if last is None:
        return True
    present = clock.local(clock.now())
    return clock.local(last).date() < present.date() and present.hour >= FROM_HOUR


@retrying
async def _tell(campaign_id: int) -> None:
    async with transaction():
        await Campaign.filter(id=campaign_id).update(updated_at=clock.now())  # the lock first
        if not await _may_be_told(campaign_id):
            return
        first = await _last(campaign_id) is None
        rows = _new().filter(campaign_id=campaign_id).order_by("due_on", "id").select_related("campaign", "reward")
        gifts = await rows
        if not gifts:
            return
        await OfflineGift.filter(id__in=[gift.id for gift in gifts]).update(told_at=clock.now())
        for person in await leads_of(gifts[0].campaign.initiative_id):
            if person.email:
                await _write(person, gifts, first=first)


async def _write(person: Person, gifts: list[OfflineGift], *, first: bool) -> None:
    campaign = gifts[0].campaign
    with i18n.speaking(person.locale):
        lines = [_line(of_gift(gift, sees_all=False)) for gift in gifts[:LISTED]]
    await mail.send(
        "campaigns/offline_announced", to=person.email or "", locale=person.locale, person=person.name,
        key=f"offline-announced-{campaign.id}-{min(gift.id for gift in gifts)}-{person.id}", title=campaign.title,
        slug=campaign.slug, first=first, lines=lines, count=len(gifts), more=len(gifts) - len(lines),
    )  # fmt: skip


def _line(one: Awaited) -> str:
    """« H-000009 : 72,50 €, Josette Morel, à recevoir avant le 1er décembre 2026 au soir »."""
    assert one.due_on is not None
    amount = _("montant caché") if one.cents is None else money(one.cents)
    said = {"code": one.reference, "amount": amount, "name": one.name or _("personne anonyme")}
    return _("%(code)s : %(amount)s, %(name)s, à recevoir avant le %(day)s au soir", day=day_short(one.due_on),
             **said)  # fmt: skip
