"""Committees and decisions for tests, made through the services."""

from datetime import datetime, timedelta

from civic import clock
from civic.ballots import codes
from civic.committees import invitations, seats
from civic.committees import service as committees
from civic.committees.forms import InviteForm, NewCommitteeForm
from civic.committees.joining import Designation, Invitation
from civic.committees.models import College, CollegeKind, Committee, Seat
from civic.counting.rules import Code, Method
from civic.decisions import answers, electors, secret, service
from civic.decisions.forms import DecisionForm
from civic.decisions.models import Decision, Option
from civic.decisions.positions import Position
from civic.initiatives.models import Initiative
from civic.organisations.service import name_representative
from civic.people.actor import Actor
from civic.people.models import Person
from tests.factories import a_person, an_initiative, an_organisation

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
    await seats.sit(committee, person, college.kind, Designation.CONTRIBUTION)


async def a_seat_of_an_organisation(committee: Committee, representative: Person) -> Seat:
    """An organisation's seat, held by its titular; `representative` speaks for it too, without sitting."""
    organisation = await an_organisation("La Ferme des Trois Levées")
    titular = await a_person("Mariam Koné")
    await name_representative(organisation, titular)
    await name_representative(organisation, representative, titular=False)
    await College.filter(committee_id=committee.id, kind=CollegeKind.ORGANISATIONS).update(places=2)
    said = seats.Said(organisation.id)
    held = await seats.sit(committee, titular, CollegeKind.ORGANISATIONS, Designation.APPOINTMENT, said)
    return await Seat.get(id=held.id).select_related("committee", "person", "college", "organisation")


async def an_invitation(committee: Committee, host: Person, **wishes: object) -> Invitation:
    """Somebody is invited among the residents, for a fortnight."""
    wish = InviteForm.model_validate({
        "email": "adele@exemple.fr", "college": "residents", "until_on": clock.today() + timedelta(days=14), **wishes,
    })  # fmt: skip
    made = await invitations.invite(Actor(host), committee, wish)
    return await invitations.invitation_of_link(invitations.token_of(made))


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
    await answers.answer(Actor(person), decision, Position(code), reason)


async def fresh(decision: Decision) -> Decision:
    """The decision as it is now."""
    return await Decision.get(id=decision.id).select_related("committee", "committee__initiative")


async def chooses(person: Person, decision: Decision, choices: object, reason: str = "") -> None:
    """A person places dots, ranks or approves options, named by their titles."""
    ids = {option.title: option.id async for option in Option.filter(decision_id=decision.id)}
    await answers.answer(Actor(person), decision, Position(choices=_by_id(choices, ids)), reason)


async def votes(person: Person, decision: Decision, said: object) -> str:
    """A person votes in secret: a code, or choices named by their titles; answers the code that changes it."""
    ids = {option.title: option.id async for option in Option.filter(decision_id=decision.id)}
    position = Position(said) if isinstance(said, Code) else Position(choices=_by_id(said, ids))
    elector, code = await electors.to_speak_for(decision, person, None), codes.new()
    await secret.vote(Actor(person), decision, elector, position, code)
    return code


def _by_id(choices: object, ids: dict[str, int]) -> object:
    if isinstance(choices, dict):
        return {str(ids[title]): n for title, n in choices.items()}
    if isinstance(choices, list):
        return [_by_id(one, ids) for one in choices]
    return ids[str(choices)]
