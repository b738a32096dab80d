"""A lead who changes her mind all the time: whatever she does with a series, nobody is lost on the way."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta

import pytest

from civic import clock, jobs
from civic.errors import DomainError
from civic.mail.models import OutboxMessage
from tests.client import Client
from tests.factories import a_person
from tests.factories.volunteering import a_mission, a_signup, in_days
from volunteering.missions.models import Mission
from volunteering.shifts import rules, series, service
from volunteering.shifts.models import Shift, ShiftSeries, ShiftStatus
from volunteering.shifts.rules import WEEKDAYS, Every, Repeat
from volunteering.shifts.series import Reach
from volunteering.shifts.service import RoleWish, Slot
from volunteering.signups.models import COMING, Signup

STEPS = 25


@pytest.fixture(autouse=True)
def _clock_back() -> Iterator[None]:
    yield
    clock.travel(timedelta())


class Lead:
    """She edits, prolongs, shortens, moves, calls off; people sign up in between."""

    def __init__(self, mission: Mission, seed: int) -> None:
        self.mission, self.dice = mission, random.Random(seed)
        self.done = 0

    async def a_shift(self) -> Shift | None:
        rows = await Shift.filter(
            mission_id=self.mission.id, status=ShiftStatus.OPEN, starts_at__gt=clock.now()
        ).order_by("id").select_related("mission__initiative", "mission__commune")  # fmt: skip
        return self.dice.choice(rows) if rows else None

    async def step(self) -> None:
        shift = await self.a_shift()
        if shift is None:
            slot = Slot(in_days(10), time(8), time(10), (RoleWish(3),))
            await series.add(self.mission, slot, Repeat(Every.WEEK, times=5).rule(slot.day))
            return
        verb = self.dice.choice([self.join, self.join, self.alone, self.all_of_it, self.all_of_it, self.off])
        try:
            await verb(shift)
            self.done += 1
        except DomainError:
            pass

    async def join(self, shift: Shift) -> None:
        await a_signup(shift, await a_person())

    async def alone(self, shift: Shift) -> None:
        await service.edit(shift, await self.a_slot(shift, 0))

    async def all_of_it(self, shift: Shift) -> None:
        if await series.series_of(shift) is None:
            return
        reach, slot = self.dice.choice([Reach.FOLLOWING, Reach.ALL]), await self.a_slot(shift, 9)
        repeat = None
        if self.dice.random() < 0.6:
            every = self.dice.choice(list(Every))
            weekdays = {WEEKDAYS[slot.day.weekday()], *self.dice.sample(WEEKDAYS, 1)} if every != Every.MONTH else set()
            until = slot.day + timedelta(days=self.dice.randint(0, 60))
            repeat = Repeat(every, tuple(code for code in WEEKDAYS if code in weekdays), until)
        read = await series.plan(shift, slot, reach, repeat)
        done = await series.change(shift, slot, reach, repeat, reason="Changement.", mark=read.mark)
        assert done.people == read.people
        follows = await series.series_of(await Shift.get(id=shift.id))
        if repeat and follows:
            assert rules.days(follows.rule, follows.day)[0] <= slot.day

    async def off(self, shift: Shift) -> None:
        if self.dice.random() < 0.3:
            await series.call_off(shift, self.dice.choice(list(Reach)), "Annulé.")

    async def a_slot(self, shift: Shift, far: int) -> Slot:
        present = await service.slot_of(shift)
        return replace(
            present, day=present.day + timedelta(days=self.dice.randint(-far, far)), roles=tuple(
                replace(role, capacity=self.dice.randint(1, 4), minimum=0) for role in present.roles
            ), start=time(self.dice.randint(6, 12)), end=time(self.dice.randint(14, 18)),
        )  # fmt: skip


async def nobody_is_lost(mission: Mission) -> None:
    await jobs.run_due(schedules=False)
    for shift in await Shift.filter(mission_id=mission.id).prefetch_related("roles"):
        here = await Signup.filter(shift_id=shift.id, status__in=COMING).prefetch_related("person")
        if shift.is_cancelled:
            assert here == [], "told and let go"
        assert shift.taken + shift.waiting == len(here)
        assert shift.taken <= shift.ceiling
        assert sum(role.taken for role in shift.roles) == shift.taken
    for gone in await Signup.filter(shift__mission_id=mission.id, shift__status="cancelled").select_related("person"):
        mails = OutboxMessage.filter(to=gone.person.email or "", subject__startswith="Créneau annulé")
        assert await mails.count() == 1, "told once"
    moments = await Shift.filter(mission_id=mission.id, status=ShiftStatus.OPEN).values_list("starts_at", "ends_at", "note")
    assert len(moments) == len(set(moments))
    for one in await ShiftSeries.filter(mission_id=mission.id):
        days = await Shift.filter(series_id=one.id, status=ShiftStatus.OPEN, detached=False).values_list("occurs_on", flat=True)
        assert len(days) == len(set(days)), "a day of a series has one shift"
        coming = await Shift.filter(series_id=one.id, status=ShiftStatus.OPEN, detached=False)
        assert all(clock.local(row.starts_at).date() == row.occurs_on for row in coming)


@pytest.mark.one_engine
@pytest.mark.parametrize("seed", range(6))
async def test_whatever_a_lead_does_with_a_series_nobody_is_lost(client: Client, seed: int) -> None:
    mission = await a_mission()
    lead = Lead(mission, seed)
    for _ in range(STEPS):
        await lead.step()
    await nobody_is_lost(mission)
    assert lead.done > STEPS // 3
