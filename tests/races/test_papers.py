"""A paper ballot and an answer on the screen at the same instant, through two processes: exactly one of them wins."""

from __future__ import annotations

import asyncio

import httpx2

from civic.committees.models import Seat
from civic.counting.rules import Method
from civic.decisions import paper
from civic.decisions.models import Decision, Elector, Stance
from civic.people import service as people
from civic.people.actor import Actor
from civic.people.middleware import cookie_name
from civic.people.models import Person
from civic.polling.models import Reading
from tests.factories import a_person
from tests.factories.steering import a_committee, a_member, an_open_decision
from tests.site import Site

HEADERS = {"sec-fetch-site": "same-origin"}
VOTERS = 6


async def post(url: str, person: Person, path: str, data: dict[str, str]) -> int:
    cookies = {cookie_name(): await people.open_session(person, "tests")}
    async with httpx2.AsyncClient(base_url=url, headers=HEADERS, cookies=cookies, timeout=60) as browser:
        return (await browser.post(path, data=data)).status_code


def _urls(two: Site) -> list[str]:
    return [url.replace("localhost", "127.0.0.1") for url in two.urls]


async def test_a_paper_and_an_answer_on_the_screen_are_never_both(two: Site) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    voters = [await a_member(committee, f"Prénom{n} Nom") for n in range(VOTERS)]
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY)
    electors = {one.person_id: one.id for one in await Elector.filter(decision_id=decision.id)}
    here, there = _urls(two)
    station, answers = f"/decisions/{decision.id}/bureau", f"/decisions/{decision.id}/position"

    async def both(voter: Person, first: str, second: str) -> tuple[int, int]:
        handed, answered = await asyncio.gather(
            post(first, lead, f"{station}/{electors[voter.id]}/remettre", {}),
            post(second, voter, answers, {"option": "yes"}),
        )
        return handed, answered

    done = await asyncio.gather(*(both(one, *((here, there) if n % 2 else (there, here))) for n, one in enumerate(voters)))
    assert all(sorted(pair) == [303, 409] for pair in done), done
    for voter, (handed, _answered) in zip(voters, done, strict=True):
        elector = await Elector.get(id=electors[voter.id])
        assert (elector.on_paper_at is not None) == (handed == 303)
        assert (elector.answered_at is None) == (handed == 303)
        stances = await Stance.filter(decision_id=decision.id, person_id=voter.id).count()
        assert stances == (0 if handed == 303 else 1)
    assert (await Decision.get(id=decision.id)).answers_count == sum(answered == 303 for _handed, answered in done)


async def test_two_persons_who_type_at_the_same_instant_make_one_voice(two: Site) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    paule, odette = await a_member(committee, "Paule Girard"), await a_member(committee, "Odette Berger")
    await Seat.filter(committee_id=committee.id, person_id=paule.id).update(is_facilitator=True)
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY)
    elector = await Elector.get(decision_id=decision.id, person_id=odette.id)
    await paper.hand_out(Actor(lead), decision, elector.id)
    path = f"/decisions/{decision.id}/bureau/{elector.id}/saisir"
    turns = [(url, person) for url, person in zip(_urls(two) * 2, (lead, paule, paule, lead), strict=True)]
    done = await asyncio.gather(*(post(url, person, path, {"option": "no"}) for url, person in turns))
    assert set(done) <= {303, 409}  # who comes after both agreed is told that it counts
    assert done.count(303) >= 2
    assert await Stance.filter(decision_id=decision.id).count() == 1
    assert await Reading.all().count() == 0
    assert (await Decision.get(id=decision.id)).answers_count == 1
