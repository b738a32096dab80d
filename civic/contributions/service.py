"""Write and revoke contributions; both are harmless when repeated."""

from civic import clock, database
from civic.contributions.models import Contribution
from civic.needs.models import NeedKind

_ADD = """INSERT INTO contribution (person_id, initiative_id, kind, source, at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (source) DO UPDATE SET revoked_at = NULL"""


async def contribute(person_id: int, initiative_id: int, kind: NeedKind, source: str) -> None:
    """A gift became real, in the caller's transaction; `source` such as « pledge:12 »."""
    await database.execute(_ADD, [person_id, initiative_id, kind.value, source, clock.now()])


async def revoke(source: str) -> None:
    """A gift was undone."""
    await Contribution.filter(source=source, revoked_at__isnull=True).update(revoked_at=clock.now())
