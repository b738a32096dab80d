"""Who is there: arrivals on a telephone or by code, walk-ins, and after the shift who came (PRODUCT V5, V6).

Hours follow from it by a job (`attendance_noted`): a proposal that the person may correct. Nobody is blamed: whoever
was not there is *missed*, whoever said so or had a reason is *excused*, and neither leads to anything.
"""

from collections.abc import Collection
from datetime import timedelta

from civic import clock, database, jobs
from civic.contributions import service as contributions
from civic.errors import DomainError, NotFound
from civic.i18n import _
from civic.needs.models import NeedKind
from civic.people import service as people
from civic.people.actor import Actor
from volunteering.shifts import places
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift
from volunteering.signups import queue
from volunteering.signups.models import PAST, Signup, SignupStatus

DOORS = timedelta(hours=2)
"""So long before the start arrivals are noted."""
SEEN = (SignupStatus.CONFIRMED, *PAST)


@database.retrying
async def arrive(shift: Shift, code: str, actor: Actor) -> Signup:
    """Somebody is there, by the code on her sheet, her phone or the list. May be said again.

    Raises NotFound for a code that nobody of this shift has, DomainError long before the start.
    """
    _check_doors(shift)
    async with database.transaction():
        await places.lock(shift.id)
        found = await Signup.get_or_none(
            shift_id=shift.id, code=code.strip().upper(), status__in=(*SEEN, SignupStatus.HELD)
        ).select_related("person", "shift__mission")
        if found is None:
            raise NotFound(_("Personne n’a ce code sur ce créneau. Vérifiez les quatre signes."))
        if found.status != SignupStatus.ATTENDED:
            found.hold_until, found.confirmed_at = None, found.confirmed_at or clock.now()
            await queue.move(found, SignupStatus.ATTENDED, "arrived", actor.hand.id)
            await Signup.filter(id=found.id).update(arrived_at=clock.now())
            await _count_as_given(found, shift)
            await _noted(shift)
    return found


@database.retrying
async def walk_in(shift: Shift, role_id: int, name: str, email: str, party: int, key: str, actor: Actor) -> Signup:
    """Somebody came without signing up: she is there, whatever the number of places. The same form twice is once."""
    _check_doors(shift)
    person = await people.meet(name, email or None)
    async with database.transaction():
        await places.lock(shift.id)
        known = await Signup.get_or_none(form_key=f"{shift.id}:{key}") or await Signup.filter(
            shift_id=shift.id, person_id=person.id, status__in=SEEN
        ).first()
        if known:
            return known
        present = clock.now()
        await places.squeeze_in(role_id, party)
        signup = await Signup.create(
            shift=shift, role_id=role_id, person=person, form_key=f"{shift.id}:{key}", status=SignupStatus.ATTENDED,
            party=party, walk_in=True, code=await queue.free_code(shift.id), confirmed_at=present, arrived_at=present,
            created_at=present, updated_at=present,
        )  # fmt: skip
        await queue.write_down(signup, "", "walked_in", actor.hand.id)
        await _count_as_given(signup, shift)
        await places.sum_up(shift.id)
        await shifts.recount(shift.mission_id)
        await _noted(shift)
    return signup


@database.retrying
async def confirm_presence(shift: Shift, present: Collection[int], actor: Actor, excused: Collection[int] = ()) -> int:
    """A coordinator says who came: ids of sign-ups. May be said again; answers how many persons came.

    Raises DomainError before the shift has started.
    """
    if shift.is_cancelled or not shift.has_started:
        raise DomainError(_("La présence se note une fois le créneau commencé."))
    came = 0
    async with database.transaction():
        await places.lock(shift.id)
        for signup in await Signup.filter(shift_id=shift.id, status__in=SEEN).order_by("id"):
            after = (
                SignupStatus.ATTENDED if signup.id in present
                else SignupStatus.EXCUSED if signup.id in excused else SignupStatus.MISSED
            )  # fmt: skip
            came += signup.party if after == SignupStatus.ATTENDED else 0
            if after != signup.status:
                await queue.move(signup, after, "by_lead", actor.hand.id)
                await _count_as_given(signup, shift)
        await people.audit(actor, "presence_confirmed", f"shift:{shift.id}", came=came)
        await _noted(shift)
    return came


async def _count_as_given(signup: Signup, shift: Shift) -> None:
    """Whoever came has contributed time to the initiative (S2), whoever did not has not. Needs the shift's mission."""
    source = f"signup:{signup.id}"
    if signup.status == SignupStatus.ATTENDED:
        await contributions.contribute(signup.person_id, shift.mission.initiative_id, NeedKind.TIME, source)
    else:
        await contributions.revoke(source)


def _check_doors(shift: Shift) -> None:
    if shift.is_cancelled or shift.starts_at - DOORS > clock.now():
        raise DomainError(_("Les arrivées se notent à partir de deux heures avant le début."))


async def _noted(shift: Shift) -> None:
    """Hours are proposed once the shift is over, anew when somebody corrects the list afterwards."""
    fresh = await Shift.get(id=shift.id)
    await jobs.enqueue(
        "attendance_noted", key=f"shift:{shift.id}:{fresh.version}", run_at=max(clock.now(), fresh.ends_at),
        shift_id=shift.id,
    )  # fmt: skip
