"""Who is there: arrivals on a telephone or by code, walk-ins, and after the shift who came (PRODUCT V5, V6).

Hours follow from it by a job (`attendance_noted`): a proposal that the person may correct. Nobody is blamed: whoever
was not there is *missed*, whoever said so or had a reason is *excused*, and neither leads to anything. Several
coordinators note at once: what one said is never silently overwritten by another's older page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from civic import clock, database, jobs
from civic.contributions import service as contributions
from civic.errors import DomainError, NotFound
from civic.i18n import _
from civic.needs.models import NeedKind
from civic.people import service as people
from civic.people.actor import Actor
from civic.places.folding import fold
from volunteering.shifts import places
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups import heads, queue, undoing
from volunteering.signups.models import EXPECTED, OVER, PAST, Signup, SignupChange, SignupStatus

DOORS = timedelta(hours=2)
"""So long before the start arrivals are noted."""
SEEN = (SignupStatus.CONFIRMED, *PAST)
MAY_COME = (*EXPECTED, SignupStatus.WAITING, *PAST)
"""Who can turn out to be there: whoever waited in the queue too."""


@dataclass(slots=True, frozen=True)
class WalkIn:
    """Somebody who came without signing up: her name, the role she takes, how many they are."""

    name: str
    role_id: int = 0
    email: str = ""
    party: int = 1

    @property
    def mark(self) -> str:
        """Short and the same for the same words: a page sent again with another name is another person."""
        return blake2b(repr((fold(self.name), fold(self.email))).encode(), digest_size=8).hexdigest()


@dataclass(slots=True, frozen=True)
class Said:
    """What a coordinator says of one sign-up, and which state her page showed when she said it.

    `came`: how many of a group were there, 0 when that is not said anew.
    """

    signup_id: int
    shown: SignupStatus
    after: SignupStatus
    came: int = 0


@database.retrying
async def arrive(shift: Shift, code: str, actor: Actor) -> Signup:
    """Somebody is there, by the code on her sheet, her phone or the list. May be said again.

    Raises NotFound for a code that nobody of this shift has, DomainError long before the start.
    """
    async with database.transaction():
        await lock_with_doors_open(shift)
        found = await Signup.filter(
            shift_id=shift.id, code=read_code(code), status__in=MAY_COME
        ).select_related("person").first()  # fmt: skip
        if found is None:
            raise NotFound(_("Personne n’a ce code sur ce créneau. Vérifiez les quatre signes."))
        await be_there(found, shift, actor)
    return found


def read_code(text: str) -> str:
    """The signs of a code however they are typed (« ht 8s »); a dash, which is nobody's, for what cannot be one."""
    signs = "".join(sign for sign in text.upper() if sign.isalnum())
    return signs if len(signs) == queue.CODE_LENGTH else "-"


@database.retrying
async def here(shift: Shift, signup_id: int, actor: Actor, came: int = 0) -> Signup:
    """« Est là », from the list, `came` of the group if not all. May be said again.

    Raises NotFound, Invalid for more than the group counts, or DomainError long before the start.
    """
    async with database.transaction():
        await lock_with_doors_open(shift)
        found = await _of_shift(shift, signup_id)
        if found.status not in MAY_COME:
            raise DomainError(_("Cette personne a rendu sa place. Notez-la comme venue sans s’inscrire."))
        await be_there(found, shift, actor, came=came)
    return found


@database.retrying
async def undo(shift: Shift, signup_id: int, actor: Actor) -> Signup:
    """« Est là » was a mistake: she is expected again; a walk-in is taken off the list. Harmless when repeated."""
    async with database.transaction():
        await places.lock(shift.id)
        found = await _of_shift(shift, signup_id)
        if found.status != SignupStatus.ATTENDED:
            return found
        change = await _leave_again(found, shift, actor)
        await Signup.filter(id=found.id).update(arrived_at=None, left_at=None, came=None)
        await _follow(found, shift)
        await queue.hand_on(shift, found.role_id, news=f"left-{change.id}")
        await _sum_up(shift)
        await noted(shift)
    return found


@database.retrying
async def walk_in(shift: Shift, who: WalkIn, key: str, actor: Actor) -> Signup:
    """Somebody came without signing up: she is there, whatever the number of places. The same form twice is once."""
    async with database.transaction():
        await lock_with_doors_open(shift)
        return await walked_in(shift, who, key, actor)


async def walked_in(shift: Shift, who: WalkIn, key: str, actor: Actor, at: datetime | None = None) -> Signup:
    """The same within a transaction that has locked the shift, `at` the hour that a sheet says.

    Whoever had a sign-up after all uses that one.
    """
    form_key = f"{shift.id}:{key}:{who.mark}"
    known = await Signup.get_or_none(form_key=form_key).select_related("person")
    if known:
        return known
    role = await ShiftRole.filter(shift_id=shift.id, **({"id": who.role_id} if who.role_id else {})).order_by(
        "order", "id"
    ).first()  # fmt: skip
    if role is None:
        raise NotFound(_("Ce poste n’existe plus. Choisissez-en un autre."))
    person = await people.meet(who.name, who.email or None)
    had = await Signup.filter(shift_id=shift.id, person_id=person.id).exclude(status__in=OVER).first()
    if had:
        had.person = person
        await be_there(had, shift, actor, at)
        return had
    present = clock.now()
    sure = person.email_verified_at is not None or not person.email
    await places.squeeze_in(role.id, who.party)
    signup = await Signup.create(
        shift=shift, role=role, person=person, form_key=form_key, status=SignupStatus.ATTENDED,
        party=who.party, walk_in=True, code=await queue.free_code(shift.id), confirmed_at=present if sure else None,
        arrived_at=at or present, created_at=present, updated_at=present,
    )  # fmt: skip
    await queue.write_down(signup, "", "walked_in", actor.hand.id)
    await _follow(signup, shift)
    await _sum_up(shift)
    await noted(shift)
    return signup


