"""Moving a closing at the very second it comes, through two processes: exactly one of the two happens."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx2
import pytest

from civic import clock
from civic.counting.rules import Code
from civic.decisions import closing
from civic.decisions.models import Decision, DecisionStatus, Stance
from civic.people import service as people
from civic.people.middleware import cookie_name
from civic.people.models import Person
from civic.proposals.models import Revision
from tests.factories import a_person
from tests.factories.proposals import TEXT, integrates
from tests.factories.steering import a_committee, a_member, an_open_decision, says
from tests.site import Site

HEADERS = {"sec-fetch-site": "same-origin"}


async def _sends(site: Site, n: int, person: Person, path: str, data: dict[str, str]) -> int:
    """Somebody sends a form to one of the processes."""
    cookies = {cookie_name(): await people.open_session(person, "tests")}
    url = site.urls[n % 2].replace("localhost", "127.0.0.1")
    async with httpx2.AsyncClient(base_url=url, headers=HEADERS, cookies=cookies, timeout=60) as browser:
        return (await browser.post(path, data=data)).status_code


async def _objected(lead: Person) -> tuple[Decision, list[Stance]]:
    """A question with two open objections."""
    committee = await a_committee(lead)
    members = [await a_member(committee, "Rose Martin"), await a_member(committee, "Odile Perrin")]
    decision = await an_open_decision(committee, lead, explanation=TEXT)
    for person in members:
        await says(person, decision, Code.OBJECT, "Trop cher, et trop long.")
    return decision, await Stance.filter(decision_id=decision.id).order_by("id")


@pytest.mark.parametrize("ahead_ms", [60, 250])
async def test_a_closing_is_moved_or_comes_but_never_both(two: Site, ahead_ms: int) -> None:
    lead = await a_person("Sélim Laurent")
    decision, (stance, _other) = await _objected(lead)
    await integrates(lead, decision, stance, "Moins cher.")
    ends = clock.now() + timedelta(milliseconds=ahead_ms)
    await Decision.filter(id=decision.id).update(closes_at=ends)
    later = clock.local(clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    sent = {"closes_at": later, "reason": "Le temps de relire."}

    async def close_it() -> bool:
        done = False
        for _ in range(40):
            done = await closing.close(decision.id) or done
            await asyncio.sleep(0.02)
        return done

    path = f"/decisions/{decision.id}/cloture"
    closed, *answers = await asyncio.gather(close_it(), *(_sends(two, n, lead, path, sent) for n in range(4)))
    after = await Decision.get(id=decision.id)
    moved = after.first_closes_at is not None
    assert moved != closed
    assert answers.count(303) == (1 if moved else 0)
    assert after.status == (DecisionStatus.OPEN if moved else DecisionStatus.CLOSED)
    assert after.closes_at > clock.now() if moved else after.closes_at == after.closed_at


async def test_two_who_run_a_committee_rewrite_a_text_and_no_word_is_lost(two: Site) -> None:
    lead = await a_person("Sélim Laurent")
    decision, (stance, second) = await _objected(lead)
    forms = [
        (f"/decisions/{decision.id}/objections/{one.id}", {"integration": "Il change.", "text": text, "version": "0"})
        for one, text in ((stance, "Moins cher."), (second, "Moins long."))
    ]
    done = await asyncio.gather(*(_sends(two, n, lead, path, sent) for n, (path, sent) in enumerate(forms)))
    assert sorted(done) == [303, 422]
    (revision,) = await Revision.filter(decision_id=decision.id)
    assert revision.after == (await Decision.get(id=decision.id)).explanation
    assert await Stance.filter(decision_id=decision.id, integrated_at__isnull=False).count() == 1
