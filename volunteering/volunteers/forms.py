"""The form of a volunteer's wishes."""

from pydantic import BaseModel, Field

from civic.errors import Invalid
from civic.i18n import _
from civic.people.models import Person
from civic.places import queries as places
from civic.web import formats
from volunteering.missions.models import Availability
from volunteering.missions.skills import checked
from volunteering.volunteers.models import Volunteer
from volunteering.volunteers.service import Wishes

RADII = (5, 10, 15, 30, 50)


class WishesForm(BaseModel):
    """What a volunteer says of herself; nothing is required."""

    skills: list[str] = Field(default_factory=list, max_length=60)
    availabilities: list[str] = Field(default_factory=list, max_length=8)
    commune: str = Field("", max_length=80)
    km: int = Field(15, ge=1, le=100)
    has_car: bool = False
    may_be_called: bool = False

    async def wishes(self) -> Wishes:
        """The form as the service takes it. Raises Invalid for an unknown skill, moment or commune."""
        if any(word not in list(Availability) for word in self.availabilities):
            raise Invalid(_("Choisissez des moments dans la liste."), field="availabilities")
        commune = await places.commune_meant(self.commune) if self.commune else None
        said: list[str] = [word.value for word in Availability if word.value in self.availabilities]
        return Wishes(
            checked(self.skills), said, commune.insee if commune else None, self.km, self.has_car, self.may_be_called
        )


def filled(volunteer: Volunteer | None, person: Person) -> dict[str, object]:
    """The form's fields: what she said before, else her account's commune. Both need their commune."""
    if volunteer is None:
        return {"commune": places.full_label(person.commune) if person.commune else "", "km": 15}
    return {
        "skills": volunteer.skills, "availabilities": volunteer.availabilities, "km": volunteer.km,
        "commune": places.full_label(volunteer.commune) if volunteer.commune else "",
        "has_car": volunteer.has_car, "may_be_called": volunteer.may_be_called,
    }  # fmt: skip


def radii() -> list[tuple[int, str]]:
    """How far one may go, in words."""
    return [(km, formats.km(km)) for km in RADII]
