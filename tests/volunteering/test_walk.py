"""A shift and its queue under any order of acts: a seeded walk, with what must always hold checked after each step."""

import random
from contextlib import suppress
from datetime import timedelta

import pytest

from civic import clock, jobs
from civic.errors import DomainError
from civic.needs.models import Need
from civic.people.actor import Actor
from civic.people.models import Person
from tests.factories import a_person
from tests.factories.volunteering import a_mission, in_days, the_shift
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift
from volunteering.signups import service, tallies
from volunteering.signups.models import COMING, Signup

STEPS = 45


class Walk:
    """Takes one act after another at random, as a dozen people and a lead would."""

    def __init__(self, shift: Shift, people: list[Person], seed: int) -> None:
        self.shift, self.people = shift, people
        self.dice = random.Random(seed)
        self.minutes = 0
        self.steps = 0

    async def step(self) -> str:
        act = self.dice.choice([
            self.sign_up, self.sign_up, self.hold, self.hold, self.confirm, self.step_back, self.step_back,
            self.come_back, self.wait, self.resize,
        ])  # fmt: skip
        self.steps += 1
        with suppress(DomainError):
            await act()
        return act.__name__

    async def sign_up(self) -> None:
        await service.sign_up(self.shift, Actor(self.dice.choice(self.people)), f"cle-{self.steps}", service.Wish(anyway=True))

    async def hold(self) -> None:
        person = self.dice.choice(self.people)
        await service.hold(self.shift, person.name, str(person.email), f"cle-{self.steps}")

    async def confirm(self) -> None:
        await service.confirm(await self.any_signup())

    async def step_back(self) -> None:
        await service.step_back(await self.any_signup(), None)

    async def come_back(self) -> None:
        await service.come_back(await self.any_signup())

    async def wait(self) -> None:
        self.minutes += self.dice.choice([5, 20, 35])
        clock.travel(timedelta(minutes=self.minutes))

    async def resize(self) -> None:
        fresh = await Shift.get(id=self.shift.id).select_related("mission")
        start, end = clock.local(fresh.starts_at).time(), clock.local(fresh.ends_at).time()
        await shifts.edit(fresh, shifts.Slot(in_days(7), start, end, (shifts.RoleWish(self.dice.randint(1, 5)),)))

    async def any_signup(self) -> Signup:
        rows = await Signup.filter(shift_id=self.shift.id).order_by("id")
        if not rows:
            raise DomainError("nobody yet")
        return self.dice.choice(rows)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_happens_places_and_queue_stay_true(database: object, app: object, seed: int) -> None:
    mission = await a_mission(places=3)
    shift = await the_shift(mission)
    walk = Walk(shift, [await a_person(f"Personne {number}") for number in range(8)], seed)
    try:
        for _ in range(STEPS):
            act = await walk.step()
            await jobs.run_due(schedules=False)
            await _check(shift, f"seed {seed}, step {walk.steps}, {act}")
    finally:
        clock.travel(timedelta())


async def _check(shift: Shift, where: str) -> None:
    fresh = await Shift.get(id=shift.id)
    assert 0 <= fresh.taken <= fresh.ceiling, where
    assert await tallies.verifications() == [], where
    assert not fresh.waiting or fresh.taken >= fresh.capacity, f"{where}: somebody waits beside a free place"
    need = await Need.get(source=f"mission:{shift.mission_id}")
    assert (need.target, need.reached) == (fresh.capacity, fresh.filled), where
    active = await Signup.filter(shift_id=shift.id, status__in=COMING)
    assert len({row.person_id for row in active}) == len(active), where
    overdue = [row for row in active if row.hold_until and row.hold_until <= clock.now()]
    assert not overdue, f"{where}: a hold outlived its time {[(r.id, r.status, r.hold_until, r.confirmed_at, r.replaces_id) for r in overdue]} {clock.now()}"
