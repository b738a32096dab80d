"""Proposals in their first stage for tests, made through the services."""

from datetime import timedelta

from civic import clock
from civic.committees.models import Committee
from civic.decisions.models import Decision, Stance
from civic.people.actor import Actor
from civic.people.models import Person
from civic.proposals import revisions, service
from civic.proposals.models import Amendment, ProposalQuestion
from tests.factories.steering import an_open_decision

TEXT = "L’arrêt ajoute onze minutes.\n\nEssai de trois mois."
_serial = iter(range(1, 1_000_000))


async def a_proposal(committee: Committee, lead: Person, **wishes: object) -> Decision:
    """A proposal by consent whose first stage runs: a day for improvements, two more for positions."""
    terms = {"first_stage": True, "positions_at": clock.now() + timedelta(days=1), "explanation": TEXT}
    return await an_open_decision(committee, lead, **{**terms, **wishes})


async def a_question(person: Person, decision: Decision, text: str = "Qui paie le gazole ?") -> ProposalQuestion:
    """Somebody asks."""
    made = await service.ask(Actor(person), decision, text, f"question-{next(_serial):08}")
    return await ProposalQuestion.get(id=made.id).select_related("decision", "person")


async def an_amendment(person: Person, decision: Decision, change: str = "L’essai dure six mois.") -> Amendment:
    """Somebody proposes a change."""
    made = await service.amend(Actor(person), decision, change, "L’hiver compte.", f"amendment-{next(_serial):08}")
    return await Amendment.get(id=made.id).select_related("decision", "person")


async def integrates(lead: Person, decision: Decision, stance: Stance, text: str) -> None:
    """Who runs the committee changes the text for an objection."""
    version = await revisions.version_of(decision)
    await revisions.integrate(
        Actor(lead), decision, stance.id, integration="Le texte en tient compte.", text=text, version=version
    )
