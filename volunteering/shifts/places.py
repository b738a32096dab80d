"""The places of a shift's roles, taken and given back by conditional updates (docs/locking.md).

Whoever takes or gives back locks the shift's row first (`lock`, `lock_to_come`) and writes the sums last (`sum_up`),
in one transaction. What is read in between is nobody else's.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from civic import clock, database
from civic.errors import DomainError
from civic.i18n import _
from volunteering.shifts.models import ShiftRole, ShiftStatus

_TAKE = "UPDATE shift_role SET taken = taken + ? WHERE id = ? AND taken + ? <= capacity"
_SQUEEZE_IN = """UPDATE shift_role SET taken = taken + ?,
ceiling = CASE WHEN taken + ? > ceiling THEN taken + ? ELSE ceiling END WHERE id = ?"""
_GIVE_BACK = """UPDATE shift_role SET taken = taken - ?,
ceiling = CASE WHEN taken - ? > capacity THEN taken - ? ELSE capacity END WHERE id = ? AND taken >= ?"""
LACK = "SUM(CASE WHEN role.minimum > role.taken THEN role.minimum - role.taken ELSE 0 END)"
"""How many people are missing to the minimums of the roles: « il manque », everywhere (`Shift.missing`)."""
_SUMS = "SUM(role.capacity), SUM(role.minimum), SUM(role.ceiling), SUM(role.taken), " + LACK
_OF_ROLES = "FROM shift_role role WHERE role.shift_id = shift.id"
_SUM_UP = f"""UPDATE shift SET (capacity, minimum, ceiling, taken, missing, waiting) =
(SELECT {_SUMS}, SUM(role.waiting) {_OF_ROLES}) WHERE id = ?"""  # noqa: S608
_ONLY_QUEUE = f"""UPDATE shift SET waiting = (SELECT SUM(role.waiting) {_OF_ROLES}) WHERE id = ?
AND (capacity, minimum, ceiling, taken, missing) = (SELECT {_SUMS} {_OF_ROLES})"""  # noqa: S608
_ENTER_QUEUE = "UPDATE shift_role SET waiting = waiting + 1 WHERE id = ?"
_LEAVE_QUEUE = "UPDATE shift_role SET waiting = waiting - 1 WHERE id = ? AND waiting > 0"
_LOCK = "UPDATE shift SET version = version + 1 WHERE id = ?"
_LOCK_TO_COME = f"{_LOCK} AND status = ? AND starts_at > ?"
_roles = database.Prepared(lambda shift_id: ShiftRole.filter(shift_id=shift_id).order_by("order", "id"))
_turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()


@asynccontextmanager
async def turn(shift_id: int) -> AsyncIterator[None]:
    """Those of this process who want the same shift wait here, in the order they came, before they open a transaction.

    A shift that everybody wants at once so keeps one connection of the pool busy, not all of them. The lock that counts
    is the row's. Whoever has a transaction open already does not wait: she may hold that very row.
    """
    if database.in_transaction_now():
        yield
        return
    async with _turns.setdefault(shift_id, asyncio.Lock()):
        yield


async def lock(shift_id: int) -> None:
    """Write the shift's row first: from here to the end of the transaction its places and its queue are ours alone."""
    await database.execute(_LOCK, [shift_id])


async def lock_to_come(shift_id: int) -> None:
    """The same for somebody who wants to come. Raises DomainError when the shift is cancelled or has started."""
    if not await database.execute(_LOCK_TO_COME, [shift_id, ShiftStatus.OPEN.value, clock.now()]):
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
    await database.execute(_ENTER_QUEUE, [role_id])


async def leave_queue(role_id: int) -> None:
    """One sign-up waits no more."""
    await database.execute(_LEAVE_QUEUE, [role_id])


async def sum_up(shift_id: int) -> bool:
    """Write what the roles add up to into the shift's row; whether more than its queue has changed."""
    if await database.execute(_ONLY_QUEUE, [shift_id]):
        return False
    await database.execute(_SUM_UP, [shift_id])
    return True


async def roles_of(shift_id: int) -> list[ShiftRole]:
    """The roles of a shift in the lead's order."""
    return await _roles(shift_id)
