"""What happens to a mission as its shifts go by, and to its shifts when it moves."""

from tortoise.expressions import F

from civic import clock, jobs
from civic.jobs import Handler
from volunteering.shifts import moments, service
from volunteering.shifts.models import Shift, ShiftStatus


async def shift_started(*, mission_id: int) -> None:
    """A shift is no longer to come: its mission's places are counted again."""
    await service.recount(mission_id)


async def mission_moved(*, mission_id: int) -> None:
    """The mission takes place elsewhere: so do all its shifts to come, and whoever comes to one is told."""
    coming = {"mission_id": mission_id, "status": ShiftStatus.OPEN, "starts_at__gt": clock.now()}
    await Shift.filter(**coming).update(
        sequence=F("sequence") + 1, version=F("version") + 1, updated_at=clock.now()
    )
    async with jobs.together():
        for shift in await Shift.filter(**coming).order_by("id"):
            await moments.tell_change(shift, shift.starts_at, shift.ends_at)


handlers: dict[str, Handler] = {"shift_started": shift_started, "mission_moved": mission_moved}
