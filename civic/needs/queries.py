"""Read the gauges."""

from tortoise.expressions import Q

from civic import clock, database
from civic.errors import NotFound
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.needs.models import Need, NeedKind

_COUNT = """SELECT count(*) AS n FROM (SELECT 1 AS one FROM need JOIN initiative ON initiative.id = need.initiative_id
WHERE need.kind = ? AND need.open = ? AND (need.ends_at IS NULL OR need.ends_at > ?)
AND initiative.published_at IS NOT NULL LIMIT ?) AS bounded"""


async def needs_of(initiative_id: int) -> list[Need]:
    """The open needs of an initiative, in the order of the four kinds."""
    order = list(NeedKind)
    rows = await Need.filter(initiative_id=initiative_id, open=True)
    return sorted(rows, key=lambda need: (order.index(need.kind), need.ends_at is None, need.ends_at, need.id))


async def open_needs(kind: NeedKind, limit: int) -> list[Need]:
    """Open needs of one kind in published initiatives, those that end first before the others."""
    to_come = Q(ends_at__isnull=True) | Q(ends_at__gt=clock.glance())
    rows = await (
        Need.filter(to_come, kind=kind, open=True, initiative__published_at__isnull=False)
        .order_by("ends_at", "id").limit(limit).select_related("initiative")
    )  # fmt: skip
    clock.changes_at(*(need.ends_at for need in rows))
    return rows


async def thing_to_close(initiative: Initiative, need_id: int) -> Need:
    """A thing that this initiative asked for. Raises NotFound."""
    need = await Need.get_or_none(id=need_id, initiative_id=initiative.id, kind=NeedKind.THING)
    if need is None:
        raise NotFound(_("Ce besoin n’existe plus."))
    return need


async def count_open(kind: NeedKind, most: int) -> int:
    """How many open needs of one kind there are in published initiatives, counted up to `most`."""
    return int((await database.fetch_all(_COUNT, [kind.value, True, clock.glance(), most]))[0]["n"])
