"""What a volunteer does with her wishes. The only writer of their rows, but for `called_at` (the rescue calls')."""

from dataclasses import dataclass

from civic import clock, database
from civic.people.models import Person
from volunteering.volunteers.models import Volunteer


@dataclass(slots=True, frozen=True)
class Wishes:
    """Skills (codes), availabilities (words), how far (km) from which commune, by car or not, whether to be called."""

    skills: list[str]
    availabilities: list[str]
    commune_insee: str | None = None
    km: int = 15
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
    """Forget all she said. Harmless when there is nothing; when she was last called stays with the calls."""
    await Volunteer.filter(person_id=person.id).delete()
