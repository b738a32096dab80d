"""Who contributed."""

from civic.contributions.models import Contribution


async def has_contributed(person_id: int, initiative_id: int) -> bool:
    """Whether this person gave anything to this initiative."""
    rows = Contribution.filter(person_id=person_id, initiative_id=initiative_id, revoked_at__isnull=True)
    return await rows.exists()


async def initiatives_given_to(person_id: int) -> set[int]:
    """The ids of all initiatives this person gave anything to."""
    rows = Contribution.filter(person_id=person_id, revoked_at__isnull=True)
    return {int(str(one)) for one in await rows.values_list("initiative_id", flat=True)}
