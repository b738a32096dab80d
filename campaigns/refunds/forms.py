"""Shapes of what the team writes about money that goes back."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from campaigns.money import parse_euros


def _cents(value: object) -> object:
    return parse_euros(value).cents if isinstance(value, str) else value


class RequestForm(BaseModel):
    """How much goes back, by which way, and why (the backer reads it)."""

    amount: Annotated[int, BeforeValidator(_cents), Field(ge=1, le=100_000_000)]
    means: Literal["gateway", "transfer"] = "gateway"
    reason: str = Field(min_length=10, max_length=400)


class RefusalForm(BaseModel):
    """Why it does not go back."""

    reason: str = Field(min_length=10, max_length=400)
