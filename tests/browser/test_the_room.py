"""A meeting in the room: a member at the door with her phone, the wall, and two who write the same minutes."""

from __future__ import annotations

import asyncio
import re

import pytest

from civic.meetings import checkin
from civic.meetings import sheet as sheets
from civic.meetings.attendance import Attendance
from civic.meetings.models import Item, Meeting, MeetingStatus, NotesVersion
from civic.people.models import Person
from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor
from tests.engines import Database
from tests.factories import a_person
from tests.factories.meetings import a_meeting
from tests.factories.steering import a_committee, a_member


@pytest.fixture
async def people_of(database: Database) -> tuple[Meeting, Person, Person]:
    """A meeting that runs, who presides and who writes."""
    lead = await a_person("Anne-Marie Lopez")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    return await a_meeting(committee, MeetingStatus.RUNNING, secretary=rose, chair=lead), lead, rose


People = tuple[Meeting, Person, Person]


@pytest.mark.one_engine("sqlite")
@pytest.mark.parametrize("js", [True, False], ids=["with-js", "without-js"])
async def test_a_member_arrives_by_the_code_and_is_in_the_quorum(arrive: Arrive, people_of: People, js: bool) -> None:
    meeting, lead, rose = people_of
    phone = await arrive(width=360, javascript=js)
    await phone.open(f"/reunions/porte/{checkin.door_of(meeting)}")
    await phone.look("porte sans compte")
    await phone.is_now(rose)
    await phone.open(f"/reunions/porte/{checkin.door_of(meeting)}")
    await phone.press("Je suis là")
    await phone.reads("votre arrivée est notée")
    await phone.look("porte")
    desk = await arrive(width=1280, javascript=js)
    await desk.is_now(lead)
    await desk.open(f"/reunions/{meeting.id}/salle")
    await desk.reads("1 présent", "atteint")
    await desk.press(re.compile("^Est là.*Anne-Marie"))
    await desk.reads("2 présents")
    await desk.look("salle")
    assert sheets.quorum_of(meeting, await sheets.sheet_of(meeting)).present == 2


@pytest.mark.one_engine("sqlite")
async def test_the_wall_shows_the_point_and_arrow_keys_turn_it(arrive: Arrive, people_of: People) -> None:
    meeting, lead, _rose = people_of
    wall = await arrive(width=1280)
    await wall.is_now(lead)
    await wall.open(f"/reunions/{meeting.id}/ecran")
    await wall.reads("Le point sur les horaires", "Ensuite")
    await wall.look("ecran")
    await wall.page.keyboard.press("ArrowRight")
    await wall.page.get_by_role("heading", name="Les arrêts du samedi").wait_for()
    assert (await Item.get(meeting_id=meeting.id, position=1)).began_at


@pytest.mark.one_engine("sqlite")
async def test_two_who_write_at_once_see_both_texts(arrive: Arrive, people_of: People) -> None:
    meeting, lead, rose = people_of
    item = await Item.get(meeting_id=meeting.id, position=0)
    one, two = await arrive(width=1280), await arrive(width=360)
    for visitor, person in ((one, lead), (two, rose)):
        await visitor.is_now(person)
        await visitor.open(f"/reunions/{meeting.id}/notes")
    await one.look("notes")
    await _type(one, item, "Le bus passe à 8 h 10.")
    await one.page.get_by_text("Version 1, écrite par Anne-Marie").wait_for()
    await _type(two, item, "Le bus est trop tôt.")
    await two.page.get_by_text("Quelqu’un a écrit ici aussi").wait_for()
    await two.page.locator(f"#point-{item.id}").get_by_role("button", name="Enregistrer").click()
    await two.reads("Deux textes pour le même point", "Le bus passe à 8 h 10.")
    await two.look("conflit")
    await two.write(re.compile("Votre texte"), "Le bus passe à 8 h 10. C’est trop tôt.")
    await two.press("Enregistrer ce texte")
    assert (await Item.get(id=item.id)).notes == "Le bus passe à 8 h 10. C’est trop tôt."
    assert await NotesVersion.filter(item_id=item.id, number__isnull=True).count() == 1
    await one.page.get_by_text("Version 2, écrite par Rose").wait_for(timeout=15_000)
    assert await one.page.locator(f"#n-{item.id}").input_value() == "Le bus passe à 8 h 10. C’est trop tôt."


async def _type(visitor: Visitor, item: Item, text: str) -> None:
    await visitor.page.locator(f"#n-{item.id}").press_sequentially(text)
    await asyncio.sleep(2.5)


@pytest.mark.one_engine("sqlite")
async def test_what_is_read_after_a_meeting_is_accessible(arrive: Arrive, people_of: People) -> None:
    meeting, lead, rose = people_of
    await Attendance.filter(meeting_id=meeting.id).update(arrived_at=meeting.opened_at, arrived_how="list")
    visitor = await arrive(width=360)
    await visitor.is_now(lead)
    await visitor.open(f"/reunions/{meeting.id}/salle")
    await visitor.look("salle au telephone")
    await visitor.unfold("Clore la réunion")
    await visitor.press("Oui, clore")
    await visitor.reads("La réunion est close")
    await visitor.look("compte rendu")
    await visitor.press("Envoyer le brouillon")
    await visitor.is_now(rose)
    await visitor.open(f"/reunions/{meeting.id}/compte-rendu")
    await visitor.look("brouillon")
    item = await Item.get(meeting_id=meeting.id, position=0)
    await visitor.open(f"/reunions/{meeting.id}/points/{item.id}/versions")
    await visitor.look("versions")
