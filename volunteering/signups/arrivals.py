"""Arrivals that were noted before a shift was put off or called off: nobody has come to what has not taken place.

Arrivals are noted two hours before the start, and the lead may still change it then. Whoever was there already is
expected again, as before; she is told like everybody else, and may step back. Somebody who came without signing up
has promised nothing for another day: she is taken off the list, unless the shift is called off, which she is told.
"""

from civic import clock, database
from civic.contributions import service as contributions
from volunteering.shifts import places
from volunteering.shifts.models import Shift
from volunteering.signups import attendance, consents, queue
from volunteering.signups.models import Signup, SignupChange, SignupStatus


@database.retrying
async def take_back(shift_id: int) -> None:
    """Whoever is noted as being there, of a shift whose doors are not open (any more). Harmless when repeated."""
    async with database.transaction():
        await places.lock(shift_id)
        shift = await Shift.get(id=shift_id).select_related("mission")
        if attendance.doors_open(shift):
            return
        for signup in await Signup.filter(shift_id=shift_id, status=SignupStatus.ATTENDED).order_by("id"):
            await _expected_again(signup, shift)
        for role in await places.roles_of(shift_id):
            await queue.hand_on(shift, role.id)
        await queue.sum_up(shift)


async def _expected_again(signup: Signup, shift: Shift) -> None:
    last = await SignupChange.filter(signup_id=signup.id, after=SignupStatus.ATTENDED).order_by("-id").first()
    came_from = last.before if last else ""
    after = SignupStatus.CONFIRMED
    if not came_from and not shift.is_cancelled:
        await places.give_back(signup.role_id, signup.party)
        after = SignupStatus.CANCELLED
    elif came_from == SignupStatus.WAITING:
        await places.give_back(signup.role_id, signup.party)
        await places.enter_queue(signup.role_id)
        after = SignupStatus.WAITING
    elif came_from == SignupStatus.HELD:
        after = SignupStatus.HELD
        asked = signup.confirmed_at is not None and await consents.is_awaited(signup.id)
        signup.hold_until = consents.ask_until(shift.starts_at) if asked else queue.hold_until()
        await queue.end_hold_at(signup.id, signup.hold_until)
    await queue.move(signup, after, "shift_changed", None)
    await Signup.filter(id=signup.id).update(arrived_at=None, left_at=None, updated_at=clock.now())
    await contributions.revoke(f"signup:{signup.id}")
