"""Commitments: who does what until when, once the decision is closed."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.commitments import panels
from civic.commitments.models import Commitment, CommitmentStatus
from civic.committees.models import Committee
from civic.counting.rules import Code
from civic.decisions.models import Decision
from civic.mail.models import OutboxMessage
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.steering import a_committee, a_member, an_open_decision, fresh, says

DONE = {"evidence": "Les trois devis sont là."}
SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def _closed(committee: Committee, lead: Person) -> Decision:
    decision = await an_open_decision(committee, lead)
    await says(lead, decision, Code.AGREE)
    clock.travel(timedelta(days=3, seconds=1))
    await jobs.run_due()
    return await fresh(decision)


def _promise(**more: str) -> dict[str, str]:
    day = clock.today() + timedelta(days=10)
    return {"what": "Demander trois devis d’assurance", "due_on": day.isoformat(), **more}


async def test_a_member_commits_herself_once_and_says_when_it_is_done(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await _closed(committee, lead)
    hers = await sign_in(rose)
    for _ in range(2):
        answer = await hers.submit(f"/decisions/{decision.id}/engagements", _promise())
        assert answer.status_code == 303
    made = await Commitment.get()
    assert made.person_id == rose.id
    assert "Demander trois devis" in (await client.get(f"/comites/{committee.slug}")).text
    assert [todo.text for todo in await panels.person_todos(rose)] == ["Demander trois devis d’assurance"]
    for _ in range(2):
        assert (await hers.submit(f"/engagements/{made.id}/fait", DONE)).status_code == 303
    assert await panels.person_todos(rose) == []
    assert (await Commitment.get()).kept_at is not None


async def test_an_overdue_commitment_is_visible_to_everybody(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    decision = await _closed(committee, lead)
    await (await sign_in(lead)).submit(f"/decisions/{decision.id}/engagements", _promise())
    made = await Commitment.get()
    assert "en retard" not in (await client.get(f"/decisions/{decision.id}")).text
    await Commitment.filter(id=made.id).update(due_on=clock.today() - timedelta(days=3))
    for path in (f"/decisions/{decision.id}", f"/comites/{committee.slug}"):
        assert "en retard de 3 jours" in (await client.get(path)).text


async def test_who_runs_the_committee_commits_a_member_who_is_told(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, stranger = await a_member(committee), await a_person("Nadia Faure")
    decision = await _closed(committee, lead)
    mine, path = await sign_in(lead), f"/decisions/{decision.id}/engagements"
    assert (await mine.submit(path, _promise(person_id=str(stranger.id)))).status_code == 422
    assert (await mine.submit(path, _promise(person_id=str(rose.id)))).status_code == 303
    await jobs.run_due()
    assert await OutboxMessage.filter(to=rose.email, subject__contains="On vous propose").count() == 1
    made = await Commitment.get()
    assert made.is_proposed
    page = await (await sign_in(rose)).get(f"/engagements/{made.id}")
    assert "Je m’en charge" in page.text
    for _ in range(2):
        assert (await (await sign_in(rose)).submit(f"/engagements/{made.id}/repondre", {"answer": "yes"})).status_code == 303
    assert (await Commitment.get()).status == CommitmentStatus.OPEN
    await jobs.run_due()
    assert await OutboxMessage.filter(to=lead.email, subject__contains="s’en charge").count() == 1


@pytest.mark.one_engine
async def test_nobody_commits_another_member_or_keeps_her_promise(client: Client, sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, odile = await a_member(committee), await a_member(committee, "Odile Perrin")
    decision = await _closed(committee, lead)
    path = f"/decisions/{decision.id}/engagements"
    odiles, strangers = await sign_in(odile), await sign_in(await a_person("Nadia Faure"))
    assert (await odiles.submit(path, _promise(person_id=str(rose.id)))).status_code == 403
    assert (await strangers.submit(path, _promise())).status_code == 403
    assert (await client.submit(path, _promise())).headers["location"].startswith("/connexion")
    assert not await Commitment.all().count()
    assert (await (await sign_in(rose)).submit(path, _promise())).status_code == 303
    made = await Commitment.get()
    for refused in (odiles, strangers):
        assert (await refused.submit(f"/engagements/{made.id}/fait", DONE)).status_code == 403
    assert (await (await sign_in(lead)).submit(f"/engagements/{made.id}/fait", DONE)).status_code == 303


@pytest.mark.one_engine
async def test_a_commitment_comes_after_the_decision_and_before_its_day(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    running = await an_open_decision(committee, lead)
    mine = await sign_in(lead)
    assert (await mine.submit(f"/decisions/{running.id}/engagements", _promise())).status_code == 409
    decision = await _closed(committee, lead)
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    refused = await mine.submit(f"/decisions/{decision.id}/engagements", _promise(due_on=yesterday))
    assert refused.status_code == 422
    assert "un jour à venir" in refused.text
    assert (await mine.submit(f"/decisions/{decision.id}/engagements", _promise())).status_code == 303
