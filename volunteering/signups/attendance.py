"""After the shift: who really came (PRODUCT V6, in its simplest form). Time given is a contribution (S2)."""

from collections.abc import Collection

from civic import clock, database
from civic.contributions import service as contributions
from civic.errors import DomainError
from civic.i18n import _
from civic.needs.models import NeedKind
from civic.people import service as people
from civic.people.actor import Actor
from volunteering.shifts.models import Shift
from volunteering.signups import queue
from volunteering.signups.models import Signup, SignupStatus

SEEN = (SignupStatus.CONFIRMED, SignupStatus.ATTENDED, SignupStatus.MISSED)


@database.retrying
async def confirm_presence(shift: Shift, present: Collection[int], actor: Actor) -> int:
    """A lead says who came: `present` are ids of sign-ups. May be said again; answers how many came.

    Whoever came has contributed time, whoever did not has not. Needs the shift's mission. Raises DomainError before
    the shift has started.
    """
    if shift.is_cancelled or shift.starts_at > clock.now():
        raise DomainError(_("La présence se note une fois le créneau commencé."))
    by = actor.recorded_by or actor.person
    came = 0
    async with database.transaction():
        await queue.lock(shift.id)
        for signup in await Signup.filter(shift_id=shift.id, status__in=SEEN).order_by("id"):
            after = SignupStatus.ATTENDED if signup.id in present else SignupStatus.MISSED
            came += after == SignupStatus.ATTENDED
            if after != signup.status:
                await queue.move(signup, after, "by_lead", by.id)
                await _count_as_given(signup, shift.mission.initiative_id)
        await people.audit(actor, "presence_confirmed", f"shift:{shift.id}", came=came)
    return came


async def _count_as_given(signup: Signup, initiative_id: int) -> None:
    source = f"signup:{signup.id}"
    if signup.status == SignupStatus.ATTENDED:
        await contributions.contribute(signup.person_id, initiative_id, NeedKind.TIME, source)
    else:
        await contributions.revoke(source)
