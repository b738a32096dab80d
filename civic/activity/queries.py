"""Read the feed."""

from civic.activity.models import Activity


async def latest(limit: int = 8, *, initiative_id: int | None = None) -> list[Activity]:
    """The newest public facts, of everything or of one initiative."""
    query = Activity.all() if initiative_id is None else Activity.filter(initiative_id=initiative_id)
    return await query.order_by("-at", "-id").limit(limit)
