"""The form of an initiative."""

from pydantic import BaseModel, Field

from civic.initiatives.models import Stage


class InitiativeForm(BaseModel):
    """What a lead writes about her initiative."""

    title: str = Field(min_length=3, max_length=60)
    summary: str = Field(min_length=10, max_length=400)
    story: str = Field("", max_length=20_000)
    commune: str = Field(min_length=2, max_length=80)
    place: str = Field("", max_length=200)
    topics: list[str] = Field(min_length=1, max_length=5)
    stage: Stage = Stage.LAUNCHED
    car_free: bool = False
    website: str = Field("", max_length=300, pattern=r"^(https?://[^\s]+)?$")
    ending: str = Field("", max_length=2000)
