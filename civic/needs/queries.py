"""Read the gauges."""

from civic.needs.models import Need, NeedKind


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
