"""Mails after a meeting: the draft of the minutes goes to those who were there."""

from civic import jobs, mail
from civic.i18n import speaking
from civic.meetings.attendance import Attendance
from civic.meetings.models import Meeting
from civic.web.formats import day, until


async def share_minutes(*, meeting_id: int) -> None:
    """Ask those who were there to read the draft and to say what to correct, each once."""
    meeting = await Meeting.get(id=meeting_id).select_related("committee")
    if meeting.approved_at or meeting.remarks_until is None or meeting.starts_at is None:
        return
    rows = Attendance.filter(meeting_id=meeting_id, arrived_at__isnull=False).order_by("id")
    for row in await rows.select_related("person", "came"):
        person = row.came or row.person
        if not person.email or person.erased_at:
            continue
        with speaking(person.locale):
            when, last = day(meeting.starts_at), until(meeting.remarks_until)
        await mail.send(
            "civic/minutes_shared", to=person.email, key=f"minutes-{meeting_id}-{person.id}", locale=person.locale,
            title=meeting.title, committee=meeting.committee.name, when=when, last=last, meeting_id=meeting_id,
        )  # fmt: skip


handlers: dict[str, jobs.Handler] = {"minutes_shared": share_minutes}
