"""What people write in a discussion."""

from pydantic import BaseModel, Field

LONGEST = 4000
"""Signs of a comment."""


class CommentForm(BaseModel):
    """A comment, under a hat (an organisation one represents), as a question or as an official answer."""

    text: str = Field(min_length=2, max_length=LONGEST)
    hat: int | None = None
    question: bool = False
    official: bool = False


class TextForm(BaseModel):
    """Another wording."""

    text: str = Field(min_length=2, max_length=LONGEST)


class CloseForm(BaseModel):
    """Why the discussion is closed."""

    reason: str = Field(min_length=5, max_length=300)
