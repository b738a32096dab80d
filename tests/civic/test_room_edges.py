"""The room, the door and the minutes, where one line turned round would go unseen."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from civic import clock
from civic.committees.models import Committee
from civic.errors import DomainError, Forbidden, Invalid, NotFound
from civic.meetings import checkin, closing, holding, queries, record
from civic.meetings.attendance import Attendance, Coming, Movement
from civic.meetings.models import Item, Meeting, MeetingStatus, Remark
from civic.meetings.room import room_of
from civic.people.actor import Actor
from civic.people.models import Person
from tests.factories import a_person
from tests.factories.meetings import a_meeting, fresh
from tests.factories.steering import a_committee, a_member, a_seat_of_an_organisation, an_open_decision

LIST = checkin.Arrival.LIST


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def _line(meeting: Meeting, person: Person) -> Attendance:
    return await Attendance.get(meeting_id=meeting.id, person_id=person.id).select_related("person", "substitute")


async def _table(**wishes: object) -> tuple[Meeting, Person, Person]:
    """A running meeting of Sélim, who leads, and Rose."""
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    return await a_meeting(committee, **{"status": MeetingStatus.RUNNING, **wishes}), lead, rose  # type: ignore[arg-type]


async def _with_a_substitute() -> tuple[Meeting, Person, Person]:
    """A running meeting where an organisation's seat has Mariam as its titular and Jeanne as her substitute."""
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    held = await a_seat_of_an_organisation(committee, lead)
    held.substitute = await a_person("Jeanne Morel")
    await held.save()
    return await a_meeting(committee, MeetingStatus.RUNNING), held.person, held.substitute


async def test_the_code_of_ten_minutes_ago_still_opens_and_an_older_one_does_not(app: object) -> None:
    meeting, _lead, _rose = await _table()
    said = checkin.code_of(meeting)
    clock.travel(timedelta(seconds=checkin.CODE_SECONDS))
    assert checkin.is_code(meeting, said)
    assert checkin.is_code(meeting, checkin.code_of(meeting))
    clock.travel(timedelta(seconds=2 * checkin.CODE_SECONDS))
    assert not checkin.is_code(meeting, said)


