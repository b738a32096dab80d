"""Reads about meetings, and the guards of their pages."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from civic import clock
from civic.committees import queries as committees
from civic.committees.models import Committee, Seat
from civic.errors import Forbidden, NotFound, SignInNeeded
from civic.i18n import _
from civic.meetings.attendance import Attendance
from civic.meetings.dates import DateOption
from civic.meetings.models import PREPARED, Item, Meeting, MeetingStatus
from civic.organisations.queries import former_representatives
from civic.people.actor import Actor
from civic.people.models import Person

PUBLIC = (MeetingStatus.CONVENED, MeetingStatus.RUNNING, MeetingStatus.CLOSED, MeetingStatus.CANCELLED)
_WHOLE = ("committee", "committee__initiative", "chair", "secretary")
SHOWN = 50


@dataclass(slots=True)
class Reader:
    """What the person who looks at a meeting is to it.

    `sits`: she holds a seat today or is a substitute; `expected`: what she answers for, her own seat first.
    """

    person: Person | None = None
    runs: bool = False
    sits: bool = False
    expected: list[Attendance] = field(default_factory=list)

    @property
    def sees_names(self) -> bool:
        """Who belongs to the committee, or is expected, knows who comes and how to follow from afar."""
        return self.runs or self.sits or bool(self.expected)


async def meeting_to_show(meeting_id: int, actor: Actor | None) -> Meeting:
    """A meeting that was convened; one in preparation only for the committee and who runs it. Raises NotFound."""
    meeting = await Meeting.get_or_none(id=meeting_id).select_related(*_WHOLE)
    if meeting is None:
        raise NotFound(_("Cette réunion n’existe pas."))
    await committees.committee_to_show(meeting.committee.slug, actor)
    if not _is_public(meeting) and not (await reader_of(meeting, actor)).sees_names:
        raise NotFound(_("Cette réunion n’existe pas, ou n’est pas encore convoquée."))
    return meeting


async def meeting_to_run(meeting_id: int, actor: Actor) -> Meeting:
    """A meeting this person may prepare, run and close: as a lead or facilitator, the team, its chair or its
    secretary. Raises NotFound or Forbidden."""
    meeting = await meeting_to_show(meeting_id, actor)
    if not await may_run(actor, meeting):
        raise Forbidden(_("Seules les personnes qui animent le comité ou tiennent la réunion peuvent faire cela."))
    return meeting


async def meeting_to_read(meeting_id: int, actor: Actor | None) -> Meeting:
    """A meeting whose minutes this person may read: anybody once they are published, before who runs it, and who was
    there once the draft is shared, whose mail opens for her. Raises NotFound or SignInNeeded."""
    meeting = await meeting_to_show(meeting_id, actor)
    if meeting.published_at or await may_run(actor, meeting):
        return meeting
    if meeting.shared_at and await was_there(meeting, actor.person if actor else None):
        return meeting
    if meeting.shared_at and actor is None:
        raise SignInNeeded(_("Ce compte rendu n’est pas encore public. Vous étiez là ? Connectez-vous pour le relire."))
    raise NotFound(_("Ce compte rendu n’est pas encore public : il le sera une fois approuvé."))


async def meeting_of_member(meeting_id: int, actor: Actor) -> Meeting:
    """A meeting of a committee to which this person belongs: she says what she thinks of dates, proposes points.
    Raises NotFound or Forbidden."""
    meeting = await meeting_to_show(meeting_id, actor)
    if not (await reader_of(meeting, actor)).sees_names:
        raise Forbidden(_("Seules les personnes qui siègent au comité peuvent faire cela."))
    return meeting


async def may_run(actor: Actor | None, meeting: Meeting) -> bool:
    """Whoever runs the committee, and the chair and secretary of this meeting."""
    if actor is None:
        return False
    named = (meeting.chair_id, meeting.secretary_id)
    return actor.person.id in named or await committees.may_run(actor, meeting.committee)


async def was_there(meeting: Meeting, person: Person | None) -> bool:
    """She was there, or somebody sat at her place."""
    if person is None:
        return False
    hers = Q(person_id=person.id) | Q(came_id=person.id)
    return await Attendance.filter(hers, meeting_id=meeting.id, arrived_at__isnull=False).exists()


async def reader_of(meeting: Meeting, actor: Actor | None) -> Reader:
    """What this person is to the meeting."""
    if actor is None:
        return Reader()
    person = actor.person
    sits = await committees.sits(person, meeting.committee_id)
    return Reader(person, await may_run(actor, meeting), sits, await expected_as(meeting.id, person))


async def expected_as(meeting_id: int, person: Person) -> list[Attendance]:
    """The seats (or the invitation as a guest) for which a person answers: her own first, then as a substitute; none of
    an organisation that she represents no more."""
    rows = Attendance.filter(Q(person_id=person.id) | Q(substitute_id=person.id), meeting_id=meeting_id)
    found = await rows.order_by("id").select_related("person", "substitute", "holder", "organisation")
    theirs = [row.organisation_id for row in found if row.organisation_id]
    former = await former_representatives(theirs) if theirs else set()
    hers = [row for row in found if (row.organisation_id, person.id) not in former]
    return sorted(hers, key=lambda row: row.person_id != person.id)


async def meetings_of(committee: Committee, actor: Actor | None) -> list[Meeting]:
    """The meetings of a committee this person may see, the next ones first, then the past ones, newest first."""
    rows = Meeting.filter(committee_id=committee.id)
    if not await belongs(actor, committee):
        rows = rows.filter(status__in=PUBLIC, convened_at__isnull=False)
    found = await rows.order_by("-id").limit(SHOWN * 2)
    ahead = [meeting for meeting in found if not meeting.is_over]
    over = [meeting for meeting in found if meeting.is_over]
    return sorted(ahead, key=_rank) + sorted(over, key=_rank, reverse=True)


async def belongs(actor: Actor | None, committee: Committee) -> bool:
    """She sits there, is a substitute there, or runs it."""
    if actor is None:
        return False
    return await committees.sits(actor.person, committee.id) or await committees.may_run(actor, committee)


async def agenda_of(meeting_id: int) -> list[Item]:
    """The points in their order."""
    return await _items(meeting_id).order_by("position", "id")


async def item_of(meeting: Meeting, item_id: int) -> Item:
    """A point of this meeting. Raises NotFound."""
    found = await _items(meeting.id).get_or_none(id=item_id)
    if found is None:
        raise NotFound(_("Ce point n’est plus à l’ordre du jour."))
    return found


async def dates_of(meeting_id: int) -> list[DateOption]:
    """The dates proposed, the soonest first."""
    return await DateOption.filter(meeting_id=meeting_id).order_by("starts_at")


async def attendances_of(meeting_id: int) -> list[Attendance]:
    """Who is expected, as the seats stood, then the guests."""
    rows = Attendance.filter(meeting_id=meeting_id).order_by("id")
    found = await rows.select_related("person", "substitute", "holder", "organisation", "answered_by")
    return sorted(found, key=lambda row: row.college is None)


async def to_approve(meeting: Meeting) -> Meeting | None:
    """The last meeting of the committee that is over and whose minutes nobody has approved yet."""
    rows = Meeting.filter(
        committee_id=meeting.committee_id, status=MeetingStatus.CLOSED, approved_at__isnull=True
    ).exclude(id=meeting.id)
    return await rows.order_by("-starts_at").first()


async def next_and_last(committee: Committee) -> tuple[Meeting | None, Meeting | None]:
    """The next convened meeting and the last one with published minutes, as anybody may know them."""
    ahead = Meeting.filter(committee_id=committee.id, status__in=[MeetingStatus.CONVENED, MeetingStatus.RUNNING])
    over = Meeting.filter(committee_id=committee.id, status=MeetingStatus.CLOSED, published_at__isnull=False)
    return await ahead.order_by("starts_at").first(), await over.order_by("-starts_at").first()


async def in_preparation(committee: Committee) -> list[Meeting]:
    """What is prepared, or looks for its date."""
    return await Meeting.filter(committee_id=committee.id, status__in=PREPARED).order_by("id").limit(10)


async def public_meetings(limit: int = 20) -> list[Meeting]:
    """Those to come of published initiatives and of the bodies of the network, the soonest first."""
    seen = Q(committee__initiative_id__isnull=True) | Q(committee__initiative__published_at__isnull=False)
    rows = Meeting.filter(seen, status=MeetingStatus.CONVENED, ends_at__gt=clock.now())
    return await rows.order_by("starts_at").limit(limit).select_related("committee")


async def feed_of(committee: Committee) -> Sequence[Meeting]:
    """What the public calendar of a committee holds: convened meetings, past ones, those that were called off."""
    rows = Meeting.filter(committee_id=committee.id, status__in=PUBLIC, convened_at__isnull=False)
    return await rows.order_by("-starts_at").limit(SHOWN)


async def seats_to_convene(meeting: Meeting) -> list[Seat]:
    """Whoever sits today, with the substitutes: those who would be convened."""
    return await committees.seats_of(meeting.committee_id)


def _items(meeting_id: int) -> QuerySet[Item]:
    return Item.filter(meeting_id=meeting_id).select_related("decision", "approves", "notes_by")


def _is_public(meeting: Meeting) -> bool:
    return meeting.status in PUBLIC and meeting.convened_at is not None


def _rank(meeting: Meeting) -> tuple[float, int]:
    moment = meeting.starts_at
    return (moment.timestamp() if moment else float("inf") if not meeting.is_over else 0.0, meeting.id)
