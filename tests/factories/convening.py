"""Meetings in preparation and convened ones for tests, made through the services."""

from datetime import datetime, timedelta

from civic import clock
from civic.committees.models import Committee
from civic.meetings import agenda, convening, poll, service
from civic.meetings.attendance import Attendance
from civic.meetings.forms import DateLine, ItemForm, MeetingForm
from civic.meetings.models import Meeting
from civic.people.actor import Actor
from civic.people.models import Person

_serial = iter(range(1, 1_000_000))


async def a_prepared_meeting(committee: Committee, author: Person, **wishes: object) -> Meeting:
    """A meeting in preparation, in ten days for an hour and a half, with one point."""
    soon = (clock.now() + timedelta(days=10)).replace(second=0, microsecond=0)
    wish = MeetingForm.model_validate({
        "title": "La réunion de rentrée", "starts_at": soon, "place": "Salle des fêtes, Trévoux", **wishes,
    })  # fmt: skip
    draft = await service.draft(Actor(author), committee, wish, f"convening-key-{next(_serial)}")
    await agenda.add(draft, ItemForm(title="Choisir l’assureur", minutes=30))
    return await fresh(draft)


async def a_convened_meeting(committee: Committee, author: Person, **wishes: object) -> Meeting:
    """The same, convened to whoever sits now."""
    draft = await a_prepared_meeting(committee, author, **wishes)
    await convening.convene(Actor(author), draft)
    return await fresh(draft)


async def a_poll(committee: Committee, author: Person, *days: int, until: datetime | None = None) -> Meeting:
    """A meeting that looks for a date in so many days (eight, nine) at 18 h."""
    meeting = await a_prepared_meeting(committee, author, starts_at=None)
    lines = [DateLine(starts_at=clock.at(clock.today() + timedelta(days=n), 18), lasts=90) for n in days or (8, 9)]
    await poll.propose(Actor(author), meeting, lines, until)
    return await fresh(meeting)


async def fresh(meeting: Meeting) -> Meeting:
    """The meeting as it is now."""
    return await Meeting.get(id=meeting.id).select_related("committee", "committee__initiative", "chair", "secretary")


async def expected(meeting: Meeting, person: Person) -> Attendance:
    """How somebody is expected there, as it is now."""
    return await Attendance.get(meeting_id=meeting.id, person_id=person.id).select_related("person", "substitute")
