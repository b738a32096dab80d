"""The two calls of a meeting, each telling of the other: the first lacked its quorum, the second has the same agenda
(S3)."""

from dataclasses import dataclass

from civic.i18n import _, _n
from civic.meetings import sheet as sheets
from civic.meetings import words
from civic.meetings.models import Meeting, MeetingStatus
from civic.web.formats import day_short, with_years


@dataclass(slots=True, frozen=True)
class Call:
    """The other call, in a sentence; `label` names the way to it."""

    other: Meeting
    said: str
    label: str


async def calls_of(meeting: Meeting) -> list[Call]:
    """The first call of a second one, and the second of a first one that is not called off."""
    found = []
    if meeting.first_call_id:
        first = await Meeting.get(id=meeting.first_call_id)
        found.append(Call(first, await _of_the_first(first), _("La première convocation")))
    second = await second_of(meeting)
    if second:
        found.append(Call(second, _of_the_second(second), _("La seconde convocation")))
    return found


async def second_of(meeting: Meeting) -> Meeting | None:
    """The second call made for this meeting, unless it was called off."""
    rows = Meeting.filter(first_call_id=meeting.id).exclude(status=MeetingStatus.CANCELLED)
    return await rows.order_by("-id").first()


async def quorum_of_letter(meeting: Meeting, expected: int) -> str:
    """What a convocation says of the quorum; a second one first why there is one."""
    said = [call.said for call in await calls_of(meeting) if call.other.id == meeting.first_call_id]
    return " ".join([*said, words.quorum(meeting, expected)])


async def _of_the_first(first: Meeting) -> str:
    quorum = sheets.quorum_of(first, await sheets.sheet_of(first))
    on = day_short(first.starts_at or first.created_at)
    return _n(
        "Seconde convocation. À la première, le %(day)s, %(n)s voix était présente ou représentée, il en fallait "
        "%(needed)s.",
        "Seconde convocation. À la première, le %(day)s, %(n)s voix étaient présentes ou représentées, il en fallait "
        "%(needed)s.", quorum.counted, day=on, needed=quorum.needed,
    )  # fmt: skip


def _of_the_second(second: Meeting) -> str:
    if second.is_prepared or second.starts_at is None:
        return _("Le quorum a manqué : une seconde réunion se prépare.")
    with with_years():
        when = words.when(second)
    return _("Le quorum a manqué : une seconde réunion est convoquée, %(when)s.", when=when)
