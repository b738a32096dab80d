"""Meetings in preparation, where one line turned round would go unseen: limits, silence, who is told what and when."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.committees.models import Seat
from civic.errors import Invalid
from civic.mail.models import OutboxMessage
from civic.meetings import agenda, poll, queries
from civic.meetings.dates import DateAnswer, DateOption, Suits
from civic.meetings.forms import DateLine, ItemForm, ProposalForm
from civic.meetings.models import Item, Meeting, Proposal
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.convening import a_convened_meeting, a_poll, a_prepared_meeting, fresh
from tests.factories.steering import a_committee, a_member, a_seat_of_an_organisation

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def a_poll_of_three(until_days: int | None = None) -> tuple[Meeting, list[DateOption], list[Person]]:
    """A meeting that looks for one of two dates; Sélim leads, Rose and Paul sit."""
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, paul = await a_member(committee, "Rose Martin"), await a_member(committee, "Paul Rey")
    until = clock.now() + timedelta(days=until_days) if until_days else None
    meeting = await a_poll(committee, lead, 8, 9, until=until)
    return meeting, await DateOption.filter(meeting_id=meeting.id).order_by("starts_at"), [lead, rose, paul]


async def _told(person: Person, subject: str) -> int:
    return await OutboxMessage.filter(to=person.email, subject__startswith=subject).count()


async def test_the_best_date_suits_most_and_only_then_counts_who_could_come_if_need_be(app: object) -> None:
    meeting, (first, second), (lead, rose, paul) = await a_poll_of_three()
    await poll.answer(lead, meeting, {first.id: Suits.YES, second.id: Suits.MAYBE})
    await poll.answer(rose, meeting, {second.id: Suits.MAYBE})
    table = await poll.table_of(meeting, paul)
    assert table
    assert [column.date.id for column in table.columns if column.is_best] == [first.id]
    await poll.answer(paul, meeting, {second.id: Suits.YES})
    table = await poll.table_of(meeting, paul)
    assert table
    assert [column.date.id for column in table.columns if column.is_best] == [second.id]  # one each: two more could


async def test_a_date_left_blank_the_second_time_has_no_answer_any_more(sign_in: SignIn) -> None:
    meeting, (first, second), (_lead, rose, _paul) = await a_poll_of_three()
    hers, path = await sign_in(rose), f"/reunions/{meeting.id}/dates/reponses"
    assert (await hers.submit(path, {f"date_{first.id}": "yes", f"date_{second.id}": "no"})).status_code == 303
    assert (await hers.submit(path, {f"date_{second.id}": "yes"})).status_code == 303
    assert [(one.date_id, one.suits) for one in await DateAnswer.all()] == [(second.id, Suits.YES)]


async def test_a_seat_has_spoken_when_its_substitute_has(app: object) -> None:
    lead, speaker = await a_person("Sélim Laurent"), await a_person("Inès Faure")
    committee = await a_committee(lead)
    held = await a_seat_of_an_organisation(committee, speaker)
    await Seat.filter(id=held.id).update(substitute_id=speaker.id)
    meeting = await a_poll(committee, lead, until=clock.now() + timedelta(days=3))
    date = await DateOption.filter(meeting_id=meeting.id).first()
    assert date
    assert {seat.person_id for seat in await poll.silent_seats(meeting)} == {lead.id, held.person_id}
    await poll.answer(speaker, meeting, {date.id: Suits.YES})
    assert {seat.person_id for seat in await poll.silent_seats(meeting)} == {lead.id}
    await jobs.run_due()
    clock.travel(timedelta(days=2, minutes=2))
    await jobs.run_due()
    assert (await _told(held.person, "Votre réponse manque"), await _told(lead, "Votre réponse manque")) == (0, 1)


async def test_the_reminder_follows_the_last_day_that_was_set(app: object) -> None:
    meeting, dates, (lead, rose, _paul) = await a_poll_of_three(until_days=3)
    await jobs.run_due()
    lines = [DateLine(starts_at=one.starts_at, lasts=90) for one in dates]
    await poll.propose(Actor(lead), meeting, lines, clock.now() + timedelta(days=5))
    clock.travel(timedelta(days=2, minutes=2))
    await jobs.run_due()
    assert await _told(rose, "Votre réponse manque") == 0
    clock.travel(timedelta(days=4, minutes=2))
    await jobs.run_due()
    assert await _told(rose, "Votre réponse manque") == 1


async def test_dates_that_are_looked_for_again_have_a_reminder_of_their_own(app: object) -> None:
    meeting, dates, (lead, rose, _paul) = await a_poll_of_three(until_days=2)
    await jobs.run_due()
    clock.travel(timedelta(days=1, minutes=2))
    await jobs.run_due()
    assert await _told(rose, "Votre réponse manque") == 1
    assert await poll.keep(Actor(lead), await fresh(meeting), dates[0])
    again = [DateLine(starts_at=clock.at(clock.today() + timedelta(days=20), 18), lasts=90)]
    await poll.propose(Actor(lead), await fresh(meeting), again, clock.now() + timedelta(days=3))
    clock.travel(timedelta(days=3, minutes=5))
    await jobs.run_due()
    assert await _told(rose, "Votre réponse manque") == 2


async def test_an_agenda_has_forty_points_and_a_member_proposes_ten(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    meeting = await a_prepared_meeting(committee, lead)
    for n in range(2, 41):
        await agenda.add(meeting, ItemForm(title=f"Le point {n}", minutes=5))
    with pytest.raises(Invalid, match="Quarante points"):
        await agenda.add(meeting, ItemForm(title="Un de trop", minutes=5))
    assert len(await queries.agenda_of(meeting.id)) == 40
    for n in range(10):
        await agenda.propose(rose, meeting, ProposalForm(title=f"La question {n}"))
    assert await agenda.propose(rose, meeting, ProposalForm(title="La question 9"))  # known already
    with pytest.raises(Invalid, match="dix points"):
        await agenda.propose(rose, meeting, ProposalForm(title="La question 10"))
    assert await Proposal.all().count() == 10


async def test_a_point_of_which_something_was_written_stays_on_the_agenda(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    meeting = await a_convened_meeting(await a_committee(lead), lead)
    (point,) = await queries.agenda_of(meeting.id)
    empty = await agenda.add(meeting, ItemForm(title="La serre", minutes=10))
    await Item.filter(id=point.id).update(notes="On en a parlé.", notes_version=1)
    mine = await sign_in(lead)
    for one in (point, empty):
        assert (await mine.submit(f"/reunions/{meeting.id}/points/{one.id}/retirer")).status_code == 303
    assert [one.id for one in await queries.agenda_of(meeting.id)] == [point.id]
