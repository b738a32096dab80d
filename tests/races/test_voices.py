"""One voice wanted by many, through two processes: one answer stands, and nobody carries more than the cap."""

from __future__ import annotations

import asyncio

import httpx2

from civic.counting.rules import Method
from civic.decisions.models import Decision, Elector, Proxy, Stance
from civic.people import service as people
from civic.people.middleware import cookie_name
from civic.people.models import Person
from tests.factories import a_person
from tests.factories.steering import a_committee, a_member, an_open_decision, fresh
from tests.site import Site

HEADERS = {"sec-fetch-site": "same-origin"}
CROWD, CAP = 8, 2


async def send(url: str, person: Person, path: str, data: dict[str, str]) -> int:
    """Somebody sends a form to one of the processes."""
    cookies = {cookie_name(): await people.open_session(person, "tests")}
    async with httpx2.AsyncClient(base_url=url, headers=HEADERS, cookies=cookies, timeout=60) as browser:
        return (await browser.post(path, data=data)).status_code


async def test_a_crowd_hands_over_its_voices_and_holder_and_giver_answer_at_once(two: Site) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    crowd = [await a_member(committee, f"Prénom{n} Nom") for n in range(CROWD)]
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY, proxies_most=CAP)
    urls = [url.replace("localhost", "127.0.0.1") for url in two.urls]
    path = f"/decisions/{decision.id}"
    given = [
        send(urls[n % 2], one, f"{path}/procuration", {"holder": str(lead.id)}) for n, one in enumerate(crowd)
    ]  # fmt: skip
    assert sorted(await asyncio.gather(*given)) == [303] * CAP + [422] * (CROWD - CAP)
    assert (await Elector.get(decision_id=decision.id, person_id=lead.id)).proxies_held == CAP
    proxy = await Proxy.filter(decision_id=decision.id).select_related("giver", "giver__person").first()
    assert proxy is not None
    await _answer_at_once(urls, path, decision, lead, proxy)


async def _answer_at_once(urls: list[str], path: str, decision: Decision, holder: Person, proxy: Proxy) -> None:
    for_her = {"option": "no", "reason": "", "pour": str(proxy.giver_id)}
    hands = [send(urls[n % 2], holder, f"{path}/position", for_her) for n in range(4)]
    hers = send(urls[1], proxy.giver.person, f"{path}/position", {"option": "yes", "reason": ""})
    done = await asyncio.gather(*hands, hers)
    assert done[-1] == 303
    assert set(done[:-1]) <= {303, 403}
    current = await Stance.get(decision_id=decision.id, superseded_at__isnull=True)
    assert (current.person_id, current.spoken_by_id) == (proxy.giver.person_id, None)
    assert (await fresh(decision)).answers_count == 1
