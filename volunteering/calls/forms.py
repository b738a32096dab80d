"""Shapes of the forms about calls."""

from pydantic import BaseModel, Field


class AskForm(BaseModel):
    """Whom a coordinator asks: ids of the persons proposed that she left ticked."""

    person: list[int] = Field(default_factory=list, max_length=20)


class ComeForm(BaseModel):
    """Yes; `anyway` when she comes elsewhere at that time and wants both."""

    anyway: bool = False
