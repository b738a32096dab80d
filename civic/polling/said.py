"""What a paper says, as it is kept and as one reads it; what a blank or spoiled one counts for.

Blank, spoiled, unreadable: one rule. By consent and majority it is an abstention, which these methods know; elsewhere
it counts for the quorum and supports nothing (docs/counting.md).
"""

from collections.abc import Sequence
from typing import Any

from civic.counting.rules import Code, Method
from civic.decisions import choices, words
from civic.decisions.models import Decision, Option, Stance
from civic.decisions.positions import Position
from civic.i18n import _

_ABSTENTION = {Method.CONSENT: Code.ASIDE, Method.MAJORITY: Code.ABSTAIN}


def blank(decision: Decision) -> Position:
    """The position of a blank or spoiled paper."""
    if not decision.chooses:
        return Position(_ABSTENTION[decision.method])
    return Position(choices={} if decision.method == Method.DOTS else [])


def kept(said: Position) -> dict[str, Any]:
    """A position as JSON."""
    return {"code": said.code.value} if said.code else {"choices": said.choices}


def position(said: dict[str, Any]) -> Position:
    """Back from JSON."""
    return Position(Code(said["code"])) if "code" in said else Position(choices=said["choices"])


def of_stance(stance: Stance) -> Position:
    """What a stance says; its option is loaded."""
    return Position(stance.code, stance.choices)


def in_words(decision: Decision, options: Sequence[Option], said: Position) -> str:
    """What a paper says, on one line."""
    if said.code:
        return words.code_words(said.code)
    return choices.said(decision, options, said.choices) if said.choices else _("Blanc ou nul")


def rule(decision: Decision) -> str:
    """What a blank or spoiled paper counts for, in a sentence."""
    if not decision.chooses:
        return _("Un bulletin blanc, raturé ou illisible compte comme une abstention.")
    return _("Un bulletin blanc, raturé ou illisible compte pour le quorum, et pour aucun choix.")
