"""What a volunteer does with her wishes. The only writer of their rows, but for `called_at` (see calling)."""

from dataclasses import dataclass

from tortoise.expressions import Q

from civic import clock, database
from civic.people.models import Person
from volunteering.volunteers.calling import REST
from volunteering.volunteers.models import Volunteer

NEAR_KM = 15


@dataclass(slots=True, frozen=True)
class Wishes:
    """Skills (codes), availabilities (words), how far (km) from which commune, by car or not, whether to be called."""

    skills: list[str]
    availabilities: list[str]
    commune_insee: str | None = None
    km: int = NEAR_KM
    has_car: bool = False
    may_be_called: bool = False


async def say(person: Person, wishes: Wishes) -> Volunteer:
    """Keep what a volunteer says of herself, in place of what she said before (PRODUCT A3)."""
    async with database.transaction():
        volunteer, _ = await Volunteer.update_or_create(
            person_id=person.id,
            defaults={
                "skills": wishes.skills, "availabilities": wishes.availabilities, "commune_id": wishes.commune_insee,
                "km": wishes.km, "has_car": wishes.has_car, "may_be_called": wishes.may_be_called,
                "updated_at": clock.now(),
            },
        )  # fmt: skip
    return volunteer


async def erase(person: Person) -> None:
    """Forget all she said. Harmless when there is nothing.

    Asked to help within a fortnight, that moment alone stays: whoever says her wishes anew is not asked sooner for it.
    """
    lately = Q(called_at__gt=clock.now() - REST)
    async with database.transaction():
        await Volunteer.filter(~lately | Q(called_at__isnull=True), person_id=person.id).delete()
        await Volunteer.filter(person_id=person.id).update(
            skills=[], availabilities=[], commune_id=None, km=NEAR_KM, has_car=False, may_be_called=False,
            updated_at=clock.now(),
        )  # fmt: skip
