"""What meetings keep about a person, for her to take away, and what goes when she has her data erased (PRODUCT A5).

Who was present stays in the minutes without a word about her: a decision must remain readable.
"""

from contextlib import suppress
from typing import Any

from tortoise.expressions import Q

from civic.errors import Gone
from civic.meetings import answers
from civic.meetings.attendance import Attendance, Coming, Movement
from civic.meetings.dates import DateAnswer
from civic.meetings.models import Meeting, MeetingStatus, NotesVersion, Proposal, Remark
from civic.people.models import Person


async def personal_data(person: Person) -> dict[str, list[dict[str, Any]]]:
    """The meetings she was convened to, those she prepared, held or wrote down, the places of others in which she sat,
    answered or voted, what she said of dates, the points she proposed, the minutes she wrote or corrected; moments
    UTC."""
    rows = Attendance.filter(person_id=person.id).order_by("id").select_related("meeting", "holder")
    said = DateAnswer.filter(person_id=person.id).order_by("id").select_related("date", "date__meeting")
    points = Proposal.filter(person_id=person.id).order_by("id").select_related("meeting")
    ran = Q(author_id=person.id) | Q(chair_id=person.id) | Q(secretary_id=person.id)
    moves = Movement.filter(person_id=person.id).order_by("id").select_related("attendance__meeting")
    return {
        "meetings_run": [
            {"meeting": one.title, "starts_at": one.starts_at, "as": _offices(one, person)}
            for one in await Meeting.filter(ran).order_by("id")
        ],
        "meetings_for_others": [
            {"meeting": row.meeting.title, "starts_at": row.meeting.starts_at, "as": _parts(row, person)}
            for row in await _of_others(person)
        ],
        "meeting_movements": [
            {"meeting": one.attendance.meeting.title, "way": one.way.value, "at": one.at} for one in await moves
        ],
        "meetings": [
            {
                "meeting": row.meeting.title, "starts_at": row.meeting.starts_at,
                "coming": row.coming.value if row.coming else None,
                "proxy_to": row.holder.short_name if row.holder else None, "answered_at": row.answered_at,
                "arrived_at": row.arrived_at, "left_at": row.left_at,
            }
            for row in await rows
        ],
        "meeting_dates": [
            {"meeting": one.date.meeting.title, "starts_at": one.date.starts_at, "suits": one.suits.value}
            for one in await said
        ],
        "meeting_points": [
            {"meeting": one.meeting.title, "title": one.title, "status": one.status.value, "reason": one.reason}
            for one in await points
        ],
        "minutes_written": [
            {"meeting": one.item.meeting.title, "point": one.item.title, "text": one.text, "at": one.at}
            for one in await NotesVersion.filter(by_id=person.id).order_by("id").select_related("item__meeting")
        ],
        "minutes_remarks": [
            {"meeting": one.item.meeting.title, "point": one.item.title, "text": one.text, "at": one.at}
            for one in await Remark.filter(person_id=person.id).order_by("id").select_related("item__meeting")
        ],
    }  # fmt: skip


def _offices(meeting: Meeting, person: Person) -> list[str]:
    held = {"author": meeting.author_id, "chair": meeting.chair_id, "secretary": meeting.secretary_id}
    return [name for name, who in held.items() if who == person.id]


async def _of_others(person: Person) -> list[Attendance]:
    """The places of others that say something of her: substitute, holder of a proxy, who answered, who sat there."""
    said = Q(substitute_id=person.id) | Q(holder_id=person.id) | Q(answered_by_id=person.id) | Q(came_id=person.id)
    rows = Attendance.filter(said).exclude(person_id=person.id)
    return await rows.order_by("id").select_related("meeting")


def _parts(row: Attendance, person: Person) -> list[str]:
    said = {
        "substitute": row.substitute_id, "proxy": row.holder_id, "answered": row.answered_by_id, "sat": row.came_id
    }  # fmt: skip
    return [name for name, who in said.items() if who == person.id]


async def erasures(person: Person) -> None:
    """Her words go, and the proxies she carries go back to who gave them; what she answered to meetings that are over
    stays counted. May be repeated."""
    await DateAnswer.filter(person_id=person.id).delete()
    await Proposal.filter(person_id=person.id).delete()
    await Remark.filter(person_id=person.id).delete()
    waiting = Attendance.filter(person_id=person.id, meeting__status=MeetingStatus.CONVENED, college__isnull=True)
    await Attendance.filter(id__in=[row.id for row in await waiting] or [0]).delete()
    await Attendance.filter(substitute_id=person.id).update(substitute_id=None)
    carries = Attendance.filter(person_id=person.id, proxies_held__gt=0, meeting__status=MeetingStatus.CONVENED)
    for row in await carries.select_related("meeting", "person"):
        with suppress(Gone):  # it runs by now
            await answers.answer(person, row.meeting, row, Coming.EXCUSED)
