"""The box of a secret decision, emptied once, after the closing: typed by one person, again by another, sealed (S4)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from civic.ballots import service as ballots
from civic.committees.models import CollegeKind
from civic.counting.rules import CODES
from civic.counting.weights import SMALL
from civic.database import retrying, transaction
from civic.decisions import closing, stages
from civic.decisions.models import Decision, Elector
from civic.decisions.positions import Position
from civic.errors import DomainError, Forbidden, Invalid, NotFound
from civic.i18n import _, _n
from civic.people import service as people
from civic.people.actor import Actor
from civic.polling import lines
from civic.polling import said as papers
from civic.polling.models import Batch, Emptied


@dataclass(slots=True)
class Box:
    """A box of papers: how many were handed out, are in it, went into the urn or were not found; who typed the rest."""

    college: str
    handed: int = 0
    returned: int = 0
    counted: int = 0
    nulls: int = 0
    lacking: int = 0
    batches: list[Batch] = field(default_factory=list)

    @property
    def to_count(self) -> int:
        """Papers that must be in the box and are not in the urn."""
        return self.returned - self.counted - self.lacking

    @property
    def out(self) -> int:
        """Papers handed out that are not in the box."""
        return self.handed - self.returned

    @property
    def name(self) -> str:
        """Its college, where colleges weigh."""
        return CollegeKind(self.college).words if self.college else ""

    def sides(self, actor: Actor) -> tuple[Batch | None, Batch | None]:
        """One's own batch, and another's."""
        mine = next((one for one in self.batches if one.typed_by_id == actor.hand.id), None)
        return mine, next((one for one in self.batches if one.typed_by_id != actor.hand.id), None)


async def boxes(decision: Decision) -> list[Box]:
    """The boxes of a secret decision, one for each college with papers where they weigh; else one."""
    found: dict[str, Box] = {} if decision.weights is not None else {"": Box("")}
    for elector in await Elector.filter(decision_id=decision.id, on_paper_at__isnull=False).order_by("id"):
        college = elector.college.value if decision.weights is not None else ""
        box = found.setdefault(college, Box(college))
        box.handed += 1
        box.returned += elector.answered_at is not None
    for done in await Emptied.filter(decision_id=decision.id, opened_at=decision.opened_at):
        found[done.college].counted += done.papers
        found[done.college].nulls += done.nulls
        found[done.college].lacking += done.lacking
    rows = Batch.filter(decision_id=decision.id, opened_at=decision.opened_at).order_by("turn")
    for batch in await rows.select_related("typed_by"):
        found[batch.college].batches.append(batch)
    return sorted(found.values(), key=lambda box: box.college)


async def box_of(decision: Decision, college: str) -> Box:
    """One of the boxes. Raises NotFound, DomainError when the vote is not secret."""
    if not decision.is_secret:
        raise DomainError(_("Ce vote n’est pas secret : chaque bulletin porte un nom et se saisit à ce nom."))
    for box in await boxes(decision):
        if box.college == college:
            return box
    raise NotFound(_("Il n’y a pas de bulletin papier pour ce collège."))


@retrying
async def type_in(
    actor: Actor, decision: Decision, college: str, typed: Sequence[Position], *, fewer: bool = False
) -> bool:  # fmt: skip
    """Type all papers of a box, or correct one's own typing; True when two persons agree and they are in the urn.

    When that was the last box of the vote, everything is counted. `fewer`: papers noted as returned are not in the box,
    which both must have found. Raises Invalid for another number of papers than electors who put one into the box,
    Forbidden for a third person, DomainError before the closing and once all is counted.
    """
    async with transaction():
        await stages.hold_for_papers(decision.id)
        box = await _to_type(decision, college)
        _check_number(decision, box, len(typed), fewer=fewer)
        said = sorted((papers.kept(one) for one in typed), key=lines.key)
        sealed = await ballots.seal_sheet(decision.id, said, box.returned)
        mine, other = box.sides(actor)
        if mine:
            await Batch.filter(id=mine.id).update(sealed=sealed)
        elif len(box.batches) > 1:
            raise Forbidden(_("Deux personnes ont déjà saisi cette urne : à elles de se mettre d’accord."))
        else:
            await Batch.create(
                decision_id=decision.id, college=college, opened_at=decision.opened_at, sealed=sealed,
                turn=2 if other and other.turn == 1 else 1, typed_by=actor.hand,
            )  # fmt: skip
        return await _agree(actor, decision, college)


@retrying
async def adopt(actor: Actor, decision: Decision, college: str) -> bool:
    """« L’autre saisie est la bonne » : take over what the other typed, having counted again."""
    async with transaction():
        await stages.hold_for_papers(decision.id)
        box = await _to_type(decision, college)
        mine, other = box.sides(actor)
        if mine is None or other is None:
            raise Forbidden(_("Seules les deux personnes qui ont saisi cette urne la corrigent."))
        sealed = await ballots.seal_sheet(decision.id, await said_in(other), box.returned)
        await Batch.filter(id=mine.id).update(sealed=sealed)
        return await _agree(actor, decision, college)


@retrying
async def forget(actor: Actor, decision: Decision, college: str) -> None:
    """Take one's own typing of a box away; a third person, both that do not agree, so that two may begin again.

    Raises NotFound without any.
    """
    async with transaction():
        await stages.hold_for_papers(decision.id)
        box = await _to_type(decision, college)
        mine, _other = box.sides(actor)
        gone = [mine] if mine else box.batches if len(box.batches) > 1 else []
        if not gone:
            raise NotFound(_("Vous n’avez pas saisi cette urne."))
        await Batch.filter(id__in=[one.id for one in gone]).delete()
        await people.audit(
            actor, "paper_batch_taken_away", f"decision:{decision.id}", college=college,
            typists=[one.typed_by_id for one in gone],
        )  # fmt: skip


async def said_in(batch: Batch) -> list[dict[str, Any]]:
    """The papers of a batch. Raises KeyIsGone when nobody can count this vote any more."""
    return await ballots.read_sheet(batch.decision_id, bytes(batch.sealed))


def differences(
    mine: Sequence[dict[str, Any]], other: Sequence[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:  # fmt: skip
    """The papers that only one of two persons typed: one's own, and the other's."""
    ours, theirs = (Counter(lines.key(said) for said in one) for one in (mine, other))
    known = {lines.key(said): said for said in (*mine, *other)}
    only = [sorted((left - right).elements()) for left, right in ((ours, theirs), (theirs, ours))]
    return [known[one] for one in only[0]], [known[one] for one in only[1]]


async def _to_type(decision: Decision, college: str) -> Box:
    await Batch.filter(decision_id=decision.id).exclude(opened_at=decision.opened_at).delete()
    return await box_of(decision, college)


def _check_number(decision: Decision, box: Box, typed: int, *, fewer: bool) -> None:
    """All papers together, never a few to begin with."""
    if not box.to_count:
        raise DomainError(_("Cette urne est dépouillée : on attend celles des autres collèges."))
    if typed > box.to_count:
        raise Invalid(
            _n(
                "Vous avez saisi plus de bulletins qu’il n’y en a : %(n)s personne a rendu le sien.",
                "Vous avez saisi plus de bulletins qu’il n’y en a : %(n)s personnes ont rendu le leur.", box.to_count,
            ),
            field="lines" if decision.chooses else f"n_{CODES[decision.method][0].value}",
        )  # fmt: skip
    if typed < box.to_count and not fewer:
        raise Invalid(
            _n(
                "Il manque %(n)s bulletin : saisissez tous ceux de l’urne. S’il n’y est pas, recomptez, puis cochez "
                "cette case.",
                "Il manque %(n)s bulletins : saisissez tous ceux de l’urne. S’ils n’y sont pas, recomptez, puis cochez "
                "cette case.", box.to_count - typed,
            ),
            field="fewer",
        )  # fmt: skip


async def _agree(actor: Actor, decision: Decision, college: str) -> bool:
    """Two batches of the same papers go into the urn, and are deleted; the audit log keeps who typed them.

    The last box of a vote done, everything is counted.
    """
    box = await box_of(decision, college)
    both = box.batches
    if len(both) < 2:
        return False
    typed = await said_in(both[0])
    if typed != await said_in(both[1]):
        return False
    for said in typed:
        await ballots.put_in(decision.id, college, said, code_hash=None)
    await Batch.filter(id__in=[one.id for one in both]).delete()
    await Emptied.create(
        decision_id=decision.id, college=college, opened_at=decision.opened_at, papers=len(typed),
        nulls=_nulls(typed), lacking=box.to_count - len(typed), first_typist_id=both[0].typed_by_id,
        second_typist_id=both[1].typed_by_id,
    )  # fmt: skip
    await people.audit(
        actor, "papers_put_into_the_urn", f"decision:{decision.id}", college=college, papers=len(typed),
        lacking=box.to_count - len(typed), first=both[0].typed_by_id, second=both[1].typed_by_id,
    )  # fmt: skip
    if not any(one.to_count for one in await boxes(decision)):
        await closing.count_with_papers(decision.id)
    return True


def _nulls(typed: Sequence[dict[str, Any]]) -> int:
    """How many chose nothing; of fewer than five papers that would tell what somebody voted, and is not kept."""
    if len(typed) < SMALL:
        return 0
    return sum(not papers.position(said).ids and "code" not in said for said in typed)
