"""Sign up, confirm, step back. The only writer of sign-ups; places move by conditional updates of the shift's row."""

from dataclasses import dataclass

from tortoise.expressions import F, Q

from civic import clock, database
from civic.errors import DomainError, Gone
from civic.i18n import _
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.models import Person
from volunteering.missions.models import MissionStatus
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift, ShiftStatus
from volunteering.signups import letters, queue
from volunteering.signups.models import COMING, OVER, SEATED, Signup, SignupChange, SignupStatus
from volunteering.signups.queries import overlapping

TURNS = 5


class Overlap(DomainError):
    """She already comes to another shift at the same time, and has not said that she wants both."""

    def __init__(self, other: Signup) -> None:
        super().__init__(
            _("Vous venez déjà à « %(title)s » à la même heure.", title=other.shift.mission.title), field="anyway"
        )
        self.other = other


class _Already(Exception):
    """The same form, or the same person, is there already; the transaction is undone."""

    def __init__(self, signup: Signup) -> None:
        self.signup = signup


@dataclass(slots=True, frozen=True)
class Ask:
    """What somebody asks for: `key` makes a resent form harmless, `sure` that it is really she who asks."""

    key: str
    sure: bool
    wants_lift: bool = False


async def sign_up(shift: Shift, actor: Actor, key: str, *, wants_lift: bool = False, anyway: bool = False) -> Signup:
    """A person with an account takes a place, or joins the queue when the shift is full (PRODUCT V2).

    Raises DomainError when the shift is over, Overlap when she comes elsewhere at that time and not `anyway`.
    """
    if not anyway and (others := await overlapping(actor.person.id, shift)):
        raise Overlap(others[0])
    by = actor.recorded_by or actor.person
    return await _take(shift, actor.person, Ask(f"{shift.id}:{key}", True, wants_lift), by.id)


async def hold(shift: Shift, name: str, email: str, key: str, *, wants_lift: bool = False) -> Signup:
    """A visitor's place is held at once; the mailed link confirms it before it lapses (PRODUCT A2).

    Raises DomainError when the shift is over. Somebody who has a place already gets her link again, and nobody who
    types another's name learns more than that.
    """
    check_open(shift)
    person = await people.meet(name, email)
    signup = await _take(shift, person, Ask(f"{shift.id}:{key}", False, wants_lift), None)
    if signup.form_key != f"{shift.id}:{key}":
        async with database.transaction():
            await letters.again(signup, key)
    return signup


@database.retrying
async def confirm(signup: Signup) -> None:
    """The mailed link was used: the place, or the rank in the queue, is hers. Raises Gone when it has lapsed."""
    async with database.transaction():
        await queue.lock(signup.shift_id)
        fresh = await Signup.get(id=signup.id).select_related("person")
        if not fresh.is_active:
            raise Gone(_("Cette place n’est plus gardée. Choisissez de nouveau un créneau."))
        await people.confirm_address(fresh.person)
        if fresh.confirmed_at is not None:
            return
        after = SignupStatus.CONFIRMED if fresh.status == SignupStatus.HELD else fresh.status
        change = await queue.move(fresh, after, "link_used", fresh.person_id)
        await Signup.filter(id=fresh.id).update(confirmed_at=clock.now(), hold_until=None)
        fresh.confirmed_at = clock.now()
        await letters.settled(fresh, after, change)


@database.retrying
async def step_back(signup: Signup, actor_id: int | None, cause: str = "by_person") -> None:
    """Give the place, or the rank in the queue, back; the next in line takes the place. Harmless when repeated.

    Raises DomainError once the shift has started.
    """
    async with database.transaction():
        await queue.lock(signup.shift_id)
        fresh = await Signup.get(id=signup.id).select_related("shift")
        if not fresh.is_active:
            return
        if fresh.shift.has_started or fresh.status not in COMING:
            raise DomainError(_("Le créneau a commencé. Écrivez plutôt à la personne qui l’organise."))
        change = await queue.move(fresh, SignupStatus.CANCELLED, cause, actor_id)
        await letters.cancelled(fresh, change)
        await _give_back(fresh.shift_id, change)


async def come_back(signup: Signup) -> Signup:
    """Undo a cancellation: a place if there is one, else the end of the queue. Raises DomainError when it is over.

    Only the mailed link leads here, so the address is hers.
    """
    whole = await Signup.get(id=signup.id).select_related("person", "shift__mission__initiative")
    await people.confirm_address(whole.person)
    ask = Ask(f"back:{signup.id}", True, whole.wants_lift)
    return await _take(whole.shift, whole.person, ask, whole.person_id)


