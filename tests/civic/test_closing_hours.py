"""Closing in the nights when the clocks change: one moment, the same for the page, the voters and both workers."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from civic import clock, jobs
from civic.activity.models import Activity
from civic.counting.rules import Code, Verdict
from civic.decisions.models import Decision, DecisionStatus
from civic.mail.models import OutboxMessage
from civic.people.models import Person
from tests.client import Client
from tests.factories import a_person
from tests.factories.steering import a_committee, a_member, fresh
from tests.mailbox import plain

SignIn = Callable[[Person], Awaitable[Client]]


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


def _until(moment: datetime, *, seconds: float) -> None:
    """It is so many seconds before the moment (after it when negative)."""
    clock.travel(moment - timedelta(seconds=seconds) - datetime.now(UTC))


@pytest.mark.parametrize(
    ("written", "moment", "shown"),
    [
        ("2027-03-28T02:30", datetime(2027, 3, 28, 1, 30, tzinfo=UTC), "3 h 30"),  # an hour that is skipped
        ("2027-03-28T03:30", datetime(2027, 3, 28, 1, 30, tzinfo=UTC), "3 h 30"),
        ("2027-10-31T02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "2 h 30"),  # an hour that comes twice
        ("2027-10-31T03:30", datetime(2027, 10, 31, 2, 30, tzinfo=UTC), "3 h 30"),
    ],
)
async def test_a_decision_that_ends_in_a_night_of_change_ends_once_at_its_moment(
    sign_in: SignIn, written: str, moment: datetime, shown: str
) -> None:
    _until(moment, seconds=3 * 24 * 3600)
    lead = await a_person("Sélim Laurent")
    committee = await a_committee(lead)
    rose, odile = await a_member(committee, "Rose Martin"), await a_member(committee, "Odile Perrin")
    mine, hers = await sign_in(lead), await sign_in(rose)
    form = {"question": "La navette s’arrête à l’étang", "method": "consent", "closes_at": written, "cle": "clef-de-la-nuit"}
    assert (await mine.submit(f"/comites/{committee.slug}/decisions/nouvelle", form)).status_code == 303
    decision = await Decision.get()
    path = f"/decisions/{decision.id}"
    assert (await mine.submit(f"{path}/ouvrir")).status_code == 303
    assert (await fresh(decision)).closes_at == moment
    assert shown in plain((await hers.get(path)).text)
    nudges = OutboxMessage.filter(subject__contains="Plus qu’un jour")
    _until(moment, seconds=24 * 3600 + 5)
    await asyncio.gather(jobs.run_due(), jobs.run_due())
    assert await nudges.count() == 0
    _until(moment, seconds=24 * 3600 - 1)  # a day is twenty-four hours, whatever the clocks show
    await asyncio.gather(jobs.run_due(), jobs.run_due())
    assert await nudges.count() == 3
    _until(moment, seconds=20)
    await asyncio.gather(jobs.run_due(), jobs.run_due())
    assert (await fresh(decision)).status == DecisionStatus.OPEN
    for said in (Code.ASIDE, Code.AGREE):  # she changes her mind at the last moment
        assert (await hers.submit(f"{path}/position", {"option": said.value})).status_code == 303
    _until(moment, seconds=-1)
    late = await (await sign_in(odile)).submit(f"{path}/position", {"option": "object", "reason": "Trop tard."})
    assert late.status_code == 409
    await asyncio.gather(jobs.run_due(), jobs.run_due())
    done = await fresh(decision)
    assert (done.status, done.verdict, done.closed_at) == (DecisionStatus.CLOSED, Verdict.ADOPTED, moment)
    assert await OutboxMessage.filter(subject__contains="Résultat").count() == 3
    assert await Activity.filter(kind="decision_opened").count() == 1
