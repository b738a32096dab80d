"""What meetings keep about a person, for her to take away, and what goes when she has her data erased (PRODUCT A5).

Who was present stays in the minutes without a word about her: a decision must remain readable.
"""

from contextlib import suppress
from typing import Any

from civic.errors import Gone
from civic.meetings import answers
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.dates import DateAnswer
from civic.meetings.models import MeetingStatus, NotesVersion, Proposal, Remark
from civic.people.models import Person


async def personal_data(person: Person) -> dict[str, list[dict[str, Any]]]:
    """The meetings she was convened to, what she said of dates, the points she proposed, the minutes she wrote or
    corrected; moments UTC."""
    rows = Attendance.filter(person_id=person.id).order_by("id").select_related("meeting", "holder")
    said = DateAnswer.filter(person_id=person.id).order_by("id").select_related("date", "date__meeting")
    points = Proposal.filter(person_id=person.id).order_by("id").select_related("meeting")
    return {
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
