"""What is typed at the polling station."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field, create_model

from civic.counting.rules import CODES, Code
from civic.decisions import positions
from civic.decisions.models import Decision, Option
from civic.decisions.positions import Position
from civic.errors import Invalid
from civic.i18n import _
from civic.polling import lines
from civic.polling import said as papers


class SpokenForm(BaseModel):
    """A position with its reason; nothing chosen is refused by `read`, beside the field."""

    option: Code | None = None
    reason: str = Field("", max_length=2000)


class LinesForm(BaseModel):
    """The papers of a box, one a line."""

    lines: str = Field("", max_length=60_000)
    fewer: bool = False


def shape(decision: Decision, options: Sequence[Option], *, on_paper: bool) -> type[BaseModel]:
    """The form of one answer; a paper may be blank or spoiled (« blanc »)."""
    base = positions.choices_form(decision, options) if decision.chooses else SpokenForm
    return create_model("Paper", __base__=base, blanc=(bool, False)) if on_paper else base


def read(decision: Decision, options: Sequence[Option], data: BaseModel) -> Position:
    """What the form says. Raises Invalid when it says nothing."""
    if getattr(data, "blanc", False):
        return papers.blank(decision)
    if decision.chooses:
        return positions.read(decision, options, data)
    if not isinstance(data, SpokenForm) or data.option is None:
        raise Invalid(_("Choisissez une des réponses proposées."), field="option")
    return Position(data.option)


def written(decision: Decision, said: dict[str, Any], reason: str) -> dict[str, Any]:
    """The form filled with what one typed before."""
    position = papers.position(said)
    if position.code:
        return {"option": position.code.value, "reason": reason}
    if not position.ids:
        return {"blanc": "1", "reason": reason}
    return positions.written(decision, position.choices) | {"reason": reason}


def box_shape(decision: Decision) -> type[BaseModel]:
    """The form of a box: a number for each position of a proposal, else lines; and that papers lack, counted again."""
    if decision.chooses:
        return LinesForm
    number = (int, Field(0, ge=0, le=lines.MOST))
    fields: dict[str, Any] = {f"n_{code.value}": number for code in CODES[decision.method]}
    return create_model("Numbers", **fields, fewer=(bool, False))


def read_box(decision: Decision, options: Sequence[Option], data: BaseModel) -> list[Position]:
    """The papers of a box. Raises Invalid naming the line that it cannot read."""
    if isinstance(data, LinesForm):
        return lines.read(decision, options, data.lines)
    numbers = data.model_dump()
    return [Position(code) for code in CODES[decision.method] for _one in range(numbers[f"n_{code.value}"])]


def box_written(decision: Decision, options: Sequence[Option], said: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The form of a box filled with what one typed before."""
    typed = [papers.position(one) for one in said]
    if decision.chooses:
        return {"lines": "\n".join(lines.written(decision, options, one) for one in typed)}
    codes = [one.code for one in typed]
    return {f"n_{code.value}": codes.count(code) for code in CODES[decision.method]}
