"""Reads about assemblies, and the guards of their pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from civic.assemblies.models import Assembly, Casting, Resolution, ResolutionKind
from civic.committees import queries as committees
from civic.committees.models import CollegeKind, Committee, Seat
from civic.counting.weights import SMALL
from civic.decisions.queries import Ballot
from civic.errors import NotFound
from civic.i18n import _
from civic.meetings import calls, record
from civic.meetings import queries as meetings
from civic.meetings import sheet as sheets
from civic.meetings.attendance import Attendance
from civic.meetings.models import PREPARED, Meeting, MeetingStatus
from civic.people.actor import Actor


async def assembly_to_run(meeting_id: int, actor: Actor) -> Assembly:
    """The assembly of a meeting this person runs; `meeting` and its committee are loaded. Raises NotFound or
    Forbidden."""
    meeting = await meetings.meeting_to_run(meeting_id, actor)
    found = await assembly_of(meeting)
    if found is None:
        raise NotFound(_("Cette réunion n’est pas une assemblée générale."))
    return found


async def assembly_of(meeting: Meeting) -> Assembly | None:
    """What makes an assembly of a meeting, if it is one."""
    found = await Assembly.get_or_none(meeting_id=meeting.id)
    if found:
        found.meeting = meeting
    return found


async def in_preparation(committee: Committee) -> list[Assembly]:
    """The assemblies of a body that are prepared or convened and have not begun, the oldest first."""
    waiting = [*PREPARED, MeetingStatus.CONVENED]
    rows = Assembly.filter(meeting__committee_id=committee.id, meeting__status__in=waiting)
    return await rows.order_by("id").select_related("meeting")


async def resolutions_of(assembly: Assembly) -> list[Resolution]:
    """Its resolutions in the order of the agenda, each with its point and decision."""
    rows = Resolution.filter(assembly_id=assembly.id).order_by("item__position", "item_id")
    return await rows.select_related("item", "item__decision", "counted_by")


async def resolution_of(assembly: Assembly, resolution_id: int) -> Resolution:
    """One resolution of this assembly. Raises NotFound."""
    rows = Resolution.filter(id=resolution_id, assembly_id=assembly.id)
    found = await rows.select_related("item", "item__decision").first()
    if found is None:
        raise NotFound(_("Cette résolution n’est plus à l’ordre du jour."))
    return found


async def outcomes_of(resolutions: list[Resolution]) -> dict[int, list[str]]:
    """The figures of those that were voted on the screens or in secret, by resolution: result and participation."""
    ballots = await record.ballots_of(one.decision for one in resolutions)
    found: dict[int, list[str]] = {}
    for one in resolutions:
        ballot = ballots.get(one.decision.id) if one.decision else None
        found[one.id] = _outcome(ballot) if ballot else []
    return found


def _outcome(ballot: Ballot) -> list[str]:
    voted, called = ballot.decision.answers_count, ballot.decision.electorate
    return [*record.results_of(ballot), _("Ont voté : %(n)s voix sur %(all)s.", n=voted, all=called)]


async def lacked_its_quorum(assembly: Assembly, sheet: list[Attendance], resolutions: list[Resolution]) -> bool:
    """It runs or is over without its quorum, voted nothing and was not called again: a second call is the way."""
    meeting = assembly.meeting
    if meeting.status not in (MeetingStatus.RUNNING, MeetingStatus.CLOSED) or sheets.quorum_of(meeting, sheet).reached:
        return False
    voted = any(one.counted_at or (one.decision and one.decision.opened_at) for one in resolutions)
    return not voted and await calls.second_of(meeting) is None


def missing_usual(resolutions: list[Resolution], usual: tuple[ResolutionKind, ...]) -> list[ResolutionKind]:
    """The usual ones that are not on the agenda yet."""
    known = {one.kind for one in resolutions}
    return [kind for kind in usual if kind not in known]


@dataclass(frozen=True, slots=True)
class Electors:
    """Those of one college who are called: `letters` are without an e-mail address, `ending` leave before the day."""

    college: CollegeKind
    words: str
    seats: list[Seat]
    letters: list[Seat]
    ending: list[Seat]


async def electors_of(assembly: Assembly) -> list[Electors]:
    """Who is called, college by college in the statutes' order; empty colleges are left out."""
    committee_id, starts_at = assembly.meeting.committee_id, assembly.meeting.starts_at
    seats = await committees.seats_of(committee_id)
    found = []
    for college in await committees.colleges_of(committee_id):
        own = [seat for seat in seats if seat.college_id == college.id]
        ending = [seat for seat in own if starts_at and not seat.holds_on(starts_at.date())]
        letters = [seat for seat in own if not seat.person.email]
        if own:
            found.append(Electors(college.kind, college.words, own, letters, ending))
    return found


def secret_weighs(assembly: Assembly, resolutions: list[Resolution]) -> bool:
    """Something is still to be voted in secret where colleges weigh: each of them needs five voices then."""
    waiting = any(one.casting == Casting.SECRET and one.decision is None for one in resolutions)
    return waiting and assembly.meeting.committee.is_weighted


def too_small(
    assembly: Assembly, resolutions: list[Resolution], groups: list[Electors], here: Mapping[CollegeKind, int]
) -> list[str]:
    """The colleges because of which a secret vote would not open, as one would guess who said what: by their seats
    while the assembly is prepared, by the voices that are `here` while it runs."""
    if not secret_weighs(assembly, resolutions):
        return []
    if assembly.meeting.status == MeetingStatus.RUNNING:
        return [kind.words for kind, voices in here.items() if voices < SMALL]
    return [] if assembly.meeting.is_over else [group.words for group in groups if len(group.seats) < SMALL]
