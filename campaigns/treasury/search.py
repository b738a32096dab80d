"""One list of every gift, promised online or given by hand, the latest first, a page at a time."""

import re
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, Field
from tortoise.expressions import Q

from campaigns.money import parse_euros
from campaigns.offline import wording as offline_wording
from campaigns.offline.models import OfflineGift, OfflineStatus
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import reference
from campaigns.refunds import story
from civic.errors import Invalid
from civic.i18n import _
from civic.places.folding import fold
from civic.web import paging, urls

PER_PAGE = 30
_NUMBER = re.compile(r"([PHB])?[\s-]?0*(\d{1,12})", re.IGNORECASE)
PROMISE, HAND = "pledge", "hand"


class SearchForm(BaseModel):
    """A name, a reference (P-000012, H-000012, B-000012), an amount, a cheque's number; nothing for all."""

    q: str = Field("", max_length=120)


@dataclass(slots=True, frozen=True)
class Row:
    """One gift in the list: `cents` without the tip, in `tip_cents`; `detail` says how it came."""

    at: datetime
    road: str
    id: int
    reference: str
    name: str
    cents: int
    campaign: str
    state: str
    detail: str
    href: str
    tip_cents: int = 0


async def find(words: str, cursor: str | None, per_page: int = PER_PAGE) -> paging.Page[Row]:
    """The gifts that fit these words, the latest first; all when there are none."""
    words = " ".join(words.split())
    after = paging.decode(cursor, "moment", "text", "id")
    rows = [*await _promises(words, after, per_page + 1), *await _by_hand(words, after, per_page + 1)]
    rows.sort(key=lambda row: (row.at, row.road, row.id), reverse=True)
    return paging.cut(
        rows[: per_page + 1], lambda row: [row.at.isoformat(), row.road, row.id], cursor=cursor if after else None,
        per_page=per_page,
    )  # fmt: skip


def _later(road: str, after: list[object] | None) -> Q:
    """Whatever comes after the last row shown: earlier, or at the same moment by road and number."""
    if after is None:
        return Q()
    at, last_road, last_id = after
    if road == last_road:
        return Q(created_at__lt=at) | Q(created_at=at, id__lt=last_id)
    return Q(created_at__lt=at) if road > str(last_road) else Q(created_at__lte=at)


async def _promises(words: str, after: list[object] | None, limit: int) -> list[Row]:
    rows = Pledge.filter(_later(PROMISE, after)).exclude(status__in=[PledgeStatus.CREATED, PledgeStatus.ABANDONED])
    if words:
        letter, number = _number(words)
        by = Q(person__name__icontains=words) | Q(person__name_folded__contains=fold(words))
        if number is not None and letter in ("", "P"):
            by = by | Q(id=number)
        cents = _cents(words)
        rows = rows.filter(by | Q(amount_cents=cents) if cents else by)
    found = await rows.order_by("-created_at", "-id").limit(limit).select_related("person", "campaign")
    return [
        Row(
            pledge.created_at, PROMISE, pledge.id, reference(pledge), pledge.person.name, pledge.amount_cents,
            pledge.campaign.title, story.title(pledge), pledge.method_label,
            urls.path("refunds.show", id=pledge.id), pledge.tip_cents,
        )
        for pledge in found
    ]  # fmt: skip


async def _by_hand(words: str, after: list[object] | None, limit: int) -> list[Row]:
    rows = OfflineGift.filter(_later(HAND, after)).exclude(status=OfflineStatus.CREATED)
    if words:
        letter, number = _number(words)
        by = Q(donor_name__icontains=words) | Q(reference__icontains=words) | Q(email__icontains=words)
        if number is not None:
            by = by | Q(id=number) if letter in ("", "H") else by
            by = by | Q(slip_id=number) if letter in ("", "B") else by
        cents = _cents(words)
        rows = rows.filter(by | Q(amount_cents=cents) if cents else by)
    found = await rows.order_by("-created_at", "-id").limit(limit).select_related("campaign")
    states, modes = offline_wording.states(), offline_wording.modes()
    return [
        Row(
            gift.created_at, HAND, gift.id, gift.code, gift.donor_name, gift.amount_cents, gift.campaign.title,
            states[gift.status][0], _how(gift, modes),
            urls.path("offline.gift", id=gift.id),
        )
        for gift in found
    ]  # fmt: skip


def _number(words: str) -> tuple[str, int | None]:
    """Letter (or none) and number of a reference, a cheque or a slip: « P-000012 », « b 12 », « 12 »."""
    found = _NUMBER.fullmatch(words)
    return ((found[1] or "").upper(), int(found[2])) if found else ("", None)


def _cents(words: str) -> int | None:
    """An amount as people write it, in cents."""
    try:
        return parse_euros(words).cents or None
    except Invalid:
        return None


def _how(gift: OfflineGift, modes: dict[str, str]) -> str:
    return ", ".join(filter(None, (modes[gift.mode] if gift.mode else _("promis"), gift.reference)))
