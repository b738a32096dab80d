"""What is announced to a campaign, as its lead reads it (invariant 15): the list, and finding one by what is typed."""

import re
from dataclasses import dataclass
from datetime import date

from tortoise.functions import Count, Min

from campaigns.lifecycle.models import Campaign
from campaigns.offline import queries
from campaigns.offline.models import COUNTING, OfflineGift, OfflineStatus
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import reference
from civic.i18n import _
from civic.people.actor import Actor
from civic.places.folding import fold

LOOKED_THROUGH = 2_000
"""Among how many of a campaign a name or a number is looked for."""
HERE = (OfflineStatus.RECEIVED, OfflineStatus.SENT_BACK)
_NUMBER = re.compile(r"0*([1-9]\d{0,11})")


@dataclass(slots=True, frozen=True)
class Awaited:
    """A cheque or a transfer that was announced: by whom (empty: she stays anonymous), until when.

    `cents` is None for a lead where she hides her amount: it is read from the cheque itself. `shown` says what she
    chose that others see. `late`: it did not come in time, and is received all the same if it comes.
    """

    reference: str
    name: str
    cents: int | None
    shown: str
    due_on: date | None = None
    reward: str = ""
    late: bool = False


def of_gift(gift: OfflineGift, *, sees_all: bool) -> Awaited:
    """A gift (with its reward) that its backer announced while giving."""
    return Awaited(
        gift.code, gift.donor_name if sees_all or not gift.anonymous else "",
        gift.amount_cents if sees_all or not gift.amount_hidden else None,
        shown_of(gift), gift.due_on,
        gift.reward.title if gift.reward else "", late=gift.status == OfflineStatus.EXPIRED,
    )  # fmt: skip


def _of_pledge(pledge: Pledge, *, sees_all: bool) -> Awaited:
    return Awaited(
        reference(pledge), pledge.person.name if sees_all or not pledge.anonymous else "",
        pledge.amount_cents if sees_all or not pledge.amount_hidden else None,
        shown_of(pledge),
    )  # fmt: skip


def shown_of(gift: OfflineGift | Pledge) -> str:
    """What its backer chose that others see, for those who run the campaign."""
    name = gift.public_name
    if gift.anonymous:
        return _("Cette personne a choisi de rester anonyme.")
    if gift.amount_hidden:
        return _("Cette personne a choisi de paraître sous le nom « %(name)s », après la collecte.", name=name)
    return _("Cette personne a choisi de paraître sous le nom « %(name)s ».", name=name)


async def everything(campaign: Campaign, actor: Actor, limit: int = queries.AT_ONCE) -> list[Awaited]:
    """What was announced to a campaign, while giving or after a card that failed, the first due first."""
    sees_all = queries.may_verify(actor)
    gifts = await queries.announced(campaign.id, limit)
    pledges = await queries.switched(campaign.id, limit)
    return [
        *(of_gift(gift, sees_all=sees_all) for gift in gifts),
        *(_of_pledge(pledge, sees_all=sees_all) for pledge in pledges),
    ]


async def find(campaign: Campaign, actor: Actor, typed: str) -> list[Awaited]:
    """What is meant by a reference (« H-000123 », « h123 »), its bare number, or a part of a name that is shown.

    One that did not come in time is found by its reference.
    """
    found = await everything(campaign, actor, LOOKED_THROUGH)
    number = number_in(typed)
    if names := [("H", number), ("P", number)] if number else queries.references_in(typed):
        return _under(found, names) or await _late(campaign, actor, names)
    return [one for one in found if one.name and _names(typed, one.name)]


async def received_of(campaign: Campaign, actor: Actor, typed: str) -> OfflineGift | None:
    """The last gift that was announced under such a name, as far as it is shown to her, and has come."""
    rows = OfflineGift.filter(campaign_id=campaign.id, due_on__isnull=False, status__in=[*HERE, *COUNTING])
    if not queries.may_verify(actor):
        rows = rows.filter(anonymous=False)
    latest = await rows.order_by("-id").limit(LOOKED_THROUGH)
    return next((gift for gift in latest if _names(typed, gift.donor_name)), None)


def _names(typed: str, name: str) -> bool:
    """Whether each word that was typed is a part of the name, accents and capitals aside."""
    words, folded = fold(typed).split(), fold(name)
    return bool(words) and all(word in folded for word in words)


def _under(found: list[Awaited], names: list[tuple[str, int]]) -> list[Awaited]:
    return [one for one in found if queries.references_in(one.reference)[0] in names]


async def _late(campaign: Campaign, actor: Actor, names: list[tuple[str, int]]) -> list[Awaited]:
    numbers = [number for letter, number in names if letter == "H"]
    rows = OfflineGift.filter(
        id__in=numbers or [0], campaign_id=campaign.id, status=OfflineStatus.EXPIRED, due_on__isnull=False
    )
    sees_all = queries.may_verify(actor)
    return [of_gift(gift, sees_all=sees_all) for gift in await rows.select_related("reward")]


async def of_lines(campaign: Campaign, actor: Actor, numbers: dict[int, str]) -> dict[int, Awaited]:
    """Line of the stall's form → what its number names among what is announced."""
    read = {line: queries.references_in(typed) for line, typed in numbers.items()}
    named = {line: names for line, names in read.items() if len(names) == 1 and names[0][0] in "HP"}
    if not named:
        return {}
    everybody = await everything(campaign, actor, LOOKED_THROUGH)
    everybody += await _late(campaign, actor, [names[0] for names in named.values()])
    known = {queries.references_in(one.reference)[0]: one for one in everybody}
    return {line: known[names[0]] for line, names in named.items() if names[0] in known}


async def how_many(campaign_ids: list[int]) -> dict[int, tuple[int, date | None]]:
    """Campaign → how many cheques and transfers are announced to it, and the first day that is the last of one."""
    waiting = OfflineGift.filter(
        campaign_id__in=campaign_ids or [0], campaign__status__in=list(queries.ENTERING), status=OfflineStatus.PROMISED,
        due_on__isnull=False,
    )  # fmt: skip
    rows = await waiting.annotate(n=Count("id"), due=Min("due_on")).group_by("campaign_id").values(
        "campaign_id", "n", "due"
    )  # fmt: skip
    found: dict[int, tuple[int, date | None]] = {}
    found |= {int(row["campaign_id"]): (int(row["n"]), _day_of(row["due"])) for row in rows}
    switched_now = Pledge.filter(campaign_id__in=campaign_ids or [0], status=PledgeStatus.SWITCHED_OFFLINE)
    switched_now = switched_now.exclude(id__in=await queries.entered_for(campaign_ids) or [0])
    for row in await switched_now.annotate(n=Count("id")).group_by("campaign_id").values("campaign_id", "n"):
        count, due = found.get(int(row["campaign_id"]), (0, None))
        found[int(row["campaign_id"])] = (count + int(row["n"]), due)
    return found


def _day_of(value: date | str) -> date:
    """What an engine answers for the least of some days."""
    return value if isinstance(value, date) else date.fromisoformat(value[:10])


def number_in(typed: str) -> int:
    """The bare number that was typed, « 9 » or « 000009 »; 0 for anything else."""
    found = _NUMBER.fullmatch(typed.strip())
    return int(found[1]) if found else 0
