"""Arrivals that were noted before a shift was put off or called off: nobody has come to what has not taken place.

Arrivals are noted two hours before the start, and the lead may still change it then. Whoever was there already is
expected again, as before; she is told like everybody else, and may step back. Somebody who came without signing up
has promised nothing for another day: she is taken off the list, unless the shift is called off, which she is told.
"""

from civic import clock, database
from civic.contributions import service as contributions
from volunteering.shifts import places
from volunteering.shifts.models import Shift
from volunteering.signups import attendance, queue, undoing
from volunteering.signups.models import Signup, SignupStatus


@database.retrying
async def take_back(shift_id: int) -> None:
    """Whoever is noted as being there, of a shift whose doors are not open (any more). Harmless when repeated."""
    async with database.transaction():
        await places.lock(shift_id)
        shift = await Shift.get(id=shift_id).select_related("mission__initiative")
        if attendance.doors_open(shift):
            return
        there = Signup.filter(shift_id=shift_id, status=SignupStatus.ATTENDED).order_by("id")
        for signup in await there.select_related("person"):
            await _expected_again(signup, shift)
        for role in await places.roles_of(shift_id):
            await queue.hand_on(shift, role.id)
        await queue.sum_up(shift)


async def _expected_again(signup: Signup, shift: Shift) -> None:
    before, wanted = await undoing.came_from(signup), SignupStatus.CONFIRMED
    if not before and not shift.is_cancelled:
        wanted = SignupStatus.CANCELLED
    elif before == SignupStatus.WAITING:
        wanted = SignupStatus.WAITING
    await queue.move(signup, await undoing.stands_again(signup, shift, wanted), "shift_changed", None)
    await Signup.filter(id=signup.id).update(arrived_at=None, left_at=None, came=None, updated_at=clock.now())
    await contributions.revoke(f"signup:{signup.id}")
