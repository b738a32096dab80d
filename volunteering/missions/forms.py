"""Shapes of the forms about missions."""

from pydantic import BaseModel, Field

from civic.errors import Invalid
from civic.i18n import _
from civic.places import queries as places
from civic.web.forms import Form
from volunteering.missions import skills, words
from volunteering.missions.models import Availability, Effort, Mission
from volunteering.missions.service import Overtaken, mark_of

MOST_SKILLS = len(skills.CODES)
BESIDE = {"commune", "seen", "modele"}
"""Fields of the form that are none of the mission's."""


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
    required_skills: list[str] = Field(default_factory=list, max_length=MOST_SKILLS)
    wished_skills: list[str] = Field(default_factory=list, max_length=MOST_SKILLS)
    availabilities: list[Availability] = Field(default_factory=list, max_length=4)
    cancel_hours: int = Field(24, ge=0, le=336)
    seen: str = Field("", max_length=16)
    modele: int | None = None

    async def values(self) -> dict[str, object]:
        """The fields of a Mission. Raises Invalid when the commune or a skill is not understood."""
        commune = await places.commune_meant(self.commune) if self.commune and not self.remote else None
        required = _skills(self.required_skills, "required_skills")
        wished = [code for code in _skills(self.wished_skills, "wished_skills") if code not in required]
        return {
            **self.model_dump(exclude=BESIDE), "commune_id": commune.insee if commune else None,
            "required_skills": required, "wished_skills": wished,
            "availabilities": [one.value for one in Availability if one in self.availabilities],
        }  # fmt: skip


class WelcomeForm(BaseModel):
    """Which lead welcomes people from now on."""

    contact: int


def _skills(codes: list[str], field: str) -> list[str]:
    try:
        return skills.checked(codes)
    except Invalid as error:
        raise Invalid(error.message, field=field) from None


def filled(mission: Mission) -> dict[str, object]:
    """The form's fields of a mission that exists. Needs its commune."""
    names = [name for name in MissionForm.model_fields if name not in BESIDE]
    values: dict[str, object] = {name: getattr(mission, name) for name in names}
    values["minimum_age"] = mission.minimum_age or ""
    values["effort"] = mission.effort.value
    commune = places.full_label(mission.commune) if mission.commune else ""
    return {**values, "commune": commune, "seen": mark_of(mission)}


def overtaken(form: Form[MissionForm], error: Overtaken) -> None:
    """Say at each field what another person has written meanwhile; sent once more, this form is what stands."""
    form.refuse(error)
    form.values["seen"] = error.seen
    for name, theirs in filled(error.theirs).items():
        if name != "seen" and _plain(theirs) != _plain(form.values.get(name, "")):
            said = words.field_said(name, theirs) or _("(vide)")
            form.errors[name] = _("Une autre personne a écrit : %(text)s.", text=said)


def _plain(value: object) -> object:
    """As the field shows it, whether it was read from the form or from the mission."""
    return value if isinstance(value, list) else "1" if value is True else "" if value in (False, None) else str(value)
