"""Shapes of what a lead writes, step by step, and of what the reviewer answers."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from campaigns.money import parse_euros


def _cents(value: object) -> object:
    return parse_euros(value).cents if isinstance(value, str) else value


Cents = Annotated[int, BeforeValidator(_cents), Field(ge=100, le=100_000_000)]
ValueCents = Annotated[int, BeforeValidator(_cents), Field(ge=0, le=100_000_000)]


class StoryForm(BaseModel):
    """What it is, in one title, one sentence and a story."""

    title: str = Field(min_length=5, max_length=60)
    summary: str = Field(min_length=10, max_length=300)
    story: str = Field("", max_length=20_000)


class CostLineForm(BaseModel):
    """One expense. `line` is the id of the line being changed, 0 for a new one."""

    line: int = 0
    title: str = Field(min_length=3, max_length=120)
    detail: str = Field("", max_length=400)
    amount: Cents
    nature: Literal["required", "optional"]


class RewardForm(BaseModel):
    """One thank-you. `reward` is the id of the one being changed, 0 for a new one; no stock means no limit."""

    reward: int = 0
    title: str = Field(min_length=3, max_length=120)
    detail: str = Field("", max_length=400)
    from_amount: Cents
    value: ValueCents = 0
    stock: int | None = Field(None, ge=1, le=100_000)
    delivery_on: date | None = None


class TermsForm(BaseModel):
    """When, for whom, with which risks."""

    goal: Literal["all_or_nothing", "flexible"] = "all_or_nothing"
    deadline_on: date
    starts_on: date | None = None
    beneficiary: str = Field(min_length=3, max_length=200)
    use_of_funds: str = Field(min_length=20, max_length=5_000)
    risks: str = Field(min_length=20, max_length=5_000)


class ReviewForm(BaseModel):
    """The reviewer's answer."""

    answer: Literal["approved", "changes_requested", "rejected"]
    note: str = Field("", max_length=5_000)


class NoteForm(BaseModel):
    """Why."""

    note: str = Field(min_length=10, max_length=5_000)
