"""Who takes a seat while the convocation is being sent is convened: the sheet is read once the meeting is taken."""

from __future__ import annotations

import asyncio

import httpx2
from tortoise.expressions import F

from civic.database import transaction
from civic.meetings.attendance import Attendance
from civic.meetings.models import Meeting, MeetingStatus
from civic.people import service as people
from civic.people.middleware import cookie_name
from tests.factories import a_person
from tests.factories.convening import a_prepared_meeting
from tests.factories.steering import a_committee, seat
from tests.site import Site

HEADERS = {"sec-fetch-site": "same-origin"}
ON_ITS_WAY_SECONDS = 2


async def test_who_takes_a_seat_before_the_convocation_leaves_is_convened(two: Site) -> None:
    lead, rose = await a_person("Sélim Laurent"), await a_person("Rose Martin")
    committee = await a_committee(lead)
    meeting = await a_prepared_meeting(committee, lead)
    cookies = {cookie_name(): await people.open_session(lead, "tests")}
    url = two.urls[0].replace("localhost", "127.0.0.1")
    async with httpx2.AsyncClient(base_url=url, headers=HEADERS, cookies=cookies, timeout=60) as browser:
        await browser.get("/")
        async with transaction():
            await Meeting.filter(id=meeting.id).update(version=F("version") + 1)
            sent = asyncio.create_task(browser.post(f"/reunions/{meeting.id}/convoquer"))
            await asyncio.sleep(ON_ITS_WAY_SECONDS)  # it waits for the meeting now
            assert not sent.done()
            await seat(committee, rose)
        assert (await sent).status_code == 303
    found = await Meeting.get(id=meeting.id)
    rows = await Attendance.filter(meeting_id=meeting.id)
    assert found.status == MeetingStatus.CONVENED
    assert {row.person_id for row in rows} == {lead.id, rose.id}
    assert found.expected == 2
