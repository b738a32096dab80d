"""How a place is asked for: with an account, without one, or once more after stepping back (PRODUCT V2, A2).

Together with `service` the only writer of sign-ups. Every verb locks the shift's row first, so that places, queue and
states change as one (docs/decisions/0010).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from civic import clock, database, jobs
from civic.errors import DomainError, Gone
from civic.i18n import _
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person
from volunteering.shifts import places
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups import consents, fairness, letters, queue, stand_ins, told
from volunteering.signups.models import MOST_UNSURE, OVER, Signup, SignupStatus
from volunteering.signups.overlaps import check_free
from volunteering.signups.wishes import Wish, role_wanted

_FRESH = """SELECT s.starts_at, s.ends_at, s.note, s.sequence, s.fairness, m.status AS mission_status, i.stage
FROM shift s JOIN mission m ON m.id = s.mission_id JOIN initiative i ON i.id = m.initiative_id WHERE s.id = ?"""
_AROUND = """SELECT id, person_id, role_id, form_key, status, code, stand_in_at FROM signup
WHERE shift_id = ? AND (person_id = ? OR code = ? OR status = ? AND stand_in_at IS NOT NULL)"""

class _Already(Exception):
    """The same form, or the same person, is there already; the transaction is undone."""

    def __init__(self, signup: Signup) -> None:
        self.signup = signup


@dataclass(slots=True, frozen=True)
class _Ask:
    """A wish with its form's key (which makes a resent form harmless), and whether it is surely she who asks."""

    wish: Wish
    key: str
    sure: bool
    actor_id: int | None = None
    started: datetime = field(default_factory=clock.now)

    @property
    def is_settled(self) -> bool:
        """A place is hers at once: nobody else, and no link, has to say so."""
        return self.sure and self.wish.minor is None


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
    if whole.role_id is None:
        raise DomainError(_("Ce poste n’existe plus. Choisissez-en un autre sur la page de la mission."))
    minor = await consents.minor_again(whole)
    wish = Wish(whole.role_id, whole.party, whole.skills, whole.wants_lift, minor, True)
    return await _by_link(whole, wish, f"back:{signup.id}")


async def correct(signup: Signup, wish: Wish) -> Signup:
    """What stood in a form that anybody could have filled in is not right: her words, by her link, stand instead.

    Raises as `sign_up` does, and Gone when nothing is left to correct.
    """
    whole = await Signup.get(id=signup.id).select_related("person", "shift__mission__initiative")
    if not whole.awaits_link:
        raise Gone(_("Cette inscription ne se corrige plus ici."))
    return await _by_link(whole, replace(wish, anyway=True), f"corrected:{signup.id}")


async def _by_link(whole: Signup, wish: Wish, key: str) -> Signup:
    """Only her mailed link leads here: it is she who asks."""
    await people.confirm_address(whole.person)
    return await _take(whole.shift, whole.person, _Ask(wish, key, True, whole.person_id))


async def agreed_after_all(signup: Signup) -> Signup:
    """A guardian said no, and now yes: a place if there is one, else the end of the queue. Raises DomainError.

    Needs person, shift, mission and initiative. What is asked for is what the minor asked for, under another sign-up.
    """
    wish = Wish(signup.role_id or 0, signup.party, signup.skills, signup.wants_lift, None, True)
    taken = await _take(signup.shift, signup.person, _Ask(wish, f"agreed:{signup.id}", True))
    taken.shift, taken.person = signup.shift, signup.person
    return taken


def _form_key(shift: Shift, person: Person, key: str) -> str:
    """A form that comes twice is once; the same page filled in for somebody else is somebody else's form."""
    return f"{shift.id}:{person.id}:{key}"


def check_open(shift: Shift) -> None:
    """One can still sign up. Needs the shift's mission and initiative. Raises DomainError with the reason."""
    if shift.is_cancelled:
        raise DomainError(_("Ce créneau est annulé."))
    if shift.has_started:
        raise DomainError(_("Ce créneau a commencé. Choisissez-en un autre."))
    if not shift.mission.takes_people:
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
    async with places.turn(shift.id), database.transaction():
        await places.lock_to_come(shift.id)
        await _read_again(shift)
        role = await role_wanted(shift, ask.wish)
        around = await _look_around(role, person, ask)
        if ask.sure:
            await consents.check_not_refused(shift.id, person.id)
        check_open(shift)
        async with jobs.together():
            freed = around.typed.role_id if around.typed else None
            seated = around.typed is not None and await _unsay(around.typed, role, ask)
            seated = seated or await _seat(shift, role, person, ask)
            signup = await _write(shift, person, role, ask, around, seated=seated)
            await _seat_or_tell(signup, role, ask, around)
            if freed:
                await queue.hand_on(shift, freed, news=f"unsaid-{signup.id}")
        await queue.sum_up(shift)
    return signup


async def _read_again(shift: Shift) -> None:
    """What the lead may have changed since the page was made, in one query. The shift is locked."""
    fresh = (await database.fetch_all(_FRESH, [shift.id]))[0]
    shift.update_from_dict(fresh)
    shift.mission.update_from_dict({"status": fresh["mission_status"]})
    shift.mission.initiative.update_from_dict({"stage": fresh["stage"]})


