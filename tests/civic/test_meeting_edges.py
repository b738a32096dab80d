"""Meetings in preparation, where one line turned round would go unseen: limits, silence, who is told what and when."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.committees.models import Seat
from civic.decisions import proxies
from civic.decisions.models import Decision, Elector
from civic.errors import Invalid
from civic.mail.models import OutboxMessage
from civic.meetings import agenda, answers, convening, poll, queries
from civic.meetings.attendance import Coming
from civic.meetings.dates import DateAnswer, DateOption, Suits
from civic.meetings.forms import DateLine, ItemForm, ProposalForm
from civic.meetings.models import Item, Meeting, Proposal
from civic.people import links
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.convening import a_convened_meeting, a_poll, a_prepared_meeting, expected, fresh
from tests.factories.steering import a_committee, a_member, a_seat_of_an_organisation, an_open_decision

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


async def test_on_the_last_day_of_the_notice_a_convocation_is_in_time(app: object) -> None:
    lead = await a_person("Sélim Laurent")
    starts_at = clock.at(clock.today() + timedelta(days=10), 18)
    meeting = await a_prepared_meeting(await a_committee(lead), lead, starts_at=starts_at, notice_days=10)
    assert convening.last_day(meeting) == clock.today()
    assert not convening.is_late(meeting)
    clock.travel(timedelta(days=1))
    assert convening.is_late(meeting)


async def test_who_sits_discreetly_is_expected_discreetly(app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    await Seat.filter(person_id=rose.id).update(is_discreet=True)
    meeting = await a_convened_meeting(committee, lead)
    assert ((await expected(meeting, rose)).is_discreet, (await expected(meeting, lead)).is_discreet) == (True, False)
    assert (await fresh(meeting)).expected == 2


async def test_only_who_carries_a_proxy_declines_it(app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, paul = await a_member(committee, "Rose Martin"), await a_member(committee, "Paul Rey")
    meeting = await a_convened_meeting(committee, lead, proxies_most=1)
    await answers.answer(rose, meeting, await expected(meeting, rose), Coming.PROXY, lead.id)
    assert not await answers.decline_proxy(paul, await expected(meeting, rose))
    assert (await expected(meeting, rose)).holder_id == lead.id
    assert await answers.decline_proxy(lead, await expected(meeting, rose))


async def test_a_reminder_is_sent_once_and_says_so(app: object) -> None:
    lead = await a_person("Sélim Laurent")
    meeting = await a_convened_meeting(await a_committee(lead), lead)
    assert [await answers.nudge(meeting) for _ in range(2)] == [True, False]


async def test_a_link_mailed_before_she_signed_her_devices_out_answers_nothing(client: Client) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    meeting = await a_convened_meeting(committee, lead)
    link = f"/convocations/{answers.token_of(await expected(meeting, rose))}"
    assert (await client.get(link)).status_code == 200
    await Person.filter(id=rose.id).update(links_since=links.from_now_on())
    assert (await client.submit(link, {"coming": "present"})).status_code == 410
    assert (await expected(meeting, rose)).coming is None


async def test_who_runs_the_committee_is_not_told_of_the_point_she_proposes(app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    meeting = await a_prepared_meeting(committee, lead)
    await agenda.propose(lead, meeting, ProposalForm(title="Les gobelets du café"))
    await agenda.propose(rose, meeting, ProposalForm(title="La serre de l’école"))
    await jobs.run_due()
    letters = await OutboxMessage.filter(to=lead.email)
    assert [("gobelets" in one.text, "serre" in one.text) for one in letters] == [(False, True)]


async def test_who_gave_her_voice_away_is_not_offered_to_carry_another(app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, paul = await a_member(committee, "Rose Martin"), await a_member(committee, "Paul Rey")
    decision = await an_open_decision(committee, lead, proxies_most=1)
    await proxies.give(decision, rose.id, lead.id)
    elector = await Elector.get(decision_id=decision.id, person_id=paul.id)
    assert await proxies.who_could_carry(await Decision.get(id=decision.id), elector) == []  # one carries, one gave
    await proxies.take_back(decision, rose.id)
    found = await proxies.who_could_carry(await Decision.get(id=decision.id), elector)
    assert {one.person_id for one in found} == {lead.id, rose.id}
