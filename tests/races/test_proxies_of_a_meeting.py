"""The last proxy somebody may carry, asked for by a crowd through two processes; one date kept by two hands."""

from __future__ import annotations

import asyncio

import httpx2

from civic.meetings.attendance import Attendance, Coming
from civic.meetings.dates import DateOption
from civic.meetings.models import MeetingStatus
from civic.people import service as people
from civic.people.middleware import cookie_name
from civic.people.models import Person
from tests.factories import a_person
from tests.factories.convening import a_convened_meeting, a_poll, expected, fresh
from tests.factories.steering import a_committee, a_member
from tests.site import Site

CROWD, MOST = 10, 3
HEADERS = {"sec-fetch-site": "same-origin"}


async def post(url: str, person: Person, path: str, data: dict[str, str]) -> int:
    """One form of hers at one of the processes."""
    cookies = {cookie_name(): await people.open_session(person, "tests")}
    async with httpx2.AsyncClient(base_url=url, headers=HEADERS, cookies=cookies, timeout=60) as browser:
        return (await browser.post(path, data=data)).status_code


async def test_a_crowd_gives_one_person_its_proxies_and_she_never_carries_one_too_many(two: Site) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    crowd = [await a_member(committee, f"Prénom{n} Nom") for n in range(CROWD)]
    meeting = await a_convened_meeting(committee, lead, proxies_most=MOST)
    urls = [two.urls[n % 2].replace("localhost", "127.0.0.1") for n in range(CROWD)]
    said = {"coming": "proxy", "holder_id": str(lead.id)}
    path = f"/reunions/{meeting.id}/reponse"
    done = await asyncio.gather(*(post(url, one, path, said) for url, one in zip(urls, crowd, strict=True)))
    assert sorted(done) == [303] * MOST + [422] * (CROWD - MOST)
    assert (await expected(meeting, lead)).proxies_held == MOST
    assert await Attendance.filter(meeting_id=meeting.id, holder_id=lead.id, coming=Coming.PROXY).count() == MOST


async def test_two_who_give_each_other_their_proxies_make_no_chain(two: Site) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    meeting_of: list[tuple[int, int, Person, Person]] = []
    for n in range(4):
        one, other = await a_member(committee, f"Rose{n} Martin"), await a_member(committee, f"Paul{n} Rey")
        meeting_of.append((n, 0, one, other))
    meeting = await a_convened_meeting(committee, lead, proxies_most=1)
    path, calls = f"/reunions/{meeting.id}/reponse", []
    for _n, _zero, one, other in meeting_of:
        for place, (giver, holder) in enumerate(((one, other), (other, one))):
            url = two.urls[place].replace("localhost", "127.0.0.1")
            calls.append(post(url, giver, path, {"coming": "proxy", "holder_id": str(holder.id)}))
    await asyncio.gather(*calls)
    for _n, _zero, one, other in meeting_of:
        rows = [await expected(meeting, person) for person in (one, other)]
        assert sorted(row.coming is None for row in rows) == [False, True]
        held = {row.person_id: row.proxies_held for row in rows}
        assert sorted(held.values()) == [0, 1]


async def test_one_date_is_kept_and_one_convocation_leaves_whatever_two_hands_do(two: Site) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    await a_member(committee)
    meeting = await a_poll(committee, lead)
    dates = await DateOption.filter(meeting_id=meeting.id).order_by("id")
    urls = [url.replace("localhost", "127.0.0.1") for url in two.urls]
    keep = [f"/reunions/{meeting.id}/dates/{date.id}/retenir" for date in dates]
    assert set(await asyncio.gather(*(post(urls[n % 2], lead, keep[n % 2], {}) for n in range(4)))) == {303}
    kept = await fresh(meeting)
    assert kept.starts_at in {date.starts_at for date in dates}
    assert kept.sequence == meeting.sequence + 1
    convene = f"/reunions/{meeting.id}/convoquer"
    assert set(await asyncio.gather(*(post(urls[n % 2], lead, convene, {}) for n in range(4)))) == {303}
    assert await Attendance.filter(meeting_id=meeting.id).count() == 2
    assert (await fresh(meeting)).status == MeetingStatus.CONVENED
