"""What lead and team write when less arrived than was promised."""

from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from campaigns.lifecycle.forms import ValueCents
from campaigns.lifecycle.models import CostLine


class PlanForm(BaseModel):
    """The public note, and a guarantee in euros; `of_lines` adds a field per required expense."""

    note: str = Field(min_length=30, max_length=3_000)
    guarantor: str = Field("", max_length=160)
    guarantee: ValueCents = 0


class AgreeForm(BaseModel):
    """Yes to the plan that was on the page."""

    plan: int = 0


class ReasonForm(BaseModel):
    """Why not, to the plan that was on the page."""

    plan: int = 0
    reason: str = Field(min_length=10, max_length=2_000)


class UnwindForm(BaseModel):
    """Why everything is given back, public; and that it is meant."""

    public_note: str = Field(min_length=30, max_length=3_000)
    sure: Literal["1"]


def of_lines(lines: list[CostLine]) -> type[PlanForm]:
    """The form of a campaign's plan: `line_12` is the new amount of the expense 12, unchanged when left empty."""
    fields: dict[str, Any] = {f"line_{line.id}": (ValueCents | None, None) for line in lines}
    return create_model("LinesForm", __base__=PlanForm, **fields)
