"""What assemblies keep about a person, for her to take away (PRODUCT A5). No vote of hers has a name."""

from typing import Any

from civic.assemblies.models import Resolution
from civic.people.models import Person


async def personal_data(person: Person) -> dict[str, list[dict[str, Any]]]:
    """The resolutions whose raised hands she counted; moments UTC."""
    counted = Resolution.filter(counted_by_id=person.id).order_by("id")
    return {"hands_counted": [{"resolution": one.wording, "counted_at": one.counted_at} for one in await counted]}
