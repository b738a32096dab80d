"""Keep the gauges true."""

import secrets
from datetime import date, datetime, timedelta

from civic import clock, database
from civic.database import transaction
from civic.initiatives.models import Initiative
from civic.needs.models import BITS, Need, NeedKind
from civic.web import urls

_KEEP = """INSERT INTO need (initiative_id, kind, source, title, path, target, reached, ends_at, open, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (source) DO UPDATE SET title = excluded.title, path = excluded.path, target = excluded.target,
reached = excluded.reached, ends_at = excluded.ends_at, open = excluded.open, updated_at = excluded.updated_at"""

_COUNT = """UPDATE need SET target = ?, reached = ?, updated_at = ?
WHERE source = ? AND title = ? AND path = ? AND open = ? AND {ends}"""

_FOUND = """UPDATE need SET reached = reached + 1, open = reached + 1 < target, updated_at = ?
WHERE id = ? AND open = ?"""


async def keep(
    initiative_id: int, kind: NeedKind, source: str, *, title: str, path: str, target: int, reached: int,
    ends_at: datetime | None = None, open: bool = True,
) -> None:  # fmt: skip
    """Write a gauge as it is now, in the caller's transaction; the initiative's summary of open needs follows.

    When only its numbers have changed the summary stays as it is, and the initiative's row is not locked.
    """
    title, present = title[:160], clock.now()
    same = [source, title, path, open, *([ends_at] if ends_at else [])]
    count = _COUNT.format(ends="ends_at = ?" if ends_at else "ends_at IS NULL")
    if await database.execute(count, [target, reached, present, *same]):
        return
    values = [initiative_id, kind.value, source, title, path, target, reached, ends_at, open, present]
    await database.execute(_KEEP, values)
    await refresh(initiative_id)


async def ask(initiative: Initiative, title: str, pieces: int, until: date | None) -> None:
    """A lead asks for a thing; `until` is the last day (local) it is of use."""
    ends_at = clock.at(until + timedelta(days=1), 0) if until else None
    path = urls.path("initiatives.show", slug=initiative.slug)
    async with transaction():
        await keep(
            initiative.id, NeedKind.THING, f"thing:{secrets.token_hex(8)}", title=title, path=path, target=pieces,
            reached=0, ends_at=ends_at,
        )  # fmt: skip


async def found(need: Need) -> None:
    """One more piece is found; the last one closes the need. Harmless when it is closed."""
    async with transaction():
        await database.execute(_FOUND, [clock.now(), need.id, True])
        await refresh(need.initiative_id)  # type: ignore[attr-defined]


async def withdraw(need: Need) -> None:
    """It is not needed any more."""
    async with transaction():
        await Need.filter(id=need.id).update(open=False, updated_at=clock.now())
        await refresh(need.initiative_id)  # type: ignore[attr-defined]


async def refresh(initiative_id: int) -> None:
    """Recompute which kinds an initiative needs and when the first need ends."""
    rows = await Need.filter(initiative_id=initiative_id, open=True)
    mask = 0
    for row in rows:
        mask |= BITS[row.kind]
    ends = min((row.ends_at for row in rows if row.ends_at), default=None)
    await Initiative.filter(id=initiative_id).update(needs_mask=mask, needs_end_at=ends)
