"""Changes of state, and who gets a place that has become free (PRODUCT V3, in simple order).

Whoever calls these has locked the shift's row first. An offer held for one person until a deadline would live here.
"""

from datetime import datetime, timedelta

from tortoise.expressions import F

from civic import clock, jobs
from civic.settings import settings
from volunteering.shifts.models import Shift
from volunteering.signups import letters
from volunteering.signups.models import Signup, SignupChange, SignupStatus


async def lock(shift_id: int) -> None:
    """Write the shift's row first: from here to the end of the transaction its places are ours alone."""
    await Shift.filter(id=shift_id).update(version=F("version") + 1)


async def move(signup: Signup, after: SignupStatus, cause: str, actor_id: int | None) -> SignupChange:
    """Change the state and write it down; `actor_id` is the person who did it, None for the clock."""
    before, signup.status = signup.status.value, after
    await Signup.filter(id=signup.id).update(status=after, updated_at=clock.now())
    return await write_down(signup, before, cause, actor_id)


async def write_down(signup: Signup, before: str, cause: str, actor_id: int | None) -> SignupChange:
    """A row of history: from `before` (empty for a new sign-up) to the state it has now."""
    return await SignupChange.create(
        signup=signup, before=before, after=signup.status.value, actor_id=actor_id, cause=cause, at=clock.now()
    )


async def free_place(shift_id: int) -> None:
    """A place was given back: the next in line takes it, else it is free."""
    shift = await Shift.get(id=shift_id)
    if not (shift.is_to_come and shift.waiting and await seat_next(shift)):
        await Shift.filter(id=shift_id, taken__gt=0).update(taken=F("taken") - 1)


async def seat_next(shift: Shift) -> bool:
    """The first of the queue takes a place that is already counted as taken; False when nobody waits.

    Somebody whose address is not confirmed yet gets a new hold with it.
    """
    signup = await Signup.filter(shift_id=shift.id, status=SignupStatus.WAITING).order_by("id").first()
    if signup is None:
        await Shift.filter(id=shift.id).update(waiting=0)
        return False
    await Shift.filter(id=shift.id, waiting__gt=0).update(waiting=F("waiting") - 1)
    after = SignupStatus.CONFIRMED if signup.confirmed_at else SignupStatus.HELD
    if after == SignupStatus.HELD:
        signup.hold_until = hold_until()
        await Signup.filter(id=signup.id).update(hold_until=signup.hold_until)
        await end_hold_at(signup.id, signup.hold_until)
    change = await move(signup, after, "place_freed", None)
    await letters.promoted(signup, change)
    return True


def hold_until() -> datetime:
    """Until when an unconfirmed place is held, from now (CIVIC_HOLD_MINUTES), UTC."""
    return clock.now().replace(microsecond=0) + timedelta(minutes=settings().hold_minutes)


async def end_hold_at(signup_id: int, until: datetime) -> None:
    """Come back to this sign-up when its hold is over."""
    await jobs.enqueue("hold_ended", key=f"signup:{signup_id}:{until.isoformat()}", run_at=until, signup_id=signup_id)
