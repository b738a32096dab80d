"""Confirm, answer an offer, step back, and what the clock, a guardian or a lead does to a sign-up.

Together with `taking` the only writer of sign-ups. Every verb locks the shift's row first, so that places, queue and
states change as one (docs/decisions/0010).
"""

from datetime import datetime

from civic import clock, database
from civic.errors import DomainError, Gone, Invalid
from civic.i18n import _
from civic.people import service as people
from volunteering.shifts import places
from volunteering.shifts.models import Shift
from volunteering.signups import consents, deadlines, fairness, letters, queue, stand_ins
from volunteering.signups.consents import Minor
from volunteering.signups.models import COMING, KEPT_FOR, MOST_UNSURE, Signup, SignupChange, SignupStatus
from volunteering.signups.overlaps import Overlap
from volunteering.signups.taking import check_open, come_back, correct, hold, sign_up
from volunteering.signups.wishes import Wish


@database.retrying
async def confirm(signup: Signup) -> None:
    """The mailed link was used: the place, or the rank in the queue, is hers. Raises Gone when it has lapsed.

    A place that was offered meanwhile is hers too: she has said that she comes. A minor's place stays held until the
    guardian has answered.
    """
    async with database.transaction():
        await places.lock(signup.shift_id)
        fresh = await Signup.get(id=signup.id).select_related("person", "shift__mission__initiative")
        if not fresh.is_active:
            raise Gone(_("Cette place n’est plus gardée. Choisissez de nouveau un créneau."))
        await consents.check_not_refused(fresh.shift_id, fresh.person_id)
        await people.confirm_address(fresh.person)
        if fresh.confirmed_at is not None:
            return
        fresh.confirmed_at = clock.now()
        if not fresh.is_coming:
            await Signup.filter(id=fresh.id).update(confirmed_at=fresh.confirmed_at)
            return
        seated = fresh.shift.is_to_come and (await stand_ins.has_place(fresh) or await _fits(fresh))
        if fresh.is_offered and not seated:
            await stand_ins.back_to_queue(fresh, fresh.shift)
        await settle(fresh, "link_used", fresh.person_id, seated=seated)
        await consents.ask_now(fresh)
        await queue.hand_on(fresh.shift, fresh.role_id)
        await queue.sum_up(fresh.shift)


async def _fits(group: Signup) -> bool:
    """A large group's places, which were not held for an unconfirmed address: what is free, nobody else waits for."""
    waited = group.status == SignupStatus.WAITING and group.party > MOST_UNSURE
    if not waited or not group.shift.mission.takes_people or await fairness.must_wait(group.shift, group.person_id):
        return False
    taken = await places.take(group.role_id, group.party)
    if taken:
        await places.leave_queue(group.role_id)
    return taken


async def settle(signup: Signup, cause: str, actor_id: int | None, *, seated: bool = False) -> None:
    """Whatever was still missing (link, guardian, her answer) may be there now: a place becomes hers. Locked shift.

    `seated`: she takes a place that was offered, or free. Whoever waits goes on waiting.
    """
    after: SignupStatus = SignupStatus.CONFIRMED if seated or signup.status == SignupStatus.HELD else signup.status
    if after == SignupStatus.CONFIRMED and await consents.is_awaited(signup.id):
        after = SignupStatus.HELD
        signup.hold_until = consents.ask_until(signup.shift.starts_at)
        await queue.end_hold_at(signup.id, signup.hold_until)
    else:
        signup.hold_until = None
    await letters.settled(signup, after, await queue.move(signup, after, cause, actor_id))


@database.retrying
async def accept(signup: Signup) -> None:
    """She takes the place that is kept for her, or, in the last hours, one that is free (PRODUCT V3).

    Only her mailed link or her session leads here. Raises Gone when somebody else has it by now.
    """
    async with database.transaction():
        await places.lock_to_come(signup.shift_id)
        fresh = await Signup.get(id=signup.id).select_related("person", "shift__mission__initiative")
        await consents.check_not_refused(fresh.shift_id, fresh.person_id)
        await people.confirm_address(fresh.person)
        if fresh.status in (SignupStatus.CONFIRMED, SignupStatus.HELD):
            return
        first, fresh.confirmed_at = fresh.confirmed_at is None, fresh.confirmed_at or clock.now()
        if seated := await stand_ins.has_place(fresh):
            await settle(fresh, "accepted", fresh.person_id, seated=True)
            if first:
                await consents.ask_now(fresh)
        elif fresh.is_offered:
            await stand_ins.back_to_queue(fresh, fresh.shift)
        await queue.hand_on(fresh.shift, fresh.role_id)
        await queue.sum_up(fresh.shift)
    if not seated:
        raise Gone(_("Cette place n’est plus libre. Vous gardez votre rang dans la liste d’attente.")
                   if fresh.is_active else _("Cette place n’est plus gardée pour vous."))  # fmt: skip


