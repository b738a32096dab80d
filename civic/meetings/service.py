"""Prepare a meeting, change it, call it off (S3).

With `poll`, `agenda`, `convening` and `answers`, the only writer of what comes before the meeting.
"""

from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F

from civic import clock, jobs
from civic.committees import queries as committees
from civic.committees.models import Committee
from civic.database import retrying, transaction
from civic.errors import DomainError, Gone, Invalid
from civic.i18n import _
from civic.meetings import agenda
from civic.meetings.attendance import Attendance
from civic.meetings.forms import MeetingForm
from civic.meetings.models import PREPARED, Meeting, MeetingStatus
from civic.people import service as people
from civic.people.actor import Actor

BEFORE = (*PREPARED, MeetingStatus.CONVENED)
_WRITTEN = {
    "title", "call_text", "lasts", "place", "remote_url", "quorum_percent", "proxies_most", "notice_days",
    "chair_id", "secretary_id",
}  # fmt: skip
_TOLD = ("title", "starts_at", "ends_at", "place", "remote_url")
"""What those expected must learn when it changes."""


@retrying
async def draft(actor: Actor, committee: Committee, wish: MeetingForm, form_key: str) -> Meeting:
    """Prepare a meeting; nobody is told yet. The same form sent again answers the same meeting (S3).

    When the minutes of the last meeting wait for their approval, that is its first point. Raises Invalid for a moment
    that is over, or for a chair or secretary who does not sit.
    """
    await _check(committee, wish)
    async with transaction():
        await Committee.filter(id=committee.id).update(version=F("version") + 1)
        known = await Meeting.get_or_none(form_key=form_key, committee_id=committee.id)
        if known:
            return known
        meeting = await Meeting.create(
            committee=committee, author=actor.person, form_key=form_key, created_at=clock.now(), **_terms(wish)
        )
        await agenda.begin_with_approval(meeting)
    return meeting


@retrying
async def change(actor: Actor, meeting: Meeting, wish: MeetingForm) -> bool:
    """Change what is not over; True when those expected are told, with old and new, because it was convened (S3).

    When its hours change, who had answered answers again. Raises Gone once it runs or is over, Invalid as `draft` and
    for a convened meeting that would have no date.
    """
    await _check(meeting.committee, wish, meeting)
    terms = _terms(wish)
    async with transaction():
        fresh = await locked(meeting.id, BEFORE)
        if fresh.status == MeetingStatus.CONVENED and terms["starts_at"] is None:
            raise Invalid(_("La réunion est convoquée : gardez une date."), field="starts_at")
        if fresh.status == MeetingStatus.POLLING and terms["starts_at"]:
            raise Invalid(_("Des dates sont proposées : retenez-en une à la page de la réunion."), field="starts_at")
        before = {name: getattr(fresh, name) for name in _TOLD}
        changed = fresh.status == MeetingStatus.CONVENED and any(terms[name] != before[name] for name in _TOLD)
        moved = changed and (terms["starts_at"], terms["ends_at"]) != (before["starts_at"], before["ends_at"])
        sequence = fresh.sequence + changed
        await Meeting.filter(id=meeting.id).update(sequence=sequence, **terms)
        if moved:
            await _ask_again(meeting.id)
        if changed:
            await _tell_change(meeting.id, sequence, before, moved=moved)
            await people.audit(actor, "meeting_changed", f"meeting:{meeting.id}")
    return changed


async def _ask_again(meeting_id: int) -> None:
    """The hours have changed: nobody has answered yet."""
    rows = Attendance.filter(meeting_id=meeting_id)
    await rows.update(coming=None, holder_id=None, proxies_held=0, answered_at=None, answered_by_id=None)
    await Meeting.filter(id=meeting_id).update(nudged_at=None)


async def _tell_change(meeting_id: int, sequence: int, before: dict[str, Any], *, moved: bool) -> None:
    old = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in before.items()}
    await jobs.enqueue(
        "meeting_changed", key=f"meeting-{meeting_id}-{sequence}", meeting_id=meeting_id, old=old, moved=moved
    )


@retrying
async def cancel(actor: Actor, meeting: Meeting, reason: str) -> bool:
    """It does not take place; who was expected, or asked for dates, reads why. False when it was called off already.

    Raises Gone once it runs or is over.
    """
    async with transaction():
        waiting = Meeting.filter(id=meeting.id, status__in=BEFORE)
        before = await Meeting.get(id=meeting.id)
        if not await waiting.update(
            status=MeetingStatus.CANCELLED, cancelled_reason=reason.strip(), closed_at=clock.now(),
            sequence=F("sequence") + 1, version=F("version") + 1,
        ):  # fmt: skip
            if before.status == MeetingStatus.CANCELLED:
                return False
            raise Gone(_("Cette réunion est commencée ou terminée."))
        if before.sequence or before.status != MeetingStatus.DRAFT:
            await jobs.enqueue("meeting_cancelled", key=f"meeting-{meeting.id}", meeting_id=meeting.id)
        await people.audit(actor, "meeting_cancelled", f"meeting:{meeting.id}")
    return True


async def locked(meeting_id: int, wanted: tuple[MeetingStatus, ...]) -> Meeting:
    """The meeting as it is, while nobody else changes it; in the caller's transaction. Raises Gone in another state."""
    if not await Meeting.filter(id=meeting_id, status__in=wanted).update(version=F("version") + 1):
        raise Gone(_("Cette réunion n’en est plus là : rechargez sa page."))
    return await Meeting.get(id=meeting_id)


def _terms(wish: MeetingForm) -> dict[str, Any]:
    ends_at = wish.starts_at + timedelta(minutes=wish.lasts) if wish.starts_at else None
    return wish.model_dump(include=_WRITTEN) | {"starts_at": wish.starts_at, "ends_at": ends_at}


async def _check(committee: Committee, wish: MeetingForm, before: Meeting | None = None) -> None:
    if committee.ended_at:
        raise DomainError(_("Ce comité a pris fin : il ne se réunit plus."))
    kept = before is not None and before.starts_at == wish.starts_at
    if wish.starts_at and wish.starts_at <= clock.now() and not kept:
        raise Invalid(_("Choisissez un moment à venir."), field="starts_at")
    seated = {seat.person_id for seat in await committees.seats_of(committee.id)}
    for field in ("chair_id", "secretary_id"):
        if getattr(wish, field) and getattr(wish, field) not in seated:
            raise Invalid(_("Choisissez une personne qui siège au comité."), field=field)
