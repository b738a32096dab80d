"""Two who write the same minutes through two processes: whatever the order, no text is ever lost."""

from __future__ import annotations

import asyncio

import httpx2

from civic.meetings.attendance import Attendance, Movement
from civic.meetings.models import Item, MeetingStatus, NotesVersion
from civic.people import service as people
from civic.people.middleware import cookie_name
from civic.people.models import Person
from tests.factories import a_person
from tests.factories.meetings import a_meeting
from tests.factories.steering import a_committee, a_member
from tests.site import Site

TURNS = 8
HEADERS = {"sec-fetch-site": "same-origin"}


def _url(site: Site, number: int) -> str:
    return site.urls[number % 2].replace("localhost", "127.0.0.1")


async def _browser(url: str, person: Person) -> httpx2.AsyncClient:
    cookies = {cookie_name(): await people.open_session(person, "tests")}
    return httpx2.AsyncClient(base_url=url, headers=HEADERS, cookies=cookies, timeout=60)


async def test_two_writers_never_lose_a_text(two: Site) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    meeting = await a_meeting(committee, MeetingStatus.RUNNING, secretary=rose)
    item = await Item.filter(meeting_id=meeting.id).order_by("position").first()
    assert item
    path = f"/reunions/{meeting.id}/points/{item.id}/notes"
    codes: list[int] = []

    async def write(number: int, person: Person) -> None:
        async with await _browser(_url(two, number), person) as browser:
            for turn in range(TURNS):
                read = (await Item.get(id=item.id)).notes_version
                text = {"text": f"Texte {turn} de {person.name}", "version": str(read), "auto": "1"}
                codes.append((await browser.post(path, data=text)).status_code)

    await asyncio.gather(write(0, lead), write(1, rose))
    assert set(codes) <= {303, 409}
    kept = {one.text for one in await NotesVersion.filter(item_id=item.id)}
    assert kept == {f"Texte {turn} de {who.name}" for turn in range(TURNS) for who in (lead, rose)}
    numbers = sorted(one.number for one in await NotesVersion.filter(item_id=item.id, number__isnull=False))
    assert numbers == list(range(1, codes.count(303) + 1))
    assert (await Item.get(id=item.id)).notes_version == codes.count(303)


async def test_six_taps_on_one_name_are_one_arrival(two: Site) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    meeting = await a_meeting(committee)
    line = await Attendance.get(meeting_id=meeting.id, person_id=lead.id)

    async def tap(number: int) -> int:
        async with await _browser(_url(two, number), lead) as browser:
            return (await browser.post(f"/reunions/{meeting.id}/presences/{line.id}/arrivee")).status_code

    assert set(await asyncio.gather(*(tap(n) for n in range(6)))) == {303}
    assert await Movement.filter(attendance_id=line.id).count() == 1
