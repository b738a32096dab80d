"""The door: who is there, who came in her place, who left; by the list, by the code of the room, or from afar (S3).

With `holding`, `minutes` and `closing`, the only writer of what happens in the room. Whoever changes the sheet first
takes the meeting: one at a time, so that no arrival is counted twice.
"""

import hashlib
import hmac
from datetime import datetime

from tortoise.expressions import F

from civic import clock
from civic.committees.models import Seat
from civic.database import retrying, transaction
from civic.errors import DomainError, Forbidden, Gone, Invalid, NotFound
from civic.i18n import _
from civic.meetings import going
from civic.meetings import sheet as sheets
from civic.meetings.attendance import Arrival, Attendance, Movement, Way
from civic.meetings.models import Meeting, MeetingStatus
from civic.people import links
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person
from civic.settings import settings

DOOR = "meeting-door"
LINK_SECONDS = 15 * 60
CODE_SECONDS = 10 * 60
_AT_THE_DOOR = [MeetingStatus.CONVENED, MeetingStatus.RUNNING]


async def take(meeting: Meeting) -> Meeting:
    """The write first: whoever changes the sheet waits for the one before. Raises DomainError once it is closed."""
    if not await Meeting.filter(id=meeting.id, status__in=_AT_THE_DOOR).update(version=F("version") + 1):
        raise DomainError(_("Cette réunion n’est pas en cours : sa feuille de présence ne change plus."))
    return await Meeting.get(id=meeting.id)


def door_of(meeting: Meeting) -> str:
    """What the code on the wall holds: good for a quarter of an hour, for this meeting only."""
    return links.make(DOOR, meeting.id)


async def meeting_of_door(token: str) -> Meeting:
    """The meeting behind a code on the wall. Raises NotFound for a forged one, Gone for one too old or too late."""
    try:
        meeting_id = links.read(DOOR, token, max_age=LINK_SECONDS)
    except Gone:
        raise Gone(_("Ce code a changé. Photographiez celui qui est affiché maintenant.")) from None
    meeting = await Meeting.get_or_none(id=meeting_id).select_related("committee", "committee__initiative")
    if meeting is None:
        raise NotFound(_("Cette réunion n’existe pas."))
    if not sheets.doors_open(meeting):
        raise Gone(_("On n’arrive plus à cette réunion, ou pas encore."))
    return meeting


def code_of(meeting: Meeting, *, ago: int = 0) -> str:
    """Six figures read out in the room, new every ten minutes; `ago` of them before."""
    window = int(clock.now().timestamp()) // CODE_SECONDS - ago
    said = hmac.new(settings().secret_key.encode(), f"door:{meeting.id}:{window}".encode(), hashlib.sha256)
    return f"{int(said.hexdigest()[:12], 16) % 1_000_000:06d}"


def is_code(meeting: Meeting, typed: str) -> bool:
    """It is the code of the room, or the one just before."""
    plain = "".join(typed.split())
    return any(hmac.compare_digest(plain.encode(), code_of(meeting, ago=ago).encode()) for ago in (0, 1))


@retrying
async def arrive(line: Attendance, how: Arrival, came: Person | None = None) -> bool:
    """Somebody is here: she who is expected, or `came`, her substitute. False when she was here already.

    Coming back after having left counts again. Raises Invalid for anybody but the two, DomainError once it is closed
    or before the doors open, and when who comes sits on another line already.
    """
    who = came or line.person
    if who.id not in (line.person_id, line.substitute_id):
        raise Invalid(_("À cette place s’assied la personne attendue, ou sa suppléante."), field="came")
    async with transaction():
        meeting = await take(await Meeting.get(id=line.meeting_id))
        if not sheets.doors_open(meeting):
            raise DomainError(_("Les arrivées se notent à partir de deux heures avant le début."))
        await _sits_nowhere_else(line, who)
        present = clock.now()
        fresh = await Attendance.get(id=line.id)
        if fresh.is_here and fresh.came_id in (None, who.id):
            return False
        if fresh.is_here:
            await _move(line, Way.OUT, present, fresh.came_id)
        await going.take_back(fresh)
        await Attendance.filter(id=line.id).update(
            arrived_at=fresh.arrived_at or present, arrived_how=how, left_at=None, came_id=who.id, claimed_at=None
        )
        await _move(line, Way.IN, present, who.id)
    return True


async def _sits_nowhere_else(line: Attendance, who: Person) -> None:
    others = Attendance.filter(meeting_id=line.meeting_id, came_id=who.id, arrived_at__isnull=False)
    if await others.filter(left_at__isnull=True).exclude(id=line.id).exists():
        raise DomainError(_("%(name)s est déjà à une autre place : une voix chacun.", name=who.short_name))


@retrying
async def leave(line: Attendance, holder_id: int | None = None) -> bool:
    """She left, from this moment on, and leaves her voice to `holder_id`, who is here; False when she was not here.

    Raises Invalid, and she stays, when that person may not carry it.
    """
    async with transaction():
        meeting = await take(await Meeting.get(id=line.meeting_id))
        here = Attendance.filter(id=line.id, arrived_at__isnull=False, left_at__isnull=True)
        present = clock.now()
        if not await here.update(left_at=present):
            return False
        if holder_id:
            await going.hand_over(meeting, line.id, holder_id, present)
        await _move(line, Way.OUT, present, None)
    return True


