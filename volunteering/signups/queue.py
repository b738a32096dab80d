"""Changes of state, and who gets a place that has become free (PRODUCT V3).

A free place is offered to one person alone, kept for her until a deadline (`deadlines.py`), and passes on by itself.
A group is offered places when there are enough for all of it; until then smaller ones behind it go first. In the last
hours nobody is asked alone any more: all who wait are told, the first answer wins (docs/decisions/0010). Whoever calls
these has locked the shift's row first.
"""

import secrets
from datetime import datetime, timedelta

from civic import clock, jobs
from civic.settings import settings
from volunteering.shifts import places
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups import consents, deadlines, fairness, letters
from volunteering.signups.models import GuardianConsent, Signup, SignupChange, SignupStatus

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Nothing that can be taken for something else when it is read out."""
CODE_LENGTH = 4


async def move(signup: Signup, after: SignupStatus, cause: str, actor_id: int | None) -> SignupChange:
    """Change the state and write it down; `actor_id` is the person who did it, None for the clock."""
    before, signup.status = signup.status.value, after
    await Signup.filter(id=signup.id).update(
        status=after, party=signup.party, hold_until=signup.hold_until, confirmed_at=signup.confirmed_at,
        reason=signup.reason, stand_in_at=signup.stand_in_at, replaces_id=signup.replaces_id, updated_at=clock.now(),
    )  # fmt: skip
    return await write_down(signup, before, cause, actor_id)


async def write_down(signup: Signup, before: str, cause: str, actor_id: int | None) -> SignupChange:
    """A row of history: from `before` (empty for a new sign-up) to the state it has now."""
    return await SignupChange.create(
        signup=signup, before=before, after=signup.status.value, actor_id=actor_id, cause=cause, at=clock.now()
    )


async def hand_on(shift: Shift, role_id: int, news: str = "") -> None:
    """Offer every free place of a role, and every place for which a stand-in is sought, to the next in the queue.

    Needs the shift's mission and initiative. In the last hours (no offer can end in time) those who wait are told, once
    for each `news` (what has just become free, in a word of its own), and the first who takes it has it. A mission that
    takes nobody any more offers nothing: whoever waits is told that the list is closed.
    """
    await serve(shift, await ShiftRole.get(id=role_id), news)


async def serve(shift: Shift, role: ShiftRole, news: str = "") -> None:
    """The same for a role read behind the lock (what it counts as free may have been offered since)."""
    if not (role.waiting and shift.is_to_come):
        return
    if not shift.mission.takes_people:
        return await _close(role.id)
    seats = await sought(role.id)
    if not (role.free or seats):
        return
    waiting = await Signup.filter(role_id=role.id, status=SignupStatus.WAITING).order_by("id")
    line = await fairness.entitled(shift, [one for one in waiting if not one.awaits_link_alone])
    until = deadlines.offer_until(clock.now(), shift.starts_at)
    if until is None:
        room = max([role.free, *(seat.party for seat in seats)])
        for signup in line if news else ():
            if signup.party <= room:
                await letters.place_free(signup, news)
        return
    for signup in list(line):
        if await places.take(role.id, signup.party):
            line.remove(signup)
            await _offer(shift, signup, until)
    await _ask_to_stand_in(shift, seats, line, until)


async def _close(role_id: int) -> None:
    """Nobody of this queue will be offered a place; opened again, the mission asks none of them without being asked."""
    for signup in await Signup.filter(role_id=role_id, status=SignupStatus.WAITING).order_by("id"):
        change = await move(signup, SignupStatus.CANCELLED, "mission_closed", None)
        await places.leave_queue(role_id)
        await letters.queue_closed(signup, change)
        await consents.left(signup)


async def _ask_to_stand_in(shift: Shift, seats: list[Signup], line: list[Signup], until: datetime) -> None:
    """Each seat for which somebody is sought, to the next who fits; not to a minor whose guardian has yet to answer."""
    unsure = await _awaiting_guardian(line) if seats else set()
    able = [one for one in line if one.id not in unsure]
    for seat in seats:
        found = next((one for one in able if one.party <= seat.party), None)
        if found:
            able.remove(found)
            await _offer(shift, found, until, seat.id)


async def _awaiting_guardian(line: list[Signup]) -> set[int]:
    pending = GuardianConsent.filter(
        signup_id__in=[one.id for one in line], given_at__isnull=True, refused_at__isnull=True
    )
    return {int(str(one)) for one in await pending.values_list("signup_id", flat=True)}


def is_last_hours(shift: Shift) -> bool:
    """No offer can end in time any more: the first answer wins."""
    return deadlines.offer_until(clock.now(), shift.starts_at) is None


async def sought(role_id: int) -> list[Signup]:
    """Places for which a stand-in is sought and nobody is being asked, the longest first."""
    found = Signup.filter(role_id=role_id, status=SignupStatus.CONFIRMED, stand_in_at__isnull=False)
    seats = await found.order_by("stand_in_at", "id")
    if not seats:
        return []
    asked = Signup.filter(role_id=role_id, status=SignupStatus.OFFERED, replaces_id__isnull=False)
    taken = {int(str(one)) for one in await asked.values_list("replaces_id", flat=True)}
    return [one for one in seats if one.id not in taken]


async def _offer(shift: Shift, signup: Signup, until: datetime, replaces_id: int | None = None) -> None:
    """Keep a place for her until then; it passes on if she does not answer.

    For an address that nobody has confirmed yet a place is kept no longer than at the door (PRODUCT A2).
    """
    await places.leave_queue(signup.role_id)
    if signup.confirmed_at is None:
        until = min(until, hold_until(shift.starts_at))
    signup.hold_until, signup.replaces_id = until, replaces_id
    change = await move(signup, SignupStatus.OFFERED, "place_freed", None)
    await end_hold_at(signup.id, until)
    await letters.offered(signup, change)


async def sum_up(shift: Shift) -> None:
    """Write what roles and shifts add up to, last thing in a transaction; one more in a queue is no news to a mission.
    """
    if await places.sum_up(shift.id):
        await shifts.recount(shift.mission_id)


def hold_until(starts_at: datetime) -> datetime:
    """Until when an unconfirmed place is held, from now (CIVIC_HOLD_MINUTES of daytime), UTC."""
    present = clock.now().replace(microsecond=0)
    return deadlines.confirm_until(present, starts_at, timedelta(minutes=settings().hold_minutes))


async def end_hold_at(signup_id: int, until: datetime) -> None:
    """Come back to this sign-up when its hold is over."""
    await jobs.enqueue("hold_ended", key=f"signup:{signup_id}:{until.isoformat()}", run_at=until, signup_id=signup_id)


def any_code() -> str:
    """Four letters or digits, of a million such."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


async def free_code(shift_id: int) -> str:
    """A code that nobody else of this shift has."""
    while True:
        code = any_code()
        if not await Signup.filter(shift_id=shift_id, code=code).exists():
            return code
