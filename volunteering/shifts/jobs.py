"""What happens to a mission as its shifts go by."""

from civic.jobs import Handler
from volunteering.shifts import service


async def shift_started(*, mission_id: int) -> None:
    """A shift is no longer to come: its mission's places are counted again."""
    await service.recount(mission_id)


handlers: dict[str, Handler] = {"shift_started": shift_started}