@database.retrying
async def step_back(signup: Signup, actor_id: int | None, *, reason: str = "", cause: str = "by_person") -> None:
    """Give the place, or the rank in the queue, back; the place is offered to the next. Harmless when repeated.

    Past the mission's deadline a reason is asked for. Raises DomainError once the shift has started, Invalid without a
    reason.
    """
    async with database.transaction():
        await places.lock(signup.shift_id)
        fresh = await Signup.get(id=signup.id).select_related("shift__mission__initiative")
        if not fresh.is_active:
            return
        if fresh.shift.has_started or fresh.status not in COMING:
            raise DomainError(_("Le créneau a commencé. Écrivez plutôt à la personne qui l’organise."))
        if is_late(fresh) and not reason and cause == "by_person":
            raise Invalid(_late_word(), field="reason")
        late, fresh.reason = is_late(fresh) and cause == "by_person", reason
        change = await leave(fresh, SignupStatus.CANCELLED, cause, actor_id)
        await letters.cancelled(fresh, change)
        if late:
            await letters.late_news(fresh, change, fresh.party)


def _late_word() -> str:
    return _("C’est bientôt : dites en un mot pourquoi, pour que l’équipe s’organise.")


@database.retrying
async def come_fewer(signup: Signup, party: int, actor_id: int | None, *, why: str = "") -> None:
    """Some of a group do not come: their places are offered to the next, or a smaller group waits at its old rank.

    Harmless when repeated. Past the mission's deadline a word is asked for. Raises DomainError once the shift has
    started, Invalid when it would be more than before, or without that word.
    """
    async with database.transaction():
        await places.lock_to_come(signup.shift_id)
        fresh = await Signup.get(id=signup.id).select_related("person", "shift__mission__initiative")
        if fresh.status not in COMING or fresh.is_offered:
            raise DomainError(_("Le nombre ne se change plus ici."))
        if not 1 <= party <= fresh.party:
            raise Invalid(_("Écrivez un nombre de 1 à %(n)s.", n=fresh.party), field="party")
        freed, late = fresh.party - party, is_late(fresh)
        if not freed:
            return
        if late and not why and actor_id is not None:
            raise Invalid(_late_word(), field="why")
        fresh.party, fresh.reason = party, why
        change = await queue.move(fresh, fresh.status, "fewer", actor_id)
        if fresh.status != SignupStatus.WAITING:
            await places.give_back(fresh.role_id, freed)
        if fresh.confirmed_at is not None:
            await letters.settled(fresh, fresh.status, change)
        await stand_ins.made_smaller(fresh)
        await queue.hand_on(fresh.shift, fresh.role_id, news=f"left-{change.id}")
        await queue.sum_up(fresh.shift)
        if late and why:
            await letters.late_news(fresh, change, freed)


def is_late(signup: Signup) -> bool:
    """So near to the shift that stepping back needs a word. Needs shift and mission."""
    return signup.status == SignupStatus.CONFIRMED and (
        signup.shift.starts_at - clock.now()
    ).total_seconds() < 3600 * signup.shift.mission.cancel_hours


@database.retrying
async def lapse(signup_id: int) -> None:
    """The time to confirm or to answer is over: the place goes to the next in line."""
    signup = await Signup.get(id=signup_id)
    async with database.transaction():
        await places.lock(signup.shift_id)
        fresh = await Signup.get(id=signup_id).select_related("shift__mission__initiative")
        overdue = fresh.hold_until is not None and fresh.hold_until <= clock.now()
        if not overdue or not (fresh.is_offered or fresh.awaits_link or fresh.status == SignupStatus.HELD):
            return
        cause = "not_answered" if fresh.is_offered else "not_confirmed" if fresh.awaits_link else "guardian_silent"
        change = await leave(fresh, SignupStatus.LAPSED, cause, None)
        await letters.lapsed(fresh, change)


