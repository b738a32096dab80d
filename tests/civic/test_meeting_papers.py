"""The papers of a meeting where they are long: forty lines, forty points, long names; and what years later must be read."""

import os
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from civic import clock
from civic.committees.models import CollegeKind
from civic.meetings import convocation, papers, record
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.models import Item, ItemKind, Meeting, MeetingStatus
from civic.people.actor import Actor
from civic.people.models import Person
from tests.factories import a_person
from tests.factories.meetings import a_meeting, fresh
from tests.factories.steering import a_committee
from tests.mailbox import plain

LONG = "Marie-Antoinette de la Rochefoucauld-Montmorency"


async def a_long_meeting(expected: int, points: int = 1, status: MeetingStatus = MeetingStatus.RUNNING) -> Meeting:
    """A meeting that so many are expected at, with so many points, each with a paragraph of minutes."""
    lead = await a_person("Sélim Laurent")
    items = tuple((f"Le point numéro {n}, dont le titre est long", ItemKind.DISCUSSION) for n in range(1, points + 1))
    meeting = await a_meeting(await a_committee(lead), status, items=items, chair=lead, secretary=lead)
    for n in range(2, expected + 1):
        person = await a_person(f"{LONG if n % 3 == 0 else 'Rose Martin'} {n}")
        await Attendance.create(meeting=meeting, person=person, college=CollegeKind.RESIDENTS)
    for n, item in enumerate(await Item.filter(meeting=meeting).order_by("position"), 1):
        await Item.filter(id=item.id).update(notes=f"Noté sous {n}. " + "On en a parlé longuement. " * (n % 9))
    return await fresh(meeting)


def pages_of(pdf: bytes, name: str) -> list[tuple[str, int]]:
    """What each page says, its spaces made plain, and how many lines are drawn on it; kept when one wants to look."""
    if folder := os.environ.get("CIVIC_PAPERS"):
        Path(folder, f"{name}.pdf").write_bytes(pdf)
    with pypdfium2.PdfDocument(pdf) as document:
        return [
            (
                plain(" ".join(page.get_textpage().get_text_range().split())),
                sum(one.type == pdfium.FPDF_PAGEOBJ_PATH for one in page.get_objects()),
            )
            for page in document
        ]


@pytest.mark.one_engine
@pytest.mark.parametrize("expected", [1, 8, 12, 14, 15, 16, 18, 40])
async def test_the_boxes_of_the_sheet_to_sign_never_stand_alone(app: object, expected: int) -> None:
    meeting = await a_long_meeting(expected)
    pages = pages_of(await papers.sign_in_sheet(meeting), f"sheet-{expected}")
    last, lines = pages[-1]
    assert "Secrétaire de séance" in last
    assert lines >= 2 + 3  # both boxes, and room for three others at least
    assert sum(text.count("Secrétaire de séance") for text, _lines in pages) == 1
    named = " ".join(text for text, _lines in pages)
    assert all(f" {n} Habitants" in named for n in range(2, expected + 1))


@pytest.mark.one_engine
async def test_no_heading_of_the_minutes_stands_alone_at_the_foot_of_a_page(app: object) -> None:
    meeting = await a_long_meeting(3, 40, MeetingStatus.CLOSED)
    found = await record.record_of(meeting, Actor(await Person.get(name="Sélim Laurent")))
    pages = [text for text, _lines in pages_of(await papers.minutes_paper(meeting, found), "minutes-40")]
    assert len(pages) > 3
    for n in range(1, 41):
        (page,) = [text for text in pages if f"{n}. Le point numéro {n}," in text]
        assert f"Noté sous {n}." in page


@pytest.mark.one_engine
async def test_what_is_printed_says_the_year(app: object) -> None:
    meeting, year = await a_long_meeting(2, 3, MeetingStatus.CLOSED), str(clock.today().year)
    await Meeting.filter(id=meeting.id).update(approved_at=clock.now(), proxies_most=1)
    meeting = await fresh(meeting)
    found = await record.record_of(meeting, None)
    for name, pdf in (
        ("minutes", await papers.minutes_paper(meeting, found)), ("sheet", await papers.sign_in_sheet(meeting)),
        ("convocation", await convocation.paper(meeting)),
    ):  # fmt: skip
        text = pages_of(pdf, name)[0][0]
        assert (f"{year} à " if name != "convocation" else f"{year}, ") in text, name


@pytest.mark.one_engine
async def test_who_gave_her_proxy_to_somebody_who_never_came_was_absent(app: object) -> None:
    meeting = await a_long_meeting(4)
    lead, second, third, fourth = [row async for row in Attendance.filter(meeting=meeting).order_by("id")]
    await Attendance.filter(id=lead.id).update(arrived_at=clock.now(), arrived_how="list")
    await Attendance.filter(id=second.id).update(coming=Coming.PROXY, holder_id=lead.person_id)
    await Attendance.filter(id=third.id).update(coming=Coming.PROXY, holder_id=fourth.person_id)
    actor = Actor(await Person.get(id=lead.person_id))
    found = await record.record_of(meeting, actor)
    assert plain(record.counted(found)) == "1 présent, 1 représenté, 4 attendus"
    assert [len(rows) for rows in (found.represented, found.absent)] == [1, 2]
    await Attendance.filter(id=lead.id).update(left_at=clock.now())  # represented while he was there, the list still says
    found = await record.record_of(meeting, actor)
    assert plain(record.counted(found)) == "1 présent, 1 représenté, 4 attendus"
