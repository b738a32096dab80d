"""A sign-in sheet on paper, written into the computer afterwards (PRODUCT V5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from civic import database
from civic.people import service as people
from civic.people.actor import Actor
from civic.places.folding import fold
from volunteering.shifts import places
from volunteering.shifts.models import Shift
from volunteering.signups import attendance
from volunteering.signups.attendance import WalkIn
from volunteering.signups.models import OVER, Signup


@dataclass(slots=True, frozen=True)
class Entry:
    """One line of the sheet: somebody of the list (`signup_id`) or a walk-in; the hours she wrote (UTC), if any."""

    number: int
    signup_id: int = 0
    new: WalkIn | None = None
    arrived_at: datetime | None = None
    left_at: datetime | None = None


@database.retrying
async def write_in(shift: Shift, entries: Sequence[Entry], key: str, actor: Actor) -> int:
    """Whoever stands on the sheet was there; all lines at once. Answers how many persons.

    The same sheet twice, by one person or two, is once: a walk-in of the same name is the same walk-in. Raises
    DomainError long before the start.
    """
    attendance.check_doors(shift)
    came = 0
    async with database.transaction():
        await places.lock(shift.id)
        for entry in entries:
            signup = await _signup_of(shift, entry, key, actor)
            await attendance.be_there(signup, shift, actor, entry.arrived_at or shift.starts_at)
            await _write_hours(signup, entry)
            came += signup.party
        await people.audit(actor, "sheet_entered", f"shift:{shift.id}", lines=len(entries), came=came)
        await attendance.noted(shift)
    return came


async def _signup_of(shift: Shift, entry: Entry, key: str, actor: Actor) -> Signup:
    if entry.new is None:
        return await Signup.get(id=entry.signup_id, shift_id=shift.id).select_related("person")
    twin = await Signup.filter(
        shift_id=shift.id, walk_in=True, person__name_folded=fold(" ".join(entry.new.name.split()))
    ).exclude(status__in=OVER).first()  # fmt: skip
    return twin or await attendance.walked_in(shift, entry.new, f"{key}-{entry.number}", actor)


async def _write_hours(signup: Signup, entry: Entry) -> None:
    """The hours of the sheet stand; what the sheet leaves open stays as it was noted."""
    hours = {"arrived_at": entry.arrived_at, "left_at": entry.left_at}
    known = {name: moment for name, moment in hours.items() if moment}
    if known:
        await Signup.filter(id=signup.id).update(**known)
