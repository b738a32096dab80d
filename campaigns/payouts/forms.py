"""Shapes of what leads declare and what the second person answers."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from campaigns.lifecycle.forms import Cents


class TrancheForm(BaseModel):
    """The permission to spend a sum on a cost line; `decision` and `commitment` are what it waits for, 0 for none."""

    cost_line: int
    amount: Cents
    purpose: str = Field(min_length=5, max_length=300)
    decision: int = 0
    commitment: int = 0


class ExpenseForm(BaseModel):
    """Money spent; its evidence is a file beside it, `alt` what it shows, `hidden` when it names private persons."""

    cost_line: int
    amount: Cents
    paid_on: date
    what: str = Field(min_length=3, max_length=200)
    alt: str = Field("", max_length=200)
    hidden: bool = False
    key: str = Field("", max_length=64)


class AnswerForm(BaseModel):
    """Yes or no, with a reason for a no."""

    answer: Literal["accepted", "refused"]
    reason: str = Field("", max_length=300)


class HideForm(BaseModel):
    """Whether the evidence of an expense is kept from the public."""

    hidden: bool


class ReasonForm(BaseModel):
    """Why a verified expense is undone, or a held sum is let go."""

    reason: str = Field(min_length=5, max_length=300)


class CloseForm(BaseModel):
    """Yes to the report that was on the page, named by the instant at which it was sent."""

    report: str = Field("", max_length=40)


class ReportForm(BaseModel):
    """The closing report; `decision` and `surplus_use` when money is left."""

    text: str = Field(min_length=30, max_length=20_000)
    decision: int = 0
    surplus_use: str = Field("", max_length=400)
