"""Write and revoke contributions; both are harmless when repeated."""

from collections.abc import Iterable

from civic import clock, database
from civic.contributions.models import Contribution
from civic.needs.models import NeedKind

_ADD = """INSERT INTO contribution (person_id, initiative_id, kind, source, at) VALUES {rows}
ON CONFLICT (source) DO UPDATE SET person_id = excluded.person_id, revoked_at = NULL"""
"""A gift that was undone may be somebody else's when it is real again: corrected, or claimed by her who gave it."""


async def contribute(person_id: int, initiative_id: int, kind: NeedKind, source: str) -> None:
    """A gift became real, in the caller's transaction; `source` such as « pledge:12 »."""
    await contribute_all(initiative_id, kind, [(person_id, source)])


async def contribute_all(initiative_id: int, kind: NeedKind, gifts: Iterable[tuple[int, str]]) -> None:
    """Several gifts to one initiative became real, in one statement: each a person and a source."""
    present = clock.now()
    values = [(person_id, initiative_id, kind.value, source, present) for person_id, source in gifts]
    rows = ", ".join(["(?, ?, ?, ?, ?)"] * len(values))
    await database.execute(_ADD.format(rows=rows), [value for row in values for value in row])


async def revoke(source: str) -> None:
    """A gift was undone."""
    await Contribution.filter(source=source, revoked_at__isnull=True).update(revoked_at=clock.now())
