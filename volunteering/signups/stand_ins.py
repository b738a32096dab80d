"""Somebody comes in her place: she keeps it until it is taken over (PRODUCT V2).

The place is offered to the queue like a free one; with nobody in the queue the next newcomer takes it over. Of a
group's places so many are taken over as come, for the rest somebody is still sought and counted on. The shift's row is
locked by whoever calls the verbs without a transaction of their own.
"""

from civic import clock, database
from civic.errors import DomainError
from civic.i18n import _
from volunteering.shifts import places
from volunteering.shifts.models import Shift
from volunteering.signups import consents, letters, queue
from volunteering.signups.models import Signup, SignupStatus


@database.retrying
async def seek(signup: Signup, actor_id: int | None, reason: str = "") -> None:
    """She looks for somebody to come in her place. Harmless when repeated. Raises DomainError when it is too late."""
    async with database.transaction():
        await places.lock_to_come(signup.shift_id)
        fresh = await Signup.get(id=signup.id).select_related("shift__mission__initiative")
        if fresh.status != SignupStatus.CONFIRMED:
            raise DomainError(_("Cette place n’est pas confirmée : vous pouvez simplement la rendre."))
        if fresh.seeks_stand_in:
            return
        fresh.stand_in_at, fresh.reason = clock.now(), reason
        change = await queue.move(fresh, fresh.status, "seeks_stand_in", actor_id)
        await queue.hand_on(fresh.shift, fresh.role_id, news=f"seat-{change.id}")
        await queue.sum_up(fresh.shift)


@database.retrying
async def keep(signup: Signup, actor_id: int | None) -> None:
    """She comes after all: nobody is sought any more, and who was being asked stays in the queue."""
    async with database.transaction():
        await places.lock_to_come(signup.shift_id)
        fresh = await Signup.get(id=signup.id).select_related("shift__mission__initiative")
        if not fresh.seeks_stand_in:
            return
        fresh.stand_in_at, fresh.reason = None, ""
        await queue.move(fresh, fresh.status, "comes_herself", actor_id)
        for asked in await Signup.filter(replaces_id=fresh.id, status=SignupStatus.OFFERED):
            await back_to_queue(asked, fresh.shift)
        await queue.hand_on(fresh.shift, fresh.role_id)
        await queue.sum_up(fresh.shift)


async def has_place(signup: Signup) -> bool:
    """She says yes: the place that is kept for her is hers, or in the last hours the first one to be had. Locked.

    False when there is none (any more).
    """
    if signup.is_offered:
        return await _take_over(signup)
    if signup.status != SignupStatus.WAITING or not queue.is_last_hours(signup.shift):
        return False
    if not await places.take(signup.role_id, signup.party):
        seat = await _seat_sought(signup)
        if seat is None:
            return False
        await _hand_over(seat, signup.party)
    await places.leave_queue(signup.role_id)
    return True


async def may_step_in(signup: Signup, free: int) -> bool:
    """In the last hours: there is a place that she, who waits, could take now. Needs the shift."""
    if signup.status != SignupStatus.WAITING or not signup.shift.is_to_come or not queue.is_last_hours(signup.shift):
        return False
    return free >= signup.party or await _seat_sought(signup) is not None


async def _take_over(signup: Signup) -> bool:
    """An offer is accepted: a free place is counted already, somebody's changes hands. False: she came herself."""
    if signup.replaces_id:
        seat = await Signup.get(id=signup.replaces_id)
        if not seat.seeks_stand_in or seat.party < signup.party:
            return False
        await _hand_over(seat, signup.party)
        signup.replaces_id = None
    return True


async def _seat_sought(signup: Signup) -> Signup | None:
    """The place of somebody who seeks a stand-in, large enough for her, which is not being offered to another."""
    if await consents.is_awaited(signup.id):
        return None
    return next((seat for seat in await queue.sought(signup.role_id) if signup.party <= seat.party), None)


async def _hand_over(seat: Signup, party: int) -> None:
    """So many come in her place: she is out and told so, or the rest of her group is still counted on."""
    seat = await Signup.get(id=seat.id).select_related("shift__mission__initiative")
    rest = seat.party - party
    if rest:
        seat.party = rest
        change = await queue.move(seat, seat.status, "partly_stood_in", None)
    else:
        seat.stand_in_at = None
        change = await queue.move(seat, SignupStatus.CANCELLED, "stood_in", None)
    await letters.stood_in(seat, change, rest)


async def given_up(seat: Signup) -> None:
    """Whoever sought a stand-in has given her place back: it is free, and kept for whom it was offered to. Locked."""
    for asked in await Signup.filter(replaces_id=seat.id, status=SignupStatus.OFFERED):
        if await places.take(asked.role_id, asked.party):
            asked.replaces_id = None
            await queue.move(asked, SignupStatus.OFFERED, "place_freed", None)
        else:
            await back_to_queue(asked, seat.shift)


async def made_smaller(seat: Signup) -> None:
    """A group that seeks stand-ins comes fewer: whoever was asked and no longer fits keeps her rank. Locked."""
    for asked in await Signup.filter(replaces_id=seat.id, status=SignupStatus.OFFERED, party__gt=seat.party):
        await back_to_queue(asked, seat.shift)


async def back_to_queue(asked: Signup, shift: Shift) -> None:
    """What was offered is no longer to be had: she waits again, at her old rank. Locked."""
    asked.replaces_id = None
    asked.hold_until = None if asked.confirmed_at else queue.hold_until(shift.starts_at)
    change = await queue.move(asked, SignupStatus.WAITING, "offer_withdrawn", None)
    if asked.hold_until:
        await queue.end_hold_at(asked.id, asked.hold_until)
    await places.enter_queue(asked.role_id)
    await letters.withdrawn(asked, change)