@database.retrying
async def close_shift(shift_id: int) -> None:
    """A shift was called off: everyone who had or awaited a place is told, unless it was restored meanwhile."""
    async with database.transaction():
        await places.lock(shift_id)
        if not (await Shift.get(id=shift_id)).is_cancelled:
            return
        for signup in await Signup.filter(shift_id=shift_id, status__in=COMING).order_by("id"):
            counts, waits = signup.counts, signup.status == SignupStatus.WAITING
            change = await queue.move(signup, SignupStatus.CANCELLED, "shift_cancelled", None)
            await letters.called_off(signup, change)
            await (places.leave_queue(signup.role_id) if waits else places.give_back(signup.role_id, counts))
            await consents.left(signup)
        await places.sum_up(shift_id)


@database.retrying
async def fit_deadlines(shift_id: int) -> None:
    """The shift was put forward: offers and guardians' answers that would come too late are awaited less long."""
    async with database.transaction():
        await places.lock(shift_id)
        shift = await Shift.get(id=shift_id).select_related("mission__initiative")
        await consents.shift_moved(shift)
        if not shift.is_to_come:
            return
        for signup in await Signup.filter(shift_id=shift_id, status__in=KEPT_FOR):
            if not signup.is_offered and signup.confirmed_at is None:
                continue
            latest: datetime | None = consents.ask_until(shift.starts_at)
            if signup.is_offered:
                latest = deadlines.offer_until(clock.now(), shift.starts_at)
            if latest is None:
                await _wait_again(signup, shift)
            elif signup.hold_until and latest < signup.hold_until:
                signup.hold_until = latest
                change = await queue.move(signup, signup.status, "less_time", None)
                await queue.end_hold_at(signup.id, latest)
                if signup.is_offered:
                    await letters.offered(signup, change)
        for role in await places.roles_of(shift_id):
            await queue.hand_on(shift, role.id, news=f"sooner-{shift.sequence}")
        await queue.sum_up(shift)


async def _wait_again(signup: Signup, shift: Shift) -> None:
    """No answer can be awaited any more: she is in the queue again, where everybody is told that a place is free."""
    counts, signup.replaces_id = signup.counts, None
    signup.hold_until = None if signup.confirmed_at else queue.hold_until(shift.starts_at)
    await queue.move(signup, SignupStatus.WAITING, "less_time", None)
    if signup.hold_until:
        await queue.end_hold_at(signup.id, signup.hold_until)
    if counts:
        await places.give_back(signup.role_id, counts)
    await places.enter_queue(signup.role_id)


@database.retrying
async def fill_up(shift_id: int) -> None:
    """There are more places than before, or everybody may come now: they are offered to the queue, in order.

    When the mission takes nobody any more the queue is closed instead.
    """
    async with database.transaction():
        await places.lock(shift_id)
        shift = await Shift.get(id=shift_id).select_related("mission__initiative")
        for role in await places.roles_of(shift_id):
            await queue.hand_on(shift, role.id, news=f"room-{role.capacity}-{role.taken}")
        await queue.sum_up(shift)


async def leave(signup: Signup, after: SignupStatus, cause: str, actor_id: int | None) -> SignupChange:
    """Out: the places are given back and offered on; a rank in the queue just closes. The shift is locked."""
    counts, waits = signup.counts, signup.status == SignupStatus.WAITING
    sought, signup.stand_in_at = signup.seeks_stand_in, None
    change = await queue.move(signup, after, cause, actor_id)
    if waits:
        await places.leave_queue(signup.role_id)
    elif counts:
        await places.give_back(signup.role_id, counts)
    if sought:
        await stand_ins.given_up(signup)
    await consents.left(signup)
    await queue.hand_on(signup.shift, signup.role_id, news=f"left-{change.id}" if counts else "")
    await queue.sum_up(signup.shift)
    return change


__all__ = [
    "Minor", "Overlap", "Wish", "accept", "check_open", "close_shift", "come_back", "confirm", "correct", "fill_up",
    "hold", "is_late", "lapse", "leave", "settle", "sign_up", "step_back",
]  # fmt: skip
