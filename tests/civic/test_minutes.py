"""Minutes: several write, nobody loses a word; closed, shared, corrected, approved, frozen, published, on paper."""

import io
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import pypdfium2
import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from civic import jobs
from civic.committees.models import Committee
from civic.mail.models import OutboxMessage
from civic.meetings import checkin, closing, minutes, queries
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.models import Item, Meeting, MeetingStatus, NotesVersion, Remark
from civic.people.actor import Actor
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.meetings import a_meeting, fresh
from tests.factories.steering import a_committee, a_member

SignIn = Callable[[Person], Awaitable[Client]]


async def _held() -> tuple[Meeting, Person, Person, Item]:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    meeting = await a_meeting(committee, MeetingStatus.RUNNING, secretary=rose, chair=lead)
    return meeting, lead, rose, (await queries.agenda_of(meeting.id))[0]


async def _here(meeting: Meeting, person: Person) -> None:
    line = await Attendance.get(meeting_id=meeting.id, person_id=person.id).select_related("person", "substitute")
    await checkin.arrive(line, checkin.Arrival.LIST)


async def _closed() -> tuple[Meeting, Person, Person, Item]:
    meeting, lead, rose, item = await _held()
    await _here(meeting, rose)
    await minutes.write(Actor(rose), meeting, item, "Le bus passe à 8 h 10.", 0)
    await closing.close(Actor(lead), meeting)
    return await fresh(meeting), lead, rose, await Item.get(id=item.id)


