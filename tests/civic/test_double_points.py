"""A point of the agenda sent twice by a double click stands there once, whoever sends it."""

import asyncio
from collections.abc import Awaitable, Callable

from civic.assemblies.models import Resolution
from civic.meetings.models import Item, Proposal
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.assemblies import a_general_assembly, an_assembly
from tests.factories.convening import a_prepared_meeting
from tests.factories.steering import a_committee, a_member

SignIn = Callable[[Person], Awaitable[Client]]
POINT = {"title": "L’assureur de la navette", "kind": "discussion", "minutes": "20", "explanation": "Deux devis."}


async def test_a_point_sent_twice_is_one_and_another_one_is_two(app: object, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    meeting = await a_prepared_meeting(await a_committee(lead), lead)
    browser, before = await sign_in(lead), await Item.filter(meeting_id=meeting.id).count()
    path = f"/reunions/{meeting.id}/points"
    done = await asyncio.gather(*(browser.submit(path, POINT) for _ in range(3)))
    assert [one.status_code for one in done] == [303] * 3
    assert await Item.filter(meeting_id=meeting.id).count() == before + 1
    await browser.submit(path, POINT | {"minutes": "30"})
    await browser.submit(path, POINT)
    assert await Item.filter(meeting_id=meeting.id).count() == before + 3, "the same words later are another point"


async def test_a_proposed_point_sent_twice_is_one(app: object, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    meeting, hers = await a_prepared_meeting(committee, lead), await sign_in(await a_member(committee))
    path = f"/reunions/{meeting.id}/propositions"
    done = await asyncio.gather(*(hers.submit(path, POINT) for _ in range(3)))
    assert [one.status_code for one in done] == [303] * 3
    assert await Proposal.all().count() == 1


async def test_a_resolution_sent_twice_is_one(app: object, sign_in: SignIn) -> None:
    body, _people, animator = await a_general_assembly(3)
    assembly = await an_assembly(body, animator)
    browser, path = await sign_in(animator), f"/reunions/{assembly.meeting_id}/assemblee/ajouter/resolution"
    sent = {"title": "La cotisation", "wording": "L’assemblée fixe la cotisation à 15 euros.", "minutes": "10",
            "majority": "half", "casting": "hands"}  # fmt: skip
    done = await asyncio.gather(*(browser.submit(path, sent) for _ in range(3)))
    assert [one.status_code for one in done] == [303] * 3
    assert await Resolution.all().count() == 1
