"""Preparing a meeting: the form, its page for whom, changing it, calling it off, its calendar file."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from ical.calendar_stream import IcsCalendarStream

from civic import clock, jobs
from civic.errors import Invalid
from civic.mail.models import OutboxMessage
from civic.meetings import service
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.forms import MeetingForm
from civic.meetings.models import Meeting, MeetingStatus
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.convening import a_convened_meeting, a_prepared_meeting, expected, fresh
from tests.factories.steering import a_committee, a_member

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


def in_days(days: int, hour: int = 18) -> str:
    """A moment as the browser's field writes it, on the territory's clocks."""
    return f"{(clock.today() + timedelta(days=days)).isoformat()}T{hour:02d}:00"


async def test_who_runs_the_committee_prepares_a_meeting_that_only_the_committee_sees(
    client: Client, sign_in: SignIn
) -> None:
    lead, stranger = await a_person("Sélim Laurent"), await a_person("Paul Rey")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    hers = await sign_in(lead)
    path = f"/comites/{committee.slug}/reunions/nouvelle"
    assert (await hers.get(path)).status_code == 200
    said = {"title": "Réunion de rentrée", "starts_at": in_days(12), "lasts": "90", "place": "Salle des fêtes"}
    assert (await hers.submit(path, {**said, "title": "x"})).status_code == 422
    assert (await hers.submit(path, {**said, "remote_url": "http://visio.exemple.fr"})).status_code == 422
    for _ in range(2):
        assert (await hers.submit(path, {**said, "cle": "une-cle-de-formulaire"})).status_code == 303
    meeting = await Meeting.get()
    assert meeting.status == MeetingStatus.DRAFT
    assert meeting.ends_at == meeting.starts_at + timedelta(minutes=90)  # type: ignore[operator]
    for reader, status in ((hers, 200), (await sign_in(rose), 200), (await sign_in(stranger), 404), (client, 404)):
        assert (await reader.get(f"/reunions/{meeting.id}")).status_code == status
    assert "Réunion de rentrée" in (await hers.get(f"/comites/{committee.slug}")).text
    assert "Réunion de rentrée" not in (await client.get(f"/comites/{committee.slug}/reunions")).text
    assert (await (await sign_in(rose)).get(path)).status_code == 403
    assert (await OutboxMessage.all().count()) == 0


@pytest.mark.one_engine
async def test_a_meeting_is_not_prepared_for_a_moment_that_is_over(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    wish = MeetingForm(title="La réunion", starts_at=clock.now() - timedelta(hours=1))
    with pytest.raises(Invalid):
        await service.draft(Actor(lead), committee, wish, "une-cle-de-formulaire")
    stranger = await a_person("Paul Rey")
    with pytest.raises(Invalid):
        await service.draft(Actor(lead), committee, MeetingForm(title="La réunion", chair_id=stranger.id), "une-cle-2")


@pytest.mark.one_engine
def test_hours_are_those_of_the_village_clock_also_when_the_clocks_change() -> None:
    winter, summer = MeetingForm(title="La réunion", starts_at="2027-01-12T18:00"), MeetingForm(
        title="La réunion", starts_at="2027-07-12T18:00"
    )
    assert (winter.starts_at, summer.starts_at) == (
        datetime(2027, 1, 12, 17, tzinfo=UTC), datetime(2027, 7, 12, 16, tzinfo=UTC),
    )  # fmt: skip
    skipped = MeetingForm(title="La réunion", starts_at="2027-03-28T02:30")
    assert skipped.starts_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


async def test_a_new_hour_is_told_with_old_and_new_and_everybody_answers_again(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    meeting = await a_convened_meeting(committee, lead)
    await jobs.run_due()
    await Attendance.filter(meeting_id=meeting.id, person_id=rose.id).update(coming=Coming.PRESENT)
    before = meeting.sequence
    hers = await sign_in(lead)
    said = {"title": meeting.title, "starts_at": in_days(20), "lasts": "60", "place": meeting.place}
    for _ in range(2):
        assert (await hers.submit(f"/reunions/{meeting.id}/modifier", said)).status_code == 303
    await jobs.run_due()
    after = await fresh(meeting)
    assert after.sequence == before + 1
    assert (await expected(meeting, rose)).coming is None
    told = await OutboxMessage.filter(to=rose.email, subject__startswith="Changement")
    assert len(told) == 1
    assert "avant" in told[0].text
    entry = IcsCalendarStream.calendar_from_ics(str(told[0].calendar)).events[0]
    assert (entry.uid, entry.sequence) == (f"meeting-{meeting.id}@testserver", after.sequence)


async def test_a_new_place_keeps_the_answers(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    meeting = await a_convened_meeting(committee, lead)
    await Attendance.filter(meeting_id=meeting.id, person_id=rose.id).update(coming=Coming.PRESENT)
    wish = MeetingForm(title=meeting.title, starts_at=meeting.starts_at, lasts=meeting.lasts, place="La mairie")
    assert await service.change(Actor(lead), meeting, wish)
    assert not await service.change(Actor(lead), meeting, wish)
    await jobs.run_due()
    assert (await expected(meeting, rose)).coming == Coming.PRESENT
    letter = await OutboxMessage.get(to=rose.email, subject__startswith="Changement")
    assert "La mairie" in letter.text
    assert "Salle des fêtes, Trévoux" in letter.text


async def test_a_cancelled_meeting_says_why_once_and_leaves_the_calendars(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    meeting = await a_convened_meeting(committee, lead)
    hers = await sign_in(lead)
    assert (await hers.submit(f"/reunions/{meeting.id}/annuler", {"reason": ""})).status_code == 422
    for _ in range(2):
        done = await hers.submit(f"/reunions/{meeting.id}/annuler", {"reason": "La salle est prise."})
        assert done.status_code == 303
    await jobs.run_due()
    letter = await OutboxMessage.get(to=rose.email, subject__startswith="Annulée")
    assert "La salle est prise." in letter.text
    entry = IcsCalendarStream.calendar_from_ics(str(letter.calendar)).events[0]
    assert entry.status == "CANCELLED"
    assert "La salle est prise." in (await hers.get(f"/reunions/{meeting.id}")).text
    assert (await hers.submit(f"/reunions/{meeting.id}/modifier", {"title": "Une autre"})).status_code == 422


@pytest.mark.one_engine
async def test_the_public_calendar_holds_convened_meetings_and_names_nobody(client: Client) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    await a_prepared_meeting(committee, lead, title="Encore secrète")
    known = await a_convened_meeting(committee, lead, remote_url="https://visio.exemple.fr/cachee")
    answer = await client.get(f"/comites/{committee.slug}/reunions.ics")
    found = IcsCalendarStream.calendar_from_ics(answer.text).events
    assert [entry.summary for entry in found] == [known.title]
    assert found[0].dtstart == known.starts_at
    assert "visio" not in answer.text
    assert "visio" not in (await client.get(f"/reunions/{known.id}.ics")).text
    assert "visio" not in (await client.get(f"/reunions/{known.id}")).text
