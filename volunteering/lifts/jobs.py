"""What is forgotten by itself."""

from civic.jobs import Handler
from volunteering.lifts import service


async def lifts_swept(**_payload: object) -> None:
    """Once an hour."""
    await service.sweep()


handlers: dict[str, Handler] = {"lifts_swept": lifts_swept}
minutes = {"lifts_swept": 60}
