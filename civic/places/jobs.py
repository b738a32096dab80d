"""What happens after the fact: the rest of France, once the first départements are there."""

from civic.jobs import Handler, outside
from civic.places import service


@outside
async def load_rest(**_payload: object) -> None:
    """Load the communes that a quick first load left out; harmless when repeated."""
    await service.load_rest()


handlers: dict[str, Handler] = {"communes_wanted": load_rest}