def _text(content: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    return "\n".join(page.get_textpage().get_text_range() for page in document)


async def test_who_writes_second_sees_both_texts_and_loses_neither(sign_in: SignIn) -> None:
    meeting, lead, rose, item = await _held()
    path = f"/reunions/{meeting.id}/points/{item.id}/notes"
    his, hers = await sign_in(lead), await sign_in(rose)
    assert (await his.submit(path, {"text": "Le bus passe à 8 h 10.", "version": "0"})).status_code == 303
    answer = await hers.submit(path, {"text": "Le bus est trop tôt.", "version": "0"})
    assert answer.status_code == 409
    assert "Le bus passe à 8 h 10." in answer.text
    assert "Le bus est trop tôt." in answer.text
    both = {"text": "Le bus passe à 8 h 10. Il est trop tôt.", "version": "1"}
    assert (await hers.submit(path, both)).status_code == 303
    assert (await Item.get(id=item.id)).notes == both["text"]
    page = (await his.get(f"/reunions/{meeting.id}/points/{item.id}/versions")).text
    for said in ("Le bus passe à 8 h 10.", "Le bus est trop tôt.", both["text"], "Mis de côté"):
        assert said in page


async def test_what_writes_itself_answers_the_version_and_sets_aside_once(sign_in: SignIn) -> None:
    meeting, lead, rose, item = await _held()
    path = f"/reunions/{meeting.id}/points/{item.id}/notes"
    his, hers = await sign_in(lead), await sign_in(rose)
    answer = await his.submit(path, {"text": "Huit heures dix.", "version": "0", "auto": "1"})
    state = (await his.get(answer.headers["location"])).json()["items"]
    assert [(one["version"], one["text"]) for one in state if one["id"] == item.id] == [(1, "Huit heures dix.")]
    for said in ("Neuf", "Neuf heures", "Neuf heures dix"):
        assert (await hers.submit(path, {"text": said, "version": "0", "auto": "1"})).status_code == 409
    aside = await NotesVersion.get(item_id=item.id, number__isnull=True)
    assert (aside.text, aside.by_id) == ("Neuf heures dix", rose.id)


async def test_the_same_text_twice_is_one_version(sign_in: SignIn) -> None:
    meeting, lead, _rose, item = await _held()
    mine = await sign_in(lead)
    for _ in range(2):
        sent = {"text": "Huit heures dix.", "version": "0"}
        assert (await mine.submit(f"/reunions/{meeting.id}/points/{item.id}/notes", sent)).status_code == 303
    assert await NotesVersion.filter(item_id=item.id).count() == 1


@pytest.mark.one_engine
async def test_a_member_who_does_not_hold_the_meeting_writes_nothing(sign_in: SignIn) -> None:
    meeting, _lead, _rose, item = await _held()
    odile = await a_member(await Committee.get(id=meeting.committee_id), "Odile Perrin")
    hers = await sign_in(odile)
    assert (await hers.get(f"/reunions/{meeting.id}/notes")).status_code == 403
    path = f"/reunions/{meeting.id}/points/{item.id}/notes"
    assert (await hers.submit(path, {"text": "Moi aussi.", "version": "0"})).status_code == 403
    assert (await Item.get(id=item.id)).notes == ""


async def test_a_draft_is_shared_with_those_who_were_there_who_correct_it(sign_in: SignIn, client: Client) -> None:
    meeting, lead, rose, item = await _closed()
    path = f"/reunions/{meeting.id}/compte-rendu"
    mine, hers = await sign_in(lead), await sign_in(rose)
    assert (await client.get(path)).status_code == 404
    odile = await sign_in(await a_member(await Committee.get(id=meeting.committee_id), "Odile Perrin"))
    for _ in range(2):
        assert (await mine.submit(f"/reunions/{meeting.id}/partager", {"days": "5"})).status_code == 303
    await jobs.run_due()
    assert await OutboxMessage.filter(to=rose.email, subject__contains="relire").count() == 1
    from_her_mail = await client.get(path)  # she is not signed in: the link leads there and back
    assert from_her_mail.headers["location"] == f"/connexion?suite={quote(path, safe='')}"
    assert "Corriger ce point" in (await hers.get(path)).text
    assert (await odile.get(path)).status_code == 404
    remark = f"/reunions/{meeting.id}/points/{item.id}/remarque"
    assert (await odile.submit(remark, {"text": "Non."})).status_code == 404
    assert (await hers.submit(remark, {"text": "C’était 8 h 20."})).status_code == 303
    assert "C’était 8 h 20." in (await mine.get(f"/reunions/{meeting.id}/notes")).text
    await hers.submit(remark, {"text": ""})
    assert await Remark.all().count() == 0


async def test_minutes_approved_at_a_later_meeting_are_public_and_never_change(sign_in: SignIn, client: Client) -> None:
    meeting, lead, _rose, item = await _closed()
    mine = await sign_in(lead)
    committee = await Committee.get(id=meeting.committee_id)
    later = await a_meeting(committee)
    assert (await mine.submit(f"/reunions/{meeting.id}/approuver", {"at": str(later.id)})).status_code == 409
    await mine.submit(f"/reunions/{later.id}/ouvrir")
    assert "Approuvé par la réunion" in (await mine.get(f"/reunions/{later.id}/salle")).text
    for _ in range(2):
        assert (await mine.submit(f"/reunions/{meeting.id}/approuver", {"at": str(later.id)})).status_code == 303
    found = await fresh(meeting)
    assert found.approved_in_id == later.id
    assert found.published_at
    assert "Le bus passe à 8 h 10." in (await client.get(f"/reunions/{meeting.id}/compte-rendu")).text
    answer = await mine.submit(f"/reunions/{meeting.id}/points/{item.id}/notes", {"text": "Autre.", "version": "1"})
    assert answer.status_code == 409
    assert (await Item.get(id=item.id)).notes == "Le bus passe à 8 h 10."
    with pytest.raises((IntegrityError, OperationalError)):
        await Item.filter(id=item.id).update(notes="Autre chose.")


@pytest.mark.one_engine
async def test_a_commitment_taken_in_a_point_is_in_its_minutes(sign_in: SignIn) -> None:
    meeting, lead, rose, item = await _held()
    mine, path = await sign_in(lead), f"/reunions/{meeting.id}/points/{item.id}/engagements"
    assert (await mine.submit(path, {"what": "Rien", "person_id": str(rose.id)})).status_code == 422
    sent = {"what": "Demander trois devis", "person_id": str(lead.id), "due_on": "2099-12-31"}
    for _ in range(2):
        assert (await mine.submit(path, sent)).status_code == 303
    for page in ("notes", "compte-rendu"):
        assert (await mine.get(f"/reunions/{meeting.id}/{page}")).text.count("Demander trois devis") == 1


@pytest.mark.one_engine
async def test_the_public_does_not_learn_who_sits_discreetly(sign_in: SignIn, client: Client) -> None:
    meeting, lead, rose, _item = await _closed()
    await Attendance.filter(person_id=rose.id).update(is_discreet=True)
    committee = await Committee.get(id=meeting.committee_id)
    later = await a_meeting(committee, MeetingStatus.RUNNING, opened_at=meeting.closed_at)
    await closing.approve(Actor(lead), meeting, later)
    path = f"/reunions/{meeting.id}/compte-rendu"
    assert "Rose M." not in (await client.get(path)).text
    assert "Rose M." not in _text((await client.get(f"{path}.pdf")).content)
    assert "Rose M." in (await (await sign_in(lead)).get(path)).text


@pytest.mark.one_engine
async def test_the_sheet_to_sign_and_the_minutes_to_sign_say_all_that_is_needed(sign_in: SignIn) -> None:
    meeting, lead, rose, item = await _held()
    await Attendance.filter(meeting_id=meeting.id, person_id=lead.id).update(coming=Coming.PROXY, holder_id=rose.id)
    mine = await sign_in(lead)
    answer = await mine.get(f"/reunions/{meeting.id}/emargement.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    for said in ("Feuille d’émargement", "Rose Martin", "Contributeurs", "Signature", "à Rose Martin", "Secrétaire"):
        assert said in _text(answer.content)
    await _here(meeting, rose)
    await minutes.write(Actor(rose), meeting, item, "Le bus passe à 8 h 10.", 0)
    await closing.close(Actor(lead), meeting)
    said_there = _text((await mine.get(f"/reunions/{meeting.id}/compte-rendu.pdf")).content)
    for said in ("Projet", "Rose M.", "pouvoir à Rose M.", "Le bus passe à 8 h 10.", "1 représenté", "Président"):
        assert said in said_there
