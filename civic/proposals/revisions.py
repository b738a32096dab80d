"""The versions of a proposal's text: made by an amendment or an integrated objection, kept, and compared."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from civic import jobs
from civic.database import retrying, transaction
from civic.decisions import answers, stages
from civic.decisions.models import Decision, Stance
from civic.errors import Invalid
from civic.i18n import _
from civic.people.actor import Actor
from civic.proposals.models import Amendment, Revision

_PIECES = re.compile(r"\s+|[^\s]+")


@dataclass(slots=True, frozen=True)
class Piece:
    """A stretch of the text: kept, added or removed (« same », « new », « old »)."""

    kind: str
    text: str


@retrying
async def integrate(
    actor: Actor, decision: Decision, stance_id: int, *, integration: str, text: str, version: int
) -> Revision | None:
    """An objection changes the proposal: a new text, a revision, and the objection blocks no more (S4).

    None when it was integrated already. Whoever took a position before is told once. Raises NotFound for anything but
    an open objection, Invalid for a text that did not change or was changed meanwhile, DomainError once it is closed.
    """
    async with transaction():
        moment = await stages.hold_for_positions(decision.id)
        stance = await answers.integrate(actor, decision, stance_id, integration)
        if stance is None:
            return None
        made = await revise(actor, decision.id, text, version, integration, moment, stance=stance)
        await jobs.enqueue("proposal_revised", key=f"revision-{made.id}", revision_id=made.id)
    return made


async def revise(
    actor: Actor, decision_id: int, text: str, version: int, note: str, moment: datetime, *,
    amendment: Amendment | None = None, stance: Stance | None = None,
) -> Revision:  # fmt: skip
    """Give the proposal another text and keep both; in the transaction of who holds its row.

    Raises Invalid (field `text`) when nothing changed, or when somebody else changed it since version `version`.
    """
    fresh = await Decision.get(id=decision_id)
    last = await latest(decision_id)
    if version != (last.number if last else 0):
        sentence = _("Le texte a changé pendant que vous écriviez : relisez-le, puis reportez votre changement.")
        raise Invalid(sentence, field="text")
    if text.strip() == fresh.explanation.strip():
        raise Invalid(_("Le texte n’a pas changé : écrivez ce que la proposition devient."), field="text")
    await stages.rewrite(decision_id, text.strip(), moment)
    return await Revision.create(
        decision_id=decision_id, number=version + 1, before=fresh.explanation, after=text.strip(), note=note.strip(),
        made_at=moment, made_by=actor.person, amendment=amendment, stance=stance,
    )  # fmt: skip


async def latest(decision_id: int) -> Revision | None:
    """The last version of a proposal's text, None for one that never changed."""
    return await Revision.filter(decision_id=decision_id).order_by("-number").first()


async def version_of(decision: Decision) -> int:
    """The number of the version that a new text is written on; 0 is the first text."""
    last = await latest(decision.id)
    return last.number if last else 0


def compared(before: str, after: str) -> list[Piece]:
    """What was removed and added, word by word within the lines that changed."""
    return list(_joined(_by_lines(before.splitlines(keepends=True), after.splitlines(keepends=True))))


def _by_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    for kind, i, j, k, m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(before[i:j]))
        else:
            yield from _by_words("".join(before[i:j]), "".join(after[k:m]))


def _by_words(before: str, after: str) -> Iterator[Piece]:
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    for kind, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=len(old) > 2000).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(old[i:j]))
            continue
        if i < j:
            yield Piece("old", "".join(old[i:j]))
        if k < m:
            yield Piece("new", "".join(new[k:m]))


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """A space that stayed between two changed words changes with them: whole phrases read better."""
    waiting = {"old": "", "new": ""}
    for piece in pieces:
        if piece.kind in waiting:
            waiting[piece.kind] += piece.text
        elif piece.text.isspace() and "\n" not in piece.text and all(waiting.values()):
            waiting = {kind: text + piece.text for kind, text in waiting.items()}
        else:
            yield from (Piece(kind, text) for kind, text in waiting.items() if text)
            waiting = {"old": "", "new": ""}
            yield piece
    yield from (Piece(kind, text) for kind, text in waiting.items() if text)
