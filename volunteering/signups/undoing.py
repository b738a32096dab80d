"""Whoever was said to be there and is not: by mistake (`attendance.undo`), or because it is another day (`arrivals`).

She stands where she stood before, as far as she still may: nobody has a place for good by it whose address or whose
parent has not answered, nobody who has had herself forgotten is expected. The shift's row is locked.
"""

from volunteering.shifts import places
from volunteering.shifts.models import Shift
from volunteering.signups import consents, queue
from volunteering.signups.models import PAST, Signup, SignupChange, SignupStatus


async def came_from(signup: Signup) -> str:
    """The state she had before she was said to be there; empty for a walk-in."""
    last = await SignupChange.filter(signup_id=signup.id, after=SignupStatus.ATTENDED).order_by("-id").first()
    return last.before if last else ""


async def stands_again(signup: Signup, shift: Shift, wanted: SignupStatus) -> SignupStatus:
    """The state she gets, at best the wanted one, with places, rank and hold as it needs them. Needs the person."""
    after = wanted
    if signup.person.erased_at and wanted not in PAST:
        after = SignupStatus.CANCELLED
    elif wanted in (SignupStatus.HELD, SignupStatus.CONFIRMED):
        after = await _seat(signup, shift)
    elif wanted == SignupStatus.WAITING:
        signup.hold_until = None if signup.confirmed_at else queue.hold_until(shift.starts_at)
    if after in (SignupStatus.CANCELLED, SignupStatus.WAITING):
        await places.give_back(signup.role_id, signup.party)
    if after == SignupStatus.WAITING:
        await places.enter_queue(signup.role_id)
    if signup.hold_until:
        await queue.end_hold_at(signup.id, signup.hold_until)
    return after


async def _seat(signup: Signup, shift: Shift) -> SignupStatus:
    """Hers, or held until her link, or her parent, has answered."""
    if signup.confirmed_at is None:
        signup.hold_until = queue.hold_until(shift.starts_at)
    elif await consents.is_awaited(signup.id):
        signup.hold_until = consents.ask_until(shift.starts_at)
    return SignupStatus.HELD if signup.hold_until else SignupStatus.CONFIRMED
