"""What is forgotten by itself."""

from civic.jobs import Handler
from volunteering.privacy import service


async def volunteering_forgotten(**_payload: object) -> None:
    """Once a day."""
    await service.forget()


handlers: dict[str, Handler] = {"volunteering_forgotten": volunteering_forgotten}
minutes = {"volunteering_forgotten": 1440}
