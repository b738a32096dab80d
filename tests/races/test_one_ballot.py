"""A secret vote from many tabs, through two processes: one ballot in the box, and who votes while it closes is counted
or told no, never lost."""

from __future__ import annotations

import asyncio

import httpx2

from civic import clock
from civic.ballots import codes
from civic.ballots.models import CountedBallot, SealedBallot
from civic.counting.rules import Method
from civic.decisions import closing
from civic.decisions.models import Decision, Elector
from civic.people import service as people
from civic.people.middleware import cookie_name
from civic.people.models import Person
from civic.settings import settings
from tests.factories import a_person
from tests.factories.steering import a_committee, a_member, an_open_decision
from tests.site import Site

HEADERS = {"sec-fetch-site": "same-origin"}


async def _vote(url: str, decision: Decision, person: Person, option: str, code: str) -> int:
    cookies = {cookie_name(): await people.open_session(person, "tests")}
    async with httpx2.AsyncClient(base_url=url, headers=HEADERS, cookies=cookies, timeout=60) as browser:
        sent = await browser.post(f"/decisions/{decision.id}/isoloir", data={"option": option, "code": code})
        return sent.status_code


async def _secret(members: int) -> tuple[Decision, list[Person]]:
    committee = await a_committee(await a_person("Sélim Laurent"))
    crowd = [await a_member(committee, f"Prénom{n} Nom") for n in range(members)]
    lead = await a_person("Anne-Marie Lopez")
    return await an_open_decision(committee, lead, method=Method.MAJORITY, secret=True), crowd


async def test_of_two_votes_of_one_elector_exactly_one_is_in_the_box(two: Site) -> None:
    decision, (rose,) = await _secret(1)
    urls = [two.urls[n % 2].replace("localhost", "127.0.0.1") for n in range(8)]
    wanted = [("yes" if n % 2 else "no", codes.new()) for n in range(8)]
    done = await asyncio.gather(*(_vote(url, decision, rose, *one) for url, one in zip(urls, wanted, strict=True)))
    assert sorted(done) == [303] + [409] * 7
    (kept,) = await SealedBallot.filter(decision_id=decision.id)
    _option, code = wanted[done.index(303)]
    assert kept.code_hash == codes.hash_of(decision.id, code)
    assert (await Decision.get(id=decision.id)).answers_count == 1


async def test_votes_that_meet_the_closing_are_counted_or_refused(two: Site) -> None:
    decision, crowd = await _secret(10)
    urls = [two.urls[n % 2].replace("localhost", "127.0.0.1") for n in range(10)]

    async def close() -> bool:
        await asyncio.sleep(0.15)
        await Decision.filter(id=decision.id).update(closes_at=clock.now())
        return await closing.close(decision.id)

    casting = [_vote(url, decision, one, "yes", codes.new()) for url, one in zip(urls, crowd, strict=True)]
    *done, closed = await asyncio.gather(*casting, close())
    assert closed
    assert set(done) <= {303, 409}
    taken, after = done.count(303), await Decision.get(id=decision.id)
    assert after.answers_count == taken == await Elector.filter(answered_at__isnull=False).count()
    assert await SealedBallot.all().count() == 0
    assert await CountedBallot.all().count() == (taken if taken >= 5 else 0)
    assert settings().data.is_dir()
