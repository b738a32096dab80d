"""A meeting from the door to its end: who is there, the quorum, the points, votes in the room, a second call."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from starlette.types import ASGIApp

from civic import clock, jobs
from civic.committees.models import Committee, Seat
from civic.counting.rules import Code
from civic.decisions.models import Decision, DecisionStatus, Proxy
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from civic.meetings import checkin, closing, holding, queries
from civic.meetings import sheet as sheets
from civic.meetings.attendance import Attendance, Coming, Movement
from civic.meetings.models import Item, ItemKind, Meeting, MeetingStatus
from civic.meetings.quorum import Quorum
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.meetings import a_meeting, fresh
from tests.factories.steering import a_committee, a_draft, a_member, a_seat_of_an_organisation, says, seat

SignIn = Callable[[Person], Awaitable[Client]]


def _later(minutes: int) -> None:
    clock.travel(clock.now() - datetime.now(UTC) + timedelta(minutes=minutes))


async def _line(meeting: Meeting, person: Person) -> Attendance:
    return await Attendance.get(meeting_id=meeting.id, person_id=person.id).select_related("person", "substitute")


async def _quorum(meeting: Meeting) -> Quorum:
    return sheets.quorum_of(await fresh(meeting), await sheets.sheet_of(meeting))


async def _committee() -> tuple[Committee, Person, Person]:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    return committee, lead, await a_member(committee)


async def test_who_runs_opens_and_checks_in_by_the_list(sign_in: SignIn) -> None:
    committee, lead, rose = await _committee()
    meeting = await a_meeting(committee)
    mine, line = await sign_in(lead), await _line(meeting, rose)
    assert (await mine.submit(f"/reunions/{meeting.id}/ouvrir")).status_code == 303
    assert (await fresh(meeting)).status == MeetingStatus.RUNNING
    for _ in range(2):
        assert (await mine.submit(f"/reunions/{meeting.id}/presences/{line.id}/arrivee")).status_code == 303
    assert await Movement.all().count() == 1
    page = (await mine.get(f"/reunions/{meeting.id}/salle")).text
    assert "Quorum\u00a0: 1, il en faut 1" in page
    assert (await _quorum(meeting)).present == 1
    await mine.submit(f"/reunions/{meeting.id}/presences/{line.id}/annuler")
    assert (await _line(meeting, rose)).arrived_at is None


@pytest.mark.one_engine
async def test_a_member_neither_opens_nor_checks_anybody_in(sign_in: SignIn) -> None:
    committee, lead, rose = await _committee()
    meeting = await a_meeting(committee)
    hers, line = await sign_in(rose), await _line(meeting, lead)
    for path in ("ouvrir", f"presences/{line.id}/arrivee", "clore"):
        assert (await hers.submit(f"/reunions/{meeting.id}/{path}")).status_code == 403
    assert (await hers.get(f"/reunions/{meeting.id}/salle")).status_code == 403


async def test_a_substitute_sits_in_her_place_and_one_voice_counts(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    held = await a_seat_of_an_organisation(committee, lead)
    stand_in = await a_person("Jeanne Morel")
    held.substitute = stand_in
    await held.save()
    meeting = await a_meeting(committee)
    line = await _line(meeting, held.person)
    mine = await sign_in(lead)
    await mine.submit(f"/reunions/{meeting.id}/presences/{line.id}/arrivee", {"came": str(stand_in.id)})
    assert (await _line(meeting, held.person)).came_id == stand_in.id
    assert (await _quorum(meeting)).present == 1
    assert "Jeanne M. est là à sa place" in (await mine.get(f"/reunions/{meeting.id}/salle")).text
    await mine.submit(f"/reunions/{meeting.id}/presences/{line.id}/arrivee")
    assert (await _quorum(meeting)).present == 1


async def test_a_proxy_counts_only_while_who_carries_it_is_here(app: ASGIApp) -> None:
    committee, lead, rose = await _committee()
    odile = await a_member(committee, "Odile Perrin")
    meeting = await a_meeting(committee, MeetingStatus.RUNNING, quorum_percent=60)
    await Attendance.filter(meeting_id=meeting.id, person_id=odile.id).update(coming=Coming.PROXY, holder_id=rose.id)
    await checkin.arrive(await _line(meeting, lead), checkin.Arrival.LIST)
    assert await _quorum(meeting) == Quorum(3, 1, 0, 2)
    await checkin.arrive(await _line(meeting, rose), checkin.Arrival.LIST)
    assert await _quorum(meeting) == Quorum(3, 2, 1, 2)
    await checkin.leave(await _line(meeting, rose))
    assert not (await _quorum(meeting)).reached
    turns = await sheets.turns_of(await fresh(meeting), await sheets.sheet_of(meeting))
    assert [turn.reached for turn in turns] == [False, True, False]
    await checkin.arrive(await _line(meeting, rose), checkin.Arrival.LIST)
    assert (await _quorum(meeting)).reached


async def test_an_organisations_line_says_its_name_and_who_speaks_for_it(sign_in: SignIn) -> None:
    committee, lead, _rose = await _committee()
    held = await a_seat_of_an_organisation(committee, await a_person("Robert Cottin"))
    meeting, mine = await a_meeting(committee, MeetingStatus.RUNNING, proxies_most=1), await sign_in(lead)
    await checkin.arrive(await _line(meeting, held.person), checkin.Arrival.LIST)
    room = (await mine.get(f"/reunions/{meeting.id}/salle")).text
    assert room.count("La Ferme des Trois Levées (Mariam K.)") >= 3, "the sheet, who may leave, who may carry a voice"
    coming = await a_meeting(committee)
    assert "La Ferme des Trois Levées (Mariam K.)" in (await mine.get(f"/reunions/{coming.id}")).text


async def test_a_guest_is_on_the_sheet_and_never_counts(sign_in: SignIn) -> None:
    committee, lead, _rose = await _committee()
    meeting = await a_meeting(committee, MeetingStatus.RUNNING)
    mine = await sign_in(lead)
    for _ in range(2):
        sent = {"name": "Paul Invité", "cle": "guest-key-1"}
        assert (await mine.submit(f"/reunions/{meeting.id}/presences/invites", sent)).status_code == 303
    assert await Attendance.filter(meeting_id=meeting.id, college__isnull=True).count() == 1
    assert await _quorum(meeting) == Quorum(2, 0, 0, 1)
    assert (await mine.submit(f"/reunions/{meeting.id}/presences/invites", {"cle": "guest-key-2"})).status_code == 422


async def test_who_took_a_seat_since_the_convocation_is_added_and_counts(sign_in: SignIn) -> None:
    committee, lead, _rose = await _committee()
    meeting = await a_meeting(committee, MeetingStatus.RUNNING)
    nadia = await a_person("Nadia Faure")
    await seat(committee, nadia)
    held = await sheets.seated_since(meeting, await sheets.sheet_of(meeting))
    mine = await sign_in(lead)
    assert "Nadia F." in (await mine.get(f"/reunions/{meeting.id}/salle")).text
    await mine.submit(f"/reunions/{meeting.id}/sieges", {"seat": str(held[0].id)})
    assert (await _quorum(meeting)).expected == 3
    assert (await fresh(meeting)).expected == 3
    assert (await _line(meeting, nadia)).is_here


async def test_a_scanned_code_checks_in_who_is_expected_and_nobody_else(sign_in: SignIn) -> None:
    committee, _lead, rose = await _committee()
    meeting = await a_meeting(committee)
    path = f"/reunions/porte/{checkin.door_of(meeting)}"
    hers = await sign_in(rose)
    assert "Je suis là" in (await hers.get(path)).text
    assert (await hers.submit(path)).status_code == 303
    assert (await _line(meeting, rose)).arrived_how == "qr"
    stranger = await sign_in(await a_person("Nadia Faure"))
    assert "pas sur la feuille" in (await stranger.get(path)).text
    assert (await stranger.submit(path)).status_code == 403


async def test_a_member_without_account_says_her_name_and_is_confirmed(client: Client, sign_in: SignIn) -> None:
    committee, lead, rose = await _committee()
    meeting = await a_meeting(committee)
    path, line = f"/reunions/porte/{checkin.door_of(meeting)}", await _line(meeting, rose)
    assert "Rose M." in (await client.get(path)).text
    assert (await client.submit(path, {"line": "999999"})).status_code == 422
    assert (await client.submit(path, {"line": str(line.id)})).status_code == 303
    assert not (await _line(meeting, rose)).is_here
    mine = await sign_in(lead)
    assert "dit être là" in (await mine.get(f"/reunions/{meeting.id}/salle")).text
    await mine.submit(f"/reunions/{meeting.id}/presences/{line.id}/arrivee")
    found = await _line(meeting, rose)
    assert found.is_here
    assert found.arrived_how == "qr"
    assert found.claimed_at is None


@pytest.mark.one_engine
async def test_the_door_names_nobody_who_sits_discreetly(client: Client) -> None:
    committee, lead, rose = await _committee()
    await Seat.filter(person_id=rose.id).update(is_discreet=True)
    meeting = await a_meeting(committee)
    page = (await client.get(f"/reunions/porte/{checkin.door_of(meeting)}")).text
    assert "Rose M." not in page
    assert lead.short_name in page


@pytest.mark.one_engine
async def test_a_code_too_old_opens_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    committee, _lead, _rose = await _committee()
    meeting = await a_meeting(committee)
    token = checkin.door_of(meeting)
    monkeypatch.setattr(checkin, "LINK_SECONDS", -1)
    assert (await client.get(f"/reunions/porte/{token}")).status_code == 410
    assert (await client.get("/reunions/porte/faux")).status_code == 404


async def test_the_figures_read_out_in_the_room_check_in_and_change(sign_in: SignIn, a_new_hour: None) -> None:
    committee, _lead, rose = await _committee()
    meeting = await a_meeting(committee)
    hers, said = await sign_in(rose), checkin.code_of(meeting)
    wrong = f"{(int(said) + 1) % 1_000_000:06d}"
    await hers.submit(f"/reunions/{meeting.id}/code", {"code": wrong})
    assert not (await _line(meeting, rose)).is_here
    await hers.submit(f"/reunions/{meeting.id}/code", {"code": f"{said[:3]} {said[3:]}"})
    assert (await _line(meeting, rose)).is_here
    _later(21)
    assert not checkin.is_code(meeting, said)


async def test_from_afar_one_arrives_in_the_last_quarter_of_an_hour(sign_in: SignIn) -> None:
    committee, _lead, rose = await _committee()
    later = clock.now() + timedelta(minutes=40)
    link = "https://visio.exemple.fr/navette"
    early = await a_meeting(committee, starts_at=later, ends_at=later + timedelta(hours=2), remote_url=link)
    soon, here_only = await a_meeting(committee, remote_url=link), await a_meeting(committee)
    hers = await sign_in(rose)
    for meeting in (early, here_only):
        assert (await hers.submit(f"/reunions/{meeting.id}/a-distance")).status_code == 409
    assert (await hers.submit(f"/reunions/{soon.id}/a-distance")).status_code == 303
    assert (await _line(soon, rose)).arrived_how == "remote"
    assert (await hers.submit(f"/reunions/{soon.id}/je-pars")).status_code == 303
    assert (await _line(soon, rose)).left_at is not None


async def test_nobody_arrives_once_the_meeting_is_closed(sign_in: SignIn) -> None:
    committee, lead, rose = await _committee()
    meeting = await a_meeting(committee, MeetingStatus.RUNNING)
    token = checkin.door_of(meeting)
    assert await closing.close(Actor(lead), meeting)
    assert not await closing.close(Actor(lead), meeting)
    with pytest.raises(DomainError):
        await checkin.arrive(await _line(meeting, rose), checkin.Arrival.LIST)
    assert (await (await sign_in(rose)).get(f"/reunions/porte/{token}")).status_code == 410


async def test_time_runs_for_one_point_after_the_other(sign_in: SignIn) -> None:
    committee, lead, _rose = await _committee()
    meeting = await a_meeting(committee)
    await holding.open_meeting(Actor(lead), meeting)
    first, second = await queries.agenda_of(meeting.id)
    assert first.began_at
    assert not second.began_at
    _later(7)
    mine = await sign_in(lead)
    await mine.submit(f"/reunions/{meeting.id}/point", {"item": str(second.id)})
    first, second = await queries.agenda_of(meeting.id)
    assert second.began_at
    assert not first.began_at
    assert sheets.pace_of(first).spent == 7
    assert sheets.pace_of(first).left == 3


async def test_a_vote_in_the_room_is_short_and_holds_the_meeting_open(sign_in: SignIn) -> None:
    committee, lead, rose = await _committee()
    draft = await a_draft(committee, lead)
    meeting = await a_meeting(committee, MeetingStatus.RUNNING, items=(("Le samedi", ItemKind.DECISION),))
    await Item.filter(meeting_id=meeting.id).update(decision_id=draft.id)
    item, mine = (await queries.agenda_of(meeting.id))[0], await sign_in(lead)
    path = f"/reunions/{meeting.id}/points/{item.id}/vote"
    assert (await mine.submit(path, {"minutes": "3"})).status_code == 422
    for _ in range(2):
        assert (await mine.submit(path, {"minutes": "5"})).status_code == 303
    decision = await Decision.get(id=draft.id).select_related("committee")
    assert decision.status == DecisionStatus.OPEN
    assert decision.electorate == 2
    assert decision.closes_at <= clock.now() + timedelta(minutes=5)
    assert "On vote" in (await mine.get(f"/reunions/{meeting.id}/ecran")).text
    await mine.submit(f"/reunions/{meeting.id}/clore")
    assert (await fresh(meeting)).status == MeetingStatus.RUNNING
    await says(lead, decision, Code.AGREE)
    await says(rose, decision, Code.AGREE)
    _later(6)
    await jobs.run_due()
    assert "Adopté" in (await mine.get(f"/reunions/{meeting.id}/ecran")).text
    await mine.submit(f"/reunions/{meeting.id}/clore")
    assert (await fresh(meeting)).status == MeetingStatus.CLOSED
    assert "Adopté" in (await mine.get(f"/reunions/{meeting.id}/compte-rendu")).text


async def test_proxies_of_the_meeting_are_handed_down_to_its_vote(app: ASGIApp) -> None:
    committee, lead, rose = await _committee()
    odile = await a_member(committee, "Odile Perrin")
    draft = await a_draft(committee, lead)
    meeting = await a_meeting(committee, MeetingStatus.RUNNING, proxies_most=1)
    for giver, holder in ((odile, rose), (lead, rose)):
        await Attendance.filter(meeting_id=meeting.id, person_id=giver.id).update(
            coming=Coming.PROXY, holder_id=holder.id
        )
    await checkin.arrive(await _line(meeting, lead), checkin.Arrival.LIST)
    item = (await queries.agenda_of(meeting.id))[0]
    await Item.filter(id=item.id).update(decision_id=draft.id)
    decision = await holding.open_vote(Actor(lead), meeting, await queries.item_of(meeting, item.id), 5)
    assert decision.proxies_most == 1
    given = await Proxy.filter(decision_id=draft.id).select_related("giver", "holder")
    assert [(one.giver.person_id, one.holder.person_id) for one in given] == [(odile.id, rose.id)]
    await jobs.run_due()
    told = await OutboxMessage.filter(to=rose.email, subject__contains="confie sa voix").exists()
    assert not told, "she was told when it was given for the meeting"


@pytest.mark.one_engine
async def test_no_vote_is_opened_before_the_meeting_is(app: ASGIApp) -> None:
    committee, lead, _rose = await _committee()
    draft = await a_draft(committee, lead)
    meeting = await a_meeting(committee)
    await Item.filter(meeting_id=meeting.id).update(decision_id=draft.id)
    with pytest.raises(DomainError):
        await holding.open_vote(Actor(lead), meeting, (await queries.agenda_of(meeting.id))[0], 5)
    assert (await Decision.get(id=draft.id)).status == DecisionStatus.DRAFT


async def test_a_meeting_without_its_quorum_is_called_again_once(sign_in: SignIn) -> None:
    committee, lead, rose = await _committee()
    meeting = await a_meeting(committee, MeetingStatus.RUNNING)
    mine = await sign_in(lead)
    assert "seconde convocation" in (await mine.get(f"/reunions/{meeting.id}/salle")).text
    for _ in range(2):
        assert (await mine.submit(f"/reunions/{meeting.id}/seconde")).status_code == 303
    second = await Meeting.get(first_call_id=meeting.id)
    assert second.status == MeetingStatus.DRAFT
    assert second.quorum_percent == 0
    titles = [item.title for item in await queries.agenda_of(meeting.id)]
    assert [item.title for item in await queries.agenda_of(second.id)] == titles
    reached = await a_meeting(committee, MeetingStatus.RUNNING)
    await checkin.arrive(await _line(reached, rose), checkin.Arrival.LIST)
    assert (await mine.submit(f"/reunions/{reached.id}/seconde")).status_code == 409


@pytest.mark.one_engine
async def test_who_presides_and_writes_is_somebody_of_the_sheet(sign_in: SignIn) -> None:
    committee, lead, rose = await _committee()
    meeting = await a_meeting(committee, MeetingStatus.RUNNING)
    mine, stranger = await sign_in(lead), await a_person("Nadia Faure")
    assert (await mine.submit(f"/reunions/{meeting.id}/bureau", {"chair": str(stranger.id)})).status_code == 422
    await mine.submit(f"/reunions/{meeting.id}/bureau", {"chair": str(lead.id), "secretary": str(rose.id)})
    hers = await sign_in(rose)
    assert (await hers.get(f"/reunions/{meeting.id}/notes")).status_code == 200
    assert (await hers.get(f"/reunions/{meeting.id}/salle")).status_code == 200
