"""Two coordinators at two doors, each on a server process of her own: everybody is counted once, nobody is lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx2

from civic import clock
from civic.people import service as people
from civic.people.models import Person
from tests.factories import a_person
from tests.factories.volunteering import a_lead, a_mission, a_signup, the_shift
from tests.site import Site
from volunteering.shifts.models import Shift
from volunteering.signups import tallies
from volunteering.signups.models import Signup

COMING = 8


async def test_two_coordinators_note_the_same_arrivals_and_each_counts_once(two: Site) -> None:
    lead = await a_lead()
    shift = await the_shift(await a_mission(lead=lead, places=COMING - 2))
    rows = [await a_signup(shift, await a_person(f"Personne {number}")) for number in range(COMING)]
    started = clock.now() - timedelta(minutes=20)
    await Shift.filter(id=shift.id).update(starts_at=started, ends_at=started + timedelta(hours=3))
    secret, path = await people.open_session(lead, "essai"), f"/missions/{shift.mission.slug}/creneaux/{shift.id}"

    async def note(site: str) -> list[int]:
        async with httpx2.AsyncClient(
            base_url=site, timeout=60, cookies={"session": secret}, headers={"sec-fetch-site": "same-origin"}
        ) as phone:
            sent = [phone.post(f"{path}/arrivees/{row.id}") for row in rows]
            walk_in = {"cle": "la-cle-du-formulaire", "name": "Marcel Guichard", "party": "2"}
            sheet = {"cle": "la-cle-de-la-feuille", "who_1": rows[0].code, "who_2": "Marie Roux", "new_2": "1"}
            sent += [phone.post(f"{path}/venues", data=walk_in), phone.post(f"{path}/feuille", data=sheet)]
            return [answer.status_code for answer in await asyncio.gather(*sent)]

    answers = await asyncio.gather(*(note(url.replace("localhost", "127.0.0.1")) for url in two.urls))
    assert {status for one in answers for status in one} == {303}, answers
    found = await Signup.filter(shift_id=shift.id)
    assert {row.status.value for row in found} == {"attended"}
    assert len(found) == COMING + 2
    assert await Person.filter(name="Marcel Guichard").count() == 1
    after = await Shift.get(id=shift.id)
    assert (after.taken, after.waiting) == (COMING + 3, 0)
    assert await tallies.verifications() == []
