"""Shapes of the forms about missions."""

from pydantic import BaseModel, Field

from civic.places import queries as places
from volunteering.missions.models import Effort, Mission


class MissionForm(BaseModel):
    """What a lead says of a mission (PRODUCT V1)."""

    title: str = Field(min_length=5, max_length=90)
    summary: str = Field(min_length=10, max_length=300)
    tasks: str = Field("", max_length=5000)
    ongoing: bool = False
    remote: bool = False
    place: str = Field("", max_length=200)
    commune: str = Field("", max_length=80)
    bring: str = Field("", max_length=300)
    minimum_age: int | None = Field(None, ge=1, le=99)
    effort: Effort = Effort.LIGHT
    effort_note: str = Field("", max_length=160)
    car_free: bool = False
    car_note: str = Field("", max_length=200)
    skills: str = Field("", max_length=200)
    contact_note: str = Field("", max_length=160)

    async def values(self) -> dict[str, object]:
        """The fields of a Mission. Raises Invalid when the commune is not understood."""
        commune = await places.commune_meant(self.commune) if self.commune and not self.remote else None
        return {**self.model_dump(exclude={"commune"}), "commune_id": commune.insee if commune else None}


def filled(mission: Mission) -> dict[str, object]:
    """The form's fields of a mission that exists. Needs its commune."""
    values: dict[str, object] = {name: getattr(mission, name) for name in MissionForm.model_fields if name != "commune"}
    values["minimum_age"] = mission.minimum_age or ""
    values["effort"] = mission.effort.value
    return {**values, "commune": places.full_label(mission.commune) if mission.commune else ""}
