"""Shapes of the forms of news, questions and words."""

from typing import Annotated

from pydantic import BaseModel, EmailStr, Field

from civic.people.forms import Name

Text = Annotated[str, Field(min_length=10, max_length=2000)]


class NewsForm(BaseModel):
    """A news or a message; `qui` is « tous » or « contributeurs », `alt` says what the photo shows."""

    title: str = Field(min_length=3, max_length=120)
    body: str = Field(min_length=20, max_length=20_000)
    qui: str = Field("tous", pattern="^(tous|contributeurs)$")
    by_mail: bool = False
    alt: str = Field("", max_length=200)


class QuestionForm(BaseModel):
    """A question of somebody who is not signed in."""

    text: Text
    name: Name
    email: EmailStr


class OwnQuestionForm(BaseModel):
    """A question of a person with a confirmed address."""

    text: Text


class AnswerForm(BaseModel):
    """The lead's answer."""

    answer: str = Field(min_length=2, max_length=4000)


class ReasonForm(BaseModel):
    """Why the team hides a question."""

    reason: str = Field(min_length=5, max_length=300)


class ReportForm(BaseModel):
    """What is wrong with a text, and where to answer, if the reader likes."""

    reason: str = Field(min_length=10, max_length=1000)
    email: EmailStr | None = None


class WordForm(BaseModel):
    """A backer's word."""

    text: str = Field(min_length=2, max_length=200)
