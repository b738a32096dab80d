"""Reads about the room: the sheet, the quorum, the point being talked about."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from civic import clock
from civic.committees import queries as committees
from civic.committees.models import CollegeKind, Seat
from civic.errors import NotFound
from civic.i18n import _
from civic.meetings import queries, quorum
from civic.meetings.attendance import Attendance, Coming, Movement, Way
from civic.meetings.models import Item, Meeting, MeetingStatus
from civic.meetings.quorum import Place, Quorum, Step, Turn
from civic.people.models import Person

DOORS = timedelta(hours=2)
REMOTE_DOORS = timedelta(minutes=15)
_ORDER = list(CollegeKind)


async def line_to_hold(meeting: Meeting, line_id: int) -> Attendance:
    """A line of this meeting's sheet. Raises NotFound."""
    line = await Attendance.get_or_none(id=line_id, meeting_id=meeting.id).select_related("person", "substitute")
    if line is None:
        raise NotFound(_("Cette ligne n’est pas sur la feuille de présence."))
    return line


async def sheet_of(meeting: Meeting) -> list[Attendance]:
    """The sheet: those expected by college and name, then the guests."""
    rows = await Attendance.filter(meeting_id=meeting.id).select_related(
        "person", "substitute", "holder", "came", "organisation"
    )
    return sorted(rows, key=lambda row: (_ORDER.index(row.college) if row.college else 99, row.person.name_folded))


async def line_of(meeting: Meeting, person: Person | None) -> Attendance | None:
    """The line on which a person is expected, herself or as the substitute."""
    if person is None:
        return None
    return next(iter(await queries.expected_as(meeting.id, person)), None)


def places_of(sheet: Iterable[Attendance]) -> list[Place]:
    """The sheet as the quorum counts it."""
    return [
        Place(
            row.id, row.person_id, here=(row.came_id or row.person_id) if row.is_here else None,
            holder=row.holder_id if row.coming == Coming.PROXY else None, counts=row.college is not None,
            since=row.answered_at if row.coming == Coming.PROXY else None,
        )
        for row in sheet
    ]  # fmt: skip


def voices_in(sheet: Iterable[Attendance]) -> set[int]:
    """Ids of the persons whose seat is present or represented: who votes in an assembly."""
    rows = list(sheet)
    carried = quorum.carried(places_of(rows))
    return {row.person_id for row in rows if row.college and (row.is_here or row.id in carried)}


def voices_by_college(sheet: Iterable[Attendance]) -> Counter[CollegeKind]:
    """How many voices of each college are present or represented now, in the order of the statutes."""
    rows = list(sheet)
    here = voices_in(rows)
    found = Counter(row.college for row in rows if row.college and row.person_id in here)
    return Counter({kind: found[kind] for kind in CollegeKind if found[kind]})


def quorum_of(meeting: Meeting, sheet: Iterable[Attendance]) -> Quorum:
    """The quorum of this moment."""
    return quorum.count(places_of(sheet), meeting.quorum_percent)


async def turns_of(meeting: Meeting, sheet: Iterable[Attendance]) -> list[Turn]:
    """When the quorum was reached and lost; nothing before the opening."""
    if meeting.opened_at is None:
        return []
    return quorum.turns(
        places_of(sheet), await steps_of(meeting), meeting.quorum_percent, meeting.opened_at
    )  # fmt: skip


async def steps_of(meeting: Meeting) -> list[Step]:
    """Everybody who came in or left, in order."""
    rows = await Movement.filter(attendance__meeting_id=meeting.id).order_by("at", "id").select_related("attendance")
    return [
        Step(row.attendance_id, row.at, (row.person_id or row.attendance.person_id) if row.way == Way.IN else None)
        for row in rows
    ]


async def seated_since(meeting: Meeting, sheet: Iterable[Attendance]) -> list[Seat]:
    """Who sits in the committee and is not on the sheet: she took her seat after the convocation."""
    known = {row.person_id for row in sheet if row.college}
    return [seat for seat in await committees.seats_of(meeting.committee_id) if seat.person_id not in known]


def doors_open(meeting: Meeting) -> bool:
    """People are checked in from two hours before the beginning until the meeting is closed."""
    if meeting.status == MeetingStatus.RUNNING:
        return True
    early = meeting.starts_at is not None and clock.now() >= meeting.starts_at - DOORS
    return meeting.status == MeetingStatus.CONVENED and early


def remote_open(meeting: Meeting) -> bool:
    """Somebody far away says that she is there: from 15 minutes before the beginning until the meeting is closed."""
    if meeting.status == MeetingStatus.RUNNING:
        return True
    early = meeting.starts_at is not None and clock.now() >= meeting.starts_at - REMOTE_DOORS
    return meeting.status == MeetingStatus.CONVENED and early


@dataclass(slots=True, frozen=True)
class Pace:
    """How time goes: minutes planned and spent for a point, and what that leaves (negative: over)."""

    planned: int
    spent: int

    @property
    def left(self) -> int:
        """Minutes left, negative once the time is over."""
        return self.planned - self.spent


def pace_of(item: Item) -> Pace:
    """How time goes for a point, in whole minutes."""
    running = int((clock.now() - item.began_at).total_seconds()) if item.began_at else 0
    return Pace(item.minutes, (item.spent + max(0, running)) // 60)


def current(items: Iterable[Item]) -> Item | None:
    """The point being talked about."""
    return next((item for item in items if item.began_at), None)
