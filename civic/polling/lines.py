"""Papers of a box, one line each, as fast as one types them: « A3 C2 », « B A=C D », « A C », « - » for a blank one.

The options have letters in the order in which the paper prints them. Pure functions.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from civic.counting.rules import Method
from civic.decisions import positions
from civic.decisions.models import Decision, Option
from civic.decisions.positions import Position
from civic.errors import Invalid
from civic.i18n import _
from civic.polling import said as papers

BLANK = ("-", "–", "0", "nul", "blanc")
MOST = 2000
_CROSSES = re.compile(r"([A-Z])[ ,;]*")
_DOTS = re.compile(r"([A-Z]) ?[:=]? ?(\d{1,2})[ ,;]*")
_LETTERS = re.compile(r"[A-Z =>,;]+")


def lettered(options: Sequence[Option]) -> list[tuple[str, Option]]:
    """Each option with its letter: A, B, C… in the order they were written."""
    return [(chr(ord("A") + place), option) for place, option in enumerate(options)]


def read(decision: Decision, options: Sequence[Option], text: str) -> list[Position]:
    """The papers of a text, one a line; empty lines are none. Raises Invalid naming the line that it cannot read."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(_paper(decision, options, line))
        except Invalid as error:
            sentence = _("Ligne %(n)s, « %(line)s » : %(why)s", n=number, line=line.strip()[:40], why=error.message)
            raise Invalid(sentence, field="lines") from None
    if len(found) > MOST:
        raise Invalid(_("C’est trop pour une fois : %(n)s bulletins au plus.", n=MOST), field="lines")
    return found


def written(decision: Decision, options: Sequence[Option], said: Position) -> str:
    """A paper as a line that `read` understands."""
    if not said.ids:
        return BLANK[0]
    letters = {option.id: letter for letter, option in lettered(options)}
    if decision.is_crossed:
        return " ".join(letters[int(one)] for one, _n in _sorted(options, said.choices))
    if decision.method == Method.DOTS:
        return " ".join(f"{letters[int(one)]}{n}" for one, n in _sorted(options, said.choices))
    if decision.method == Method.RANKED:
        return " ".join("=".join(letters[one] for one in group) for group in said.choices)
    return " ".join(letters[one] for one in said.choices)


def key(said: dict[str, Any]) -> str:
    """Equal for papers that say the same; sorting by it leaves nothing of the order in which they were typed."""
    return json.dumps(said, sort_keys=True)


def _paper(decision: Decision, options: Sequence[Option], line: str) -> Position:
    plain = " ".join(line.split())
    if plain.lower() in BLANK:
        return papers.blank(decision)
    known = {letter: option.id for letter, option in lettered(options)}
    if decision.is_crossed:
        said = _crosses(plain.upper(), known)
    else:
        said = _dots(plain.upper(), known) if decision.method == Method.DOTS else _order(decision, plain.upper(), known)
    return positions.checked(decision, options, said) if said.ids else papers.blank(decision)


def _crosses(line: str, known: dict[str, int]) -> Position:
    if _CROSSES.sub("", line):
        raise Invalid(_("écrivez seulement des lettres, par exemple A C."))
    ids = [_known(letter, known) for letter in _CROSSES.findall(line)]
    if len(set(ids)) < len(ids):
        raise Invalid(_("une lettre y est deux fois."))
    return Position(choices={str(one): 1 for one in ids})


def _dots(line: str, known: dict[str, int]) -> Position:
    pairs = _DOTS.findall(line)
    if _DOTS.sub("", line) or not pairs:
        raise Invalid(_("écrivez la lettre puis les points, par exemple A3 C2."))
    ids = [_known(letter, known) for letter, _n in pairs]
    if len(set(ids)) < len(ids):
        raise Invalid(_("une lettre y est deux fois."))
    placed = {str(one): int(n) for one, (_letter, n) in zip(ids, pairs, strict=True) if int(n)}
    return Position(choices=placed) if placed else Position(choices={})


def _order(decision: Decision, line: str, known: dict[str, int]) -> Position:
    if not _LETTERS.fullmatch(line):
        raise Invalid(_("écrivez seulement des lettres, par exemple A C."))
    groups: list[list[int]] = []
    for letter, before in zip(re.findall("[A-Z]", line), _joins(line), strict=True):
        if before and groups:
            groups[-1].append(_known(letter, known))
        else:
            groups.append([_known(letter, known)])
    ids = [one for group in groups for one in group]
    if len(set(ids)) < len(ids):
        raise Invalid(_("une lettre y est deux fois."))
    if decision.method == Method.BUDGET:
        return Position(choices=sorted(ids))
    place = list(known.values())
    return Position(choices=[sorted(group, key=place.index) for group in groups])


def _joins(line: str) -> list[bool]:
    """For each letter, whether an « = » stands before it."""
    return ["=" in part for part in re.split("[A-Z]", line)[:-1]]


def _known(letter: str, known: dict[str, int]) -> int:
    if letter not in known:
        raise Invalid(_("il n’y a pas de choix %(letter)s.", letter=letter))
    return known[letter]


def _sorted(options: Sequence[Option], placed: dict[str, int]) -> list[tuple[str, int]]:
    order = [str(option.id) for option in options]
    return sorted(placed.items(), key=lambda pair: order.index(pair[0]))
