"""The form of a thing that is wanted."""

from datetime import date

from pydantic import BaseModel, Field, field_validator

from civic import clock
from civic.errors import Invalid
from civic.i18n import _


class ThingForm(BaseModel):
    """What, how many, until which day."""

    title: str = Field(min_length=3, max_length=80)
    pieces: int = Field(1, ge=1, le=1000)
    until: date | None = None

    @field_validator("until")
    @classmethod
    def _is_to_come(cls, until: date | None) -> date | None:
        if until and until < clock.today():
            raise Invalid(_("Choisissez un jour à venir."))
        return until
