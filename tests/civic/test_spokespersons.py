"""An organisation's titular who represents it no more: its seat goes to the substitute, or waits (PRODUCT S1)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

from civic import clock, jobs
from civic.committees import panels, queries, relay
from civic.committees.joining import Designation
from civic.committees.models import College, Committee, Ending, Seat
from civic.counting.rules import Code
from civic.decisions import jobs as decisions_jobs
from civic.decisions.models import Decision, Stance
from civic.mail.models import OutboxMessage
from civic.meetings import answers
from civic.meetings import jobs as meetings_jobs
from civic.meetings.attendance import Attendance
from civic.organisations.models import Representative
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.convening import a_convened_meeting
from tests.factories.steering import a_committee, a_seat_of_an_organisation, an_open_decision, fresh, says
from tests.mailbox import plain

SignIn = Callable[[Person], Awaitable[Client]]


async def a_farm(*, substitute: bool) -> tuple[Committee, Seat, Person]:
    """The farm sits by Mariam; Robert represents it too, and is her substitute or not."""
    committee, robert = await a_committee(await a_person("Sélim Laurent")), await a_person("Robert Cottin")
    seat = await a_seat_of_an_organisation(committee, robert)
    if substitute:
        await Seat.filter(id=seat.id).update(substitute_id=robert.id)
    return committee, seat, robert


async def represents_no_more(person: Person) -> None:
    """Her last day was yesterday."""
    yesterday = clock.today() - timedelta(days=1)
    rows = Representative.filter(person_id=person.id)
    await rows.update(from_on=yesterday - timedelta(days=90), until_on=yesterday)


async def subjects(person: Person) -> list[str]:
    return [plain(one.subject) for one in await OutboxMessage.filter(to=person.email).order_by("id")]


async def test_the_substitute_takes_the_seat_the_day_after(client: Client, app: object) -> None:
    committee, seat, robert = await a_farm(substitute=True)
    await Seat.filter(id=seat.id).update(title="Trésorière", is_facilitator=True)
    await Representative.filter(person_id=seat.person_id).update(until_on=clock.today())
    await relay.pass_on_due()
    assert (await Seat.get(id=seat.id)).ending is None, "her last day is hers"
    await represents_no_more(seat.person)
    await relay.pass_on_due()
    await relay.pass_on_due()
    await jobs.run_due()
    held = await Seat.get(organisation_id=seat.organisation_id, ended_at__isnull=True)
    assert (held.person_id, held.until_on, held.substitute_id) == (robert.id, seat.until_on, None)
    assert (held.title, held.is_facilitator) == ("", False)
    assert (await Seat.get(id=seat.id)).ending == Ending.UNSPOKEN
    assert (await College.get(id=seat.college_id)).taken == 1
    assert "Robert C., titulaire" in (await client.get(f"/comites/{committee.slug}")).text
    assert "ne représente plus son organisation" in (await client.get(f"/comites/{committee.slug}/memoire")).text
    assert await subjects(robert) == [f"Vous voilà titulaire : {plain(committee.name)}"]
    (gone,) = await subjects(seat.person)
    assert gone.startswith("Vous ne siégez plus pour La Ferme des Trois Levées")


async def test_without_a_substitute_the_place_waits_and_whoever_represents_it_chooses(
    client: Client, sign_in: SignIn
) -> None:
    committee, seat, robert = await a_farm(substitute=False)
    lead = await Person.get(name="Sélim Laurent")
    await represents_no_more(seat.person)
    await relay.pass_on_due()
    await relay.pass_on_due()
    await jobs.run_due()
    assert (await College.get(id=seat.college_id)).taken == 1
    page = (await client.get(f"/comites/{committee.slug}")).text
    assert "personne pour l’instant" in page
    assert "Mariam K. ne la représente plus" in page
    assert [one.person_id for one in await queries.seats_of(committee.id)] == [lead.id]
    assert (await subjects(robert))[0].startswith("Choisissez qui siège pour La Ferme des Trois Levées")
    assert [one for one in await subjects(lead) if one.startswith("Personne ne siège plus pour La Ferme")]
    path = f"/comites/sieges/{seat.id}/porte-parole"
    assert [todo.href for todo in await panels.person_todos(robert)] == [path]
    assert [todo.href for todo in await panels.person_todos(lead)] == [f"/comites/{committee.slug}"]
    assert await panels.person_todos(seat.person) == []
    his = await sign_in(robert)
    assert "Mariam" not in (await his.get(path)).text
    assert (await his.submit(path, {"titular": str(seat.person_id)})).status_code == 422
    assert (await his.submit(path, {"titular": str(robert.id)})).status_code == 303
    held = await Seat.get(organisation_id=seat.organisation_id, ended_at__isnull=True)
    assert (held.person_id, held.until_on, held.vacant_at) == (robert.id, seat.until_on, None)
    assert (await Seat.get(id=seat.id)).ending == Ending.UNSPOKEN
    assert (await College.get(id=seat.college_id)).taken == 1
    assert await panels.person_todos(robert) == []


async def test_a_titular_who_is_named_again_takes_her_seat_back(sign_in: SignIn, app: object) -> None:
    _committee, seat, robert = await a_farm(substitute=False)
    await represents_no_more(seat.person)
    await relay.pass_on_due()
    await Representative.filter(person_id=seat.person_id).update(until_on=None)
    his = await sign_in(robert)
    sent = {"titular": str(seat.person_id), "substitute": str(robert.id)}
    assert (await his.submit(f"/comites/sieges/{seat.id}/porte-parole", sent)).status_code == 303
    again = await Seat.get(id=seat.id)
    assert (again.vacant_at, again.ended_at, again.substitute_id) == (None, None, robert.id)


async def test_who_speaks_no_more_for_an_organisation_may_sit_for_herself(sign_in: SignIn, app: object) -> None:
    committee, seat, _robert = await a_farm(substitute=False)
    await Committee.filter(id=committee.id).update(joining="open")
    await represents_no_more(seat.person)
    hers, sit = await sign_in(seat.person), f"/comites/{committee.slug}/rejoindre"
    await hers.submit(sit, {"college": "residents"})
    assert await Seat.filter(person_id=seat.person_id).count() == 1, "she still sits for the farm"
    await relay.pass_on_due()
    assert (await hers.submit(sit, {"college": "residents"})).status_code == 303
    own = await Seat.get(person_id=seat.person_id, organisation_id__isnull=True)
    assert own.holds_on(clock.today())
    assert (await hers.submit(f"/comites/{committee.slug}/quitter")).status_code == 303
    assert (await Seat.get(id=own.id)).ending == Ending.LEFT
    assert (await Seat.get(id=seat.id)).ended_at is None


async def test_a_substitute_who_represents_it_no_more_does_not_inherit(app: object) -> None:
    _committee, seat, robert = await a_farm(substitute=True)
    await represents_no_more(robert)
    await relay.pass_on_due()
    kept = await Seat.get(id=seat.id)
    assert (kept.substitute_id, kept.vacant_at) == (None, None)
    await represents_no_more(seat.person)
    await relay.pass_on_due()
    assert (await Seat.get(id=seat.id)).vacant_at


async def test_many_workers_pass_a_seat_on_once(app: object) -> None:
    _committee, seat, robert = await a_farm(substitute=True)
    await represents_no_more(seat.person)
    await asyncio.gather(*(relay.pass_on(seat.id) for _ in range(5)))
    assert await Seat.filter(organisation_id=seat.organisation_id).count() == 2
    assert await Seat.filter(person_id=robert.id, ended_at__isnull=True).count() == 1
    await jobs.run_due()
    assert len(await subjects(robert)) == 1


async def test_in_an_open_vote_only_who_still_represents_it_speaks_and_there_is_one_voice(sign_in: SignIn) -> None:
    committee, seat, robert = await a_farm(substitute=True)
    decision = await an_open_decision(committee, await Person.get(name="Sélim Laurent"))
    await says(seat.person, decision, Code.AGREE)
    await represents_no_more(seat.person)
    await relay.pass_on_due()
    hers, his = await sign_in(seat.person), await sign_in(robert)
    answer = f"/decisions/{decision.id}/position"
    assert (await hers.submit(answer, {"option": "reserve", "reason": "Non."})).status_code == 403
    counted = await fresh(decision)
    assert (counted.answers_count, counted.electorate) == (1, 2), "what she said for the farm stands"
    assert (await his.submit(answer, {"option": "reserve", "reason": "Pas le soir."})).status_code == 303
    counted = await fresh(decision)
    assert (counted.answers_count, counted.electorate) == (1, 2)
    last = await Stance.get(decision_id=decision.id, superseded_at__isnull=True).select_related("option")
    assert (last.option.code, last.spoken_by_id) == (Code.RESERVE, robert.id)
    later = await an_open_decision(committee, await Person.get(name="Sélim Laurent"), question="Le lundi aussi ?")
    assert later.electorate == 2


async def test_a_vacant_seat_has_no_voice_in_the_votes_that_open(app: object) -> None:
    committee, seat, _robert = await a_farm(substitute=False)
    await represents_no_more(seat.person)
    await relay.pass_on_due()
    decision = await an_open_decision(committee, await Person.get(name="Sélim Laurent"))
    assert decision.electorate == 1


async def test_a_seat_of_ones_own_is_never_vacant(database: object) -> None:
    lead = await a_person("Sélim Laurent")
    await a_committee(lead)
    seat = await Seat.get(person_id=lead.id)
    assert seat.designated == Designation.FOUNDING
    with pytest.raises(IntegrityError):
        await Seat.filter(id=seat.id).update(vacant_at=clock.now())


@pytest.mark.parametrize("substitute", [True, False])
async def test_the_letters_of_a_vote_go_to_who_speaks_for_it_now_or_to_nobody(app: object, *, substitute: bool) -> None:
    committee, seat, robert = await a_farm(substitute=substitute)
    lead = await Person.get(name="Sélim Laurent")
    decision = await an_open_decision(committee, lead, closes_at=clock.now() + timedelta(hours=30))
    await represents_no_more(seat.person)
    await jobs.run_due(schedules=False)
    await Decision.filter(id=decision.id).update(closes_at=clock.now() + timedelta(hours=3))
    await decisions_jobs.nudge(decision_id=decision.id)
    await jobs.run_due(schedules=False)
    expected = ["Votre voix est attendue", "Plus qu'un jour pour répondre"] if substitute else []
    assert [one.split(" :")[0] for one in await subjects(robert)] == expected
    assert await subjects(seat.person) == []
    assert len(await subjects(lead)) == 2, "who sits for himself hears as before"


@pytest.mark.parametrize("substitute", [True, False])
async def test_the_letters_of_a_meeting_go_to_who_speaks_for_it_now_or_to_nobody(
    app: object, *, substitute: bool
) -> None:
    committee, seat, robert = await a_farm(substitute=substitute)
    lead = await Person.get(name="Sélim Laurent")
    meeting = await a_convened_meeting(committee, lead)
    await jobs.run_due(schedules=False)
    assert len(await subjects(seat.person)) == 1, "she spoke for it then"
    await represents_no_more(seat.person)
    await meetings_jobs.nudged(meeting_id=meeting.id)
    await meetings_jobs.agenda_changed(meeting_id=meeting.id, old=[])
    await jobs.run_due(schedules=False)
    assert len(await subjects(seat.person)) == 1
    assert len(await subjects(robert)) == (3 if substitute else 0)


async def test_who_represents_it_no_more_answers_no_meeting_for_it(client: Client, sign_in: SignIn) -> None:
    committee, seat, _robert = await a_farm(substitute=True)
    meeting = await a_convened_meeting(committee, await Person.get(name="Sélim Laurent"))
    row = await Attendance.get(meeting_id=meeting.id, organisation_id=seat.organisation_id)
    hers, his = f"/convocations/{answers.token_of(row)}", f"/convocations/{answers.token_of(row, substitute=True)}"
    assert (await client.submit(hers, {"coming": "excused"})).status_code == 303
    await represents_no_more(seat.person)
    refused = await client.get(hers)
    assert (refused.status_code, "Vous ne représentez plus cette organisation" in plain(refused.text)) == (410, True)
    assert (await client.submit(hers, {"coming": "present"})).status_code == 410
    signed = await sign_in(seat.person)
    assert (await signed.submit(f"/reunions/{meeting.id}/reponse", {"coming": "present"})).status_code == 403
    assert (await Attendance.get(id=row.id)).coming == "excused"
    assert (await client.submit(his, {"coming": "present"})).status_code == 303
    assert (await Attendance.get(id=row.id)).coming == "present"
