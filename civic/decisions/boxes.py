"""The answering part of a decision's page: one box per voice the reader may use, her own first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from civic.decisions import positions
from civic.decisions.electors import Voice
from civic.decisions.models import Decision, Option
from civic.decisions.queries import Ballot
from civic.web.forms import Form


@dataclass(slots=True, frozen=True)
class Box:
    """One voice with its form, the options in its own order, and what is added to the ids of its fields."""

    voice: Voice
    form: Form[Any]
    options: list[Option]
    suffix: str


def boxes_of(ballot: Ballot, sent: Form[Any] | None = None) -> list[Box]:
    """The boxes of this reader; `sent` is a refused form, shown again in the box it came from."""
    asked = str(sent.values.get("pour", "")) if sent else ""
    found = []
    for number, voice in enumerate(ballot.voices):
        is_sent = asked == str(voice.elector.id) or (not asked and number == 0)
        form = sent if sent and is_sent else Form(written(ballot.decision, voice))
        options = positions.in_her_order(ballot.decision, ballot.options, voice.elector.person_id)
        found.append(Box(voice, form, options, f"-pour-{voice.elector.id}" if number else ""))
    return found


def written(decision: Decision, voice: Voice) -> Mapping[str, Any]:
    """A form filled with what this voice says now."""
    stance = voice.stance
    if stance is None:
        return {}
    filled = {"option": stance.code, "reason": stance.reason}
    return filled | (positions.written(decision, stance.choices) if stance.choices is not None else {})
