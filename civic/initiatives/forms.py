"""The form of an initiative."""

from pydantic import BaseModel, Field, field_validator

from civic.errors import Invalid
from civic.i18n import _
from civic.initiatives.models import Stage


class InitiativeForm(BaseModel):
    """What a lead writes about her initiative."""

    title: str = Field(min_length=3, max_length=60)
    summary: str = Field(min_length=10, max_length=400)
    story: str = Field("", max_length=20_000)
    commune: str = Field(min_length=2, max_length=80)
    place: str = Field("", max_length=200)
    topics: list[str] = Field([], max_length=5, validate_default=True)
    stage: Stage = Stage.LAUNCHED
    car_free: bool = False
    website: str = Field("", max_length=300, pattern=r"^(https?://[^\s]+)?$")
    ending: str = Field("", max_length=2000)

    @field_validator("topics")
    @classmethod
    def _one_at_least(cls, value: list[str]) -> list[str]:
        if not value:
            raise Invalid(_("Choisissez au moins un sujet."))
        return value
