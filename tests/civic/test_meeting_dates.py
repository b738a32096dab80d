"""Looking for a date: proposing, answering on the page and by link, one reminder, keeping one."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from ical.calendar_stream import IcsCalendarStream

from civic import clock, jobs
from civic.errors import Gone
from civic.mail.models import OutboxMessage
from civic.meetings import poll
from civic.meetings.dates import DateAnswer, DateOption, Suits
from civic.meetings.forms import DateLine
from civic.meetings.models import Meeting, MeetingStatus
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.convening import a_prepared_meeting, fresh
from tests.factories.steering import a_committee, a_member

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


def in_days(days: int, hour: int = 18) -> str:
    """A moment as the browser's field writes it, on the territory's clocks."""
    return f"{(clock.today() + timedelta(days=days)).isoformat()}T{hour:02d}:00"


async def a_poll(lead: Person, *days: int, until: datetime | None = None) -> Meeting:
    """A meeting that looks for a date in so many days; Rose sits in its committee."""
    committee = await a_committee(lead)
    await a_member(committee)
    meeting = await a_prepared_meeting(committee, lead, starts_at=None)
    lines = [DateLine.model_validate({"starts_at": in_days(n), "lasts": 90}) for n in days]
    await poll.propose(Actor(lead), meeting, lines, until)
    return await fresh(meeting)


async def rose_of(meeting: Meeting) -> Person:
    """The member."""
    assert meeting
    return await Person.get(name="Rose Martin")


async def test_members_say_which_dates_suit_and_one_is_kept(sign_in: SignIn) -> None:
    lead, stranger = await a_person("Sélim Laurent"), await a_person("Paul Rey")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    meeting = await a_prepared_meeting(committee, lead, starts_at=None)
    mine, hers = await sign_in(lead), await sign_in(rose)
    path = f"/reunions/{meeting.id}/dates"
    assert (await mine.get(path)).status_code == 200
    assert (await mine.submit(path, {})).status_code == 422
    assert (await mine.submit(path, {"starts_at_1": "2020-01-01T18:00", "lasts_1": "90"})).status_code == 422
    alone = await mine.submit(path, {"starts_at_1": in_days(8), "lasts_1": "90"})
    assert alone.status_code == 422
    assert "Proposez deux dates au moins. Pour une seule, écrivez-la" in alone.text
    dates = {"starts_at_1": in_days(8), "lasts_1": "90", "starts_at_2": in_days(9), "lasts_2": "60"}
    assert (await hers.submit(path, dates)).status_code == 403
    assert (await mine.submit(path, dates)).status_code == 303
    assert "proposées au comité" in (await mine.get(f"/reunions/{meeting.id}")).text
    assert (await mine.submit(path, dates)).status_code == 303
    assert "Aucun courriel ne part" in (await mine.get(f"/reunions/{meeting.id}")).text  # members are told once
    first, second = await DateOption.filter(meeting_id=meeting.id).order_by("starts_at")
    said = {f"date_{first.id}": "no", f"date_{second.id}": "yes"}
    assert (await (await sign_in(stranger)).submit(f"{path}/reponses", said)).status_code == 404
    assert (await hers.submit(f"{path}/reponses", {})).status_code == 422
    for _ in range(2):
        assert (await hers.submit(f"{path}/reponses", said)).status_code == 303
    await mine.submit(f"{path}/reponses", {f"date_{first.id}": "maybe", f"date_{second.id}": "yes", "date_999": "yes"})
    assert await DateAnswer.all().count() == 4
    page = (await mine.get(f"/reunions/{meeting.id}")).text
    assert "Rose M." in page
    assert "va au plus grand nombre" in page
    assert (await hers.submit(f"{path}/{second.id}/retenir")).status_code == 403
    for _ in range(2):
        assert (await mine.submit(f"{path}/{second.id}/retenir")).status_code == 303
    after = await fresh(meeting)
    assert (after.starts_at, after.ends_at, after.lasts) == (second.starts_at, second.ends_at, 60)
    await jobs.run_due()
    told = await OutboxMessage.get(to=rose.email, subject__startswith="La date est choisie")
    entry = IcsCalendarStream.calendar_from_ics(str(told.calendar)).events[0]
    assert (entry.uid, entry.dtstart, entry.status) == (f"meeting-{meeting.id}@testserver", second.starts_at, "TENTATIVE")


async def test_a_member_answers_by_the_link_in_her_mail_without_signing_in(client: Client) -> None:
    meeting = await a_poll(await a_person("Sélim Laurent"), 8, 9)
    rose = await rose_of(meeting)
    await jobs.run_due()
    letter = await OutboxMessage.get(to=rose.email)
    link = next(word for word in letter.text.split() if "/lien/" in word).removeprefix("http://testserver")
    assert "Rose Martin" in (await client.get(link)).text
    first = await DateOption.filter(meeting_id=meeting.id).order_by("starts_at").first()
    assert first
    assert (await client.submit(link, {f"date_{first.id}": "yes"})).status_code == 303
    assert (await DateAnswer.get(date_id=first.id)).person_id == rose.id
    other = link.replace(f"/reunions/{meeting.id}/", f"/reunions/{meeting.id + 1}/")
    assert (await client.get(other)).status_code == 404  # a link is for one meeting
    assert (await client.get(link[:-3])).status_code == 404


async def test_after_the_last_moment_nobody_answers_and_the_date_is_still_kept(app: object) -> None:
    lead = await a_person("Sélim Laurent")
    meeting = await a_poll(lead, 8, 9, until=clock.now() + timedelta(days=2))
    rose = await rose_of(meeting)
    date = await DateOption.filter(meeting_id=meeting.id).order_by("starts_at").first()
    assert date
    await poll.answer(rose, meeting, {date.id: Suits.YES})
    clock.travel(timedelta(days=2, minutes=1))
    with pytest.raises(Gone):
        await poll.answer(rose, meeting, {date.id: Suits.NO})
    assert await poll.keep(Actor(lead), meeting, date)
    with pytest.raises(Gone):
        await poll.propose(Actor(lead), await _convened(meeting), [DateLine.model_validate({"starts_at": in_days(9), "lasts": 90})], None)  # fmt: skip


async def _convened(meeting: Meeting) -> Meeting:
    from civic.meetings import convening

    await convening.convene(Actor(await Person.get(name="Sélim Laurent")), meeting)
    return await fresh(meeting)


async def test_a_past_date_is_not_kept(app: object) -> None:
    lead = await a_person("Sélim Laurent")
    meeting = await a_poll(lead, 1)
    date = await DateOption.get(meeting_id=meeting.id)
    clock.travel(timedelta(days=3))
    with pytest.raises(Gone):
        await poll.keep(Actor(lead), meeting, date)


async def test_who_said_nothing_is_reminded_once_a_day_before_the_end(app: object) -> None:
    lead = await a_person("Sélim Laurent")
    meeting = await a_poll(lead, 8, 9, until=clock.now() + timedelta(days=3))
    rose = await rose_of(meeting)
    date = await DateOption.filter(meeting_id=meeting.id).first()
    assert date
    await poll.answer(lead, meeting, {date.id: Suits.YES})
    await jobs.run_due()
    clock.travel(timedelta(days=2, minutes=2))
    for _ in range(3):
        await jobs.run_due()
    assert not await poll.nudge(meeting.id)
    nudges = await OutboxMessage.filter(subject__startswith="Votre réponse manque")
    assert [letter.to for letter in nudges] == [rose.email]


@pytest.mark.one_engine
async def test_a_date_that_stays_keeps_its_answers_and_one_that_goes_loses_them(app: object) -> None:
    lead = await a_person("Sélim Laurent")
    meeting = await a_poll(lead, 8, 9)
    first, second = await DateOption.filter(meeting_id=meeting.id).order_by("starts_at")
    rose = await rose_of(meeting)
    await poll.answer(rose, meeting, {first.id: Suits.YES, second.id: Suits.NO})
    lines = [DateLine(starts_at=first.starts_at, lasts=30), DateLine.model_validate({"starts_at": in_days(12), "lasts": 90})]
    await poll.propose(Actor(lead), meeting, lines, None)
    assert {one.date_id for one in await DateAnswer.all()} == {first.id}
    await jobs.run_due()
    assert await OutboxMessage.filter(to=rose.email).count() == 1  # asked once


@pytest.mark.one_engine
async def test_the_file_of_a_proposed_date_is_tentative_then_cancelled(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    meeting = await a_poll(lead, 8, 9)
    mine = await sign_in(lead)
    first, second = await DateOption.filter(meeting_id=meeting.id).order_by("starts_at")

    async def read() -> tuple[str, str, int]:
        answer = await mine.get(f"/reunions/{meeting.id}/dates/{first.id}.ics")
        entry = IcsCalendarStream.calendar_from_ics(answer.text).events[0]
        assert entry.dtstart == first.starts_at
        return str(entry.uid), str(entry.status.value if entry.status else ""), int(entry.sequence or 0)

    before = await read()
    await poll.keep(Actor(lead), meeting, second)
    after = await read()
    assert (before[0], before[1], after[1]) == (after[0], "TENTATIVE", "CANCELLED")
    assert after[2] > before[2]
    assert (await fresh(meeting)).status == MeetingStatus.DRAFT


def test_a_date_in_the_night_the_clocks_change_lasts_what_it_says() -> None:
    line = DateLine.model_construct(starts_at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC), lasts=90)
    assert clock.local(line.starts_at).hour == 2  # the first time that hour comes
    assert clock.local(line.starts_at + timedelta(minutes=line.lasts)).hour == 3
