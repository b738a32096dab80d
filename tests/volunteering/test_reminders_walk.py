"""A shift that is moved, joined and left in any order, with a worker that sleeps: each is reminded once (Hypothesis)."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app import create_app
from civic import clock, database, jobs
from civic.database.config import Engine
from civic.errors import DomainError
from civic.people.actor import Actor
from civic.people.models import Person
from civic.settings import Settings
from tests.engines import Templates, connected
from tests.factories import a_person
from tests.factories.volunteering import a_mission
from volunteering.missions.models import Mission
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift
from volunteering.shifts.moments import NOTEWORTHY, Reminder, moment_of, morning_after
from volunteering.signups import service
from volunteering.signups.models import Signup, SignupStatus
from volunteering.signups.reminders import TOO_LATE

QUIET = timedelta(minutes=15)
HOURS = (0, 6, 9, 14, 23)
ACTS = st.one_of(
    st.tuples(st.just("waits"), st.integers(1, 40)),
    st.tuples(st.just("sleeps"), st.integers(1, 30)),
    st.tuples(st.just("joins"), st.integers(0, 3)),
    st.tuples(st.just("leaves"), st.integers(0, 3)),
    st.tuples(st.just("moves"), st.tuples(st.integers(-1, 3), st.sampled_from(HOURS))),
    st.tuples(st.just("moves_a_little"), st.integers(1, 9)),
    st.tuples(st.just("calls_off"), st.just(0)),
)


@dataclass
class Seen:
    """How things stood when the worker had run, at that moment."""

    at: datetime
    starts_at: datetime
    coming: frozenset[int]


@dataclass
class Life:
    """One shift, four people, a clock that goes on by whole hours."""

    mission: Mission
    shift: Shift
    people: list[Person]
    seen: list[Seen] = field(default_factory=list)
    called_off: bool = False
    steps: int = 0

    async def act(self, name: str, value: object) -> None:
        self.steps += 1
        with suppress(DomainError):
            await getattr(self, name)(value)
        await self.look()

    async def waits(self, hours: int) -> None:
        """The worker is awake all the time."""
        for _ in range(hours):
            _forward(timedelta(hours=1))
            await self.look()

    async def sleeps(self, hours: int) -> None:
        """The worker is down."""
        _forward(timedelta(hours=hours))

    async def joins(self, who: int) -> None:
        _forward(timedelta(minutes=1))
        shift = await Shift.get(id=self.shift.id).select_related("mission__initiative")
        await service.sign_up(shift, Actor(self.people[who]), f"cle-{self.steps}", service.Wish(anyway=True))

    async def leaves(self, who: int) -> None:
        for signup in await Signup.filter(shift_id=self.shift.id, person_id=self.people[who].id, status="confirmed"):
            await service.step_back(signup, None, reason="Empêchée.")

    async def moves(self, to: tuple[int, int]) -> None:
        fresh = await Shift.get(id=self.shift.id)
        day: date = clock.local(fresh.starts_at).date() + timedelta(days=to[0])
        await self.rewrite(fresh, day, time(to[1], 30))

    async def moves_a_little(self, minutes: int) -> None:
        fresh = await Shift.get(id=self.shift.id)
        later = clock.local(fresh.starts_at + timedelta(minutes=minutes))
        await self.rewrite(fresh, later.date(), later.time().replace(tzinfo=None, fold=0))

    async def rewrite(self, fresh: Shift, day: date, start: time) -> None:
        end = time((start.hour + 2) % 24, start.minute)
        await shifts.edit(fresh, shifts.Slot(day, start, end, (shifts.RoleWish(8),)))

    async def calls_off(self, _value: object) -> None:
        await shifts.cancel(await Shift.get(id=self.shift.id), "Il neige.")
        self.called_off = True

    async def look(self) -> None:
        """The worker runs; then what must hold at any time."""
        before = await sent()
        _forward(timedelta(minutes=1))
        await jobs.run_due(schedules=False)
        shift = await Shift.get(id=self.shift.id)
        rows = await Signup.filter(shift_id=shift.id, status=SignupStatus.CONFIRMED)
        self.seen.append(Seen(clock.now(), shift.starts_at, frozenset() if self.called_off else frozenset(row.id for row in rows)))
        after = await sent()
        assert max(after.values(), default=1) == 1, "twice for the same hours"
        for signup_id, kind, start in after - before:
            signup = await Signup.get(id=signup_id)
            if signup.shift_id == shift.id:
                assert signup_id in self.seen[-1].coming, "somebody who does not come"
                assert signup.created_at <= moment_of(kind, start), "her confirmation was reminder enough"
                assert start == shift.starts_at, "hours that no longer hold"
                assert morning_after(clock.now()) is None, "at night"
                assert clock.now() >= moment_of(kind, start), "too early"

    async def ends(self) -> None:
        """Time goes on until the shift has begun; then whoever was there all along was reminded of both."""
        _forward(QUIET)
        await self.look()
        await self.nobody_is_left_with_old_hours()
        last = await Shift.get(id=self.shift.id)
        while clock.now() < last.starts_at:
            await self.waits(1)
        had = await sent()
        for kind in Reminder:
            due = moment_of(kind, last.starts_at)
            limit = last.starts_at - TOO_LATE if kind == Reminder.HOURS else moment_of(Reminder.HOURS, last.starts_at)
            for signup_id in self.there_from(due, last.starts_at):
                if any(due <= one.at < limit and morning_after(one.at) is None and signup_id in one.coming for one in self.seen):
                    assert (signup_id, kind, last.starts_at) in had, f"{kind} is missing"

    def there_from(self, due: datetime, starts_at: datetime) -> frozenset[int]:
        """Who had a place when that moment came, with the hours that hold in the end, and ever since."""
        until = [one for one in self.seen if one.at <= due][-1:]
        after = [one for one in self.seen if due < one.at < starts_at]
        if not until or self.called_off or any(one.starts_at != starts_at for one in (*until, *after)):
            return frozenset()
        return frozenset.intersection(*(one.coming for one in (*until, *after)))

    async def nobody_is_left_with_old_hours(self) -> None:
        """Once things have settled, what each was told differs by no more than five minutes."""
        shift = await Shift.get(id=self.shift.id)
        if shift.has_started or self.called_off:
            return
        for row in await Signup.filter(shift_id=shift.id, status=SignupStatus.CONFIRMED):
            assert abs(datetime.fromisoformat(row.told["start"]) - shift.starts_at) <= NOTEWORTHY


def _forward(span: timedelta) -> None:
    clock.travel(clock.now() - datetime.now(UTC) + span)


async def sent() -> Counter[tuple[int, Reminder, datetime]]:
    """Every reminder that was handed over, by sign-up, kind and hours."""
    rows = await database.fetch_all("SELECT key FROM job WHERE name = 'send_mail' AND key LIKE '%-reminder-%'", [])
    found: Counter[tuple[int, Reminder, datetime]] = Counter()
    for row in rows:
        _, signup_id, _, kind, start = row["key"].split("-", 4)
        found[(int(signup_id), Reminder(kind), datetime.fromisoformat(start))] += 1
    mails = await database.fetch_all("SELECT count(*) AS n FROM outbox_message WHERE subject LIKE 'Rappel%' OR subject LIKE 'C’est bientôt%'", [])
    assert mails[0]["n"] == len(rows), "one mail each"
    return found


async def live(acts: list[tuple[str, object]]) -> None:
    clock.travel(timedelta())
    await database.execute("DELETE FROM outbox_message")
    await database.execute("DELETE FROM job")
    await database.execute("DELETE FROM rate_count")
    clock.travel(clock.at(clock.today() + timedelta(days=1), 12) - datetime.now(UTC))
    people = [await a_person(f"Personne {number}") for number in range(4)]
    mission = await a_mission(days=40)
    slot = shifts.Slot(clock.today() + timedelta(days=4), time(14), time(16), (shifts.RoleWish(8),))
    made = await shifts.add(mission, slot)
    life = Life(mission, await Shift.get(id=made.id), people)
    await life.act("joins", 0)
    for name, value in acts:
        await life.act(name, value)
    await life.ends()


def test_whatever_happens_to_a_shift_each_is_reminded_once(templates: Templates, engine: Engine, settings: Settings) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        fresh = runner.run(templates.fresh(engine))
        settings.database_url = fresh.url
        create_app(with_worker=False)
        runner.run(stack.enter_async_context(connected(fresh)))

        @hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(st.lists(ACTS, max_size=10))
        def lived(acts: list[tuple[str, object]]) -> None:
            runner.run(live(acts))

        try:
            lived()
        finally:
            clock.travel(timedelta())
            runner.run(stack.aclose())
            runner.run(templates.drop(fresh))
