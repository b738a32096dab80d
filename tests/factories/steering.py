"""Committees and decisions for tests, made through the services."""

from datetime import datetime, timedelta

from civic import clock
from civic.committees import service as committees
from civic.committees.forms import NewCommitteeForm
from civic.committees.models import College, Committee, Designation
from civic.decisions import answers, service
from civic.decisions.counting import Code, Method
from civic.decisions.forms import DecisionForm
from civic.decisions.models import Decision
from civic.initiatives.models import Initiative
from civic.people.actor import Actor
from civic.people.models import Person
from tests.factories import a_person, an_initiative

_serial = iter(range(1, 1_000_000))


async def a_committee(lead: Person, *, initiative: Initiative | None = None, **wishes: object) -> Committee:
    """A committee founded by a lead, who sits in it; five places for residents unless told."""
    initiative = initiative or await an_initiative(lead=lead)
    defaults: dict[str, object] = {
        "name": "Le comité de la navette", "purpose": "Il fixe les arrêts et les horaires.", "residents": 5,
    }  # fmt: skip
    form = NewCommitteeForm.model_validate({**defaults, **wishes})
    founded = await committees.found(Actor(lead), initiative, form)
    return await Committee.get(id=founded.id).select_related("initiative")


async def a_member(committee: Committee, name: str = "Rose Martin") -> Person:
    """A person with a seat among the contributors."""
    person = await a_person(name)
    await seat(committee, person)
    return person


async def seat(committee: Committee, person: Person) -> None:
    """Give somebody a seat among the contributors, as if she had given something."""
    college = await College.get(committee_id=committee.id, kind="contributors")
    await committees._sit(committee, person, college.kind, Designation.CONTRIBUTION)


async def a_draft(
    committee: Committee, author: Person, *, method: Method = Method.CONSENT, closes_at: datetime | None = None,
    **wishes: object,
) -> Decision:  # fmt: skip
    """A decision in preparation that would close in three days."""
    form = DecisionForm.model_validate({
        "question": "Le samedi, la navette s’arrête à l’étang", "method": method,
        "closes_at": closes_at or clock.now() + timedelta(days=3), **wishes,
    })  # fmt: skip
    draft = await service.draft(Actor(author), committee, form, f"form-key-{next(_serial)}")
    return await Decision.get(id=draft.id).select_related("committee")


async def an_open_decision(committee: Committee, author: Person, **wishes: object) -> Decision:
    """A decision open to whoever sits now."""
    draft = await a_draft(committee, author, **wishes)  # type: ignore[arg-type]
    await service.open_or_schedule(Actor(author), draft)
    return await fresh(draft)


async def says(person: Person, decision: Decision, code: Code, reason: str = "") -> None:
    """A person takes a position."""
    await answers.answer(Actor(person), decision, code, reason)


async def fresh(decision: Decision) -> Decision:
    """The decision as it is now."""
    return await Decision.get(id=decision.id).select_related("committee", "committee__initiative")
