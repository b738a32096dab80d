"""The last seats of a committee under a crowd, through two processes: never one too many."""

from __future__ import annotations

import asyncio

import httpx2

from civic.committees.joining import Invitation
from civic.committees.models import College, Committee, Seat
from civic.people import service as people
from civic.people.middleware import cookie_name
from civic.people.models import Person
from tests.factories import a_person
from tests.factories.steering import a_committee, an_invitation
from tests.site import Site

CROWD, PLACES = 16, 3
HEADERS = {"sec-fetch-site": "same-origin"}


async def take(url: str, committee: Committee, person: Person) -> int:
    """Somebody takes a seat at one of the processes."""
    cookies = {cookie_name(): await people.open_session(person, "tests")}
    async with httpx2.AsyncClient(base_url=url, headers=HEADERS, cookies=cookies, timeout=60) as browser:
        answer = await browser.post(f"/comites/{committee.slug}/rejoindre", data={"college": "residents"})
        return answer.status_code


async def test_a_crowd_takes_the_last_seats_and_nobody_is_one_too_many(two: Site) -> None:
    committee = await a_committee(await a_person("Sélim Laurent"), joining="open", residents=PLACES + 1)
    crowd = [await a_person(f"Prénom{n} Nom") for n in range(CROWD)]
    urls = [two.urls[n % 2].replace("localhost", "127.0.0.1") for n in range(CROWD)]
    done = await asyncio.gather(*(take(url, committee, one) for url, one in zip(urls, crowd, strict=True)))
    assert sorted(done) == [303] * PLACES + [422] * (CROWD - PLACES)
    assert await Seat.filter(committee_id=committee.id, ended_at__isnull=True).count() == PLACES + 1
    assert (await College.get(committee_id=committee.id, kind="residents")).taken == PLACES + 1
    after = await Committee.get(id=committee.id)
    assert (after.seated, after.free) == (PLACES + 1, 0)


async def test_two_taps_on_one_invitation_make_one_seat(two: Site) -> None:
    from civic.committees.invitations import token_of

    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    invitation: Invitation = await an_invitation(committee, lead)
    path = f"/invitations/{token_of(invitation)}/accepter"

    async def tap(url: str) -> int:
        async with httpx2.AsyncClient(base_url=url, headers=HEADERS, timeout=60) as phone:
            return (await phone.post(path, data={"name": "Adèle Fournier"})).status_code

    taps = [tap(two.urls[n % 2].replace("localhost", "127.0.0.1")) for n in range(6)]
    assert set(await asyncio.gather(*taps)) == {303}
    assert await Seat.filter(committee_id=committee.id).count() == 2
    assert await Person.filter(email="adele@exemple.fr").count() == 1
