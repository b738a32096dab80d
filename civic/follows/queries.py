"""Who follows what."""

from civic.follows.models import Follow
from civic.people.models import Person


async def is_following(person: Person | None, kind: str, subject_id: int) -> bool:
    """Whether this person follows this."""
    if person is None:
        return False
    return await Follow.filter(person_id=person.id, subject_kind=kind, subject_id=subject_id).exists()


async def followed_ids(person: Person, kind: str) -> list[int]:
    """The ids of what a person follows, newest first."""
    query = Follow.filter(person_id=person.id, subject_kind=kind).order_by("-id")
    return [int(str(value)) for value in await query.values_list("subject_id", flat=True)]
