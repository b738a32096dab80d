"""Shapes of the coordinators' forms."""

from pydantic import BaseModel, Field


class MessageForm(BaseModel):
    """A word to all who come."""

    cle: str = Field(min_length=8, max_length=64)
    text: str = Field(min_length=2, max_length=3000)
