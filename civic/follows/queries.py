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


async def followers(kind: str, subject_id: int, *, after: int, limit: int) -> list[Follow]:
    """Who follows this and can be written to, from the follow `after` on, a batch at a time."""
    rows = Follow.filter(subject_kind=kind, subject_id=subject_id, id__gt=after)
    reached = rows.filter(person__email__isnull=False, person__erased_at__isnull=True)
    return await reached.order_by("id").limit(limit).select_related("person")
