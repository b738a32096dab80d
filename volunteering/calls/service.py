"""A coordinator asks; the person asked answers by link. The only writer of calls (docs/locking.md, PRODUCT V5)."""

from collections.abc import Collection
from dataclasses import dataclass, field

from civic import clock, database
from civic.errors import DomainError
from civic.i18n import _, _n
from civic.people import service as people
from civic.people.actor import Actor
from volunteering.calls import letters, queries
from volunteering.calls.models import RescueCall
from volunteering.calls.queries import Proposal
from volunteering.shifts import places
from volunteering.shifts.models import Shift
from volunteering.signups import service as signups
from volunteering.signups.models import Signup
from volunteering.signups.service import Wish
from volunteering.volunteers import calling
from volunteering.volunteers.models import Volunteer


@dataclass(slots=True)
class Asked:
    """Names (« Prénom N. ») of those who were asked, and of those whom somebody else asked a moment ago."""

    sent: list[str] = field(default_factory=list)
    resting: list[str] = field(default_factory=list)


@database.retrying
async def ask(shift: Shift, wanted: Collection[int], actor: Actor) -> Asked:
    """Ask these persons (ids) whether they come; each is asked once a fortnight at most, across all initiatives.

    Only who is proposed for this shift can be asked. Raises DomainError when nobody is missing, or when five who were
    asked within a day have not answered yet. Needs the shift's mission, initiative and commune.
    """
    chosen = await queries.proposals(shift, wanted)
    if not chosen:
        raise DomainError(_("Ces personnes ne peuvent plus être sollicitées. Regardez la nouvelle liste."))
    asked = Asked()
    async with database.transaction():
        await places.lock_to_come(shift.id)
        await shift.refresh_from_db(fields=["taken", "waiting", "capacity", "minimum", "ceiling", "missing"])
        await _check(shift, len(chosen))
        for proposal in sorted(chosen, key=lambda one: one.person.id):
            await _ask_one(shift, proposal, actor, asked)
        await people.audit(actor, "rescue_call", f"shift:{shift.id}", asked=len(asked.sent))
    return asked


async def _check(shift: Shift, more: int) -> None:
    if not queries.may_ask(shift):
        raise DomainError(_("Ce créneau ne manque plus de monde."))
    if (waiting := await queries.unanswered(shift.id)) + more > queries.MOST_OPEN:
        raise DomainError(patience(waiting))


def patience(waiting: int) -> str:
    """Why nobody else is asked for now."""
    return _n(
        "Sans réponse depuis moins d’un jour : %(n)s personne. Laissez-lui un jour avant d’en solliciter d’autres.",
        "Sans réponse depuis moins d’un jour : %(n)s personnes. Laissez-leur un jour avant d’en solliciter d’autres.",
        waiting,
    )  # fmt: skip


async def _ask_one(shift: Shift, proposal: Proposal, actor: Actor, asked: Asked) -> None:
    person = proposal.person
    if await RescueCall.filter(shift_id=shift.id, person_id=person.id).exists():
        return
    if not await calling.take_turn(person.id):
        asked.resting.append(person.short_name)
        return
    call = await RescueCall.create(shift=shift, person=person, asked_by_id=actor.hand.id, asked_at=clock.now())
    await letters.ask(call, person, shift)
    asked.sent.append(person.short_name)


async def come(call: RescueCall, *, anyway: bool = False) -> Signup:
    """She comes: a place of the first role that is left for her. Her mailed link led here, so the address is hers.

    Raises DomainError when the shift is over, Overlap when she comes elsewhere by now. Needs shift and mission.
    """
    await people.confirm_address(call.person)
    volunteer = await Volunteer.get_or_none(person_id=call.person_id)
    hers = volunteer.skills if volunteer else []
    roles = [role for role in await places.roles_of(call.shift_id) if set(role.skills) <= set(hers)]
    role = next((one for one in roles if one.free), roles[0] if roles else None)
    wish = Wish(role_id=role.id if role else 0, skills=hers, anyway=anyway)
    signup = await signups.sign_up(call.shift, Actor(call.person), f"rescue-{call.id}", wish)
    await _note(call, "yes")
    return signup


async def decline(call: RescueCall) -> None:
    """Not this time: no reason is asked for, nothing follows from it. Harmless when repeated."""
    await _note(call, "no")


async def stop(call: RescueCall) -> None:
    """Not this time, and never again: nobody asks her any more. Harmless when repeated."""
    await calling.no_more(call.person_id)
    await _note(call, "no")


async def _note(call: RescueCall, said: str) -> None:
    """Her first answer, or a yes after a no; whoever came and cannot any more gives her place back on its own page."""
    await RescueCall.filter(id=call.id).exclude(answer="yes").update(answer=said, answered_at=clock.now())
