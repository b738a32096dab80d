"""Reads about shifts, and the guard of their pages."""

from datetime import timedelta

from tortoise.expressions import F
from tortoise.queryset import QuerySet

from civic import clock
from civic.errors import NotFound
from civic.i18n import _
from volunteering.missions.models import Mission, MissionStatus
from volunteering.missions.queries import OVER, WEEK
from volunteering.shifts.models import Shift, ShiftStatus

RECENT = timedelta(days=30)
SHOWN = 60


async def shift_of(mission: Mission, shift_id: int) -> Shift:
    """A shift of this mission, whatever its state. Raises NotFound."""
    shift = await Shift.get_or_none(id=shift_id, mission_id=mission.id)
    if shift is None:
        raise NotFound(_("Ce créneau n’existe pas."))
    shift.mission = mission
    return shift


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


async def free_this_week(limit: int) -> list[Shift]:
    """The next shifts that still have places, to the end of the seventh day, with mission and commune."""
    rows = await _free_this_week().order_by("starts_at", "id").limit(limit).select_related("mission__commune")
    clock.changes_at(*(shift.starts_at for shift in rows))
    return rows


async def places_this_week() -> int:
    """How many places these shifts have left in all."""
    rows = await _free_this_week().values_list("capacity", "taken")
    return sum(capacity - taken for capacity, taken in rows)


def _free_this_week() -> QuerySet[Shift]:
    end = clock.at(clock.today() + WEEK + timedelta(days=1), 0)
    return Shift.filter(
        status=ShiftStatus.OPEN, starts_at__gt=clock.glance(), starts_at__lt=end, waiting=0,
        taken__lt=F("capacity"), mission__status=MissionStatus.OPEN, mission__initiative__published_at__isnull=False,
        mission__initiative__stage__not_in=OVER,
    )  # fmt: skip


async def recent_shifts(mission_id: int) -> list[Shift]:
    """The shifts of the last thirty days, the latest first, for the lead's presence lists."""
    present = clock.now()
    query = Shift.filter(
        mission_id=mission_id, status=ShiftStatus.OPEN, starts_at__lte=present, starts_at__gt=present - RECENT
    )
    return await query.order_by("-starts_at", "-id").limit(SHOWN)
