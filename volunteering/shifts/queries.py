"""Reads about shifts, and the guard of their pages."""

from collections.abc import Sequence
from datetime import timedelta

from civic import clock, database
from civic.errors import NotFound
from civic.i18n import _
from civic.people.actor import Actor
from volunteering.missions.models import Mission, MissionStatus
from volunteering.missions.queries import OVER, WEEK, check_shown, mission_to_show
from volunteering.shifts.models import Shift, ShiftRole, ShiftStatus

RECENT = timedelta(days=30)
SHOWN = 60
_FREE_ROLES = """SELECT r.shift_id, r.capacity - r.taken AS free FROM shift s JOIN shift_role r ON r.shift_id = s.id
JOIN mission m ON m.id = s.mission_id JOIN initiative i ON i.id = m.initiative_id
WHERE s.status = 'open' AND s.starts_at > ? AND s.starts_at < ? AND r.taken < r.capacity AND r.waiting = 0
AND m.status = 'open' AND i.published_at IS NOT NULL AND i.stage NOT IN ({over}) ORDER BY s.starts_at, s.id, r.id"""

_of_mission = database.Prepared(
    lambda shift_id, slug: Shift.filter(id=shift_id, mission__slug=slug).select_related(
        "mission__initiative", "mission__commune", "mission__contact"
    )
)


async def shift_of(mission: Mission, shift_id: int) -> Shift:
    """A shift of this mission, whatever its state. Raises NotFound."""
    shift = await Shift.get_or_none(id=shift_id, mission_id=mission.id)
    if shift is None:
        raise NotFound(_("Ce créneau n’existe pas."))
    shift.mission = mission
    return shift


async def shift_to_take(slug: str, shift_id: int, actor: Actor | None) -> Shift:
    """A shift, whatever its state, of a mission that this person may see; with all that `mission_to_show` reads.

    One query. Raises NotFound.
    """
    found = await _of_mission(shift_id, slug)
    if not found:
        return await shift_of(await mission_to_show(slug, actor), shift_id)
    await check_shown(found[0].mission, actor)
    return found[0]


async def coming_shifts(mission_id: int, limit: int = SHOWN) -> list[Shift]:
    """The shifts to come, the next first."""
    query = Shift.filter(mission_id=mission_id, status=ShiftStatus.OPEN, starts_at__gt=clock.now())
    return await query.order_by("starts_at", "id").limit(limit).select_related("mission")


async def next_shifts(initiative_id: int, limit: int) -> list[Shift]:
    """The next shifts of an initiative's open missions, with their mission."""
    query = Shift.filter(
        mission__initiative_id=initiative_id, mission__status=MissionStatus.OPEN, status=ShiftStatus.OPEN,
        starts_at__gt=clock.glance(),
    )  # fmt: skip
    rows = await query.order_by("starts_at", "id").limit(limit).select_related("mission")
    clock.changes_at(*(shift.starts_at for shift in rows))
    return rows


async def free_this_week(limit: int) -> tuple[list[Shift], int]:
    """The next shifts with a role that has places and no queue, and how many places such roles have in all.

    To the end of the seventh day; the shifts come with mission and commune. Two queries.
    """
    end = clock.at(clock.today() + WEEK + timedelta(days=1), 0)
    over = [stage.value for stage in OVER]
    rows = await database.fetch_all(_FREE_ROLES.format(over=database.marks(over)), [clock.glance(), end, *over])
    ids = list(dict.fromkeys(row["shift_id"] for row in rows))[:limit]
    found = await Shift.filter(id__in=ids or [0]).order_by("starts_at", "id").select_related("mission__commune")
    clock.changes_at(*(shift.starts_at for shift in found))
    return found, sum(row["free"] for row in rows)


async def roles_by_shift(shifts: Sequence[Shift]) -> dict[int, list[ShiftRole]]:
    """The roles of these shifts in the lead's order. One query, none for no shift."""
    found: dict[int, list[ShiftRole]] = {shift.id: [] for shift in shifts}
    if found:
        for role in await ShiftRole.filter(shift_id__in=list(found)).order_by("order", "id"):
            found[role.shift_id].append(role)
    return found


async def called_off_shifts(mission_id: int) -> list[Shift]:
    """The shifts to come that were called off, the next first, so that leads see what they did."""
    query = Shift.filter(mission_id=mission_id, status=ShiftStatus.CANCELLED, starts_at__gt=clock.now())
    return await query.order_by("starts_at", "id").limit(SHOWN)


async def recent_shifts(mission_id: int) -> list[Shift]:
    """The shifts of the last thirty days, the latest first, for the lead's presence lists."""
    present = clock.now()
    query = Shift.filter(
        mission_id=mission_id, status=ShiftStatus.OPEN, starts_at__lte=present, starts_at__gt=present - RECENT
    )
    return await query.order_by("-starts_at", "-id").limit(SHOWN)
