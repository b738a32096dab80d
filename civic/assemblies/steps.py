"""The steps of an assembly as its page shows them: the deadlines with their words, and what is still missing."""

from dataclasses import dataclass
from datetime import date

from civic import clock
from civic.assemblies.deadlines import Deadline, Step, deadlines
from civic.assemblies.models import Assembly, Resolution, ResolutionKind
from civic.i18n import _
from civic.meetings.models import MeetingStatus


@dataclass(frozen=True, slots=True)
class Line:
    """A step with what to say about it."""

    text: str
    day: date
    is_done: bool
    is_late: bool


def steps(assembly: Assembly, resolutions: list[Resolution]) -> list[Line]:
    """What must be done by when; nothing without a date."""
    meeting = assembly.meeting
    if meeting.starts_at is None:
        return []
    found = deadlines(
        clock.local(meeting.starts_at).date(), meeting.notice_days, convened=meeting.convened_at is not None,
        closed=meeting.status == MeetingStatus.CLOSED,
        elects=any(one.kind == ResolutionKind.ELECTION for one in resolutions),
        second_on=clock.local(assembly.second_at).date() if assembly.second_at else None,
    )  # fmt: skip
    return [Line(_words(one), one.day, one.done, one.is_late(clock.today())) for one in found]


def _words(deadline: Deadline) -> str:
    return {
        Step.CANDIDATES: _("Recevoir les candidatures : la convocation les nomme"),
        Step.CONVOCATION: _("Envoyer la convocation, au plus tard"),
        Step.MEETING: _("L’assemblée générale"),
        Step.SECOND_CALL: _("La seconde convocation, si le quorum manque"),
        Step.DECLARATION: _("Déclarer à la préfecture les changements parmi les personnes qui dirigent"),
    }[deadline.step]
