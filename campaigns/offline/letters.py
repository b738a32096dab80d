"""What a backer who announced a cheque or a transfer is written: each letter once, by its key."""

from datetime import datetime
from typing import Any

from campaigns.offline.donors import LINK
from campaigns.offline.howto import how_to, words
from campaigns.offline.models import OfflineGift
from campaigns.offline.queries import is_lost
from civic import i18n, mail
from civic.people import links
from civic.web import urls
from civic.web.formats import day, moment


async def to_confirm(gift: OfflineGift, kept: datetime | None) -> None:
    """Is it she? Nothing is told to anybody before she says so by the link; a scarce reward waits until `kept`."""
    locale = gift.person.locale if gift.person else i18n.locale()
    with i18n.speaking(locale):
        until = moment(kept) if kept else ""
    await _write(gift, "offline_confirm", "", kept=until)


async def announced(gift: OfflineGift, occasion: str = "") -> None:
    """How to send it: after she has announced it (`campaigns/offline`, as after a card that failed), or changed it."""
    token = links.make(LINK, gift.id)
    how = how_to(gift.campaign, gift.code, gift.amount_cents, gift.due_on)
    locale = gift.person.locale if gift.person else i18n.locale()
    await _write(
        gift, "offline", occasion, **words(how, locale), own=urls.absolute("offline.own", token=token),
        paper=urls.absolute("offline.own_slip", token=token), held=_held(gift, locale), live=True,
        changed=bool(occasion),
    )  # fmt: skip


async def taken_back(gift: OfflineGift) -> None:
    """She sends nothing after all."""
    await _write(gift, "offline_cancelled", "")


async def reminder(gift: OfflineGift) -> None:
    """It has not come: until when her reward is kept, and the last day."""
    locale = gift.person.locale if gift.person else i18n.locale()
    until = gift.held_until if gift.reward_id else gift.due_on
    with i18n.speaking(locale):
        last_day = day(gift.due_on) if gift.due_on else ""
    await _write(gift, "offline_reminder", f"-{until}", last_day=last_day, held=_held(gift, locale))


async def lapsed(gift: OfflineGift) -> None:
    """It never came, or the campaign is over: nothing is awaited any more."""
    await _write(gift, "offline_lapsed", "", closed=is_lost(gift.campaign))


def _held(gift: OfflineGift, locale: str) -> str:
    """Until when her reward is kept, in words; empty without one."""
    with i18n.speaking(locale):
        return day(gift.held_until) if gift.reward_id and gift.held_until else ""


async def _write(gift: OfflineGift, name: str, occasion: str, **context: Any) -> None:
    person = gift.person
    if person is None or not person.email:
        return
    context = {"reference": gift.code, "amount_cents": gift.amount_cents} | context
    await mail.send(
        f"campaigns/{name}", to=person.email, key=f"{name}-gift-{gift.id}{occasion}", locale=person.locale,
        person=person.name, title=gift.campaign.title, slug=gift.campaign.slug, token=links.make(LINK, gift.id),
        reward=gift.reward.title if gift.reward else "", **context,
    )  # fmt: skip
