"""The places of a shift's roles, taken and given back by conditional updates (docs/locking.md).

Whoever takes or gives back locks the shift's row first (`lock`, `lock_to_come`) and writes the sums last (`sum_up`),
in one transaction. What is read in between is nobody else's.
"""

from tortoise.expressions import F

from civic import clock, database
from civic.errors import DomainError
from civic.i18n import _
from volunteering.shifts.models import Shift, ShiftRole, ShiftStatus

_TAKE = "UPDATE shift_role SET taken = taken + ? WHERE id = ? AND taken + ? <= capacity"
_SQUEEZE_IN = """UPDATE shift_role SET taken = taken + ?,
ceiling = CASE WHEN taken + ? > ceiling THEN taken + ? ELSE ceiling END WHERE id = ?"""
_GIVE_BACK = """UPDATE shift_role SET taken = taken - ?,
ceiling = CASE WHEN taken - ? > capacity THEN taken - ? ELSE capacity END WHERE id = ? AND taken >= ?"""
_SUM_UP = """UPDATE shift SET (capacity, minimum, ceiling, taken, waiting) =
(SELECT SUM(capacity), SUM(minimum), SUM(ceiling), SUM(taken), SUM(waiting) FROM shift_role WHERE shift_id = shift.id)
WHERE id = ?"""


async def lock(shift_id: int) -> None:
    """Write the shift's row first: from here to the end of the transaction its places and its queue are ours alone."""
    await Shift.filter(id=shift_id).update(version=F("version") + 1)


async def lock_to_come(shift_id: int) -> None:
    """The same for somebody who wants to come. Raises DomainError when the shift is cancelled or has started."""
    coming = Shift.filter(id=shift_id, status=ShiftStatus.OPEN, starts_at__gt=clock.now())
    if not await coming.update(version=F("version") + 1):
        raise DomainError(_("Ce créneau ne prend plus d’inscription. Choisissez-en un autre."))


async def take(role_id: int, party: int) -> bool:
    """Take so many places of a role, all or none."""
    return await database.execute(_TAKE, [party, role_id, party]) == 1


async def squeeze_in(role_id: int, party: int) -> None:
    """Somebody is there already, whatever the number of places (a walk-in); leads see that it is one too many."""
    await database.execute(_SQUEEZE_IN, [party, party, party, role_id])


async def give_back(role_id: int, party: int) -> None:
    """Give places back; of an overbooked role they are gone rather than free."""
    await database.execute(_GIVE_BACK, [party, party, party, role_id, party])


async def enter_queue(role_id: int) -> None:
    """One more sign-up waits."""
    await ShiftRole.filter(id=role_id).update(waiting=F("waiting") + 1)


async def leave_queue(role_id: int) -> None:
    """One sign-up waits no more."""
    await ShiftRole.filter(id=role_id, waiting__gt=0).update(waiting=F("waiting") - 1)


async def sum_up(shift_id: int) -> None:
    """Write what the roles add up to into the shift's row."""
    await database.execute(_SUM_UP, [shift_id])


async def roles_of(shift_id: int) -> list[ShiftRole]:
    """The roles of a shift in the lead's order."""
    return await ShiftRole.filter(shift_id=shift_id).order_by("order", "id")
