"""The ledger of hours under any order of acts: a seeded walk, with what must always hold checked after each step."""

import random
from contextlib import suppress
from datetime import timedelta

import pytest

from civic import clock, database
from civic.errors import DomainError
from civic.initiatives.models import Initiative
from civic.people.actor import Actor
from civic.people.models import Person
from tests.factories import a_person, an_initiative
from tests.factories.hours import some_hours
from volunteering.hours import queries, service, verify
from volunteering.hours.freezing import freeze
from volunteering.hours.models import AGREED, EntryStatus, HoursChange, HoursEntry, TimeKind
from volunteering.valuation.report import report_of

STEPS = 60


class Walk:
    """Takes one act after another at random, as four volunteers and two leads would."""

    def __init__(self, initiatives: list[Initiative], people: list[Person], leads: list[Person], seed: int) -> None:
        self.initiatives, self.people, self.leads = initiatives, people, leads
        self.dice = random.Random(seed)
        self.steps = 0
        self.frozen: dict[int, int] = {}

    async def step(self) -> str:
        act = self.dice.choice([
            self.say, self.say, self.say, self.correct, self.correct, self.validate, self.validate, self.validate_all,
            self.refuse, self.withdraw, self.freeze, self.forget,
        ])  # fmt: skip
        self.steps += 1
        with suppress(DomainError):
            await act()
        return act.__name__

    async def say(self) -> None:
        day = clock.today() - timedelta(days=self.dice.randint(0, 300))
        kind = self.dice.choice(list(TimeKind))
        person, minutes = self.dice.choice([*self.people, *self.leads]), self.dice.randint(5, 600)
        await some_hours(self.dice.choice(self.initiatives), person, minutes, day=day, kind=kind)

    async def correct(self) -> None:
        entry = await self.any_entry()
        await service.correct(entry, self.dice.randint(5, 600), "Un mot.", entry.person_id or 0)

    async def validate(self) -> None:
        entry = await self.any_entry()
        await service.validate(entry, entry.minutes, Actor(self.dice.choice(self.leads)))

    async def validate_all(self) -> None:
        initiative = self.dice.choice(self.initiatives)
        seen = {row.id: row.minutes for row in await queries.pending_of(initiative.id)}
        await service.validate_all(initiative.id, seen, Actor(self.dice.choice(self.leads)))

    async def refuse(self) -> None:
        await service.refuse(await self.any_entry(), "Pas chez nous.", Actor(self.dice.choice(self.leads)))

    async def withdraw(self) -> None:
        await service.withdraw(await self.any_entry(), self.people[0].id)

    async def freeze(self) -> None:
        rows = [await self.any_entry() for _ in range(4)]
        await freeze([row.id for row in rows], None, "attestation:1")
        for fresh in await HoursEntry.filter(id__in=[row.id for row in rows], status=EntryStatus.FROZEN):
            self.frozen.setdefault(fresh.id, fresh.minutes)

    async def forget(self) -> None:
        if self.dice.random() < 0.2:
            await service.forget(self.dice.choice(self.people).id)

    async def any_entry(self) -> HoursEntry:
        rows = await HoursEntry.all().order_by("id").select_related("initiative")
        if not rows:
            raise DomainError("nothing yet")
        return self.dice.choice(rows)


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_happens_no_minute_is_lost_and_nothing_frozen_moves(database: object, app: object, seed: int) -> None:
    leads = [await a_person("Sélim Laurent"), await a_person("Anne-Marie Lopez")]
    initiatives = [await an_initiative(lead=leads[0]), await an_initiative("La Chorale", lead=leads[1])]
    walk = Walk(initiatives, [await a_person(f"Personne {number}") for number in range(4)], leads, seed)
    for _ in range(STEPS):
        act = await walk.step()
        await _check(walk, f"seed {seed}, step {walk.steps}, {act}")
    assert walk.frozen, "the walk froze something"


async def _check(walk: Walk, where: str) -> None:
    assert await verify.verifications() == [], where
    rows = await HoursEntry.all()
    agreed = sum(row.total_minutes for row in rows if row.status in AGREED)
    assert (await queries.given())[1] == agreed, where
    years = {row.day.year for row in rows} | {clock.today().year}
    reports = [await report_of(year) for year in years]
    assert sum(report.minutes + report.governance_minutes for report in reports) == agreed, where
    pending = sum(row.total_minutes for row in rows if row.is_pending)
    assert sum(report.waiting for report in reports) == pending, where
    now = {row.id: row.minutes for row in rows if row.status == EntryStatus.FROZEN}
    assert now == walk.frozen, where
    assert await HoursChange.all().count() >= len(rows), where
    counted = await database.fetch_all("SELECT COUNT(*) AS n FROM contribution WHERE revoked_at IS NULL")
    own = [row for row in rows if row.status in AGREED and row.signup_ref is None and row.person_id]
    assert int(counted[0]["n"]) >= len(own), where
