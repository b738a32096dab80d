"""After the last point: close, share the draft, correct it, approve it at a later meeting, publish it (S3)."""

from datetime import timedelta

from tortoise.expressions import F

from civic import clock, jobs
from civic.database import retrying, transaction
from civic.decisions.queries import UNDECIDED
from civic.errors import DomainError, Forbidden, Invalid
from civic.i18n import _
from civic.meetings import checkin, holding, queries
from civic.meetings.attendance import Attendance
from civic.meetings.models import Item, Meeting, MeetingStatus, Remark
from civic.people import service as people
from civic.people.actor import Actor

REMARK_DAYS = 10


@retrying
async def close(actor: Actor, meeting: Meeting) -> bool:
    """The meeting is over and time stops; only who left before has an hour of leaving. False when it was over already.

    Raises DomainError while the vote of a point runs, and for a meeting that was never opened.
    """
    async with transaction():
        fresh = await Meeting.get(id=meeting.id)
        if fresh.status == MeetingStatus.CLOSED:
            return False
        await checkin.take(meeting)
        if fresh.status != MeetingStatus.RUNNING:
            raise DomainError(_("On clôt une réunion ouverte."))
        voting = Item.filter(meeting_id=meeting.id, decision__status__in=UNDECIDED)
        waiting = await voting.filter(decision__opened_at__gte=fresh.opened_at).select_related("decision")
        if waiting:
            question = waiting[0].decision.question if waiting[0].decision else ""
            if waiting[0].decision and waiting[0].decision.counts_papers:
                said = _("Les bulletins papier de « %(question)s » se dépouillent encore : attendez le résultat.")
                raise DomainError(said % {"question": question})
            raise DomainError(_("Le vote « %(question)s » est encore ouvert : attendez sa fin.", question=question))
        present = clock.now()
        await holding.stop_time(meeting, present)
        await Attendance.filter(meeting_id=meeting.id).update(claimed_at=None)
        await Meeting.filter(id=meeting.id).update(status=MeetingStatus.CLOSED, closed_at=present)
        await people.audit(actor, "meeting_closed", f"meeting:{meeting.id}")
    return True


@retrying
async def share(actor: Actor, meeting: Meeting, days: int = REMARK_DAYS) -> bool:
    """Send the draft to those who were there, for corrections within so many days; False when it was sent already.

    Raises DomainError before the meeting is closed, Invalid for less than a day or more than two months.
    """
    if not 1 <= days <= 60:
        raise Invalid(_("Laissez entre 1 et 60 jours."), field="days")
    async with transaction():
        present = clock.now()
        closed = Meeting.filter(id=meeting.id, status=MeetingStatus.CLOSED, approved_at__isnull=True)
        until = clock.at(clock.today() + timedelta(days=days + 1), 0)
        if not await closed.filter(shared_at__isnull=True).update(
            shared_at=present, remarks_until=until, version=F("version") + 1
        ):
            if not await closed.exists():
                raise DomainError(_("Le brouillon se partage quand la réunion est close, avant son approbation."))
            return False
        await people.audit(actor, "minutes_shared", f"meeting:{meeting.id}")
        await jobs.enqueue("minutes_shared", key=f"meeting-{meeting.id}", meeting_id=meeting.id)
    return True


@retrying
async def remark(actor: Actor, meeting: Meeting, item: Item, text: str) -> None:
    """Say what to correct in the minutes of a point; empty takes it back. Raises Forbidden, DomainError."""
    if not await queries.was_there(meeting, actor.person):
        raise Forbidden(_("Les personnes présentes à la réunion corrigent le compte rendu."))
    until = meeting.remarks_until
    if meeting.shared_at is None or until is None or clock.now() >= until or meeting.approved_at:
        raise DomainError(_("Le temps des corrections est passé, ou n’a pas commencé."))
    async with transaction():
        await Meeting.filter(id=meeting.id).update(version=F("version") + 1)
        mine = Remark.filter(item_id=item.id, person_id=actor.person.id)
        if not text.strip():
            await mine.delete()
        elif not await mine.update(text=text.strip(), at=clock.now()):
            await Remark.create(item=item, person=actor.person, text=text.strip(), at=clock.now())


@retrying
async def approve(actor: Actor, meeting: Meeting, at: Meeting) -> bool:
    """A later meeting of the same committee approves the minutes: from now on they never change, and are public.

    False when they were approved already. Raises DomainError for minutes of a meeting that is not closed, and for any
    other meeting than one that runs or has run after it.
    """
    is_later = at.opened_at is not None and meeting.closed_at is not None and at.opened_at >= meeting.closed_at
    if at.committee_id != meeting.committee_id or at.id == meeting.id or not is_later:
        raise DomainError(_("Un compte rendu s’approuve à une réunion suivante du même comité, une fois ouverte."))
    async with transaction():
        present = clock.now()
        waiting = Meeting.filter(id=meeting.id, status=MeetingStatus.CLOSED, approved_at__isnull=True)
        if not await waiting.update(
            approved_at=present, approved_in_id=at.id, published_at=present, version=F("version") + 1
        ):
            return False
        await Item.filter(meeting_id=meeting.id).update(frozen=True)
        await people.audit(actor, "minutes_approved", f"meeting:{meeting.id}", meeting=at.id)
    return True


async def awaiting_approval(meeting: Meeting) -> list[Meeting]:
    """Earlier meetings of the committee whose minutes this one may approve, the oldest first."""
    if meeting.opened_at is None:
        return []
    rows = Meeting.filter(committee_id=meeting.committee_id, status=MeetingStatus.CLOSED, approved_at__isnull=True)
    return await rows.filter(closed_at__lte=meeting.opened_at).exclude(id=meeting.id).order_by("closed_at").limit(10)
