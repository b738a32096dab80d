"""One voice, whoever says it: the titular of an organisation and her substitute."""

from collections.abc import Awaitable, Callable

import pytest

from civic.committees.models import Committee, Seat
from civic.counting.rules import Code, Method
from civic.decisions import answers, electors, queries
from civic.decisions.models import Decision, Elector, Stance
from civic.decisions.positions import Position
from civic.errors import Forbidden
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.steering import a_committee, a_seat_of_an_organisation, an_open_decision, fresh, says

SignIn = Callable[[Person], Awaitable[Client]]


async def an_organisation_decides(method: Method = Method.MAJORITY) -> tuple[Decision, Seat, Person, Committee]:
    """An open decision with an organisation's seat; Robert is its substitute."""
    lead, robert = await a_person("Sélim Laurent"), await a_person("Robert Cottin")
    committee = await a_committee(lead)
    seat = await a_seat_of_an_organisation(committee, robert)
    await Seat.filter(id=seat.id).update(substitute_id=robert.id)
    return await an_open_decision(committee, lead, method=method), seat, robert, committee


async def test_the_substitute_answers_for_the_organisation_and_the_last_to_speak_is_heard(
    database: object, app: object
) -> None:
    decision, seat, robert, _committee = await an_organisation_decides()
    await says(robert, decision, Code.YES)
    current = await Stance.get(decision_id=decision.id, superseded_at__isnull=True)
    assert (current.person_id, current.spoken_by_id) == (seat.person_id, robert.id)
    await says(seat.person, decision, Code.YES)
    current = await Stance.get(decision_id=decision.id, superseded_at__isnull=True)
    assert (current.person_id, current.spoken_by_id) == (seat.person_id, None)
    await says(robert, decision, Code.NO)
    assert await Stance.filter(decision_id=decision.id).count() == 3
    assert (await fresh(decision)).answers_count == 1


async def test_nobody_speaks_for_who_did_not_ask_her_to(database: object, app: object) -> None:
    decision, seat, robert, _committee = await an_organisation_decides()
    lead = next(
        one for one in await Elector.filter(decision_id=decision.id).select_related("person")
        if one.person_id != seat.person_id
    )  # fmt: skip
    stranger = await a_person("Nadia Faure")
    with pytest.raises(Forbidden):
        await electors.to_speak_for(decision, stranger, None)
    for person in (stranger, robert):
        with pytest.raises(Forbidden):
            await answers.answer(Actor(person), decision, Position(Code.YES), "", lead)
    assert await electors.spoken_for(decision, stranger) == []
    assert [one.person_id for one in await electors.spoken_for(decision, robert)] == [seat.person_id]


@pytest.mark.one_engine
async def test_titular_and_substitute_read_what_was_said_and_by_whom(sign_in: SignIn) -> None:
    decision, seat, robert, committee = await an_organisation_decides(Method.CONSENT)
    his, hers = await sign_in(robert), await sign_in(seat.person)
    path = f"/decisions/{decision.id}"
    assert "La Ferme des Trois Levées" in (await his.get(path)).text
    assert "Donner ma voix" in (await his.get(f"/comites/{committee.slug}")).text
    assert (await his.submit(f"{path}/position", {"option": "agree", "reason": ""})).status_code == 303
    page = (await hers.get(path)).text
    assert "C’est Robert C. qui a répondu" in page
    assert "La Ferme des Trois Levées (Robert C.)" in page
    (elector,) = await electors.spoken_for(decision, seat.person)
    again = await hers.submit(f"{path}/position", {"option": "object", "reason": "Trop loin.", "pour": str(elector.id)})
    assert again.status_code == 303
    page = (await his.get(path)).text
    assert "C’est Mariam K. qui a répondu" in page
    assert "La Ferme des Trois Levées (Mariam K.)" in page
    names = [name for name, _vote in await queries.published_votes(await fresh(decision))]
    assert names == ["La Ferme des Trois Levées (Mariam K.)"]
    stranger = await sign_in(await a_person("Nadia Faure"))
    refused = await stranger.submit(f"{path}/position", {"option": "agree", "reason": "", "pour": str(elector.id)})
    assert refused.status_code == 403
