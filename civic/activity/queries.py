"""Read the feed."""

from collections.abc import Sequence

from civic.activity.models import Activity


async def latest(
    limit: int = 8, *, initiative_id: int | None = None, kinds: Sequence[str] | None = None
) -> list[Activity]:
    """The newest public facts, of everything or of one initiative, of all kinds or of some."""
    query = Activity.all() if initiative_id is None else Activity.filter(initiative_id=initiative_id)
    if kinds is not None:
        query = query.filter(kind__in=list(kinds))
    return await query.order_by("-at", "-id").limit(limit)
