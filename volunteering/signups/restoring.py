"""A shift that was called off takes place after all: whoever had a place is asked whether she still comes (PRODUCT V4).

Nobody is counted on whom a mail told that she has nothing to do: her place is kept for her like an offered one, until a
deadline by day, and passes on without an answer. Who waited waits again at her rank. It can be restored as long as an
answer can still come in time; after that those who run it add another shift, or telephone (docs/decisions/0010).
"""

from datetime import datetime

from civic import clock, database
from civic.errors import DomainError
from civic.i18n import _
from volunteering.shifts import places
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift
from volunteering.signups import deadlines, letters, queue
from volunteering.signups.models import Signup, SignupChange, SignupStatus

CALLED_OFF, RESTORED = "shift_cancelled", "shift_restored"


def answers_until(shift: Shift) -> datetime | None:
    """Until when people would have to answer if it were restored now (UTC); None when it can no longer be."""
    if not shift.is_cancelled or shift.has_started:
        return None
    return deadlines.offer_until(clock.now(), shift.starts_at)


@database.retrying
async def restore(shift: Shift, actor_id: int) -> int:
    """Take a calling off back; how many people are written to. Harmless when repeated.

    Of a closed mission who had a place is asked, its waiting list stays closed. Raises DomainError when no answer can
    come in time any more or the initiative is over, Invalid when a shift at the same hours has been added instead.
    """
    async with shifts.no_double(), database.transaction():
        await places.lock(shift.id)
        fresh = await Shift.get(id=shift.id).select_related("mission__initiative")
        if not fresh.is_cancelled:
            return 0
        until = answers_until(fresh)
        if until is None:
            raise DomainError(_("C’est trop tard pour que chacun réponde. Ajoutez plutôt un nouveau créneau."))
        if fresh.mission.initiative.is_over:
            raise DomainError(_("Cette initiative est terminée."))
        await shifts.reopen(fresh)
        sent = await sent_away(fresh.id)
        asked = [one for one in sent if fresh.mission.is_open or one[1].before != SignupStatus.WAITING]
        for signup, change in asked:
            await _ask(signup, change.before, until, actor_id)
        for role in await places.roles_of(fresh.id):
            await queue.hand_on(fresh, role.id)
        await places.sum_up(fresh.id)
        await shifts.recount(fresh.mission_id)
    return sum(bool(signup.person.email) for signup, _change in asked)


async def sent_away(shift_id: int) -> list[tuple[Signup, SignupChange]]:
    """Whom the calling off sent away, in the order of asking, each with that change; nobody twice.

    Not who never confirmed her address, nor who is gone from the site.
    """
    latest: dict[int, tuple[Signup, SignupChange]] = {}
    there: set[int] = set()
    for signup in await Signup.filter(shift_id=shift_id).order_by("id").select_related("person"):
        if signup.is_active:
            there.add(signup.person_id)
            continue
        change = await SignupChange.filter(signup_id=signup.id).order_by("-id").first()
        known = signup.confirmed_at is not None and signup.role_id is not None and signup.person.erased_at is None
        if change and change.cause == CALLED_OFF and known:
            latest[signup.person_id] = (signup, change)
    return sorted((pair for person, pair in latest.items() if person not in there), key=lambda pair: pair[0].id)


async def _ask(signup: Signup, before: str, until: datetime, actor_id: int) -> None:
    """Her place is kept for her until then, or she waits again.

    Whom no mail can reach learnt of neither: she is expected as before, whoever runs it telephones.
    """
    stood_in, signup.replaces_id, signup.reason = signup.replaces_id is not None, None, ""
    seated = before != SignupStatus.WAITING and not stood_in and await places.take(signup.role_id, signup.party)
    if not seated:
        after = SignupStatus.WAITING
        await places.enter_queue(signup.role_id)
    else:
        after = SignupStatus.OFFERED if signup.person.email else SignupStatus.CONFIRMED
    signup.hold_until = until if after == SignupStatus.OFFERED else None
    change = await queue.move(signup, after, RESTORED, actor_id)
    if signup.hold_until:
        await queue.end_hold_at(signup.id, signup.hold_until)
    await letters.restored(signup.id, change)