async def _seat_or_tell(signup: Signup, role: ShiftRole, ask: _Ask, around: "_Around") -> None:
    """Whoever waits may stand in for somebody at once; else she is told where she stands."""
    before, cause = (SignupStatus.CANCELLED, "asked_anew") if around.typed else ("", "signed_up")
    change = await queue.write_down(signup, before, cause, ask.actor_id)
    if ask.wish.minor:
        await consents.ask(signup, ask.wish.minor)
    if signup.status == SignupStatus.WAITING and (around.sought or role.free):
        await queue.serve(signup.shift, role)
        await signup.refresh_from_db()
    if ask.is_settled and await stand_ins.has_place(signup):
        signup.hold_until = None
        change = await queue.move(signup, SignupStatus.CONFIRMED, "stands_in", signup.person_id)
        await queue.hand_on(signup.shift, signup.role_id)
    if not signup.is_offered:
        await letters.taken(signup, change, _known_of(signup, role, ask, around))


def _known_of(signup: Signup, role: ShiftRole, ask: _Ask, around: "_Around") -> dict[str, Any]:
    """What her first letter says and need not be looked up: the last one to ask is the last in the queue."""
    known: dict[str, Any] = {"guardian": ask.wish.minor.guardian if ask.wish.minor else ""}
    if signup.status == SignupStatus.WAITING and not around.typed and fairness.is_open_to_all(signup.shift):
        known["rank"] = role.waiting
    return known


async def _unsay(typed: Signup, role: ShiftRole, ask: _Ask) -> bool:
    """What anybody may have typed in her name is unsaid, now that she asks herself; nobody was written to but her.

    True: the place that was held is enough for what she asks, and stays taken.
    """
    counts, waits, typed.replaces_id = typed.counts, typed.status == SignupStatus.WAITING, None
    await consents.unask(typed.id)
    await queue.move(typed, SignupStatus.CANCELLED, "unsaid", ask.actor_id)
    if waits:
        await places.leave_queue(typed.role_id)
    keeps = typed.role_id == role.id and counts >= ask.wish.party
    if counts:
        await places.give_back(typed.role_id, counts - ask.wish.party if keeps else counts)
    await role.refresh_from_db(fields=["taken", "waiting", "ceiling"])
    return keeps


async def _seat(shift: Shift, role: ShiftRole, person: Person, ask: _Ask) -> bool:
    """Take places (True), or a rank in the queue (False). The queue gets what is free first.

    A large group whose address nobody has confirmed holds no places: they are taken when its link is used.
    """
    if role.free:
        await queue.serve(shift, role)
        may = ask.sure or ask.wish.party <= MOST_UNSURE
        if may and not await fairness.must_wait(shift, person.id) and await places.take(role.id, ask.wish.party):
            return True
    await places.enter_queue(role.id)
    role.waiting += 1
    return False


async def _write(
    shift: Shift, person: Person, role: ShiftRole, ask: _Ask, around: "_Around", *, seated: bool
) -> Signup:  # fmt: skip
    wish, sure = ask.wish, ask.is_settled
    status = SignupStatus.WAITING if not seated else SignupStatus.CONFIRMED if sure else SignupStatus.HELD
    until = None if ask.sure and (sure or not seated) else queue.hold_until(shift.starts_at)
    if ask.sure and wish.minor and seated:
        until = consents.ask_until(shift.starts_at)
    values: dict[str, Any] = {
        "shift": shift, "role": role, "person": person, "form_key": ask.key, "status": status, "party": wish.party,
        "skills": list(wish.skills), "wants_lift": wish.wants_lift, "hold_until": until,
        "confirmed_at": ask.started if ask.sure else None, "updated_at": ask.started, "told": told.said_of(shift),
    }  # fmt: skip
    if around.typed:
        signup = around.typed.update_from_dict(values)
        await signup.save()
    else:
        code = around.code or await queue.free_code(shift.id)
        signup = await Signup.create(code=code, created_at=ask.started, **values)
    if until:
        await queue.end_hold_at(signup.id, until)
    return signup


@dataclass(slots=True, frozen=True)
class _Around:
    """What is there on the shift: whether somebody in this role seeks a stand-in; a code that is free (or empty).

    `typed`: what somebody typed in her name, and nobody confirmed, when now she surely asks herself.
    """

    sought: bool
    code: str
    typed: Signup | None = None


async def _look_around(role: ShiftRole, person: Person, ask: _Ask) -> _Around:
    """One look at the shift. Raises _Already with the sign-up that she has there.

    The key of a form counts as long as what it asked for does.
    """
    code = queue.any_code()
    rows = await database.fetch_all(_AROUND, [role.shift_id, person.id, code, SignupStatus.CONFIRMED.value])
    hers = [row for row in rows if row["person_id"] == person.id]
    typed = None
    for row in hers:
        if row["status"] not in OVER:
            typed = await Signup.get(id=row["id"])
            if not (ask.sure and typed.awaits_link):
                raise _Already(typed)
        elif row["form_key"] == ask.key:
            await Signup.filter(id=row["id"]).update(form_key=f"over:{row['id']}")
    sought = any(row["role_id"] == role.id and row["stand_in_at"] for row in rows)
    return _Around(sought, "" if any(row["code"] == code for row in rows) else code, typed)
