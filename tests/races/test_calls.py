"""Coordinators of eight initiatives call the same few people through two processes: each is asked once."""

from __future__ import annotations

import asyncio

import httpx2

from civic import jobs
from civic.mail.models import OutboxMessage
from civic.people import service as people
from civic.people.middleware import cookie_name
from civic.people.models import Person
from tests.factories.volunteering import a_lead
from tests.site import Site
from tests.volunteering.test_calls import a_lacking_shift, a_volunteer, path_of
from volunteering.calls.models import RescueCall
from volunteering.shifts.models import Shift

INITIATIVES = 8


async def call(url: str, lead: Person, shift: Shift, wanted: list[int]) -> int:
    """A coordinator sends her call at one of the processes."""
    headers = {"sec-fetch-site": "same-origin"}
    cookies = {cookie_name(): await people.open_session(lead, "tests")}
    async with httpx2.AsyncClient(base_url=url, headers=headers, cookies=cookies, timeout=60) as browser:
        return (await browser.post(path_of(shift), data={"person": wanted})).status_code


async def test_the_same_people_called_by_eight_initiatives_at_once_are_each_asked_once(two: Site) -> None:
    few = [await a_volunteer(f"Prénom{n} Nom") for n in range(3)]
    leads = [await a_lead(f"Porteuse {n}") for n in range(INITIATIVES)]
    shifts = [await a_lacking_shift(lead) for lead in leads]
    wanted = [person.id for person in few]
    answers = await asyncio.gather(*(
        call(two.urls[n % 2].replace("localhost", "127.0.0.1"), lead, shift, wanted)
        for n, (lead, shift) in enumerate(zip(leads, shifts, strict=True))
    ))  # fmt: skip
    assert set(answers) <= {303, 422}, answers
    asked = await RescueCall.all().values_list("person_id", flat=True)
    assert sorted(int(str(one)) for one in asked) == sorted(wanted)
    await jobs.run_due(schedules=False)
    assert await OutboxMessage.filter(subject__startswith="Pouvez-vous").count() == len(few)
