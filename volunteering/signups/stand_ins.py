"""Somebody comes in her place: she keeps it until it is taken over (PRODUCT V2).

The place is offered to the queue like a free one; with nobody in the queue the mission's page shows it, and the first
newcomer takes it over. The shift's row is locked by whoever calls the underscored verbs.
"""

from civic import clock, database
from civic.errors import DomainError
from civic.i18n import _
from volunteering.shifts import places
from volunteering.shifts import service as shifts
from volunteering.signups import letters, queue
from volunteering.signups.models import Signup, SignupStatus


@database.retrying
async def seek(signup: Signup, actor_id: int | None, reason: str = "") -> None:
    """She looks for somebody to come in her place. Harmless when repeated. Raises DomainError when it is too late."""
    async with database.transaction():
        await places.lock_to_come(signup.shift_id)
        fresh = await Signup.get(id=signup.id).select_related("shift__mission")
        if fresh.status != SignupStatus.CONFIRMED:
            raise DomainError(_("Cette place n’est pas confirmée : vous pouvez simplement la rendre."))
        if fresh.seeks_stand_in:
            return
        fresh.stand_in_at, fresh.reason = clock.now(), reason
        await queue.move(fresh, fresh.status, "seeks_stand_in", actor_id)
        await queue.hand_on(fresh.shift, fresh.role_id)
        await _sum_up(fresh)


@database.retrying
async def keep(signup: Signup, actor_id: int | None) -> None:
    """She comes after all: nobody is sought any more, and who was being asked stays in the queue."""
    async with database.transaction():
        await places.lock_to_come(signup.shift_id)
        fresh = await Signup.get(id=signup.id).select_related("shift__mission")
        if not fresh.seeks_stand_in:
            return
        fresh.stand_in_at, fresh.reason = None, ""
        await queue.move(fresh, fresh.status, "comes_herself", actor_id)
        for asked in await Signup.filter(replaces_id=fresh.id, status=SignupStatus.OFFERED):
            await back_to_queue(asked)
        await _sum_up(fresh)


async def take_over(signup: Signup) -> None:
    """An offer is accepted: the one who sought a stand-in leaves, her places are now this sign-up's. Locked.

    A free place that was offered is counted already. When a group is replaced by a smaller one, the rest is free again.
    """
    if not signup.replaces_id:
        return
    seat = await Signup.get(id=signup.replaces_id).select_related("shift__mission")
    await hand_over(seat, signup.party)
    signup.replaces_id = None


async def seat_sought(role_id: int, party: int) -> Signup | None:
    """The place of somebody who seeks a stand-in, for so many persons at most, which is not being offered. Locked."""
    for seat in await queue.sought(role_id):
        if party <= seat.party:
            return seat
    return None


async def hand_over(seat: Signup, party: int) -> None:
    """Somebody comes in her place: she is out, and told so; places that are left over are given back. Locked."""
    seat.stand_in_at = None
    change = await queue.move(seat, SignupStatus.CANCELLED, "stood_in", None)
    await letters.stood_in(seat, change)
    if seat.party > party:
        await places.give_back(seat.role_id, seat.party - party)


async def back_to_queue(asked: Signup) -> None:
    """What was offered is no longer to be had: she waits again, at her old rank."""
    asked.hold_until, asked.replaces_id = None, None
    change = await queue.move(asked, SignupStatus.WAITING, "offer_withdrawn", None)
    await places.enter_queue(asked.role_id)
    await letters.withdrawn(asked, change)


async def _sum_up(signup: Signup) -> None:
    await places.sum_up(signup.shift_id)
    await shifts.recount(signup.shift.mission_id)
