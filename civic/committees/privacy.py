"""What committees keep about a person, for her to take away, and what goes when she has her data erased (PRODUCT A5).

Past seats stay in the register, without a word about her: who decided what must remain readable.
"""

from typing import Any

from tortoise.expressions import Q

from civic import clock
from civic.committees import seats
from civic.committees.joining import Invitation, InvitationStatus, SeatRequest
from civic.committees.models import Ending, Seat
from civic.database import transaction
from civic.people.models import Person


async def personal_data(person: Person) -> dict[str, list[dict[str, Any]]]:
    """Her seats, those she is substitute for, what she asked and was invited to, whom she answered and invited (without
    their names: those are theirs); days are local, moments UTC."""
    held = Seat.filter(Q(person_id=person.id) | Q(substitute_id=person.id)).order_by("id")
    asked = SeatRequest.filter(person_id=person.id).order_by("id")
    mine = Q(person_id=person.id) | Q(email=person.email or "-")
    return {
        "seats": [
            {
                "committee": seat.committee.name, "college": seat.college.kind.value, "title": seat.title,
                "organisation": seat.organisation.name if seat.organisation else None,
                "as": "titular" if seat.person_id == person.id else "substitute",
                "designated": seat.designated.value, "from_on": seat.from_on, "until_on": seat.until_on,
                "ended_at": seat.ended_at, "is_discreet": seat.is_discreet, "is_facilitator": seat.is_facilitator,
                "note": seat.designated_note,
            }
            for seat in await held.select_related("committee", "college", "organisation")
        ],
        "seat_requests": [
            {
                "committee": one.committee.name, "message": one.message, "status": one.status.value,
                "reason": one.reason, "created_at": one.created_at,
            }
            for one in await asked.select_related("committee")
        ],
        "seat_requests_answered": [
            {"committee": one.committee.name, "reason": one.reason, "answered_at": one.answered_at}
            for one in await SeatRequest.filter(answered_by_id=person.id).order_by("id").select_related("committee")
        ],
        "seat_invitations": [
            {"committee": one.committee.name, "message": one.message, "status": one.status.value}
            for one in await Invitation.filter(mine).order_by("id").select_related("committee")
        ],
        "seat_invitations_sent": [
            {"committee": one.committee.name, "message": one.message, "sent_at": one.sent_at}
            for one in await Invitation.filter(invited_by_id=person.id).order_by("id").select_related("committee")
        ],
    }  # fmt: skip


async def erasures(person: Person) -> None:
    """Her places are free again, her words and the mention of her address go. May be repeated."""
    held = Seat.filter(person_id=person.id, ended_at__isnull=True, vacant_at__isnull=True)
    for seat in await held.select_related("committee"):
        async with transaction():
            await seats.take(seat.committee)
            await seats.end(seat, Ending.LEFT)
            await seats.count(seat.committee)
    await Seat.filter(person_id=person.id).update(title="", designated_note="")
    await Seat.filter(substitute_id=person.id).update(substitute_id=None)
    await SeatRequest.filter(person_id=person.id).delete()
    if person.email:
        pending = Invitation.filter(email=person.email, status=InvitationStatus.PENDING)
        await pending.update(status=InvitationStatus.WITHDRAWN, email="", answered_at=clock.now())
    await Invitation.filter(person_id=person.id).update(person_id=None, message="")
    await Invitation.filter(invited_by_id=person.id).update(invited_by_id=None, message="")
