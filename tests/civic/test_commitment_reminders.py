"""Reminders of commitments: a week before and the day after, once each, one mail a day, whatever restarts."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from civic import clock, jobs
from civic.commitments import service
from civic.commitments.forms import KeepForm
from civic.commitments.jobs import recall, sweep
from civic.commitments.models import Commitment
from civic.committees.models import Committee
from civic.database import transaction
from civic.mail.models import OutboxMessage
from civic.people.actor import Actor
from civic.people.models import Person
from tests.factories import a_person
from tests.factories.commitments import WHAT, a_commitment, again
from tests.factories.steering import a_committee, a_member

WHY = "L’assureur ne répond plus."


@pytest.fixture(autouse=True)
def _clock_put_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


async def _on(days: int, start: datetime) -> None:
    """So many days after the start, at nine in the morning, the hourly sweep and what follows have run."""
    day = clock.local(start).date() + timedelta(days=days)
    clock.travel(clock.at(day, 9) - datetime.now(start.tzinfo))
    for _twice in range(2):
        await sweep()
        await jobs.run_due()


async def _letters(person: Person) -> list[str]:
    rows = await OutboxMessage.filter(to=person.email).order_by("sent_at", "id")
    return [row.subject for row in rows]


async def _a_table() -> tuple[Committee, Person, datetime]:
    committee = await a_committee(await a_person("Sélim Laurent"))
    return committee, await a_member(committee), clock.now()


async def test_she_is_reminded_a_week_before_and_the_day_after_once_each(database: object, app: object) -> None:
    committee, rose, start = await _a_table()
    await a_commitment(committee, rose, days=20)
    for day in (0, 12, 13, 14, 20, 21, 22, 29):
        await _on(day, start)
        wanted = [f"Bientôt\u00a0: {WHAT}"] * (day >= 13) + [f"Est-ce fait\u202f? {WHAT}"] * (day >= 21)
        assert [subject.split(", ")[0] for subject in await _letters(rose)] == wanted, day


async def test_a_mail_that_a_stop_held_up_goes_later_and_once(database: object, app: object) -> None:
    committee, rose, start = await _a_table()
    await a_commitment(committee, rose, days=20)
    await _on(17, start)
    assert len(await _letters(rose)) == 1
    await _on(40, start)
    await _on(41, start)
    assert len(await _letters(rose)) == 2


async def test_several_are_told_in_one_mail_a_day(database: object, app: object) -> None:
    committee, rose, start = await _a_table()
    for what, days in (("Chercher un minibus", 15), ("Compter les arrêts", 15), ("Écrire au maire", 9)):
        await a_commitment(committee, rose, what, days=days)
    await _on(10, start)
    (letter,) = await OutboxMessage.filter(to=rose.email)
    assert letter.subject == "Vos 3 engagements"
    for what in ("Chercher un minibus", "Compter les arrêts", "Écrire au maire, c’était pour le"):
        assert what in letter.text


async def test_what_was_taken_on_for_this_week_is_not_recalled_at_once(database: object, app: object) -> None:
    committee, rose, start = await _a_table()
    await a_commitment(committee, rose, days=5)
    await _on(1, start)
    assert await _letters(rose) == []
    await _on(6, start)
    assert len(await _letters(rose)) == 1


async def test_a_moved_day_is_recalled_anew_and_a_kept_one_never(database: object, app: object) -> None:
    committee, rose, start = await _a_table()
    moved, kept = await a_commitment(committee, rose, days=10), await a_commitment(committee, rose, "Compter", days=10)
    await service.keep(Actor(rose), kept, KeepForm(evidence="Compté."))
    await _on(4, start)
    assert len(await _letters(rose)) == 1
    await service.move(Actor(rose), moved, moved.due_on + timedelta(days=20), WHY)
    await _on(20, start)
    assert len(await _letters(rose)) == 1
    await _on(24, start)
    assert len(await _letters(rose)) == 2
    assert not await OutboxMessage.filter(text__contains="Compter").exists()


async def test_two_workers_at_once_send_one_mail(database: object, app: object) -> None:
    committee, rose, _start = await _a_table()
    made = await a_commitment(committee, rose, days=20)
    clock.travel(timedelta(days=15))
    today = clock.today().isoformat()

    async def work() -> None:
        async with transaction():
            await recall(person_id=rose.id, day=today)

    await asyncio.gather(*(work() for _worker in range(4)), *(sweep() for _worker in range(3)))
    await asyncio.gather(*(jobs.run_due() for _worker in range(3)))
    clock.travel(timedelta(days=16))
    await sweep()
    await jobs.run_due()
    assert len(await _letters(rose)) == 1
    assert (await again(made)).recalled_for == made.due_on


async def test_proposed_ones_and_those_of_an_ended_committee_are_not_recalled(database: object, app: object) -> None:
    committee, rose, start = await _a_table()
    lead = await Person.get(name="Sélim Laurent")
    proposed = await a_commitment(committee, rose, days=20, by=lead)
    await _on(14, start)
    assert [subject for subject in await _letters(rose) if "Bientôt" in subject] == []
    await Commitment.filter(id=proposed.id).update(status="open")
    await Committee.filter(id=committee.id).update(ended_at=clock.now(), ended_reason="La navette roule seule.")
    await _on(15, start)
    assert [subject for subject in await _letters(rose) if "Bientôt" in subject] == []
