"""A word to all who come: written, looked at with the number of readers, sent exactly once (PRODUCT V5).

Each reader gets a mail of her own, so that no address is shown to another; answers go to the coordinator who wrote.
"""

from dataclasses import dataclass

from tortoise.expressions import Q

from civic import clock, database, mail
from civic.errors import DomainError, NotFound
from civic.i18n import _, speaking
from civic.people import service as people
from civic.people.actor import Actor
from volunteering.boards.models import ShiftMessage
from volunteering.missions.words import when, where
from volunteering.shifts.models import Shift
from volunteering.signups import contacts
from volunteering.signups.letters import token_of
from volunteering.signups.models import Signup, SignupStatus


@dataclass(slots=True, frozen=True)
class Readers:
    """Who gets a message, and who left no address: those are told some other way."""

    reached: list[Signup]
    unreached: list[Signup]


async def readers_of(shift: Shift) -> Readers:
    """All who come, or came: a confirmed place, or one that only waits for a parent. Not who waits in the queue.

    An address typed at the door, which nobody confirmed, may be a stranger's: it is not written to.

    Nobody once the addresses of this shift are no longer shown to who runs it (CIVIC_CONTACT_DAYS).
    """
    if not contacts.shown(shift):
        return Readers([], [])
    rows = Signup.filter(
        Q(status__in=(SignupStatus.CONFIRMED, SignupStatus.ATTENDED))
        | Q(status=SignupStatus.HELD, confirmed_at__isnull=False),
        shift_id=shift.id,
    ).select_related("person")  # fmt: skip
    found = sorted(await rows, key=lambda row: (row.person.name_folded, row.id))
    reached = [row for row in found if row.person.email and (row.confirmed_at or row.person.email_verified_at)]
    there = {row.id for row in reached}
    return Readers(reached, [row for row in found if row.id not in there])


def check_reachable(shift: Shift) -> None:
    """Those who came may still be written to. Raises DomainError some days after the shift (CIVIC_CONTACT_DAYS)."""
    if not contacts.shown(shift):
        raise DomainError(too_late())


def too_late() -> str:
    """Why nobody can be written to any more."""
    said = _(
        "Ce créneau est passé depuis trop longtemps : les adresses de celles et ceux qui sont venus ne servent plus."
    )
    return said


async def draft(shift: Shift, text: str, key: str, actor: Actor) -> ShiftMessage:
    """Keep what was written, to be looked at. The same form again changes the words, until they are sent.

    A draft is its author's alone: what she read is what she sends. Raises DomainError once those who came can no
    longer be written to.
    """
    check_reachable(shift)
    form_key = f"{shift.id}:{actor.person.id}:{key}"
    async with database.transaction():
        message, new = await ShiftMessage.get_or_create(
            form_key=form_key,
            defaults={"shift_id": shift.id, "author_id": actor.person.id, "text": text, "at": clock.now()},
        )
        if not new:
            await ShiftMessage.filter(id=message.id, sent_at__isnull=True).update(text=text)
    return await ShiftMessage.get(id=message.id)


async def message_of(shift: Shift, message_id: int, actor: Actor) -> ShiftMessage:
    """A message of this shift: sent, or one's own draft. Raises NotFound."""
    found = await ShiftMessage.get_or_none(id=message_id, shift_id=shift.id)
    if found is None or not (found.sent_at or found.author_id == actor.person.id):
        raise NotFound(_("Ce message n’existe pas."))
    return found


async def sent_to(shift: Shift) -> list[ShiftMessage]:
    """What was sent to those who come to this shift, the latest first, with who wrote."""
    sent = ShiftMessage.filter(shift_id=shift.id, sent_at__isnull=False)
    return await sent.order_by("-sent_at", "-id").limit(50).select_related("author")


@database.retrying
async def send(message: ShiftMessage, shift: Shift, actor: Actor) -> int:
    """Send it, once, to whoever comes at this moment; answers how many. Said again, it only answers.

    Needs the shift's mission with its commune. Raises DomainError when nobody would read it, and some days
    after the shift.
    """
    async with database.transaction():
        fresh = ShiftMessage.filter(id=message.id, sent_at__isnull=True)
        if not await fresh.update(sent_at=clock.now(), author_id=actor.person.id):
            return (await ShiftMessage.get(id=message.id)).readers
        check_reachable(shift)
        readers = (await readers_of(shift)).reached
        if not readers:
            raise DomainError(_("Personne ne recevrait ce message : il n’est pas parti."))
        await ShiftMessage.filter(id=message.id).update(readers=len(readers))
        await people.audit(actor, "shift_message_sent", f"shift:{shift.id}", readers=len(readers))
        for signup in readers:
            await _tell(message, shift, signup, actor)
    return len(readers)


async def _tell(message: ShiftMessage, shift: Shift, signup: Signup, actor: Actor) -> None:
    """One mail in the reader's language; answers go to who wrote."""
    person, mission = signup.person, shift.mission
    with speaking(person.locale):
        words = {"when": when(shift.starts_at, shift.ends_at), "where": where(mission)}
    await mail.send(
        "volunteering/message", to=str(person.email), key=f"shift-message-{message.id}-{signup.id}",
        locale=person.locale, reply_to=actor.person.email or "", reader=person.name, who=actor.person.short_name,
        title=mission.title, paragraphs=paragraphs(message.text), note="", bring="", lift=False,
        token=token_of(signup), **words,
    )  # fmt: skip


def paragraphs(text: str) -> list[str]:
    """The paragraphs of what was written."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]
