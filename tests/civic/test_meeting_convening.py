"""The agenda and the convocation: points and hours, proposals, who gets it, on paper too, what is told afterwards."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pypdfium2
import pytest
from ical.calendar_stream import IcsCalendarStream

from civic import clock, jobs
from civic.committees.models import Seat
from civic.decisions.models import Decision
from civic.errors import DomainError, Gone
from civic.mail.models import OutboxMessage
from civic.meetings import agenda, convening, convocation, queries
from civic.meetings.attendance import Attendance
from civic.meetings.forms import ItemForm, ProposalForm
from civic.meetings.models import Item, Meeting, MeetingStatus, Proposal
from civic.people.actor import Actor
from civic.people.models import Person
from civic.settings import Settings
from tests.client import Client
from tests.factories import a_person
from tests.factories.convening import a_convened_meeting, a_prepared_meeting, fresh
from tests.factories.steering import a_committee, a_member, a_seat_of_an_organisation
from tests.mailbox import listening

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


def words_of(pdf: bytes) -> str:
    """What a PDF says, its spaces made plain."""
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


async def test_points_add_up_and_each_has_its_hour(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    meeting = await a_prepared_meeting(committee, lead)
    mine = await sign_in(lead)
    path = f"/reunions/{meeting.id}/points"
    assert (await mine.submit(path, {"title": "", "minutes": "10"})).status_code == 422
    assert (await mine.submit(path, {"title": "La serre", "kind": "decision", "minutes": "70"})).status_code == 303
    first, second = await queries.agenda_of(meeting.id)
    page = (await mine.get(f"/reunions/{meeting.id}")).text.replace("\u00a0", " ").replace("\u202f", " ")
    assert "1 h 40 prévues pour 1 h 30 : 10 min de trop." in page
    lines = agenda.lines(meeting, [first, second])
    assert [line.at for line in lines] == [meeting.starts_at, meeting.starts_at + timedelta(minutes=30)]  # type: ignore[operator]
    await mine.submit(f"{path}/{second.id}/deplacer", {"sens": "haut"})
    await mine.submit(f"{path}/{second.id}/deplacer", {"sens": "haut"})  # first already
    assert [item.id for item in await queries.agenda_of(meeting.id)] == [second.id, first.id]
    assert (await mine.get(f"{path}/{first.id}/modifier")).status_code == 200
    changed = {"title": "Choisir l’assurance", "minutes": "20", "kind": "decision"}
    assert (await mine.submit(f"{path}/{first.id}/modifier", changed)).status_code == 303
    assert (await mine.submit(f"{path}/{first.id}/decision")).headers["location"].endswith("/modifier")
    await mine.submit(f"{path}/{first.id}/decision")
    decision = await Decision.get()
    assert (await Item.get(id=first.id)).decision_id == decision.id
    assert decision.question == "Choisir l’assurance"
    assert (await mine.submit(f"{path}/{second.id}/retirer")).status_code == 303
    assert [item.id for item in await queries.agenda_of(meeting.id)] == [first.id]
    rose = await sign_in(await a_member(committee))
    assert (await rose.submit(path, {"title": "Un point", "minutes": "5"})).status_code == 403


async def test_a_member_proposes_a_point_and_learns_what_becomes_of_it(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    meeting = await a_prepared_meeting(committee, lead)
    hers, mine = await sign_in(rose), await sign_in(lead)
    path = f"/reunions/{meeting.id}/propositions"
    for _ in range(2):
        assert (await hers.submit(path, {"title": "Le bruit du soir", "minutes": "15"})).status_code == 303
    await hers.submit(path, {"title": "Repeindre le minibus", "minutes": "15"})
    first, second = await Proposal.filter(meeting_id=meeting.id).order_by("id")
    assert "Le bruit du soir" in (await mine.get(f"/reunions/{meeting.id}")).text
    assert (await hers.submit(f"{path}/{first.id}/retenir")).status_code == 403
    assert (await mine.submit(f"{path}/{second.id}/decliner", {"reason": ""})).status_code == 422
    for _ in range(2):
        await mine.submit(f"{path}/{first.id}/retenir")
    await mine.submit(f"{path}/{second.id}/decliner", {"reason": "Nous l’avons fait en mars."})
    assert [item.title for item in await queries.agenda_of(meeting.id)] == ["Choisir l’assureur", "Le bruit du soir"]
    await jobs.run_due()
    told = [letter.text for letter in await OutboxMessage.filter(to=rose.email).order_by("id")]
    assert any("Nous l’avons fait en mars." in text for text in told)
    assert any("est à l’ordre du jour" in text for text in told)
    await convening.convene(Actor(lead), meeting)
    with pytest.raises(Gone):
        await agenda.propose(rose, meeting, ProposalForm(title="Trop tard", minutes=10))


async def test_the_approval_of_the_last_minutes_is_the_first_point_once(app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    past = await a_prepared_meeting(committee, lead)
    await Meeting.filter(id=past.id).update(status=MeetingStatus.CLOSED, closed_at=clock.now())
    meeting = await a_prepared_meeting(committee, lead)
    items = await queries.agenda_of(meeting.id)
    assert [item.approves_id for item in items] == [past.id, None]
    assert items[0].title.startswith("Approuver le compte rendu du")
    await agenda.propose_approval(meeting)
    assert len(await queries.agenda_of(meeting.id)) == 2
    await Meeting.filter(id=past.id).update(approved_at=clock.now())
    third = await a_prepared_meeting(committee, lead)
    assert [item.approves_id for item in await queries.agenda_of(third.id)] == [None]


async def test_everybody_who_sits_and_her_substitute_is_convened_exactly_once(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, without = await a_member(committee), await a_member(committee, "Odile Sans-Courriel")
    await Person.filter(id=without.id).update(email=None)
    speaker = await a_person("Inès Faure")
    held = await a_seat_of_an_organisation(committee, speaker)
    await Seat.filter(id=held.id).update(substitute_id=speaker.id)
    meeting = await a_prepared_meeting(committee, lead, proxies_most=2, quorum_percent=50)
    mine = await sign_in(lead)
    preview = (await mine.get(f"/reunions/{meeting.id}/convocation")).text
    for name in ("Rose Martin", "Odile Sans-Courriel", "Inès Faure", "Mariam Koné"):
        assert name in preview
    assert (await (await sign_in(rose)).get(f"/reunions/{meeting.id}/convocation")).status_code == 403
    for _ in range(2):
        assert (await mine.submit(f"/reunions/{meeting.id}/convoquer")).status_code == 303
    for _ in range(2):
        await jobs.run_due()
    after = await fresh(meeting)
    rows = await Attendance.filter(meeting_id=meeting.id)
    assert (after.status, after.expected, len(rows)) == (MeetingStatus.CONVENED, 4, 4)
    assert all(row.told_at for row in rows)
    letters = await OutboxMessage.filter(subject__startswith="Convocation")
    wanted = {person.email for person in (lead, rose, held.person, speaker)}
    assert sorted(letter.to for letter in letters) == sorted(str(one) for one in wanted)
    stands_in = next(letter for letter in letters if letter.to == speaker.email)
    assert "suppléant de Mariam K." in stands_in.text
    entry = IcsCalendarStream.calendar_from_ics(str(stands_in.calendar)).events[0]
    assert (entry.uid, entry.status) == (f"meeting-{meeting.id}@testserver", "CONFIRMED")
    said = words_of((await mine.get(f"/reunions/{meeting.id}/lettres.pdf")).content)
    assert "Odile Sans-Courriel" in said
    assert "Rose Martin" not in said


@pytest.mark.one_engine
async def test_the_convocation_travels_as_pdf_with_its_agenda_and_a_proxy_to_sign(
    app: object, settings: Settings
) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    meeting = await a_convened_meeting(committee, lead, proxies_most=2, quorum_percent=50)
    row = await Attendance.get(meeting_id=meeting.id, person_id=rose.id)
    said = words_of(await convocation.paper(meeting, await Attendance.get(id=row.id).select_related("person")))
    for wanted in ("Convocation : La réunion de rentrée", "Rose Martin", "Salle des fêtes, Trévoux", "Ordre du jour",
                   "Choisir l’assureur", "30 min", "Pouvoir", "Bon pour pouvoir", "1 sur 2"):  # fmt: skip
        assert wanted in said, wanted
    async with listening() as mailbox:
        settings.smtp_url = mailbox.url
        await jobs.run_due()
        found = [message for message in mailbox.messages if message["to"] == rose.email]
        assert len(found) == 1
        pdfs = [part for part in found[0].walk() if part.get_content_type() == "application/pdf"]
        assert len(pdfs) == 1
        assert "Rose Martin" in words_of(pdfs[0].get_payload(decode=True))  # type: ignore[arg-type]


@pytest.mark.one_engine
async def test_a_convocation_that_lacks_something_does_not_leave(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    dateless = await a_prepared_meeting(committee, lead, starts_at=None)
    placeless = await a_prepared_meeting(committee, lead, place="")
    empty = await a_prepared_meeting(committee, lead)
    await Item.filter(meeting_id=empty.id).delete()
    for meeting, why in ((dateless, "date"), (placeless, "lieu"), (empty, "ordre du jour")):
        with pytest.raises(DomainError, match=why):
            await convening.convene(Actor(lead), meeting)
        assert (await fresh(meeting)).is_prepared
    assert await Attendance.all().count() == 0


@pytest.mark.one_engine
async def test_the_notice_the_committee_gave_itself_is_watched(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    meeting = await a_prepared_meeting(committee, lead, notice_days=8)
    mine = await sign_in(lead)
    path = f"/reunions/{meeting.id}/convocation"
    assert "trop tard" not in (await mine.get(path)).text
    clock.travel(timedelta(days=4))
    assert "trop tard" in (await (await sign_in(lead)).get(path)).text


async def test_a_changed_agenda_is_told_once_with_old_and_new(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    meeting = await a_convened_meeting(committee, lead)
    assert not await convening.tell_agenda(Actor(lead), meeting)
    await agenda.add(meeting, ItemForm(title="Le budget de l’été", minutes=20))
    mine = await sign_in(lead)
    assert "a changé depuis la convocation" in (await mine.get(f"/reunions/{meeting.id}")).text
    for _ in range(2):
        assert (await mine.submit(f"/reunions/{meeting.id}/ordre-du-jour/prevenir")).status_code == 303
    await jobs.run_due()
    letter = await OutboxMessage.get(to=rose.email, subject__startswith="L’ordre du jour a changé")
    new, _, old = letter.text.partition("Avant")
    assert "Le budget de l’été" in new
    assert "Le budget de l’été" not in old
    assert "Choisir l’assureur" in old
    assert (await fresh(meeting)).sequence == meeting.sequence + 1
