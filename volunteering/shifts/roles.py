"""The roles of a shift as a lead writes them, and what becomes of them when she writes them anew."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from civic import database
from civic.errors import Invalid
from civic.i18n import _
from volunteering.shifts import places
from volunteering.shifts.models import Shift, ShiftRole

MOST_ROLES = 12
MOST_PLACES = 1000


@dataclass(slots=True, frozen=True)
class RoleWish:
    """A role as a lead writes it; `id` is that of a role that exists already, 0 for a new one."""

    capacity: int
    minimum: int = 0
    title: str = ""
    skills: tuple[str, ...] = ()
    minimum_age: int | None = None
    id: int = 0


def field(name: str, number: int) -> str:
    """The form's name of a role's field; the first role's fields have no number."""
    return name if number == 1 else f"{name}_{number}"


def check(wishes: Sequence[RoleWish]) -> None:
    """What a lead wrote can be. Raises Invalid with the field of the role it concerns."""
    if not 1 <= len(wishes) <= MOST_ROLES or not 1 <= sum(wish.capacity for wish in wishes) <= MOST_PLACES:
        raise Invalid(_("Un créneau a de 1 à 12 postes, et de 1 à 1 000 places."), field="capacity")
    titles: set[str] = set()
    for number, wish in enumerate(wishes, 1):
        if wish.minimum > wish.capacity:
            raise Invalid(_("Le minimum dépasse le nombre de places."), field=field("minimum", number))
        title = wish.title.strip().casefold()
        if title in titles or (len(wishes) > 1 and not title):
            raise Invalid(_("Donnez à chaque poste son propre nom."), field=field("title", number))
        titles.add(title)


def row(shift: Shift, order: int, wish: RoleWish) -> ShiftRole:
    """The role to be kept for what was written."""
    return ShiftRole(
        shift=shift, order=order, title=wish.title.strip(), capacity=wish.capacity, ceiling=wish.capacity,
        minimum=wish.minimum, skills=list(wish.skills), minimum_age=wish.minimum_age,
    )  # fmt: skip


async def roles_by_shift(shift_ids: Sequence[int]) -> dict[int, list[ShiftRole]]:
    """The roles of several shifts, each in the lead's order. One query."""
    found: dict[int, list[ShiftRole]] = {}
    for role in await ShiftRole.filter(shift_id__in=shift_ids or [0]).order_by("order", "id"):
        found.setdefault(role.shift_id, []).append(role)
    return found


async def wishes_of(shift_id: int) -> tuple[RoleWish, ...]:
    """A shift's roles as its lead would write them."""
    return tuple(
        RoleWish(one.capacity, one.minimum, one.title, tuple(one.skills), one.minimum_age, one.id)
        for one in await places.roles_of(shift_id)
    )


async def matched(shift: Shift, model: Shift, wishes: Sequence[RoleWish]) -> tuple[RoleWish, ...]:
    """What was written for the model, for another shift of its series: a role is the same by its former title."""
    if shift.id == model.id:
        return tuple(wishes)
    titles = {role.id: role.title for role in await places.roles_of(model.id)}
    here = {role.title: role.id for role in await places.roles_of(shift.id)}
    return tuple(replace(wish, id=here.get(titles.get(wish.id, wish.title), 0)) for wish in wishes)


async def leaving(shift: Shift, wishes: Sequence[RoleWish]) -> list[int]:
    """The ids of the roles that are no longer wanted. Raises Invalid when somebody has or awaits a place in one."""
    roles = await places.roles_of(shift.id)
    kept = {wish.id for wish in adopted(wishes, roles)}
    gone = [role for role in roles if role.id not in kept]
    if any(role.taken or role.waiting for role in gone):
        said = _("Des personnes sont inscrites à un poste que vous retirez. Gardez-le, ou écrivez-leur d’abord.")
        raise Invalid(said, field="title")
    return [role.id for role in gone]


_REWRITE = """UPDATE shift_role SET title = ?, capacity = ?, minimum = ?, minimum_age = ?, "order" = ?,
ceiling = CASE WHEN taken > ? THEN taken ELSE ? END WHERE id = ? AND shift_id = ?"""
_SET_ASIDE = "UPDATE shift_role SET title = '~' || CAST(id AS VARCHAR(20)) WHERE shift_id = ?"


async def rewrite(shift: Shift, wishes: Sequence[RoleWish]) -> None:
    """Keep, add and drop roles, in the caller's transaction. Raises Invalid as `leaving` does.

    Titles are set aside first: two roles may change names with each other.
    """
    roles = await places.roles_of(shift.id)
    for role_id in await leaving(shift, wishes):
        await ShiftRole.filter(id=role_id).delete()
    await database.execute(_SET_ASIDE, [shift.id])
    known = {role.id for role in roles}
    for order, wish in enumerate(adopted(wishes, roles)):
        if wish.id not in known:
            await ShiftRole.bulk_create([row(shift, order, wish)])
            continue
        await database.execute(_REWRITE, [
            wish.title.strip(), wish.capacity, wish.minimum, wish.minimum_age, order, wish.capacity, wish.capacity,
            wish.id, shift.id,
        ])  # fmt: skip
        await ShiftRole.filter(id=wish.id, shift_id=shift.id).update(skills=list(wish.skills))


def adopted(wishes: Sequence[RoleWish], roles: list[ShiftRole]) -> list[RoleWish]:
    """The wishes with the ids of their roles.

    Without ids, roles are known by their names, and the only one of a simple shift in any case.
    """
    if len(wishes) == len(roles) == 1:
        return [replace(wishes[0], id=roles[0].id)]
    by_title, ids = {role.title: role.id for role in roles}, {wish.id for wish in wishes}
    found = []
    for wish in wishes:
        same = by_title.get(wish.title.strip(), 0)
        found.append(replace(wish, id=same) if not wish.id and same not in ids else wish)
    return found
