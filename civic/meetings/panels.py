"""What meetings add to other pages: the committee's, the initiative's timeline, « Mon espace », the agenda."""

from civic import clock
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.initiatives.timeline import Sort
from civic.meetings import poll, queries, words
from civic.meetings.attendance import Attendance
from civic.meetings.dates import DateAnswer
from civic.meetings.models import Meeting, MeetingStatus
from civic.people.models import Person
from civic.slots import Moment, Panel, Todo
from civic.web import urls


async def committee_panels(committee: Committee, person: Person | None) -> list[Panel]:
    """The next meeting, what is prepared, the last minutes, one step to a new one."""
    runs = await committees.runs(person, committee.id)
    belongs = runs or await committees.sits(person, committee.id)
    coming, last = await queries.next_and_last(committee)
    context = {
        "committee": committee, "coming": coming, "last": last, "words": words, "runs": runs,
        "prepared": await queries.in_preparation(committee) if belongs else [],
    }  # fmt: skip
    return [Panel("civic/meetings/_committee.html", context, order=40)]


async def initiative_timeline(initiative: Initiative) -> list[Moment]:
    """The meetings of its committee, and of the groups that work for it."""
    rows = Meeting.filter(
        committee__initiative_id=initiative.id, convened_at__isnull=False, starts_at__isnull=False,
        status__in=[MeetingStatus.CONVENED, MeetingStatus.RUNNING, MeetingStatus.CLOSED],
    )  # fmt: skip
    return [_moment(meeting) for meeting in await rows.order_by("-starts_at").limit(10)]


async def agenda(limit: int = 20) -> list[Moment]:
    """Convened meetings to come that anybody may know of."""
    return [_moment(meeting, meeting.place) for meeting in await queries.public_meetings(limit)]


def _moment(meeting: Meeting, place: str = "") -> Moment:
    text = _("Réunion : %(title)s", title=meeting.title)
    at, href = meeting.starts_at or meeting.created_at, urls.path("meetings.show", id=meeting.id)
    return Moment(at, text, href, place=place, about=Sort.MEETING)


async def person_todos(person: Person) -> list[Todo]:
    """Dates to say yes or no to, answers to give, meetings to come."""
    return [*await _dates(person), *await _answers(person)]


async def _dates(person: Person) -> list[Todo]:
    committee_ids = [seat.committee_id for seat in await committees.seats_of_person(person)]
    if not committee_ids:
        return []
    looking = Meeting.filter(committee_id__in=committee_ids, status=MeetingStatus.POLLING).order_by("id").limit(20)
    waiting = [meeting for meeting in await looking.select_related("committee") if poll.takes_dates(meeting)]
    said = DateAnswer.filter(person_id=person.id, date__meeting_id__in=[meeting.id for meeting in waiting] or [0])
    spoken = {int(str(one)) for one in await said.values_list("date__meeting_id", flat=True)}
    return [
        Todo(
            _("Dire quelles dates me vont : %(title)s", title=meeting.title),
            urls.path("meetings.show", id=meeting.id), "voix", meeting.poll_until, meeting.committee.name,
        )
        for meeting in waiting if meeting.id not in spoken
    ]  # fmt: skip


async def _answers(person: Person) -> list[Todo]:
    rows = Attendance.filter(
        person_id=person.id, meeting__status=MeetingStatus.CONVENED, meeting__ends_at__gt=clock.now()
    ).select_related("meeting", "meeting__committee")
    found = []
    for row in await rows.order_by("meeting__starts_at").limit(20):
        meeting, silent = row.meeting, row.coming is None
        text = _("Dire si je viens : %(title)s", title=meeting.title) if silent else meeting.title
        found.append(
            Todo(
                text, urls.path("meetings.show", id=meeting.id), "voix", meeting.starts_at,
                f"{meeting.committee.name} · {words.coming(row.coming)}" if not silent else meeting.committee.name,
                appointment=not silent,
            )
        )  # fmt: skip
    return found

