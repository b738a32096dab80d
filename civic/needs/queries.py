"""Read the gauges."""

from civic import database
from civic.needs.models import Need, NeedKind

_COUNT = """SELECT count(*) AS n FROM (SELECT 1 AS one FROM need JOIN initiative ON initiative.id = need.initiative_id
WHERE need.kind = ? AND need.open = ? AND initiative.published_at IS NOT NULL LIMIT ?) AS bounded"""


async def needs_of(initiative_id: int) -> list[Need]:
    """The open needs of an initiative, in the order of the four kinds."""
    order = list(NeedKind)
    rows = await Need.filter(initiative_id=initiative_id, open=True)
    return sorted(rows, key=lambda need: (order.index(need.kind), need.ends_at is None, need.ends_at, need.id))


async def open_needs(kind: NeedKind, limit: int) -> list[Need]:
    """Open needs of one kind in published initiatives, those that end first before the others."""
    rows = await (
        Need.filter(kind=kind, open=True, initiative__published_at__isnull=False)
        .order_by("ends_at", "id").limit(limit).select_related("initiative")
    )  # fmt: skip
    return rows


async def count_open(kind: NeedKind, most: int) -> int:
    """How many open needs of one kind there are in published initiatives, counted up to `most`."""
    return int((await database.fetch_all(_COUNT, [kind.value, True, most]))[0]["n"])
