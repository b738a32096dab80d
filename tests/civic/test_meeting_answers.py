"""Saying whether one comes: on the page, by link, for a seat as its substitute; proxies, their cap, guests, the nudge."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.committees.models import Seat
from civic.errors import Forbidden, Gone, Invalid
from civic.mail.models import OutboxMessage
from civic.meetings import answers
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.models import Meeting, MeetingStatus
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.convening import a_convened_meeting, expected
from tests.factories.steering import a_committee, a_member, a_seat_of_an_organisation
from tests.mailbox import plain

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def a_table(*names: str, **wishes: object) -> tuple[Meeting, list[Person]]:
    """A convened meeting of a lead and these members, one proxy each unless told; the lead is the first person."""
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    members = [await a_member(committee, name) for name in names]
    meeting = await a_convened_meeting(committee, lead, **{"proxies_most": 1, **wishes})
    return meeting, [lead, *members]


async def says(meeting: Meeting, person: Person, coming: Coming, holder: Person | None = None) -> None:
    """Somebody answers for her own seat."""
    row = await expected(meeting, person)
    await answers.answer(person, meeting, row, coming, holder.id if holder else None)


async def test_somebody_answers_on_the_page_and_changes_her_mind(client: Client, sign_in: SignIn) -> None:
    meeting, (lead, rose) = await a_table("Rose Martin")
    hers, path = await sign_in(rose), f"/reunions/{meeting.id}/reponse"
    assert (await hers.submit(path, {})).status_code == 422
    assert (await hers.submit(path, {"coming": "remote"})).status_code == 422  # nobody can follow it from afar
    for coming in ("present", "excused", "present"):
        assert (await hers.submit(path, {"coming": coming})).status_code == 303
    row = await expected(meeting, rose)
    assert (row.coming, row.answered_by_id) == (Coming.PRESENT, rose.id)
    page = (await (await sign_in(lead)).get(f"/reunions/{meeting.id}")).text
    assert "1 présent, 1 sans réponse." in page.replace("\u00a0", " ")
    assert "Rose M." in page
    assert "Rose M." not in (await client.get(f"/reunions/{meeting.id}")).text
    stranger = await sign_in(await a_person("Paul Rey"))
    assert (await stranger.submit(path, {"coming": "present"})).status_code == 403


async def test_somebody_answers_by_the_link_in_her_mail(client: Client) -> None:
    meeting, (_lead, rose) = await a_table("Rose Martin", remote_url="https://visio.exemple.fr/1")
    await jobs.run_due()
    letter = await OutboxMessage.get(to=rose.email)
    link = next(word for word in letter.text.split() if "/convocations/" in word).removeprefix("http://testserver")
    assert "Rose Martin" in (await client.get(link)).text
    assert (await expected(meeting, rose)).coming is None  # looking changes nothing
    assert (await client.submit(link, {})).status_code == 422
    assert (await client.submit(link, {"coming": "remote"})).status_code == 303
    assert (await expected(meeting, rose)).coming == Coming.REMOTE
    assert "Votre réponse :</strong> Je suis à distance</p>" in plain((await client.get(link)).text)
    assert (await client.get(link[:-2])).status_code == 404
    await Meeting.filter(id=meeting.id).update(status=MeetingStatus.CLOSED)
    assert (await client.submit(link, {"coming": "present"})).status_code == 303
    assert (await expected(meeting, rose)).coming == Coming.REMOTE
    assert "On ne répond plus" in (await client.get(link)).text


async def test_a_substitute_answers_for_the_seat(client: Client) -> None:
    lead, speaker = await a_person("Sélim Laurent"), await a_person("Inès Faure")
    committee = await a_committee(lead)
    held = await a_seat_of_an_organisation(committee, speaker)
    await Seat.filter(id=held.id).update(substitute_id=speaker.id)
    meeting = await a_convened_meeting(committee, lead)
    row = await expected(meeting, held.person)
    link = f"/convocations/{answers.token_of(row, substitute=True)}"
    assert "Inès Faure, suppléant de Mariam K." in (await client.get(link)).text
    assert (await client.submit(link, {"coming": "present"})).status_code == 303
    after = await expected(meeting, held.person)
    assert (after.coming, after.answered_by_id) == (Coming.PRESENT, speaker.id)
    with pytest.raises(Forbidden):
        await answers.answer(lead, meeting, row, Coming.EXCUSED)


async def test_a_proxy_goes_to_somebody_who_comes_within_the_cap(sign_in: SignIn) -> None:
    meeting, (lead, rose, paul, ines) = await a_table("Rose Martin", "Paul Rey", "Inès Faure")
    await says(meeting, rose, Coming.PROXY, lead)
    assert (await expected(meeting, lead)).proxies_held == 1
    with pytest.raises(Invalid, match="tous les pouvoirs"):
        await says(meeting, paul, Coming.PROXY, lead)
    assert (await expected(meeting, paul)).coming is None
    with pytest.raises(Invalid, match="ne vient pas"):  # no chains
        await says(meeting, paul, Coming.PROXY, rose)
    with pytest.raises(Invalid, match="ne vient pas"):
        await says(meeting, paul, Coming.PROXY, await a_person("Une Étrangère"))
    with pytest.raises(Invalid, match="autre personne"):
        await says(meeting, paul, Coming.PROXY, paul)
    await says(meeting, rose, Coming.PROXY, ines)  # another holder: the first is free again
    assert ((await expected(meeting, lead)).proxies_held, (await expected(meeting, ines)).proxies_held) == (0, 1)
    await says(meeting, paul, Coming.PROXY, lead)


async def test_a_holder_who_does_not_come_gives_the_proxies_back(app: object) -> None:
    meeting, (lead, rose, paul) = await a_table("Rose Martin", "Paul Rey", proxies_most=2)
    await says(meeting, rose, Coming.PROXY, lead)
    await says(meeting, lead, Coming.PROXY, paul)
    back = await expected(meeting, rose)
    assert back.coming is None
    assert back.holder_id is None
    assert ((await expected(meeting, lead)).proxies_held, (await expected(meeting, paul)).proxies_held) == (0, 1)
    await jobs.run_due()
    assert await OutboxMessage.filter(to=rose.email, subject__startswith="Votre pouvoir").count() == 1
    assert await OutboxMessage.filter(to=paul.email, subject__startswith="Sélim L. vous donne pouvoir").count() == 1


async def test_a_holder_declines_by_link_and_a_giver_takes_back_until_the_end(client: Client) -> None:
    meeting, (lead, rose, paul) = await a_table("Rose Martin", "Paul Rey", proxies_most=2)
    await says(meeting, rose, Coming.PROXY, lead)
    await says(meeting, paul, Coming.PROXY, lead)
    await jobs.run_due()
    letters = await OutboxMessage.filter(to=lead.email, subject__startswith="Rose M. vous donne pouvoir")
    link = next(word for word in letters[0].text.split() if "/pouvoirs/" in word).removeprefix("http://testserver")
    assert "Rose M. vous donne pouvoir" in (await client.get(link)).text
    assert (await client.submit(f"{link}/decliner")).status_code == 303
    assert (await client.get(link)).status_code == 410
    assert (await expected(meeting, rose)).coming is None
    assert (await expected(meeting, lead)).proxies_held == 1
    await Meeting.filter(id=meeting.id).update(status=MeetingStatus.RUNNING)
    with pytest.raises(Gone):
        await says(meeting, rose, Coming.PRESENT)
    assert await answers.revoke(paul, meeting, await expected(meeting, paul))
    assert not await answers.revoke(paul, meeting, await expected(meeting, paul))
    assert (await expected(meeting, lead)).proxies_held == 0
    await Meeting.filter(id=meeting.id).update(status=MeetingStatus.CLOSED)
    with pytest.raises(Gone):
        await answers.revoke(paul, meeting, await expected(meeting, paul))


async def test_the_link_of_a_former_holder_declines_nothing_for_the_next_one(client: Client) -> None:
    meeting, (lead, rose, paul) = await a_table("Rose Martin", "Paul Rey")
    links = []
    for holder in (lead, paul):
        await says(meeting, rose, Coming.PROXY, holder)
        await jobs.run_due()
        letter = await OutboxMessage.get(to=holder.email, subject__startswith="Rose M. vous donne pouvoir")
        links.append(next(word for word in letter.text.split() if "/pouvoirs/" in word).removeprefix("http://testserver"))
    former, current = links
    assert (await client.get(former)).status_code == 410
    assert (await client.submit(f"{former}/decliner")).status_code == 410
    assert (await client.get(current.replace("/pouvoirs/", "/pouvoirs/9"))).status_code == 404
    assert (await client.get("/pouvoirs/paul.abc")).status_code == 404
    assert (await expected(meeting, rose)).holder_id == paul.id
    assert (await client.submit(f"{current}/decliner")).status_code == 303
    assert (await expected(meeting, rose)).holder_id is None


@pytest.mark.one_engine
async def test_without_proxies_nobody_gives_one(app: object) -> None:
    meeting, (lead, rose) = await a_table("Rose Martin", proxies_most=0)
    with pytest.raises(Invalid):
        await says(meeting, rose, Coming.PROXY, lead)


async def test_a_guest_gets_the_convocation_and_does_not_count(client: Client, sign_in: SignIn) -> None:
    meeting, (lead, rose) = await a_table("Rose Martin")
    mine, path = await sign_in(lead), f"/reunions/{meeting.id}/invitations"
    assert (await (await sign_in(rose)).submit(path, {"name": "Luc Morel"})).status_code == 403
    assert (await mine.submit(path, {"name": "", "email": "luc"})).status_code == 422
    for _ in range(2):
        assert (await mine.submit(path, {"name": "Luc Morel", "email": "luc@exemple.fr"})).status_code == 303
    await jobs.run_due()
    guest = await Attendance.get(meeting_id=meeting.id, college__isnull=True)
    letter = await OutboxMessage.get(to="luc@exemple.fr")
    link = next(word for word in letter.text.split() if "/convocations/" in word).removeprefix("http://testserver")
    assert (await client.submit(link, {"coming": "present"})).status_code == 303
    assert (await Attendance.get(id=guest.id)).coming == Coming.PRESENT
    with pytest.raises(Invalid):  # nobody gives a guest a proxy
        await says(meeting, rose, Coming.PROXY, await Person.get(email="luc@exemple.fr"))


async def test_who_has_not_answered_is_reminded_once(sign_in: SignIn) -> None:
    meeting, (lead, rose, paul) = await a_table("Rose Martin", "Paul Rey")
    await says(meeting, rose, Coming.EXCUSED)
    await says(meeting, lead, Coming.PRESENT)
    mine = await sign_in(lead)
    for _ in range(2):
        assert (await mine.submit(f"/reunions/{meeting.id}/relance")).status_code == 303
        await jobs.run_due()
    nudges = await OutboxMessage.filter(subject__startswith="Venez-vous")
    assert [letter.to for letter in nudges] == [paul.email]


async def test_what_awaits_a_member_stands_in_her_own_page(sign_in: SignIn) -> None:
    meeting, (_lead, rose) = await a_table("Rose Martin")
    hers = await sign_in(rose)
    assert f"Dire si je viens : {meeting.title}" in (await hers.get("/mon-espace")).text.replace("\u00a0", " ")
    await says(meeting, rose, Coming.PRESENT)
    page = (await hers.get("/mon-espace")).text
    assert "Dire si je viens" not in page
    assert meeting.title in page
