"""Who goes home before the end leaves her voice to somebody who stays (PRODUCT S3)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from starlette.types import ASGIApp

from civic import clock, jobs
from civic.decisions.models import Proxy
from civic.errors import Invalid
from civic.mail.models import OutboxMessage
from civic.meetings import checkin, going, holding, queries
from civic.meetings import sheet as sheets
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.models import Item, Meeting, MeetingStatus
from civic.meetings.quorum import Quorum
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.meetings import a_meeting, fresh
from tests.factories.steering import a_committee, a_draft, a_member

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


def _later(minutes: int) -> None:
    clock.travel(clock.now() - datetime.now(UTC) + timedelta(minutes=minutes))


class Evening:
    """A meeting of four, all here; the quorum is three of them, and one may carry one voice."""

    lead: Person
    rose: Person
    odile: Person
    paul: Person
    meeting: Meeting


async def an_evening(**wishes: object) -> Evening:
    found = Evening()
    found.lead = await a_person("Sélim Laurent")
    committee = await a_committee(found.lead)
    found.rose = await a_member(committee, "Rose Martin")
    found.odile = await a_member(committee, "Odile Perrin")
    found.paul = await a_member(committee, "Paul Rey")
    terms = {"quorum_percent": 75, "proxies_most": 1} | wishes
    found.meeting = await a_meeting(committee, MeetingStatus.RUNNING, **terms)
    for person in (found.lead, found.rose, found.odile, found.paul):
        await checkin.arrive(await line(found, person), checkin.Arrival.LIST)
    return found


async def line(evening: Evening, person: Person) -> Attendance:
    rows = Attendance.filter(meeting_id=evening.meeting.id, person_id=person.id)
    return await rows.get().select_related("person", "substitute")


async def quorum(evening: Evening) -> Quorum:
    return sheets.quorum_of(await fresh(evening.meeting), await sheets.sheet_of(evening.meeting))


async def test_she_leaves_her_voice_from_her_telephone_and_is_represented(sign_in: SignIn) -> None:
    evening = await an_evening()
    hers, page = await sign_in(evening.rose), f"/reunions/{evening.meeting.id}"
    assert "Partir et laisser ma voix" in (await hers.get(page)).text
    assert (await hers.submit(f"{page}/je-pars", {"holder": str(evening.odile.id)})).status_code == 303
    assert await quorum(evening) == Quorum(4, 3, 1, 3)
    gone = await line(evening, evening.rose)
    assert (gone.coming, gone.holder_id, gone.is_here) == (Coming.PROXY, evening.odile.id, False)
    assert (await line(evening, evening.odile)).proxies_held == 1
    await jobs.run_due()
    assert await OutboxMessage.filter(to=evening.odile.email, subject__contains="pouvoir").count() == 1
    await checkin.leave(await line(evening, evening.odile))
    assert (await quorum(evening)).counted == 2, "a voice counts only while who carries it is here"


async def test_who_keeps_the_list_notes_it_and_the_cap_holds(sign_in: SignIn) -> None:
    evening = await an_evening()
    mine, room = await sign_in(evening.lead), f"/reunions/{evening.meeting.id}/salle"
    form, gone = f"/reunions/{evening.meeting.id}/presences/pouvoir", await line(evening, evening.rose)
    assert "Quelqu’un part et laisse sa voix" in (await mine.get(room)).text
    sent = {"line": str(gone.id), "holder": str(evening.odile.id)}
    assert (await (await sign_in(evening.rose)).submit(form, sent)).status_code == 403
    assert (await mine.submit(form, {"line": str(gone.id)})).status_code == 303
    assert (await line(evening, evening.rose)).is_here, "nobody was named"
    assert (await mine.submit(form, sent)).status_code == 303
    assert "puis pouvoir à Odile P." in (await mine.get(room)).text
    paul = await line(evening, evening.paul)
    refused = await mine.submit(form, {"line": str(paul.id), "holder": str(evening.odile.id)})
    assert "elle a déjà tous ceux permis" in (await mine.get(refused.headers["location"])).text
    assert (await line(evening, evening.paul)).is_here, "who may not leave her voice so is still here"
    assert (await line(evening, evening.odile)).proxies_held == 1
    assert (await mine.submit(form, {"line": str(paul.id), "holder": str(evening.lead.id)})).status_code == 303
    assert await quorum(evening) == Quorum(4, 2, 2, 3)


async def test_nobody_carries_a_voice_who_is_away_gave_hers_or_is_a_guest(app: ASGIApp) -> None:
    evening = await an_evening(proxies_most=2)
    guest = await checkin.add_guest(Actor(evening.lead), evening.meeting, "Paul Invité", "guest-key-1")
    await checkin.leave(await line(evening, evening.rose), evening.odile.id)
    gave_before = await line(evening, evening.paul)
    await Attendance.filter(id=gave_before.id).update(coming=Coming.PROXY, holder_id=evening.odile.id)
    sheet = await sheets.sheet_of(evening.meeting)
    able = {row.person_id for row in going.holders(await fresh(evening.meeting), sheet)}
    assert able == {evening.lead.id, evening.odile.id}
    for wrong in (evening.rose.id, evening.paul.id, guest.person_id, evening.lead.id, 0 - 1):
        with pytest.raises(Invalid):
            await checkin.leave(await line(evening, evening.lead), wrong)
    with pytest.raises(Invalid):
        await checkin.leave(guest, evening.lead.id)
    assert (await line(evening, evening.lead)).is_here
    other = await an_evening(proxies_most=0)
    with pytest.raises(Invalid, match="pas donner pouvoir"):
        await checkin.leave(await line(other, other.rose), other.odile.id)


async def test_there_are_no_chains_what_she_carried_goes_back(app: ASGIApp) -> None:
    evening = await an_evening()
    await checkin.leave(await line(evening, evening.rose), evening.odile.id)
    await checkin.leave(await line(evening, evening.odile), evening.paul.id)
    assert [(await line(evening, one)).coming for one in (evening.rose, evening.odile)] == [None, Coming.PROXY]
    assert (await line(evening, evening.odile)).proxies_held == 0
    assert await quorum(evening) == Quorum(4, 2, 1, 3)


async def test_who_comes_back_or_had_not_gone_speaks_for_herself(app: ASGIApp) -> None:
    evening = await an_evening()
    for again in (checkin.undo, lambda row: checkin.arrive(row, checkin.Arrival.LIST)):
        await checkin.leave(await line(evening, evening.rose), evening.odile.id)
        assert (await line(evening, evening.odile)).proxies_held == 1
        await again(await line(evening, evening.rose))
        back = await line(evening, evening.rose)
        assert (back.is_here, back.coming, back.holder_id) == (True, Coming.PRESENT, None)
        assert (await line(evening, evening.odile)).proxies_held == 0
        assert await quorum(evening) == Quorum(4, 4, 0, 3)


async def test_she_is_represented_from_then_on_and_not_before(app: ASGIApp) -> None:
    evening = await an_evening(quorum_percent=100)
    _later(10)
    await checkin.leave(await line(evening, evening.rose))
    _later(20)
    await checkin.arrive(await line(evening, evening.rose), checkin.Arrival.LIST)
    _later(30)
    await checkin.leave(await line(evening, evening.rose), evening.odile.id)
    turns = await sheets.turns_of(await fresh(evening.meeting), await sheets.sheet_of(evening.meeting))
    assert [turn.reached for turn in turns][-3:] == [True, False, True], "the ten minutes without her are told"


async def test_the_votes_that_open_later_are_her_holders(app: ASGIApp) -> None:
    evening = await an_evening()
    await checkin.leave(await line(evening, evening.rose), evening.odile.id)
    draft = await a_draft(evening.meeting.committee, evening.lead)
    item = (await queries.agenda_of(evening.meeting.id))[0]
    await Item.filter(id=item.id).update(decision_id=draft.id)
    await holding.open_vote(Actor(evening.lead), evening.meeting, await queries.item_of(evening.meeting, item.id), 5)
    given = await Proxy.get(decision_id=draft.id).select_related("giver", "holder")
    assert (given.giver.person_id, given.holder.person_id) == (evening.rose.id, evening.odile.id)


async def test_two_who_go_at_once_do_not_load_one_person_beyond_the_cap(app: ASGIApp) -> None:
    evening = await an_evening()
    leaving = [await line(evening, one) for one in (evening.rose, evening.paul)]
    done = await asyncio.gather(
        *(checkin.leave(row, evening.odile.id) for row in leaving), return_exceptions=True
    )
    assert sorted(isinstance(one, Invalid) for one in done) == [False, True]
    assert (await line(evening, evening.odile)).proxies_held == 1
    assert sorted([(await line(evening, one)).is_here for one in (evening.rose, evening.paul)]) == [False, True]


async def test_who_leaves_while_her_holder_leaves_too_is_not_carried_by_an_empty_chair(app: ASGIApp) -> None:
    evening = await an_evening()
    await asyncio.gather(
        checkin.leave(await line(evening, evening.rose), evening.odile.id),
        checkin.leave(await line(evening, evening.odile), evening.rose.id), return_exceptions=True,
    )  # fmt: skip
    rows = [await line(evening, one) for one in (evening.rose, evening.odile)]
    assert sorted(row.coming == Coming.PROXY for row in rows) == [False, True]
    assert (await quorum(evening)).counted == 4
