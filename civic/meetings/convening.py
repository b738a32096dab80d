"""The convocation: who gets it and how, whether it is in time, its sending, telling a changed agenda (S3)."""

from dataclasses import dataclass
from datetime import date, timedelta

from tortoise.expressions import F

from civic import clock, jobs
from civic.committees.models import Seat
from civic.database import retrying, transaction
from civic.errors import DomainError, Gone
from civic.i18n import _
from civic.meetings import agenda, queries
from civic.meetings.attendance import Attendance
from civic.meetings.models import PREPARED, Meeting, MeetingStatus
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person


@dataclass(slots=True)
class Recipient:
    """Who is convened, as titular or as substitute of somebody; without an address, by a letter to print."""

    person: Person
    seat: Seat
    is_substitute: bool = False

    @property
    def by_mail(self) -> bool:
        """Her address is known."""
        return bool(self.person.email) and self.person.erased_at is None


def recipients(seats: list[Seat]) -> list[Recipient]:
    """Titulars and substitutes of these seats, each once for each seat."""
    found = []
    for seat in seats:
        found.append(Recipient(seat.person, seat))
        if seat.substitute:
            found.append(Recipient(seat.substitute, seat, is_substitute=True))
    return found


def last_day(meeting: Meeting) -> date | None:
    """The last day on which the convocation may leave to keep the notice; None without a date or a notice."""
    if meeting.starts_at is None or not meeting.notice_days:
        return None
    return clock.local(meeting.starts_at).date() - timedelta(days=meeting.notice_days)


def is_late(meeting: Meeting) -> bool:
    """The notice the committee gave itself cannot be kept any more."""
    last = last_day(meeting)
    return last is not None and clock.today() > last


def hindrance(meeting: Meeting, seats: list[Seat], points: int) -> str:
    """What stands in the way of convening, in a sentence; empty when nothing does."""
    if meeting.starts_at is None:
        return _("La date n’est pas fixée : écrivez-la, ou retenez une des dates proposées.")
    if meeting.starts_at <= clock.now():
        return _("La date est passée : choisissez-en une autre.")
    if not meeting.place and not meeting.remote_url:
        return _("Le lieu manque : dites où l’on se retrouve, ou donnez une adresse à distance.")
    if not points:
        return _("L’ordre du jour est vide : ajoutez un point au moins.")
    if not seats:
        return _("Personne ne siège au comité : il n’y a personne à convoquer.")
    return ""


@retrying
async def convene(actor: Actor, meeting: Meeting) -> bool:
    """Convene whoever sits now, with the substitutes; each gets the mail exactly once. False when it was done (S3).

    The meeting is taken first and the seats read then: who sat down meanwhile is convened too.

    Raises DomainError when something is missing: the date, the place, the agenda, somebody to convene.
    """
    async with transaction():
        waiting = Meeting.filter(id=meeting.id, status__in=PREPARED)
        if not await waiting.update(version=F("version") + 1):
            return False
        seats, items = await queries.seats_to_convene(meeting), await queries.agenda_of(meeting.id)
        fresh = await Meeting.get(id=meeting.id)
        if missing := hindrance(fresh, seats, len(items)):
            raise DomainError(missing)
        await waiting.update(
            status=MeetingStatus.CONVENED, convened_at=clock.now(), expected=len(seats),
            sequence=F("sequence") + 1, told_agenda=agenda.told(items),
        )  # fmt: skip
        await Attendance.bulk_create([_expected(meeting.id, seat) for seat in seats])
        await jobs.enqueue("meeting_convened", key=f"meeting-{meeting.id}", meeting_id=meeting.id)
        await people.audit(actor, "meeting_convened", f"meeting:{meeting.id}")
    return True


def _expected(meeting_id: int, seat: Seat) -> Attendance:
    """The seat as it stands now."""
    return Attendance(
        meeting_id=meeting_id, person_id=seat.person_id, college=seat.college.kind, is_discreet=seat.is_discreet,
        organisation_id=seat.organisation_id, substitute_id=seat.substitute_id,
    )  # fmt: skip


@retrying
async def tell_agenda(actor: Actor, meeting: Meeting) -> bool:
    """Tell those expected that the agenda has changed, once, with the old and the new; False when nothing is new."""
    async with transaction():
        convened = Meeting.filter(id=meeting.id, status=MeetingStatus.CONVENED)
        if not await convened.update(version=F("version") + 1):
            raise Gone(_("Cette réunion n’en est plus là : rechargez sa page."))
        fresh = await Meeting.get(id=meeting.id)
        now = agenda.told(await queries.agenda_of(meeting.id))
        if fresh.told_agenda == now:
            return False
        await convened.update(told_agenda=now, sequence=F("sequence") + 1)
        key = f"meeting-{meeting.id}-{fresh.sequence + 1}"
        await jobs.enqueue("meeting_agenda_changed", key=key, meeting_id=meeting.id, old=fresh.told_agenda or [])
        await people.audit(actor, "meeting_agenda_told", f"meeting:{meeting.id}")
    return True
