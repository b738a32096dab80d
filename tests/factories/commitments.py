"""Commitments for tests."""

from datetime import timedelta
from typing import Any

from civic import clock
from civic.commitments import service
from civic.commitments.forms import CommitmentForm
from civic.commitments.models import Commitment
from civic.committees.models import Committee
from civic.decisions.models import Decision
from civic.media.documents import path_of
from civic.media.models import Picture
from civic.people.actor import Actor
from civic.people.models import Person
from tests.factories.payouts import an_evidence

WHAT = "Demander trois devis d’assurance"
_serial = iter(range(1, 1_000_000))


async def a_commitment(
    committee: Committee, person: Person, what: str = WHAT, *, days: int = 10, by: Person | None = None,
    decision: Decision | None = None, **columns: Any,
) -> Commitment:  # fmt: skip
    """A member commits herself, or `by` proposes it to her, to be done `days` days from today (past when negative)."""
    form = CommitmentForm(what=what, due_on=clock.today() + timedelta(days=max(days, 0)), person_id=person.id)
    made = await service.commit(Actor(by or person), committee, form, decision=decision, source=f"n{next(_serial)}")
    if days < 0:
        columns["due_on"] = clock.today() + timedelta(days=days)
    if columns:
        await Commitment.filter(id=made.id).update(**{_column(name): _value(one) for name, one in columns.items()})
    return await again(made)


def _column(name: str) -> str:
    return f"{name}_id" if name == "picture" else name


def _value(one: Any) -> Any:
    return one.id if isinstance(one, Picture) else one


async def again(made: Commitment) -> Commitment:
    """The commitment as it is now."""
    return await Commitment.get(id=made.id).select_related("committee", "committee__initiative", "person", "decision")


async def a_paper() -> Picture:
    """A PDF of one page, as it is kept."""
    picture = await an_evidence()
    await Picture.filter(id=picture.id).update(pages=1)
    picture.pages = 1
    path_of(picture).write_bytes(b"%PDF-1.7")
    return picture
