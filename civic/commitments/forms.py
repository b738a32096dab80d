"""What people write about commitments."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, field_validator

from civic import clock
from civic.errors import Invalid
from civic.i18n import _

LINK = r"^(https?://[^\s]+)?$"


def _to_come(day: date) -> date:
    """A day that is not past, on the territory's calendar."""
    if day < clock.today():
        raise Invalid(_("Choisissez un jour à venir."))
    return day


Ahead = Annotated[date, AfterValidator(_to_come)]


class CommitmentForm(BaseModel):
    """Who does what until when; without a person it is oneself."""

    what: str = Field(min_length=5, max_length=200)
    due_on: Ahead
    person_id: int | None = None


class AnswerForm(BaseModel):
    """Yes or no to what was proposed, with a word when one wants."""

    answer: Literal["yes", "no"]
    reason: str = Field("", max_length=500)


class KeepForm(BaseModel):
    """What shows that it is done: a sentence, a link; the photo or PDF comes beside."""

    evidence: str = Field("", max_length=500)
    link: str = Field("", max_length=400, pattern=LINK)
    alt: str = Field("", max_length=200)

    @field_validator("link", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        """« www.ville.fr » as people copy it."""
        bare = isinstance(value, str) and value and not value.startswith(("http://", "https://"))
        return f"https://{value}" if bare and "://" not in str(value) else value


class ReasonForm(BaseModel):
    """Why, in words that everybody will read."""

    reason: str = Field(min_length=5, max_length=500)


class MoveForm(ReasonForm):
    """Another day, and why."""

    due_on: Ahead


class HandForm(BaseModel):
    """Which member is asked to take it over, with a word for her when one wants."""

    person_id: int
    reason: str = Field("", max_length=500)
