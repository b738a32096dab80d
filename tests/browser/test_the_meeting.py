"""A secretary's evening on her phone: dates, agenda, convocation; a member who answers by the link in her mail."""

from __future__ import annotations

from datetime import timedelta

import pytest

from civic import clock
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.models import Meeting, MeetingStatus
from civic.people.models import Person
from tests.browser.conftest import Arrive
from tests.engines import Database
from tests.factories import a_person
from tests.factories.convening import a_poll
from tests.factories.steering import a_committee, a_member
from tests.mailbox import Mailbox, text_of


def in_days(days: int) -> str:
    """Half past six in the evening, as the browser's field writes it."""
    return f"{(clock.today() + timedelta(days=days)).isoformat()}T18:30"


async def link_in(mailbox: Mailbox, reader: Person, part: str, about: str) -> str:
    """The path of a link in the last mail to somebody, which the site's worker sends."""
    address = next(word for word in text_of(await mailbox.last(str(reader.email), about)).split() if part in word)
    return "/" + address.split("/", 3)[3]


@pytest.mark.one_engine("sqlite")
@pytest.mark.parametrize("js", [True, False], ids=["with-js", "without-js"])
async def test_a_secretary_goes_from_the_dates_to_the_convocation(
    arrive: Arrive, database: Database, mailbox: Mailbox, js: bool
) -> None:
    lead = await a_person("Anne-Marie Lopez")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    hers = await arrive(width=360, javascript=js)
    await hers.is_now(lead)
    await hers.open(f"/comites/{committee.slug}/reunions/nouvelle")
    await hers.look("new meeting")
    await hers.write("Nom de la réunion", "La rentrée de la navette")
    await hers.press("Enregistrer")
    meeting = await Meeting.get()
    await hers.open(f"/reunions/{meeting.id}/dates")
    await hers.look("dates")
    for n in (1, 2):
        await hers.page.fill(f"#starts_at_{n}", in_days(7 + n))
    await hers.press("Proposer au comité")
    await hers.look("poll")
    hers_too = await arrive(width=360, javascript=js)
    await hers_too.open(await link_in(mailbox, rose, "/lien/", "Quelle date"))
    await hers_too.look("dates by link")
    for box in await hers_too.page.locator("input[value=yes]").all():
        await box.check()
    await hers_too.press("Envoyer mes réponses")
    await hers_too.reads("C’est noté")
    await hers.open(f"/reunions/{meeting.id}")
    await hers.reads("va au plus grand nombre")
    await hers.page.get_by_role("button", name="Retenir cette date").first.click()
    await hers.reads("La date est retenue")
    await hers.page.fill("#title", "Choisir l’assureur")
    await hers.page.fill("#minutes", "30")
    await hers.press("Ajouter le point")
    await hers.reads("1. Choisir l’assureur")
    await hers.open(f"/reunions/{meeting.id}/modifier")
    await hers.write("Lieu", "Salle des fêtes")
    await hers.press("Enregistrer")
    await hers.open(f"/reunions/{meeting.id}/convocation")
    await hers.look("preview")
    await hers.press("Envoyer la convocation")
    await hers.reads("La convocation part")
    await hers.look("convened")
    assert (await Meeting.get()).status == MeetingStatus.CONVENED
    await hers_too.open(await link_in(mailbox, rose, "/convocations/", "Convocation"))
    await hers_too.look("answer by link")
    await hers_too.page.get_by_label("Je viens", exact=True).check()
    await hers_too.press("Répondre")
    await hers_too.reads("Votre réponse : Je viens")
    assert (await Attendance.get(person_id=rose.id)).coming == Coming.PRESENT


@pytest.mark.one_engine("postgres")
async def test_the_pages_before_a_meeting_are_accessible_on_a_wide_screen(arrive: Arrive, database: Database) -> None:
    lead = await a_person("Anne-Marie Lopez")
    committee = await a_committee(lead)
    await a_member(committee)
    meeting = await a_poll(committee, lead)
    visitor = await arrive(width=1280)
    await visitor.is_now(lead)
    own = f"/reunions/{meeting.id}"
    for path in (own, f"{own}/modifier", f"{own}/dates", f"{own}/convocation", f"/comites/{committee.slug}/reunions"):
        await visitor.open(path)
        await visitor.look(path.strip("/").replace("/", " "))
