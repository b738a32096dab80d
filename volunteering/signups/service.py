"""Sign up, confirm, answer an offer, step back. The only writer of sign-ups together with its neighbours of this slice.

Every verb locks the shift's row first, so that places, queue and states change as one (docs/decisions/0010).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tortoise.expressions import Q

from civic import clock, database
from civic.errors import DomainError, Gone, Invalid
from civic.i18n import _
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person
from volunteering.missions.models import MissionStatus
from volunteering.missions.skills import said
from volunteering.shifts import places
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups import consents, fairness, letters, queue, stand_ins, told
from volunteering.signups.consents import Minor
from volunteering.signups.models import COMING, MOST_TOGETHER, OVER, Signup, SignupChange, SignupStatus
from volunteering.signups.overlaps import Overlap, check_free


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
    return await _take(shift, actor.person, _Ask(wish, f"{shift.id}:{key}", True, actor.hand.id))


async def hold(shift: Shift, name: str, email: str, key: str, wish: Wish | None = None) -> Signup:
    """A visitor's place is held at once; the mailed link confirms it before it lapses (PRODUCT A2).

    Raises DomainError when the shift is over, Invalid when age or skills are lacking. Somebody who has a place already
    gets her link again, and nobody who types another's name learns more than that.
    """
    check_open(shift)
    person = await people.meet(name, email)
    signup = await _take(shift, person, _Ask(wish or Wish(), f"{shift.id}:{key}", False))
    if signup.form_key != f"{shift.id}:{key}":
        async with database.transaction():
            await letters.again(signup, key)
    return signup


@database.retrying
async def confirm(signup: Signup) -> None:
    """The mailed link was used: the place, or the rank in the queue, is hers. Raises Gone when it has lapsed.

    A minor's place stays held until the guardian has answered.
    """
    async with database.transaction():
        await places.lock(signup.shift_id)
        fresh = await Signup.get(id=signup.id).select_related("person", "shift")
        if not fresh.is_active:
            raise Gone(_("Cette place n’est plus gardée. Choisissez de nouveau un créneau."))
        await people.confirm_address(fresh.person)
        if fresh.confirmed_at is not None:
            return
        fresh.confirmed_at = clock.now()
        await settle(fresh, "link_used", fresh.person_id)


async def settle(signup: Signup, cause: str, actor_id: int | None, *, seated: bool = False) -> None:
    """Whatever was still missing (link, guardian, her answer) may be there now: a place becomes hers. Locked shift.

    `seated`: she takes a place that was offered, or free.
    """
    seated = seated or signup.status == SignupStatus.HELD
    consent = await consents.of(signup.id)
    if seated and consent and consent.is_pending:
        signup.hold_until = consents.ask_until(signup.shift.starts_at)
        await queue.end_hold_at(signup.id, signup.hold_until)
        await queue.move(signup, SignupStatus.HELD, cause, actor_id)
        return
    after = SignupStatus.CONFIRMED if seated else signup.status
    signup.hold_until = None
    change = await queue.move(signup, after, cause, actor_id)
    await letters.settled(signup, after, change)


@database.retrying
async def accept(signup: Signup) -> None:
    """She takes the place that is kept for her, or, in the last hours, one that is free (PRODUCT V3).

    Only her mailed link or her session leads here. Raises Gone when somebody else has it by now.
    """
    async with database.transaction():
        await places.lock_to_come(signup.shift_id)
        fresh = await Signup.get(id=signup.id).select_related("person", "shift__mission")
        await people.confirm_address(fresh.person)
        fresh.confirmed_at = fresh.confirmed_at or clock.now()
        if fresh.status == SignupStatus.WAITING and await places.take(fresh.role_id, fresh.party):
            await places.leave_queue(fresh.role_id)
        elif fresh.is_offered:
            await stand_ins.take_over(fresh)
        elif fresh.status in (SignupStatus.CONFIRMED, SignupStatus.HELD):
            return
        else:
            raise Gone(_("Cette place n’est plus libre. Vous gardez votre rang dans la liste d’attente.")
                       if fresh.is_active else _("Cette place n’est plus gardée pour vous."))  # fmt: skip
        await settle(fresh, "accepted", fresh.person_id, seated=True)
        await _sum_up(fresh.shift)


@database.retrying
async def step_back(signup: Signup, actor_id: int | None, *, reason: str = "", cause: str = "by_person") -> None:
    """Give the place, or the rank in the queue, back; the place is offered to the next. Harmless when repeated.

    Past the mission's deadline a reason is asked for. Raises DomainError once the shift has started, Invalid without a
    reason.
    """
    async with database.transaction():
        await places.lock(signup.shift_id)
        fresh = await Signup.get(id=signup.id).select_related("shift__mission")
        if not fresh.is_active:
            return
        if fresh.shift.has_started or fresh.status not in COMING:
            raise DomainError(_("Le créneau a commencé. Écrivez plutôt à la personne qui l’organise."))
        if is_late(fresh) and not reason and cause == "by_person":
            raise Invalid(_("C’est bientôt : dites en un mot pourquoi, pour que l’équipe s’organise."), field="reason")
        fresh.reason = reason
        change = await _leave(fresh, SignupStatus.CANCELLED, cause, actor_id)
        await letters.cancelled(fresh, change)


def is_late(signup: Signup) -> bool:
    """So near to the shift that stepping back needs a word. Needs shift and mission."""
    return signup.status == SignupStatus.CONFIRMED and (
        signup.shift.starts_at - clock.now()
    ).total_seconds() < 3600 * signup.shift.mission.cancel_hours


async def come_back(signup: Signup) -> Signup:
    """Undo a cancellation: a place if there is one, else the end of the queue. Raises DomainError when it is over.

    Only the mailed link leads here, so the address is hers.
    """
    whole = await Signup.get(id=signup.id).select_related("person", "shift__mission__initiative")
    await people.confirm_address(whole.person)
    wish = Wish(whole.role_id, whole.party, whole.skills, whole.wants_lift, await consents.minor_of(signup.id), True)
    return await _take(whole.shift, whole.person, _Ask(wish, f"back:{signup.id}", True, whole.person_id))


@database.retrying
async def lapse(signup_id: int) -> None:
    """The time to confirm or to answer is over: the place goes to the next in line."""
    signup = await Signup.get(id=signup_id)
    async with database.transaction():
        await places.lock(signup.shift_id)
        fresh = await Signup.get(id=signup_id).select_related("shift__mission")
        overdue = fresh.hold_until is not None and fresh.hold_until <= clock.now()
        if not overdue or not (fresh.is_offered or fresh.awaits_link or fresh.status == SignupStatus.HELD):
            return
        change = await _leave(fresh, SignupStatus.LAPSED, "not_answered" if fresh.is_offered else "not_confirmed", None)
        await letters.lapsed(fresh, change)


@database.retrying
async def guardian_answers(consent_id: int, *, given: bool) -> None:
    """A parent agrees, and the place is the minor's once her own link was used; or not, and it is given back.

    The first answer counts. Raises Gone when the place is no longer kept.
    """
    consent = await consents.with_signup(consent_id)
    async with database.transaction():
        await places.lock(consent.signup.shift_id)
        signup = await Signup.get(id=consent.signup_id).select_related("person", "shift__mission")
        consent.signup = signup
        if not await consents.answer(consent, given=given):
            return
        if not given:
            change = await _leave(signup, SignupStatus.CANCELLED, "guardian_refused", None)
            await letters.guardian_said_no(signup, change)
        elif signup.confirmed_at is not None:
            await settle(signup, "guardian_agreed", None)


@database.retrying
async def close_shift(shift_id: int) -> None:
    """A shift was called off: everyone who had or awaited a place is told."""
    async with database.transaction():
        await places.lock(shift_id)
        for signup in await Signup.filter(shift_id=shift_id, status__in=COMING).order_by("id"):
            counts, waits = signup.counts, signup.status == SignupStatus.WAITING
            change = await queue.move(signup, SignupStatus.CANCELLED, "shift_cancelled", None)
            await letters.called_off(signup, change)
            await (places.leave_queue(signup.role_id) if waits else places.give_back(signup.role_id, counts))
        await places.sum_up(shift_id)


@database.retrying
async def fill_up(shift_id: int) -> None:
    """There are more places than before, or everybody may come now: they are offered to the queue, in order."""
    async with database.transaction():
        await places.lock(shift_id)
        shift = await Shift.get(id=shift_id).select_related("mission")
        for role in await places.roles_of(shift_id):
            await queue.hand_on(shift, role.id)
        await _sum_up(shift)


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
        if known := await _known(shift.id, person.id, ask.key):
            raise _Already(known)
        await shift.refresh_from_db(fields=["starts_at", "ends_at", "note", "sequence", "fairness"])
        role = await _role_wanted(shift, ask.wish)
        signup = await _write(shift, person, role, ask, await _seat(shift, role, person, ask.wish.party))
        change = await queue.write_down(signup, "", "signed_up", ask.actor_id)
        if ask.wish.minor:
            await consents.ask(signup, ask.wish.minor)
        await _seat_or_tell(shift, signup, change, sure=ask.sure and ask.wish.minor is None)
        await _sum_up(shift)
    return signup


async def _seat_or_tell(shift: Shift, signup: Signup, change: SignupChange, *, sure: bool) -> None:
    """Whoever waits may stand in for somebody at once; else she is told where she stands."""
    if signup.status == SignupStatus.WAITING:
        await queue.hand_on(shift, signup.role_id)
        await signup.refresh_from_db()
    if signup.is_offered and sure:
        await stand_ins.take_over(signup)
        signup.hold_until = None
        await letters.settled(signup, SignupStatus.CONFIRMED, await queue.move(
            signup, SignupStatus.CONFIRMED, "stands_in", signup.person_id
        ))  # fmt: skip
    elif not signup.is_offered:
        await letters.taken(signup, change)


async def _role_wanted(shift: Shift, wish: Wish) -> ShiftRole:
    """The role, if she may take it. Raises Invalid with the field and what to do."""
    roles = await places.roles_of(shift.id)
    role = next((one for one in roles if one.id == wish.role_id), roles[0] if not wish.role_id else None)
    if role is None:
        raise Invalid(_("Choisissez un poste."), field="role")
    if not 1 <= wish.party <= MOST_TOGETHER:
        raise Invalid(_("Écrivez un nombre de 1 à %(n)s.", n=MOST_TOGETHER), field="party")
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


async def _leave(signup: Signup, after: SignupStatus, cause: str, actor_id: int | None) -> SignupChange:
    """Out: the places are given back and offered on; a rank in the queue just closes. The shift is locked."""
    counts, waits = signup.counts, signup.status == SignupStatus.WAITING
    change = await queue.move(signup, after, cause, actor_id)
    if waits:
        await places.leave_queue(signup.role_id)
    elif counts:
        await places.give_back(signup.role_id, counts)
    await queue.hand_on(signup.shift, signup.role_id)
    await _sum_up(signup.shift)
    return change


async def _sum_up(shift: Shift) -> None:
    await places.sum_up(shift.id)
    await shifts.recount(shift.mission_id)


async def _known(shift_id: int, person_id: int, key: str) -> Signup | None:
    """The sign-up of this very form, or the one this person already has on this shift."""
    hers = Q(shift_id=shift_id, person_id=person_id, status__not_in=OVER)
    rows = await Signup.filter(Q(form_key=key) | hers)
    return next((row for row in rows if row.form_key == key), rows[0] if rows else None)


__all__ = [
    "Minor", "Overlap", "Wish", "accept", "check_open", "close_shift", "come_back", "confirm", "fill_up", "hold",
    "is_late", "lapse", "settle", "sign_up", "step_back",
]  # fmt: skip
