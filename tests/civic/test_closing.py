"""Closing: at the exact moment, once, whatever runs beside it; objections, quorum, the one nudge."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError

from civic import clock, jobs
from civic.counting.rules import Code, Method, Verdict
from civic.decisions import closing
from civic.decisions.models import Decision, DecisionStatus, Stance
from civic.errors import DomainError
from civic.jobs.models import Job
from civic.mail.models import OutboxMessage
from civic.needs.models import Need
from civic.people.models import Person
from civic.settings import ROOT
from tests.client import Client
from tests.engines import Database
from tests.factories import a_person
from tests.factories.steering import a_committee, a_member, an_open_decision, fresh, says

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


def _after_closing() -> None:
    clock.travel(timedelta(days=3, seconds=1))


async def test_two_workers_close_once_and_at_the_exact_moment(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await an_open_decision(committee, lead)
    await says(rose, decision, Code.AGREE)
    assert not await closing.close(decision.id)  # not yet due
    _after_closing()
    closed = await asyncio.gather(*[closing.close(decision.id) for _ in range(4)])
    assert sorted(closed) == [False, False, False, True]
    await asyncio.gather(jobs.run_due(), jobs.run_due())
    done = await fresh(decision)
    assert (done.status, done.verdict, done.closed_at) == (
        DecisionStatus.CLOSED,
        Verdict.ADOPTED,
        done.closes_at,
    )
    assert await Job.filter(name="decision_closed").count() == 1
    assert await OutboxMessage.filter(subject__contains="Résultat").count() == 2
    assert not (await Need.get(source=f"decision:{decision.id}")).open
    with pytest.raises(IntegrityError):
        await Decision.filter(id=decision.id).update(verdict=Verdict.REJECTED)


WORKER = """
import asyncio, sys
from datetime import timedelta
from app import create_app
from civic import clock, database, jobs

async def work() -> None:
    create_app(with_worker=False)
    await database.connect(sys.argv[1], check_schema=False)
    clock.travel(timedelta(days=3, seconds=1))
    for _ in range(5):
        await jobs.run_due(schedules=False)
    await database.disconnect()

