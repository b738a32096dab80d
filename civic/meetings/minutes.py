"""Minutes of each point, written by several while the meeting runs: no writer ever loses a word (S3).

A writer says which version she read. One conditional UPDATE on that version decides: whoever comes second is shown both
texts, and hers is set aside until she has joined them. Each version is kept.
"""

from dataclasses import dataclass

from tortoise.expressions import F

from civic import clock
from civic.database import retrying, transaction
from civic.errors import DomainError
from civic.i18n import _
from civic.meetings.models import Item, Meeting, MeetingStatus, NotesVersion
from civic.people.actor import Actor

MOST = 20_000
_WRITABLE = [MeetingStatus.CONVENED, MeetingStatus.RUNNING, MeetingStatus.CLOSED]


@dataclass(slots=True, frozen=True)
class Written:
    """What became of a text: the item as it is now, and the writer's text when it had to be set aside."""

    item: Item
    aside: NotesVersion | None = None


@retrying
async def write(actor: Actor, meeting: Meeting, item: Item, text: str, read: int) -> Written:
    """Write the minutes of a point over the version `read`; the same text twice is one version.

    When another one has written meanwhile, nothing is overwritten: the text is set aside, and `Written.aside` says so.
    Raises DomainError once the minutes are approved, and before the convocation.
    """
    text = text.strip()
    async with transaction():
        await _may_still_write(meeting)
        mine = Item.filter(id=item.id, notes_version=read, frozen=False)
        if await mine.exclude(notes=text).update(
            notes=text, notes_version=F("notes_version") + 1, notes_at=clock.now(), notes_by_id=actor.person.id
        ):
            await _keep(actor, item, text, read, read + 1)
            return Written(await _fresh(item))
        found = await _fresh(item)
        if found.frozen:
            raise DomainError(_("Ce compte rendu est approuvé : il ne change plus."))
        if found.notes == text:
            return Written(found)
        return Written(found, await _set_aside(actor, item, text, read))


async def _may_still_write(meeting: Meeting) -> None:
    if not await Meeting.filter(id=meeting.id, status__in=_WRITABLE).exists():
        raise DomainError(_("On écrit le compte rendu d’une réunion convoquée."))


async def _fresh(item: Item) -> Item:
    return await Item.get(id=item.id).select_related("notes_by")


async def _set_aside(actor: Actor, item: Item, text: str, read: int) -> NotesVersion:
    """One text for each version she had read: what she goes on typing replaces it."""
    mine = NotesVersion.filter(item_id=item.id, by_id=actor.person.id, base=read, number__isnull=True)
    if await mine.update(text=text, at=clock.now()):
        return await mine.order_by("id").get()
    return await _keep(actor, item, text, read, None)


async def _keep(actor: Actor, item: Item, text: str, read: int, number: int | None) -> NotesVersion:
    return await NotesVersion.create(
        item_id=item.id, number=number, base=read, text=text, at=clock.now(), by_id=actor.person.id
    )


async def versions_of(item: Item) -> list[NotesVersion]:
    """All that was ever written for a point, the latest first, texts set aside included."""
    return await NotesVersion.filter(item_id=item.id).order_by("-id").limit(200).select_related("by")