@retrying
async def undo(line: Attendance) -> bool:
    """The last tap on this line was a mistake: as if it had not been; False when there was none.

    Raises DomainError when who comes back sits on another line by now.
    """
    async with transaction():
        await take(await Meeting.get(id=line.meeting_id))
        moves = await Movement.filter(attendance_id=line.id).order_by("id")
        if not moves:
            return False
        await going.take_back(await Attendance.get(id=line.id))
        tapped = moves[-1].at
        while moves and moves[-1].at == tapped:
            await moves.pop().delete()
        last = moves[-1] if moves else None
        came_id = next((move.person_id for move in reversed(moves) if move.way == Way.IN), None)
        if last and last.way == Way.IN:
            await _sits_nowhere_else(line, await Person.get(id=came_id or line.person_id))
        await Attendance.filter(id=line.id).update(
            arrived_at=moves[0].at if moves else None,
            arrived_how=(await Attendance.get(id=line.id)).arrived_how if moves else None,
            left_at=last.at if last and last.way == Way.OUT else None,
            came_id=came_id,
        )
    return True


@retrying
async def add_guest(actor: Actor, meeting: Meeting, name: str, key: str) -> Attendance:
    """Somebody listens without a voice: she is on the sheet, and counts nowhere. The same form twice is one guest."""
    async with transaction():
        await take(meeting)
        known = await Attendance.get_or_none(meeting_id=meeting.id, guest_key=key).select_related("person")
        if known:
            return known
        person = await people.meet(name, None)
        line = await Attendance.create(
            meeting=meeting, person=person, guest_key=key, arrived_at=clock.now(), arrived_how=Arrival.LIST,
            came_id=person.id,
        )  # fmt: skip
        await _move(line, Way.IN, clock.now(), person.id)
        await people.audit(actor, "guest_added", f"meeting:{meeting.id}")
    return line


@retrying
async def walk_in(actor: Actor, meeting: Meeting, seat: Seat) -> Attendance:
    """Somebody who took her seat after the convocation is there: she is expected from now on, and present.

    The new titular of an organisation comes in the place of the former one: one voice for each. Raises DomainError
    when the former one is there.
    """
    async with transaction():
        await take(meeting)
        await _take_over(meeting, seat)
        line, is_new = await Attendance.get_or_create(
            meeting_id=meeting.id, person_id=seat.person_id,
            defaults={
                "college": seat.college.kind, "organisation_id": seat.organisation_id,
                "substitute_id": seat.substitute_id, "is_discreet": seat.is_discreet,
            },
        )  # fmt: skip
        if is_new or line.college is None:
            await Attendance.filter(id=line.id).update(college=seat.college.kind)
            await Meeting.filter(id=meeting.id).update(expected=F("expected") + 1)
            await people.audit(actor, "seat_added_to_sheet", f"meeting:{meeting.id}")
    line = await sheets.line_to_hold(meeting, line.id)
    await arrive(line, Arrival.LIST)
    return line


async def _take_over(meeting: Meeting, seat: Seat) -> None:
    """Her organisation was convened through somebody else, whose line counts no more."""
    if seat.organisation_id is None:
        return
    convened = Attendance.filter(meeting_id=meeting.id, organisation_id=seat.organisation_id, college__isnull=False)
    former = convened.exclude(person_id=seat.person_id)
    if any(row.is_here for row in await former):
        raise DomainError(_("Quelqu’un est déjà là pour cette organisation : une voix chacun."))
    ended = await Attendance.filter(id__in=[row.id for row in await former] or [0]).update(college=None)
    await Meeting.filter(id=meeting.id).update(expected=F("expected") - ended)


@retrying
async def claim(line: Attendance) -> bool:
    """Somebody without an account says at the door that she is there: the secretary looks up and confirms."""
    async with transaction():
        await take(await Meeting.get(id=line.meeting_id))
        absent = Attendance.filter(id=line.id, arrived_at__isnull=True, claimed_at__isnull=True)
        return bool(await absent.update(claimed_at=clock.now()))


@retrying
async def refuse_claim(line: Attendance) -> None:
    """It was not she: nothing is noted."""
    await Attendance.filter(id=line.id).update(claimed_at=None)


async def arrive_herself(actor: Actor, meeting: Meeting, how: Arrival) -> bool:
    """Whoever is expected says that she is there, by the code of the room or from afar.

    Raises Forbidden for who is not expected, DomainError outside the hours.
    """
    line = await own_line(actor, meeting)
    if how == Arrival.REMOTE and not meeting.remote_url:
        raise DomainError(_("On ne suit pas cette réunion à distance."))
    if how == Arrival.REMOTE and not sheets.remote_open(meeting):
        raise DomainError(_("On arrive à distance à partir de quinze minutes avant le début."))
    return await arrive(line, how, actor.person)


async def own_line(actor: Actor, meeting: Meeting) -> Attendance:
    """The line on which she is expected, herself or as the substitute. Raises Forbidden."""
    line = await sheets.line_of(meeting, actor.person)
    if line is None:
        raise Forbidden(_("Vous n’êtes pas sur la feuille de présence. Adressez-vous à qui anime la réunion."))
    return line


async def _move(line: Attendance, way: Way, at: datetime, person_id: int | None) -> None:
    await Movement.create(attendance_id=line.id, way=way, at=at, person_id=person_id)
