"""Conditions of proposals and commitments that were broken on purpose, and that no test had noticed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.commitments import jobs as reminders
from civic.commitments import letters, service
from civic.commitments import queries as commitments
from civic.commitments.models import Commitment
from civic.committees.models import Committee, Ending, Seat
from civic.counting.rules import Code
from civic.decisions import closing
from civic.decisions.models import Stance
from civic.errors import NotFound
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person
from civic.proposals import queries
from civic.proposals import service as proposals
from tests.factories import a_person
from tests.factories.commitments import a_commitment, again
from tests.factories.proposals import a_proposal, a_question
from tests.factories.steering import a_committee, a_member, an_open_decision, fresh, says

pytestmark = pytest.mark.usefixtures("database", "app")


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def _table() -> tuple[Committee, Person, Person]:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    return committee, lead, await a_member(committee)


async def test_a_question_is_answered_under_its_own_proposal() -> None:
    committee, lead, rose = await _table()
    first, second = await a_proposal(committee, lead), await a_proposal(committee, lead)
    asked = await a_question(rose, first)
    assert (await queries.question_to_answer(first.id, asked.id, Actor(lead))).id == asked.id
    with pytest.raises(NotFound):
        await queries.question_to_answer(second.id, asked.id, Actor(lead))


async def test_nothing_is_left_to_settle_once_the_hour_is_past_whether_or_not_the_job_came() -> None:
    committee, lead, rose = await _table()
    decision = await a_proposal(committee, lead)
    await a_question(rose, decision)
    assert [(one.id, n) for one, n, _amendments in await queries.to_settle(lead)] == [(decision.id, 1)]
    clock.travel(timedelta(days=4))
    assert await queries.to_settle(lead) == []


async def test_only_an_objection_is_integrated() -> None:
    committee, lead, rose = await _table()
    decision = await an_open_decision(committee, lead)
    await says(rose, decision, Code.RESERVE, "À revoir au printemps.")
    with pytest.raises(NotFound):
        await queries.objection_to_integrate(decision.id, (await Stance.get()).id, Actor(lead))
    await says(rose, decision, Code.OBJECT, "Trop cher.")
    current = await Stance.get(superseded_at__isnull=True)
    _decision, found = await queries.objection_to_integrate(decision.id, current.id, Actor(lead))
    assert found.id == current.id


async def test_who_answers_her_own_question_gets_no_letter_about_it() -> None:
    committee, lead, rose = await _table()
    decision = await a_proposal(committee, lead)
    for person in (lead, rose):
        await proposals.reply(Actor(lead), await a_question(person, decision), "Devant la halle.")
    await jobs.run_due()
    assert [one.to for one in await OutboxMessage.filter(text__contains="Devant la halle.")] == [rose.email]


async def test_what_nobody_took_does_not_follow_from_a_decision() -> None:
    committee, lead, rose = await _table()
    decision = await an_open_decision(committee, lead)
    clock.travel(timedelta(days=3, seconds=1))
    assert await closing.close(decision.id)
    made = await a_commitment(committee, rose, by=lead, decision=await fresh(decision))
    assert [one.id for one in await commitments.after_decision(decision)] == [made.id]
    assert await service.answer(Actor(rose), made, accept=False, reason="Je n’ai pas le temps.")
    assert await commitments.after_decision(decision) == []


async def test_what_is_late_of_hers_is_not_told_to_her_twice() -> None:
    committee, lead, rose = await _table()
    hers, his = await a_commitment(committee, rose, days=-2), await a_commitment(committee, lead, "Le minibus", days=-1)
    assert [one.id for one in await commitments.overdue_in([committee.id])] == [hers.id, his.id]
    assert [one.id for one in await commitments.overdue_in([committee.id], but_of=rose)] == [his.id]


async def test_what_is_due_today_is_still_recalled() -> None:
    committee, _lead, rose = await _table()
    made = await a_commitment(committee, rose, days=0, recalled_for=None)
    await reminders.recall(person_id=rose.id, day=clock.today().isoformat())
    assert (await again(made)).recalled_for == clock.today()


async def test_who_takes_something_on_for_the_last_day_of_the_week_to_come_is_not_reminded_of_it() -> None:
    committee, _lead, rose = await _table()
    for days, told in ((letters.BEFORE.days, True), (letters.BEFORE.days + 1, False)):
        made = await a_commitment(committee, rose, f"Dans {days} jours", days=days)
        assert (made.recalled_for == made.due_on) is told


async def test_a_late_no_does_not_take_the_demand_from_who_was_asked_since() -> None:
    committee, _lead, rose = await _table()
    paul, nadia = await a_member(committee, "Paul Rey"), await a_member(committee, "Nadia Faure")
    made = await a_commitment(committee, rose)
    await service.hand_over(Actor(rose), made, paul.id, "")
    stale = await again(made)
    await Commitment.filter(id=made.id).update(offered_to_id=nadia.id)
    assert not await service.answer(Actor(paul), stale, accept=False, reason="")
    assert (await again(made)).offered_to_id == nadia.id


async def test_who_left_a_discreet_seat_still_reads_her_own_name() -> None:
    committee, lead, rose = await _table()
    made = await a_commitment(committee, rose)
    gone = {"is_discreet": True, "ended_at": clock.now(), "ending": Ending.LEFT}
    await Seat.filter(person_id=rose.id).update(**gone)
    assert "Rose" in (await commitments.names_for([made], rose)).who(made)
    assert "Rose" not in (await commitments.names_for([made], await a_person("Odile Perrin"))).who(made)
    assert "Rose" in (await commitments.names_for([made], lead)).who(made)
