"""A sign-in sheet on paper, written into the computer afterwards (PRODUCT V5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from civic import database
from civic.people import service as people
from civic.people.actor import Actor
from civic.places.folding import fold
from volunteering.shifts.models import Shift
from volunteering.signups import attendance
from volunteering.signups.attendance import WalkIn
from volunteering.signups.models import OVER, Signup, SignupStatus


@dataclass(slots=True, frozen=True)
class Entry:
    """One line of the sheet: what it says of somebody of the list (`signup_id`), or a walk-in on its blank lines.

    `shown` is her state on the page that was filled in, `after` what is said now; the hours are those she wrote (UTC).
    `came`: how many of a group were there, 0 when that is not written.
    """

    number: int = 0
    signup_id: int = 0
    new: WalkIn | None = None
    shown: SignupStatus = SignupStatus.CONFIRMED
    after: SignupStatus = SignupStatus.ATTENDED
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    came: int = 0


@database.retrying
async def write_in(shift: Shift, entries: Sequence[Entry], key: str, actor: Actor) -> tuple[int, list[Signup]]:
    """Note all lines at once. Answers how many persons were there, and of whom somebody else has said otherwise since.

    The same sheet twice, by one person or two, is once: a walk-in of the same name is the same walk-in. Raises
    DomainError long before the start, or for who was not there before it.
    """
    came, passed_by = 0, list[Signup]()
    async with database.transaction():
        await attendance.lock_with_doors_open(shift)
        for entry in entries:
            signup = await _signup_of(shift, entry, key, actor)
            if entry.new is None and signup.status not in (entry.shown, entry.after):
                passed_by.append(signup)
            elif entry.after != SignupStatus.ATTENDED:
                await attendance.was_away(signup, entry.after, shift, actor)
            else:
                await attendance.be_there(signup, shift, actor, entry.arrived_at or shift.starts_at, came=entry.came)
                await _write_hours(signup, entry, shift)
                came += signup.present
        await people.audit(actor, "sheet_entered", f"shift:{shift.id}", lines=len(entries), came=came)
        await attendance.noted(shift)
    return came, passed_by


async def _signup_of(shift: Shift, entry: Entry, key: str, actor: Actor) -> Signup:
    if entry.new is None:
        found = await Signup.get(id=entry.signup_id, shift_id=shift.id).select_related("person")
        anew = Signup.filter(shift_id=shift.id, person_id=found.person_id).exclude(status__in=OVER)
        return (await anew.select_related("person").first() or found) if found.status in OVER else found
    twin = await Signup.filter(
        shift_id=shift.id, walk_in=True, person__name_folded=fold(" ".join(entry.new.name.split()))
    ).exclude(status__in=OVER).first()  # fmt: skip
    at = entry.arrived_at or shift.starts_at
    return twin or await attendance.walked_in(shift, entry.new, f"{key}-{entry.number}", actor, at)


async def _write_hours(signup: Signup, entry: Entry, shift: Shift) -> None:
    """The hours of the sheet stand; what the sheet leaves open stays as it was noted.

    Whoever was noted before the start and wrote only when she left gave from the start: « est là » is no hour.
    """
    hours = {"arrived_at": entry.arrived_at, "left_at": entry.left_at}
    if entry.left_at and not entry.arrived_at and signup.arrived_at and signup.arrived_at < shift.starts_at:
        hours["arrived_at"] = shift.starts_at
    known = {name: moment for name, moment in hours.items() if moment}
    if known:
        await Signup.filter(id=signup.id).update(**known)
