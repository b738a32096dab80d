"""Holding a meeting: open it, say who presides and writes, turn to each point, vote in the room, call again (S3)."""

import secrets
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

from tortoise.expressions import F

from civic import clock, slots
from civic.database import retrying, transaction
from civic.decisions import proxies
from civic.decisions import service as decisions
from civic.decisions.models import Decision
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.meetings import calls, checkin, queries
from civic.meetings import sheet as sheets
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.models import Item, Meeting, MeetingStatus
from civic.people import service as people
from civic.people.actor import Actor

VOTE_MINUTES = (5, 10, 15)


@retrying
async def open_meeting(actor: Actor, meeting: Meeting) -> bool:
    """The meeting begins, with its first point; False when it runs already.

    Raises DomainError before the convocation, after the end, and more than two hours before the beginning.
    """
    async with transaction():
        await Meeting.filter(id=meeting.id).update(version=F("version") + 1)
        fresh = await Meeting.get(id=meeting.id)
        if fresh.status == MeetingStatus.RUNNING:
            return False
        if fresh.status != MeetingStatus.CONVENED:
            raise DomainError(_("On ouvre une réunion convoquée, qui n’a pas encore eu lieu."))
        if not sheets.doors_open(fresh):
            raise DomainError(_("La réunion s’ouvre au plus tôt deux heures avant son heure."))
        present = clock.now()
        await Meeting.filter(id=meeting.id).update(
            status=MeetingStatus.RUNNING, opened_at=present, secretary_id=fresh.secretary_id or actor.person.id
        )
        first = await Item.filter(meeting_id=meeting.id).order_by("position", "id").first()
        if first:
            await Item.filter(id=first.id).update(began_at=present)
        await people.audit(actor, "meeting_opened", f"meeting:{meeting.id}")
    return True


@retrying
async def name_desk(meeting: Meeting, chair_id: int | None, secretary_id: int | None) -> None:
    """Say who presides and who writes: somebody of the sheet. Raises Invalid for anybody else."""
    known = {meeting.chair_id, meeting.secretary_id, None}
    for row in await Attendance.filter(meeting_id=meeting.id):
        known |= {row.person_id, row.substitute_id}
    if chair_id not in known or secretary_id not in known:
        raise Invalid(_("Choisissez une personne de la feuille de présence."))
    async with transaction():
        await checkin.take(meeting)
        await Meeting.filter(id=meeting.id).update(chair_id=chair_id, secretary_id=secretary_id)


@retrying
async def go_to(meeting: Meeting, item_id: int) -> Item:
    """The room turns to a point: time stops for the one before and runs for this one. Raises NotFound, DomainError."""
    item = await queries.item_of(meeting, item_id)
    async with transaction():
        fresh = await checkin.take(meeting)
        if fresh.status != MeetingStatus.RUNNING:
            raise DomainError(_("Ouvrez d’abord la réunion."))
        present = clock.now()
        if (await Item.get(id=item.id)).began_at:
            return item
        await stop_time(meeting, present)
        await Item.filter(id=item.id).update(began_at=present)
    return item


async def stop_time(meeting: Meeting, present: datetime) -> None:
    """Time stops for the point being talked about, in the caller's transaction."""
    for item in await Item.filter(meeting_id=meeting.id, began_at__isnull=False):
        spent = item.spent + int((present - item.began_at).total_seconds()) if item.began_at else item.spent
        await Item.filter(id=item.id).update(began_at=None, spent=spent)


@retrying
async def open_vote(
    actor: Actor, meeting: Meeting, item: Item, minutes: int, *, only: Collection[int] | None = None
) -> Decision:  # fmt: skip
    """Open the decision of a point to the room, for so many minutes, with the proxies given for the meeting.

    Those who sit in the committee now may answer, here or from afar, or `only` the seats of these persons. Harmless
    when it is open already. Raises DomainError without a decision, and outside a running meeting; Invalid for another
    length.
    """
    if minutes not in VOTE_MINUTES:
        raise Invalid(_("Choisissez 5, 10 ou 15 minutes."), field="minutes")
    if item.decision_id is None:
        raise DomainError(_("Ce point n’a pas de décision préparée."))
    async with transaction():
        fresh = await checkin.take(meeting)
        if fresh.status != MeetingStatus.RUNNING:
            raise DomainError(_("Ouvrez d’abord la réunion : le vote se fait dans la salle."))
        decision = await Decision.get(id=item.decision_id).select_related("committee")
        if decision.committee_id != meeting.committee_id:
            raise DomainError(_("Cette décision est celle d’un autre comité."))
        if await decisions.open_in_the_room(actor, decision, minutes, proxies_most=fresh.proxies_most, only=only):
            await _hand_down_proxies(meeting, await Decision.get(id=decision.id))
    return await Decision.get(id=decision.id)


async def _hand_down_proxies(meeting: Meeting, decision: Decision) -> None:
    """Who gave a proxy for the meeting gives it for the vote, unless she came after all or sits no more.

    The holders were told when it was given for the meeting, and sit in the room: no second letter.
    """
    for giver_id, holder_id in await proxies_of(meeting):
        with suppress(DomainError):
            await proxies.give(decision, giver_id, holder_id, tell=False)


@retrying
async def call_again(actor: Actor, meeting: Meeting) -> Meeting:
    """The quorum lacked: prepare a second call with the same agenda; the same tap twice is one meeting.

    What it needs is written by who prepares it: by default nothing, as most statutes have it for a second call.
    Raises DomainError while the meeting is prepared, or when the quorum was there.
    """
    async with transaction():
        await Meeting.filter(id=meeting.id).update(version=F("version") + 1)
        known = await calls.second_of(meeting)
        if known:
            return known
        if meeting.is_prepared or sheets.quorum_of(meeting, await sheets.sheet_of(meeting)).reached:
            raise DomainError(_("Une seconde convocation se prépare quand le quorum manque."))
        made = await Meeting.create(
            committee_id=meeting.committee_id, form_key=f"second-{meeting.id}-{secrets.token_hex(4)}",
            title=_("%(title)s (2ᵉ convocation)", title=meeting.title[:96]), call_text=meeting.call_text,
            place=meeting.place, remote_url=meeting.remote_url, quorum_percent=0, proxies_most=meeting.proxies_most,
            first_call_id=meeting.id, author_id=actor.person.id, chair_id=meeting.chair_id,
            secretary_id=meeting.secretary_id, created_at=clock.now(), lasts=meeting.lasts,
            notice_days=meeting.notice_days,
        )  # fmt: skip
        for item in await Item.filter(meeting_id=meeting.id).order_by("position", "id"):
            await Item.create(
                meeting=made, position=item.position, title=item.title, kind=item.kind, minutes=item.minutes,
                speaker=item.speaker, explanation=item.explanation, decision_id=item.decision_id,
                approves_id=item.approves_id,
            )  # fmt: skip
        for carry_over in slots.called_again:
            await carry_over(actor, meeting, made)
        await people.audit(actor, "meeting_called_again", f"meeting:{made.id}")
    return await Meeting.get(id=made.id)


async def proxies_of(meeting: Meeting) -> list[tuple[int, int]]:
    """Who gave her proxy for this meeting, and to whom; who came after all speaks for herself."""
    rows = await Attendance.filter(meeting_id=meeting.id, coming=Coming.PROXY, holder_id__isnull=False)
    return [(row.person_id, row.holder_id) for row in rows if row.holder_id and not row.is_here]