asyncio.run(work())
"""


async def test_two_worker_processes_close_once(database: Database, app: object, tmp_path: Path) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decisions = [await an_open_decision(committee, lead) for _ in range(4)]
    for decision in decisions:
        await says(rose, decision, Code.AGREE)
    environment = {**os.environ, "CIVIC_ENV": "test", "DATA": str(tmp_path), "CIVIC_SECRET_KEY": "t" * 40}
    workers = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, database.url, cwd=ROOT, env=environment)
        for _ in range(2)
    ]
    assert [await worker.wait() for worker in workers] == [0, 0]
    assert {(await fresh(decision)).verdict for decision in decisions} == {Verdict.ADOPTED}
    assert await Job.filter(name="decision_closed").count() == len(decisions)
    assert await OutboxMessage.filter(subject__contains="Résultat").count() == 2 * len(decisions)


async def test_an_answer_after_the_moment_is_refused_even_when_the_job_is_late(sign_in: SignIn) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    decision = await an_open_decision(committee, lead)
    hers, path = await sign_in(rose), f"/decisions/{decision.id}"
    clock.travel(timedelta(days=3, seconds=-30))
    assert (await hers.submit(f"{path}/position", {"option": "agree"})).status_code == 303
    _after_closing()
    assert (await fresh(decision)).status == DecisionStatus.OPEN
    assert (await hers.submit(f"{path}/position", {"option": "object", "reason": "Trop tard"})).status_code == 409
    assert "Donner ma voix" not in (await hers.get(path)).text
    await jobs.run_due()
    assert (await hers.submit(f"{path}/position", {"option": "object", "reason": "Trop tard"})).status_code == 409
    assert (await fresh(decision)).verdict == Verdict.ADOPTED


async def test_answers_and_the_closing_at_the_same_instant_never_disagree(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    members = [lead, *[await a_member(committee, f"Membre {n}") for n in "abcd"]]
    decision = await an_open_decision(committee, lead)
    due = decision.closes_at - clock.now()
    clock.travel(due - timedelta(milliseconds=40))

    async def answer_until_refused(person: Person) -> int:
        for n in range(200):
            try:
                await says(person, decision, Code.AGREE, f"réponse {n}")
            except DomainError:
                return n
        return 200

    async def close_when_due() -> None:
        await asyncio.sleep(0.04)
        while not await closing.close(decision.id):
            pass

    await asyncio.gather(close_when_due(), *[answer_until_refused(person) for person in members])
    done = await fresh(decision)
    voted = await Stance.filter(decision_id=decision.id, superseded_at__isnull=True).count()
    assert done.tally is not None
    assert done.tally["agree"] == voted == done.answers_count
    assert not await Stance.filter(decision_id=decision.id, at__gte=done.closes_at).exists()


async def test_an_objection_blocks_until_its_author_withdraws_it(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    blocked, freed = await an_open_decision(committee, lead), await an_open_decision(committee, lead)
    for decision in (blocked, freed):
        await says(lead, decision, Code.AGREE)
        await says(rose, decision, Code.OBJECT, "Le car scolaire passe là.")
    await says(rose, freed, Code.ASIDE)
    _after_closing()
    await jobs.run_due()
    assert (await fresh(blocked)).verdict == Verdict.OBJECTED
    assert (await fresh(freed)).verdict == Verdict.ADOPTED


async def test_an_integrated_objection_blocks_no_more_unless_its_author_objects_again(
    sign_in: SignIn,
) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose = await a_member(committee)
    mine = await sign_in(lead)
    met, unmet = await an_open_decision(committee, lead), await an_open_decision(committee, lead)
    for decision in (met, unmet):
        await says(lead, decision, Code.AGREE)
        await says(rose, decision, Code.OBJECT, "Le car scolaire passe là.")
        stance = await Stance.get(decision_id=decision.id, person_id=rose.id)
        path = f"/decisions/{decision.id}/objections/{stance.id}"
        assert (await mine.submit(path, {"integration": ""})).status_code == 422
        for _ in range(2):
            answer = await mine.submit(path, {"integration": "La navette passe dix minutes après le car.", "text": "Après le car."})
            assert answer.status_code == 303
    await says(rose, unmet, Code.OBJECT, "Le car scolaire passe là.")
    assert "dix minutes après le car" in (await mine.get(f"/decisions/{met.id}")).text
    await jobs.run_due()
    assert await OutboxMessage.filter(to=rose.email, subject__contains="objection").count() == 2
    _after_closing()
    await jobs.run_due()
    assert (await fresh(met)).verdict == Verdict.ADOPTED
    assert (await fresh(unmet)).verdict == Verdict.OBJECTED


@pytest.mark.parametrize(("answers", "verdict"), [(1, Verdict.NO_QUORUM), (2, Verdict.ADOPTED)])
async def test_the_quorum_is_met_exactly_or_missed_by_one(
    database: object, app: object, answers: int, verdict: Verdict
) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    members = [lead, await a_member(committee, "Rose M"), await a_member(committee, "Odile P")]
    decision = await an_open_decision(committee, lead, method=Method.MAJORITY, quorum_percent=50)
    for person in members[:answers]:
        await says(person, decision, Code.YES)
    _after_closing()
    await jobs.run_due()
    assert (await fresh(decision)).verdict == verdict


async def test_one_nudge_a_day_before_to_who_has_not_answered(database: object, app: object) -> None:
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, odile = await a_member(committee, "Rose Martin"), await a_member(committee, "Odile Perrin")
    decision = await an_open_decision(committee, lead)
    await says(lead, decision, Code.AGREE)
    clock.travel(timedelta(days=2, seconds=-60))
    await jobs.run_due()
    nudges = OutboxMessage.filter(subject__contains="Plus qu’un jour")
    assert await nudges.count() == 0
    clock.travel(timedelta(days=2, seconds=1))
    for _ in range(2):
        await asyncio.gather(jobs.run_due(), jobs.run_due())
    assert sorted([message.to for message in await nudges]) == sorted([rose.email, odile.email])
    assert "La navette" not in decision.question
    short = await an_open_decision(committee, lead, closes_at=clock.now() + timedelta(hours=5))
    assert not await Job.filter(name="decision_nudge_due", key=f"decision-{short.id}").exists()
