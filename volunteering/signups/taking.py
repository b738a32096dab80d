"""How a place is asked for: with an account, without one, or once more after stepping back (PRODUCT V2, A2).

Together with `service` the only writer of sign-ups. Every verb locks the shift's row first, so that places, queue and
states change as one (docs/decisions/0010).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tortoise.expressions import Q

from civic import clock, database
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person
from volunteering.missions.models import MissionStatus
from volunteering.missions.skills import said
from volunteering.shifts import places
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups import consents, fairness, letters, queue, stand_ins, told
from volunteering.signups.consents import Minor
from volunteering.signups.models import MOST_TOGETHER, OVER, Signup, SignupChange, SignupStatus
from volunteering.signups.overlaps import check_free


class _Already(Exception):
    """The same form, or the same person, is there already; the transaction is undone."""

    def __init__(self, signup: Signup) -> None:
        self.signup = signup


@dataclass(slots=True, frozen=True)
class Wish:
    """What somebody asks for: a role (0: the first), how many come together, what she can do, who is a minor."""

    role_id: int = 0
    party: int = 1
    skills: Sequence[str] = ()
    wants_lift: bool = False
    minor: Minor | None = None
    anyway: bool = False


@dataclass(slots=True, frozen=True)
class _Ask:
    """A wish with its form's key (which makes a resent form harmless), and whether it is surely she who asks."""

    wish: Wish
    key: str
    sure: bool
    actor_id: int | None = None
    started: datetime = field(default_factory=clock.now)


async def sign_up(shift: Shift, actor: Actor, key: str, wish: Wish | None = None) -> Signup:
    """A person with an account takes a place, or joins the queue when there is none (PRODUCT V2).

    Raises DomainError when the shift is over, Invalid when she lacks age or skills, Overlap when she comes elsewhere at
    that time, or cannot be there in time, and has not said that she wants both.
    """
    wish = wish or Wish()
    if not wish.anyway:
        await check_free(actor.person.id, shift)
    return await _take(shift, actor.person, _Ask(wish, _form_key(shift, actor.person, key), True, actor.hand.id))


async def hold(shift: Shift, name: str, email: str, key: str, wish: Wish | None = None) -> Signup:
    """A visitor's place is held at once; the mailed link confirms it before it lapses (PRODUCT A2).

    Raises DomainError when the shift is over, Invalid when age or skills are lacking. Somebody who has a place already
    gets her link again, and nobody who types another's name learns more than that.
    """
    check_open(shift)
    person = await people.meet(name, email)
    signup = await _take(shift, person, _Ask(wish or Wish(), _form_key(shift, person, key), False))
    if signup.form_key != _form_key(shift, person, key):
        async with database.transaction():
            await letters.again(signup, key)
    return signup


async def come_back(signup: Signup) -> Signup:
    """Undo a cancellation: a place if there is one, else the end of the queue. Raises DomainError when it is over.

    Only the mailed link leads here, so the address is hers. What a guardian refused is not asked again from here.
    """
    whole = await Signup.get(id=signup.id).select_related("person", "shift__mission__initiative")
    minor = await consents.minor_again(signup.id)
    await people.confirm_address(whole.person)
    wish = Wish(whole.role_id or 0, whole.party, whole.skills, whole.wants_lift, minor, True)
    return await _take(whole.shift, whole.person, _Ask(wish, f"back:{signup.id}", True, whole.person_id))


def _form_key(shift: Shift, person: Person, key: str) -> str:
    """A form that comes twice is once; the same page filled in for somebody else is somebody else's form."""
    return f"{shift.id}:{person.id}:{key}"


def check_open(shift: Shift) -> None:
    """One can still sign up. Needs the shift's mission and initiative. Raises DomainError with the reason."""
    if shift.is_cancelled:
        raise DomainError(_("Ce créneau est annulé."))
    if shift.has_started:
        raise DomainError(_("Ce créneau a commencé. Choisissez-en un autre."))
    if shift.mission.status != MissionStatus.OPEN or shift.mission.initiative.is_over:
        raise DomainError(_("Cette mission ne prend plus d’inscription."))


async def _take(shift: Shift, person: Person, ask: _Ask) -> Signup:
    check_open(shift)
    try:
        return await _take_once(shift, person, ask)
    except _Already as again:
        return again.signup


