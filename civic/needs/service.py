"""Keep the gauges true."""

from datetime import datetime

from civic import clock, database
from civic.initiatives.models import Initiative
from civic.needs.models import BITS, Need, NeedKind

_KEEP = """INSERT INTO need (initiative_id, kind, source, title, path, target, reached, ends_at, open, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (source) DO UPDATE SET title = excluded.title, path = excluded.path, target = excluded.target,
reached = excluded.reached, ends_at = excluded.ends_at, open = excluded.open, updated_at = excluded.updated_at"""


async def keep(
    initiative_id: int, kind: NeedKind, source: str, *, title: str, path: str, target: int, reached: int,
    ends_at: datetime | None = None, open: bool = True,
) -> None:  # fmt: skip
    """Write a gauge as it is now, in the caller's transaction; the initiative's summary of open needs follows."""
    values = [initiative_id, kind.value, source, title[:160], path, target, reached, ends_at, open, clock.now()]
    await database.execute(_KEEP, values)
    await refresh(initiative_id)


async def refresh(initiative_id: int) -> None:
    """Recompute which kinds an initiative needs and when the first need ends."""
    rows = await Need.filter(initiative_id=initiative_id, open=True)
    mask = 0
    for row in rows:
        mask |= BITS[row.kind]
    ends = min((row.ends_at for row in rows if row.ends_at), default=None)
    await Initiative.filter(id=initiative_id).update(needs_mask=mask, needs_end_at=ends)
