"""What a voter says, as one value: read from her form, checked against the decision, counted without her name.

Every way of casting (on the screen, sealed, on paper, by proxy) makes a `Position` and has it `checked`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model

from civic.counting import dots, ranked
from civic.counting.rules import Code, Method
from civic.decisions.models import Decision, Option
from civic.errors import Invalid
from civic.i18n import _, _n


@dataclass(frozen=True, slots=True)
class Position:
    """A `code` for consent and majority; else `choices` as `Stance` keeps them: {"7": 3}, [[7], [8, 9]] or [7, 9]."""

    code: Code | None = None
    choices: Any = None

    @property
    def ids(self) -> list[int]:
        """The options it names."""
        if isinstance(self.choices, dict):
            return [int(option) for option in self.choices]
        return [one for part in self.choices or [] for one in (part if isinstance(part, list) else [part])]


def in_her_order(decision: Decision, options: Sequence[Option], person_id: int) -> list[Option]:
    """The options in an order of this voter's own, the same each time, so that none gains by standing first."""

    def key(option: Option) -> bytes:
        return hashlib.sha256(f"{decision.seed}:{person_id}:{option.id}".encode()).digest()

    return sorted(options, key=key) if decision.chooses and decision.seed else list(options)


def choices_form(decision: Decision, options: Sequence[Option]) -> type[BaseModel]:
    """The shape of a voter's form: a number of dots, or a place, by option (« choix_7 »); or the list « choix »."""
    reason = (str, Field("", max_length=2000))
    pour: Any = (int | None, None)
    if decision.method == Method.BUDGET:
        return create_model("Approvals", choix=(list[int], []), reason=reason, pour=pour)
    most = decision.dots if decision.method == Method.DOTS else len(options)
    number = Annotated[int, Field(ge=0, le=most)] | None
    fields: dict[str, Any] = {field_of(option): (number, None) for option in options}
    return create_model("Choices", reason=reason, pour=pour, **fields)


def field_of(option: Option) -> str:
    """The name of an option's field."""
    return f"choix_{option.id}"


def read(decision: Decision, options: Sequence[Option], data: BaseModel) -> Position:
    """The position that a filled form says."""
    if decision.method == Method.BUDGET:
        return Position(choices=sorted(set(data.model_dump()["choix"])))
    numbers = {option.id: data.model_dump()[field_of(option)] or 0 for option in options}
    if decision.method == Method.DOTS:
        return Position(choices={str(option): n for option, n in numbers.items() if n})
    places = sorted({place for place in numbers.values() if place})
    return Position(choices=[[option for option, n in numbers.items() if n == place] for place in places])


def written(decision: Decision, choices: Any) -> dict[str, Any]:
    """The form filled with what was said before."""
    if decision.method == Method.BUDGET:
        return {"choix": [str(option) for option in choices]}
    if decision.method == Method.DOTS:
        return {f"choix_{option}": n for option, n in choices.items()}
    return {f"choix_{option}": place for place, group in enumerate(choices, 1) for option in group}


def checked(decision: Decision, options: Sequence[Option], said: Position) -> Position:
    """The position if this decision takes it. Raises Invalid with a sentence that says what to change."""
    if not decision.chooses:
        if said.code not in [option.code for option in options]:
            raise Invalid(_("Choisissez une des réponses proposées."), field="option")
        return said
    known = [option.id for option in options]
    if not said.ids:
        raise Invalid(_nothing(decision), field="choix")
    if not set(said.ids) <= set(known):
        raise Invalid(_("Choisissez une des réponses proposées."), field="choix")
    if decision.method == Method.DOTS:
        _check_dots(decision, known, {int(option): n for option, n in said.choices.items()})
    elif decision.method == Method.RANKED and not ranked.is_valid(said.choices, known):
        raise Invalid(_("Chaque choix n’a qu’une place."), field="choix")
    return said


def _nothing(decision: Decision) -> str:
    if decision.method == Method.DOTS and not decision.is_crossed:
        return _n(
            "Placez votre point : il vous en reste %(n)s.", "Placez au moins un point : il vous en reste %(n)s.",
            decision.dots,
        )  # fmt: skip
    if decision.method == Method.RANKED:
        return _("Donnez une place à un choix au moins.")
    return _("Cochez au moins un choix.")


def _check_dots(decision: Decision, known: Sequence[int], placed: dict[int, int]) -> None:
    over = sum(placed.values()) - decision.dots
    if over > 0 and decision.is_crossed:
        raise Invalid(
            _n(
                "Trop de cases sont cochées : une au plus.", "Trop de cases sont cochées : %(n)s au plus.",
                decision.dots,
            ),
            field="choix",
        )  # fmt: skip
    if over > 0:
        raise Invalid(
            _n(
                "C’est %(n)s point de trop : vous en avez %(dots)s en tout.",
                "C’est %(n)s points de trop : vous en avez %(dots)s en tout.", over, dots=decision.dots,
            ),
            field="choix",
        )  # fmt: skip
    if not dots.is_valid(placed, known, decision.dots, decision.dots_on_one):
        raise Invalid(
            _n(
                "Placez au plus %(n)s point sur un même choix.", "Placez au plus %(n)s points sur un même choix.",
                decision.dots_on_one or decision.dots,
            ),
            field="choix",
        )  # fmt: skip