async def be_there(
    signup: Signup, shift: Shift, actor: Actor, at: datetime | None = None, *, came: int = 0
) -> None:  # fmt: skip
    """She is there, with so many of her group, whatever her state was; the shift is locked. May be said again."""
    counted = await heads.count(signup, came)
    if signup.status == SignupStatus.ATTENDED:
        if counted:
            await noted(shift)
        return
    seated = await _seat(signup)
    signup.hold_until, signup.replaces_id = None, None
    await queue.move(signup, SignupStatus.ATTENDED, "arrived", actor.hand.id)
    signup.arrived_at = at or clock.now()
    await Signup.filter(id=signup.id).update(arrived_at=signup.arrived_at)
    await _follow(signup, shift)
    if seated:
        await _sum_up(shift)
    await noted(shift)


@database.retrying
async def say(shift: Shift, said: Sequence[Said], actor: Actor) -> tuple[int, list[Signup]]:
    """A coordinator says who came, of those her page showed (PRODUCT V6). May be said again.

    Answers how many persons came in all, and whose state had changed since the page was made: those are left as the
    other coordinator said. Raises DomainError before the shift has started.
    """
    passed_by = []
    async with database.transaction():
        await _lock_again(shift)
        _check_begun(shift)
        rows = Signup.filter(shift_id=shift.id, status__in=SEEN).select_related("person")
        found = {row.id: row for row in await rows}
        for one in said:
            signup = found.get(one.signup_id)
            if signup and one.after == signup.status == SignupStatus.ATTENDED:
                await heads.count(signup, one.came)
            if signup is None or one.after in (signup.status, one.shown):
                continue
            if signup.status != one.shown:
                passed_by.append(signup)
                continue
            await queue.move(signup, one.after, "by_lead", actor.hand.id)
            await heads.count(signup, one.came if one.after == SignupStatus.ATTENDED else signup.party)
            await _follow(signup, shift)
        came = sum(row.present for row in found.values() if row.status == SignupStatus.ATTENDED)
        await people.audit(actor, "presence_confirmed", f"shift:{shift.id}", came=came)
        await noted(shift)
    return came, passed_by


async def was_away(signup: Signup, after: SignupStatus, shift: Shift, actor: Actor) -> None:
    """She was not there, or had said so; the shift is locked. Harmless when repeated, and of who has no sure place.

    Raises DomainError before the shift has started.
    """
    _check_begun(shift)
    if signup.status in SEEN and signup.status != after:
        await queue.move(signup, after, "by_lead", actor.hand.id)
        await _follow(signup, shift)


def _check_begun(shift: Shift) -> None:
    if shift.is_cancelled or not shift.has_started:
        raise DomainError(_("La présence se note une fois le créneau commencé."))


async def lock_with_doors_open(shift: Shift) -> None:
    """Lock the shift so that arrivals can be noted; the page's hours may be old, the row's under the lock are not.

    Raises DomainError long before the start, or of a cancelled shift.
    """
    await _lock_again(shift)
    if not doors_open(shift):
        raise DomainError(_("Les arrivées se notent à partir de deux heures avant le début."))


def doors_open(shift: Shift) -> bool:
    """Arrivals are noted from two hours before the start on, and ever after."""
    return not shift.is_cancelled and shift.starts_at - DOORS <= clock.now()


async def _lock_again(shift: Shift) -> None:
    await places.lock(shift.id)
    await shift.refresh_from_db(fields=["starts_at", "ends_at", "status"])


async def noted(shift: Shift) -> None:
    """Hours are proposed once the shift is over, anew when somebody corrects the list afterwards."""
    fresh = await Shift.get(id=shift.id)
    await jobs.enqueue(
        "attendance_noted", key=f"shift:{shift.id}:{fresh.version}", run_at=max(clock.now(), fresh.ends_at),
        shift_id=shift.id,
    )  # fmt: skip


async def _of_shift(shift: Shift, signup_id: int) -> Signup:
    found = await Signup.get_or_none(id=signup_id, shift_id=shift.id).select_related("person")
    if found is None:
        raise NotFound(_("Cette inscription n’existe plus."))
    return found


async def _leave_again(signup: Signup, shift: Shift, actor: Actor) -> SignupChange:
    """Back to where she stood before she was said to be there: a place squeezed in is given back, a rank is hers again.

    What was offered to her has gone on meanwhile: she waits; a place that was held for a link or a guardian is so anew.
    """
    before = SignupStatus(await undoing.came_from(signup) or SignupStatus.CANCELLED)
    wanted = SignupStatus.WAITING if before == SignupStatus.OFFERED else before
    after = await undoing.stands_again(signup, shift, wanted)
    return await queue.move(signup, after, "arrival_undone", actor.hand.id)


async def _seat(signup: Signup) -> bool:
    """Whoever waited, or was asked to stand in, has no place of her own yet: she is there, so she gets one (True)."""
    if signup.counts:
        return False
    if signup.status == SignupStatus.WAITING:
        await places.leave_queue(signup.role_id)
    await places.squeeze_in(signup.role_id, signup.party)
    return True


async def _follow(signup: Signup, shift: Shift) -> None:
    """Whoever came has contributed time to the initiative (S2), whoever did not has not. Needs the shift's mission."""
    source = f"signup:{signup.id}"
    if signup.status == SignupStatus.ATTENDED:
        await contributions.contribute(signup.person_id, shift.mission.initiative_id, NeedKind.TIME, source)
    else:
        await contributions.revoke(source)


async def _sum_up(shift: Shift) -> None:
    await places.sum_up(shift.id)
    await shifts.recount(shift.mission_id)
