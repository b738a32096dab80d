"""Meetings for tests, written directly as the convocation would leave them."""

from datetime import timedelta
from typing import Any

from civic import clock
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.meetings.attendance import Attendance
from civic.meetings.models import Item, ItemKind, Meeting, MeetingStatus

_serial = iter(range(1, 1_000_000))
ITEMS = (("Le point sur les horaires", ItemKind.INFORMATION), ("Les arrêts du samedi", ItemKind.DISCUSSION))
_CONVENED = (MeetingStatus.CONVENED, MeetingStatus.RUNNING, MeetingStatus.CLOSED)


async def a_meeting(
    committee: Committee, status: MeetingStatus = MeetingStatus.CONVENED,
    items: tuple[tuple[str, ItemKind], ...] = ITEMS, **values: Any,
) -> Meeting:  # fmt: skip
    """A meeting that begins in ten minutes for two hours, with half of the committee as its quorum; running and closed
    ones began an hour ago. Whoever sits is expected."""
    present = clock.now()
    begun = status in (MeetingStatus.RUNNING, MeetingStatus.CLOSED)
    starts_at = present - timedelta(hours=1) if begun else present + timedelta(minutes=10)
    defaults: dict[str, Any] = {
        "title": "Réunion du comité", "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2),
        "place": "Salle des fêtes, Trévoux", "quorum_percent": 50, "created_at": present - timedelta(days=20),
        "convened_at": present - timedelta(days=10) if status in _CONVENED else None,
        "opened_at": starts_at if begun else None,
        "closed_at": present if status == MeetingStatus.CLOSED else None,
        "cancelled_reason": "La salle est prise." if status == MeetingStatus.CANCELLED else "",
    }  # fmt: skip
    meeting = await Meeting.create(
        committee=committee, form_key=f"meeting-key-{next(_serial)}", status=status, **{**defaults, **values}
    )
    for position, (title, kind) in enumerate(items):
        began_at = starts_at if status == MeetingStatus.RUNNING and not position else None
        await Item.create(meeting=meeting, position=position, title=title, kind=kind, began_at=began_at)
    if status in _CONVENED:
        await expect_everybody(meeting)
    return await fresh(meeting)


async def expect_everybody(meeting: Meeting) -> None:
    """A line of the sheet for each seat."""
    seats = await committees.seats_of(meeting.committee_id)
    for seat in seats:
        await Attendance.create(
            meeting=meeting, person_id=seat.person_id, college=seat.college.kind,
            organisation_id=seat.organisation_id, substitute_id=seat.substitute_id, is_discreet=seat.is_discreet,
        )  # fmt: skip
    await Meeting.filter(id=meeting.id).update(expected=len(seats))


async def fresh(meeting: Meeting) -> Meeting:
    """The meeting as it is now."""
    return await Meeting.get(id=meeting.id).select_related(
        "committee", "committee__initiative", "chair", "secretary"
    )  # fmt: skip