@database.retrying
async def _take_once(shift: Shift, person: Person, ask: _Ask) -> Signup:
    """The lock first; behind it everything else is read."""
    async with database.transaction():
        await places.lock_to_come(shift.id)
        role = await _role_wanted(shift, ask.wish)
        if known := await _known(shift.id, person.id, ask.key):
            raise _Already(known)
        if ask.sure:
            await consents.check_not_refused(shift.id, person.id)
        await shift.refresh_from_db(fields=["starts_at", "ends_at", "note", "sequence", "fairness"])
        signup = await _write(shift, person, role, ask, await _seat(shift, role, person, ask.wish.party))
        change = await queue.write_down(signup, "", "signed_up", ask.actor_id)
        if ask.wish.minor:
            await consents.ask(signup, ask.wish.minor)
        await _seat_or_tell(shift, signup, change, sure=ask.sure and ask.wish.minor is None)
        await queue.sum_up(shift)
    return signup


async def _seat_or_tell(shift: Shift, signup: Signup, change: SignupChange, *, sure: bool) -> None:
    """Whoever waits may stand in for somebody at once; else she is told where she stands."""
    if signup.status == SignupStatus.WAITING:
        await queue.hand_on(shift, signup.role_id)
        await signup.refresh_from_db()
    if sure and await stand_ins.has_place(signup):
        signup.hold_until = None
        change = await queue.move(signup, SignupStatus.CONFIRMED, "stands_in", signup.person_id)
        await queue.hand_on(shift, signup.role_id)
    if not signup.is_offered:
        await letters.taken(signup, change)


async def _role_wanted(shift: Shift, wish: Wish) -> ShiftRole:
    """The role, if she may take it. Raises Invalid with the field and what to do."""
    roles = await places.roles_of(shift.id)
    role = next((one for one in roles if one.id == wish.role_id), roles[0] if not wish.role_id else None)
    if role is None:
        raise Invalid(_("Choisissez un poste."), field="role")
    if not 1 <= wish.party <= MOST_TOGETHER:
        raise Invalid(_("Écrivez un nombre de 1 à %(n)s.", n=MOST_TOGETHER), field="party")
    if wish.party > role.capacity:
        raise Invalid(_("Il n’y a que %(n)s places en tout.", n=role.capacity), field="party")
    lacking = [code for code in {*shift.mission.required_skills, *role.skills} if code not in wish.skills]
    if lacking:
        raise Invalid(_("Pour ce poste il faut : %(skills)s.", skills=", ".join(said(lacking))), field="skills")
    youngest = max(shift.mission.minimum_age or 0, role.minimum_age or 0)
    if wish.minor and wish.minor.age < youngest:
        raise Invalid(_("Il faut avoir au moins %(n)s ans.", n=youngest), field="age")
    return role


async def _seat(shift: Shift, role: ShiftRole, person: Person, party: int) -> bool:
    """Take places (True), or a rank in the queue (False). The queue gets what is free first."""
    await queue.hand_on(shift, role.id)
    if not await fairness.must_wait(shift, person.id) and await places.take(role.id, party):
        return True
    await places.enter_queue(role.id)
    return False


async def _write(shift: Shift, person: Person, role: ShiftRole, ask: _Ask, seated: bool) -> Signup:
    wish, sure = ask.wish, ask.sure and ask.wish.minor is None
    status = SignupStatus.WAITING if not seated else SignupStatus.CONFIRMED if sure else SignupStatus.HELD
    until = None if ask.sure and (sure or not seated) else queue.hold_until()
    if ask.sure and wish.minor and seated:
        until = consents.ask_until(shift.starts_at)
    signup = await Signup.create(
        shift=shift, role=role, person=person, form_key=ask.key, status=status, party=wish.party,
        skills=list(wish.skills), wants_lift=wish.wants_lift, code=await queue.free_code(shift.id),
        confirmed_at=ask.started if ask.sure else None, hold_until=until, created_at=ask.started,
        updated_at=ask.started, told=told.said_of(shift),
    )  # fmt: skip
    if until:
        await queue.end_hold_at(signup.id, until)
    return signup


async def _known(shift_id: int, person_id: int, key: str) -> Signup | None:
    """The sign-up of this very form, or the one this person already has on this shift."""
    hers = Q(shift_id=shift_id, person_id=person_id, status__not_in=OVER)
    rows = await Signup.filter(Q(form_key=key) | hers)
    return next((row for row in rows if row.form_key == key), rows[0] if rows else None)
