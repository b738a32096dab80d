"""Follow and unfollow; both are harmless when repeated."""

from civic import clock, database
from civic.follows.models import Follow
from civic.people.models import Person

_ADD = """INSERT INTO follow (person_id, subject_kind, subject_id, created_at) VALUES (?, ?, ?, ?)
ON CONFLICT (person_id, subject_kind, subject_id) DO NOTHING RETURNING id"""


async def follow(person: Person, kind: str, subject_id: int) -> bool:
    """Start following; True when it is new."""
    return bool(await database.fetch_all(_ADD, [person.id, kind, subject_id, clock.now()]))


async def unfollow(person: Person, kind: str, subject_id: int) -> bool:
    """Stop following; True when it was so."""
    return bool(await Follow.filter(person_id=person.id, subject_kind=kind, subject_id=subject_id).delete())


async def forget(person: Person, kind: str) -> None:
    """She follows nothing of this kind any more."""
    await Follow.filter(person_id=person.id, subject_kind=kind).delete()
