"""What the room's pages show: the sheet with its quorum, the point being talked about, the vote that runs."""

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import segno

from civic import clock, slots
from civic.committees.models import Seat
from civic.decisions.models import Decision
from civic.meetings import checkin, going, queries, quorum
from civic.meetings import sheet as sheets
from civic.meetings.attendance import Attendance
from civic.meetings.models import Item, Meeting, MeetingStatus
from civic.meetings.quorum import Quorum, Turn
from civic.meetings.sheet import Pace
from civic.people.actor import Actor
from civic.web import urls


@dataclass(slots=True)
class Room:
    """A meeting as it stands now."""

    meeting: Meeting
    sheet: list[Attendance]
    items: list[Item]
    quorum: Quorum
    turns: list[Turn]
    seated_since: list[Seat] = field(default_factory=list)

    @property
    def claims(self) -> list[Attendance]:
        """Who says at the door that she is there, and waits to be looked at."""
        return [row for row in self.sheet if row.claimed_at and not row.is_here]

    @property
    def by_college(self) -> list[tuple[str, list[Attendance]]]:
        """The lines that count, college by college in the order of the statutes."""
        expected = [row for row in self.sheet if row.college]
        return [(college.words, list(rows)) for college, rows in groupby(expected, lambda row: row.college) if college]

    @property
    def carried(self) -> set[int]:
        """Ids of the lines whose proxy is carried by somebody who is here."""
        return quorum.carried(sheets.places_of(self.sheet))

    @property
    def guests(self) -> list[Attendance]:
        """Who listens without a voice."""
        return [row for row in self.sheet if not row.college]

    @property
    def current(self) -> Item | None:
        """The point being talked about."""
        return sheets.current(self.items)

    @property
    def following(self) -> Item | None:
        """The point after it."""
        return self._beside(1)

    @property
    def former(self) -> Item | None:
        """The point before it."""
        return self._beside(-1)

    def _beside(self, step: int) -> Item | None:
        at = next((place for place, item in enumerate(self.items) if item.began_at), None)
        if at is None or not 0 <= at + step < len(self.items):
            return None
        return self.items[at + step]

    @property
    def pace(self) -> Pace | None:
        """How time goes for the point being talked about."""
        return sheets.pace_of(self.current) if self.current else None

    @property
    def vote(self) -> Decision | None:
        """The vote that runs now, of the point being talked about or of another one."""
        voting = [item.decision for item in self.items if item.decision and item.decision.takes_answers(clock.now())]
        return voting[0] if voting else None

    @property
    def is_running(self) -> bool:
        """It was opened, and is not closed."""
        return self.meeting.status == MeetingStatus.RUNNING

    @property
    def lost_at(self) -> Turn | None:
        """The quorum was there and is lost since then."""
        last = self.turns[-1] if self.turns else None
        return last if last and not last.reached and len(self.turns) > 1 else None


async def room_of(meeting: Meeting, *, with_seats: bool = False) -> Room:
    """Everything about a meeting as it stands now."""
    sheet = await sheets.sheet_of(meeting)
    return Room(
        meeting, sheet, await queries.agenda_of(meeting.id), sheets.quorum_of(meeting, sheet),
        await sheets.turns_of(meeting, sheet), await sheets.seated_since(meeting, sheet) if with_seats else [],
    )  # fmt: skip


async def outcome_of(room: Room) -> list[str]:
    """What came out at the point being talked about: the result, then its figures; nothing before."""
    item = room.current
    found = [await fill(room.meeting) for fill in slots.item_outcomes] if item else []
    return next((one[item.id] for one in found if item and item.id in one), [])


def door_picture(meeting: Meeting) -> str:
    """The code to photograph, as a picture within the page: it changes each time it is drawn."""
    address = urls.absolute("meetings.door", token=checkin.door_of(meeting))
    return str(segno.make(address, error="m", micro=False).svg_data_uri(border=2, light="#fff"))


async def beside(meeting: Meeting, actor: Actor | None) -> dict[str, Any]:
    """What the meeting's own page needs from the door on: say that one is there, follow, run, read the minutes."""
    person = actor.person if actor else None
    line, runs = await sheets.line_of(meeting, person), await queries.may_run(actor, meeting)
    is_me = line is not None and person is not None and (line.came_id or line.person_id) == person.id
    was_there = meeting.shared_at is not None and await queries.was_there(meeting, person)
    return {
        "line": line, "is_me": is_me, "doors": sheets.doors_open(meeting), "remote": sheets.remote_open(meeting),
        "holders_of": going.holders,
        "room": await room_of(meeting) if meeting.status == MeetingStatus.RUNNING else None,
        "reads_minutes": meeting.published_at is not None or (meeting.convened_at is not None and runs) or was_there,
    }  # fmt: skip