async def test_nobody_sits_at_two_places(app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    held = await a_seat_of_an_organisation(committee, lead)
    held.substitute = rose
    await held.save()
    meeting = await a_meeting(committee, MeetingStatus.RUNNING)
    assert await checkin.arrive(await _line(meeting, rose), LIST)
    with pytest.raises(DomainError, match="déjà à une autre place"):
        await checkin.arrive(await _line(meeting, held.person), LIST, rose)
    assert not (await _line(meeting, held.person)).is_here
    await checkin.leave(await _line(meeting, rose))
    assert await checkin.arrive(await _line(meeting, held.person), LIST, rose)


async def test_the_titular_makes_room_for_her_substitute_and_one_undo_takes_the_change_back(app: object) -> None:
    meeting, mariam, jeanne = await _with_a_substitute()
    assert await checkin.arrive(await _line(meeting, mariam), LIST)
    assert not await checkin.arrive(await _line(meeting, mariam), LIST)
    clock.travel(timedelta(minutes=5))
    assert await checkin.arrive(await _line(meeting, mariam), LIST, jeanne)
    line = await _line(meeting, mariam)
    assert (line.came_id, line.is_here) == (jeanne.id, True)
    moves = await Movement.filter(attendance_id=line.id).order_by("id")
    assert [(one.way, one.person_id) for one in moves] == [("in", mariam.id), ("out", mariam.id), ("in", jeanne.id)]
    assert await checkin.undo(line)
    line = await _line(meeting, mariam)
    assert (line.came_id, line.is_here) == (mariam.id, True)
    assert await Movement.filter(attendance_id=line.id).count() == 1


async def test_undoing_a_return_says_again_that_she_left(app: object) -> None:
    meeting, _lead, rose = await _table()
    await checkin.arrive(await _line(meeting, rose), LIST)
    clock.travel(timedelta(minutes=5))
    await checkin.leave(await _line(meeting, rose))
    left_at = (await _line(meeting, rose)).left_at
    clock.travel(timedelta(minutes=9))
    await checkin.arrive(await _line(meeting, rose), LIST)
    assert (await _line(meeting, rose)).is_here
    assert await checkin.undo(await _line(meeting, rose))
    line = await _line(meeting, rose)
    assert (line.is_here, line.left_at) == (False, left_at)
    for expected in (True, True, False):  # her leaving, her arrival, and nothing more
        assert await checkin.undo(await _line(meeting, rose)) == expected
    assert (await _line(meeting, rose)).arrived_at is None


async def test_who_is_on_the_list_already_claims_nothing_and_no_claim_outlives_the_meeting(app: object) -> None:
    meeting, lead, rose = await _table()
    await checkin.arrive(await _line(meeting, lead), LIST)
    assert not await checkin.claim(await _line(meeting, lead))
    assert await checkin.claim(await _line(meeting, rose))
    assert [row.person_id for row in (await room_of(meeting)).claims] == [rose.id]
    await closing.close(Actor(lead), meeting)
    assert (await _line(meeting, rose)).claimed_at is None


async def test_a_quorum_that_was_never_there_is_not_lost(app: object) -> None:
    meeting, lead, rose = await _table(quorum_percent=100)
    await checkin.arrive(await _line(meeting, lead), LIST)
    assert (await room_of(await fresh(meeting))).lost_at is None
    clock.travel(timedelta(minutes=5))
    await checkin.arrive(await _line(meeting, rose), LIST)
    clock.travel(timedelta(minutes=9))
    await checkin.leave(await _line(meeting, rose))
    lost = (await room_of(await fresh(meeting))).lost_at
    assert lost
    assert lost.at == (await _line(meeting, rose)).left_at


async def test_who_came_after_all_speaks_for_herself(app: object) -> None:
    meeting, lead, rose = await _table()
    await Attendance.filter(person_id=rose.id).update(coming=Coming.PROXY, holder_id=lead.id)
    assert await holding.proxies_of(meeting) == [(rose.id, lead.id)]
    await checkin.arrive(await _line(meeting, rose), LIST)
    assert await holding.proxies_of(meeting) == []


async def test_both_who_presides_and_who_writes_are_of_the_sheet(app: object) -> None:
    meeting, lead, rose = await _table()
    stranger = await a_person("Nadia Faure")
    for desk in ((stranger.id, rose.id), (lead.id, stranger.id)):
        with pytest.raises(Invalid):
            await holding.name_desk(meeting, *desk)
    await holding.name_desk(meeting, lead.id, rose.id)
    assert (await fresh(meeting)).secretary_id == rose.id


async def test_corrections_end_with_the_last_day_with_the_approval_and_are_for_those_who_were_there(app: object) -> None:
    meeting, mariam, jeanne = await _with_a_substitute()
    lead = await Person.get(name="Sélim Laurent")
    await checkin.arrive(await _line(meeting, mariam), LIST, jeanne)
    await closing.close(Actor(lead), meeting)
    item = (await queries.agenda_of(meeting.id))[0]
    with pytest.raises(NotFound):  # before the draft is shared, being there is not enough
        await queries.meeting_to_read(meeting.id, Actor(jeanne))
    assert await closing.share(Actor(lead), await fresh(meeting), 3)
    shared = await fresh(meeting)
    assert shared.remarks_until == clock.at(clock.today() + timedelta(days=4), 0)  # three whole days
    assert (await queries.meeting_to_read(meeting.id, Actor(jeanne))).id == meeting.id
    await closing.remark(Actor(jeanne), shared, item, "Il était huit heures.")
    with pytest.raises(Forbidden):  # expected, and absent
        await closing.remark(Actor(lead), shared, item, "J’y étais presque.")
    assert await record.may_correct(shared, jeanne)
    assert not await record.may_correct(shared, lead)
    clock.travel(timedelta(days=5))
    assert not await record.may_correct(shared, jeanne)
    with pytest.raises(DomainError):
        await closing.remark(Actor(jeanne), shared, item, "Non, neuf.")
    clock.travel(timedelta())
    await Meeting.filter(id=meeting.id).update(approved_at=clock.now())
    with pytest.raises(DomainError):
        await closing.remark(Actor(jeanne), await fresh(meeting), item, "Non, neuf.")
    assert [one.text for one in await Remark.all()] == ["Il était huit heures."]


async def test_minutes_are_approved_by_a_later_meeting_of_the_same_committee_only(app: object) -> None:
    meeting, lead, _rose = await _table()
    committee = await Committee.get(id=meeting.committee_id)
    await closing.close(Actor(lead), meeting)
    closed = await fresh(meeting)
    assert closed.closed_at
    before = await a_meeting(committee, MeetingStatus.RUNNING, opened_at=closed.closed_at - timedelta(minutes=1))
    other = await a_meeting(await a_committee(lead, name="Le comité du café"), MeetingStatus.RUNNING, opened_at=clock.now())
    after = await a_meeting(committee, MeetingStatus.RUNNING, opened_at=closed.closed_at + timedelta(minutes=1))
    for wrong in (before, other, closed):
        with pytest.raises(DomainError):
            await closing.approve(Actor(lead), closed, wrong)
        assert closed.id not in [one.id for one in await closing.awaiting_approval(wrong)]
    assert [one.id for one in await closing.awaiting_approval(after)] == [closed.id]
    assert await closing.approve(Actor(lead), closed, after)
    assert await Item.filter(meeting_id=meeting.id, frozen=False).count() == 0


async def test_an_excused_person_is_not_absent_and_a_discreet_holder_is_not_named_to_the_public(app: object) -> None:
    meeting, lead, rose = await _table()
    paul = await a_member(await Committee.get(id=meeting.committee_id), "Paul Rey")
    await Attendance.create(meeting=meeting, person=paul, college="contributors", coming=Coming.EXCUSED)
    await Attendance.filter(person_id=lead.id).update(is_discreet=True)
    await checkin.arrive(await _line(meeting, lead), LIST)
    await Attendance.filter(person_id=rose.id).update(coming=Coming.PROXY, holder_id=lead.id)
    public = await record.record_of(await fresh(meeting), None)
    assert [len(rows) for rows in (public.excused, public.absent, public.represented)] == [1, 0, 1]
    assert public.represented[0].said == "pouvoir à une personne du comité"
    inside = await record.record_of(await fresh(meeting), Actor(paul))
    assert inside.represented[0].said == "pouvoir à Sélim L."


async def test_a_vote_of_another_hour_does_not_hold_the_meeting_open(app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    decision = await an_open_decision(committee, lead)
    clock.travel(timedelta(hours=2))
    meeting = await a_meeting(committee, MeetingStatus.RUNNING)  # it opened an hour ago, after the decision
    item = (await queries.agenda_of(meeting.id))[0]
    await Item.filter(id=item.id).update(decision_id=decision.id)
    assert await closing.close(Actor(lead), meeting)
