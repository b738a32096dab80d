"""What readers, the team and authors write about a text."""

from typing import Literal

from pydantic import BaseModel, EmailStr, Field, ValidationInfo, field_validator

from civic.errors import Invalid
from civic.i18n import _
from civic.moderation.models import Ground


class ReportForm(BaseModel):
    """What is wrong with it; an address only for who wants an answer."""

    ground: Ground
    words: str = Field("", max_length=1000, validate_default=True)
    email: EmailStr | None = None

    @field_validator("words")
    @classmethod
    def _other_is_explained(cls, words: str, info: ValidationInfo) -> str:
        if info.data.get("ground") == Ground.OTHER and len(words) < 5:
            raise Invalid(_("Dites en quelques mots ce qui ne va pas."))
        return words


class HideForm(BaseModel):
    """Why the text is hidden; `version` is the one the team has read."""

    reason: str = Field(min_length=5, max_length=500)
    version: int = Field(ge=0)


class AppealForm(BaseModel):
    """Why its author does not agree."""

    words: str = Field(min_length=10, max_length=2000)


class AnswerForm(BaseModel):
    """The answer to an appeal: hidden for good, or shown again."""

    upheld: Literal["masque", "montre"]
    answer: str = Field(min_length=5, max_length=1000)