@database.retrying
async def lapse(signup_id: int) -> None:
    """The time to confirm is over: the place goes to the next in line."""
    signup = await Signup.get(id=signup_id)
    async with database.transaction():
        await queue.lock(signup.shift_id)
        fresh = await Signup.get(id=signup_id)
        overdue = fresh.hold_until is not None and fresh.hold_until <= clock.now()
        if fresh.confirmed_at is not None or fresh.status not in COMING or not overdue:
            return
        change = await queue.move(fresh, SignupStatus.LAPSED, "not_confirmed", None)
        await _give_back(fresh.shift_id, change)


@database.retrying
async def close_shift(shift_id: int) -> None:
    """A shift was called off: everyone who had or awaited a place is told."""
    async with database.transaction():
        await queue.lock(shift_id)
        for signup in await Signup.filter(shift_id=shift_id, status__in=COMING).order_by("id"):
            change = await queue.move(signup, SignupStatus.CANCELLED, "shift_cancelled", None)
            await letters.called_off(signup, change)
        await Shift.filter(id=shift_id).update(taken=0, waiting=0)


@database.retrying
async def fill_up(shift_id: int) -> None:
    """There are more places than before: the first of the queue take them, in order."""
    async with database.transaction():
        await queue.lock(shift_id)
        while await Shift.filter(id=shift_id, taken__lt=F("capacity"), waiting__gt=0).update(taken=F("taken") + 1):
            await queue.seat_next(await Shift.get(id=shift_id))
        await shifts.recount((await Shift.get(id=shift_id)).mission_id)


def check_open(shift: Shift) -> None:
    """One can still sign up. Needs the shift's mission and initiative. Raises DomainError with the reason."""
    if shift.is_cancelled:
        raise DomainError(_("Ce créneau est annulé."))
    if shift.has_started:
        raise DomainError(_("Ce créneau a commencé. Choisissez-en un autre."))
    if shift.mission.status != MissionStatus.OPEN or shift.mission.initiative.is_over:
        raise DomainError(_("Cette mission ne prend plus d’inscription."))


async def _take(shift: Shift, person: Person, ask: Ask, actor_id: int | None) -> Signup:
    check_open(shift)
    try:
        return await _take_once(shift, person, ask, actor_id)
    except _Already as again:
        return again.signup


@database.retrying
async def _take_once(shift: Shift, person: Person, ask: Ask, actor_id: int | None) -> Signup:
    """The write first: it takes the place, and the lock behind which everything else is read."""
    async with database.transaction():
        seated = await _seat_or_queue(shift.id)
        if known := await _known(shift.id, person.id, ask.key):
            raise _Already(known)
        await shift.refresh_from_db(fields=["starts_at", "ends_at", "note", "sequence"])
        signup = await _write(shift, person, ask, seated)
        change = await queue.write_down(signup, "", "signed_up", actor_id)
        await letters.taken(signup, change)
        await shifts.recount(shift.mission_id)
    return signup


async def _write(shift: Shift, person: Person, ask: Ask, seated: bool) -> Signup:
    present = clock.now()
    status = SignupStatus.WAITING if not seated else SignupStatus.CONFIRMED if ask.sure else SignupStatus.HELD
    until = None if ask.sure else queue.hold_until()
    signup = await Signup.create(
        shift=shift, person=person, form_key=ask.key, status=status, wants_lift=ask.wants_lift,
        confirmed_at=present if ask.sure else None, hold_until=until, created_at=present, updated_at=present,
    )  # fmt: skip
    if until:
        await queue.end_hold_at(signup.id, until)
    return signup


async def _seat_or_queue(shift_id: int) -> bool:
    """Take a place (True), or a rank behind those who wait (False). Raises DomainError when the shift is over."""
    coming = Shift.filter(id=shift_id, status=ShiftStatus.OPEN, starts_at__gt=clock.now())
    for _turn in range(TURNS):
        if await coming.filter(taken__lt=F("capacity"), waiting=0).update(taken=F("taken") + 1):
            return True
        full = coming.filter(Q(taken__gte=F("capacity")) | Q(waiting__gt=0))
        if await full.update(waiting=F("waiting") + 1):
            return False
    raise DomainError(_("Ce créneau ne prend plus d’inscription. Choisissez-en un autre."))


async def _give_back(shift_id: int, change: SignupChange) -> None:
    """The place just left goes to the next in line, or is free again; a rank in the queue just closes."""
    if change.before in SEATED:
        await queue.free_place(shift_id)
    else:
        await Shift.filter(id=shift_id, waiting__gt=0).update(waiting=F("waiting") - 1)
    await shifts.recount((await Shift.get(id=shift_id)).mission_id)


async def _known(shift_id: int, person_id: int, key: str) -> Signup | None:
    """The sign-up of this very form, or the one this person already has on this shift."""
    hers = Q(shift_id=shift_id, person_id=person_id, status__not_in=OVER)
    rows = await Signup.filter(Q(form_key=key) | hers)
    return next((row for row in rows if row.form_key == key), rows[0] if rows else None)
