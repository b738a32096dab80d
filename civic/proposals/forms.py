"""What people write about a proposal."""

from pydantic import BaseModel, Field

from civic.web.moments import Moment

LONGEST_TEXT = 20_000


class QuestionForm(BaseModel):
    """A question about the proposal."""

    text: str = Field(min_length=5, max_length=1000)


class ReplyForm(BaseModel):
    """The answer to a question, as everybody will read it."""

    answer: str = Field(min_length=2, max_length=2000)


class AmendmentForm(BaseModel):
    """What should change, and why."""

    change: str = Field(min_length=5, max_length=2000)
    why: str = Field("", max_length=1000)


class TextForm(BaseModel):
    """The proposal's new text; `version` is the number of the version it was written on."""

    text: str = Field(min_length=1, max_length=LONGEST_TEXT)
    version: int = Field(0, ge=0)


class DeclineForm(BaseModel):
    """Why an amendment is not taken, told to its author."""

    reason: str = Field(min_length=5, max_length=1000)


class IntegrationForm(TextForm):
    """How an objection changes the proposal: in a sentence, and the new text."""

    integration: str = Field(min_length=5, max_length=1000)


class ExtensionForm(BaseModel):
    """Until when the closing is moved, and why."""

    closes_at: Moment
    reason: str = Field(min_length=5, max_length=1000)
