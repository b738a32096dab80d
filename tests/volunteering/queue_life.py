"""One shift with its people, its clock, and what must hold at every moment of its life (test_model.py does the acts)."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine

from app import create_app
from civic import clock, jobs
from civic.database.config import Engine
from civic.errors import DomainError
from civic.needs.models import Need
from civic.people.actor import Actor
from civic.settings import Settings, configure
from tests.engines import Templates, connected
from tests.factories import a_person
from tests.factories.volunteering import a_mission, a_shift
from tests.volunteering.queue_end import hours_survive, presence_said
from tests.volunteering.queue_mails import told_and_written_down
from volunteering.missions.models import Mission
from volunteering.shifts import places
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Fairness, Shift, ShiftRole
from volunteering.signups import deadlines, tallies
from volunteering.signups.models import EXPECTED, GuardianConsent, Signup, SignupStatus

PEOPLE = ("Anne Un", "Basile Deux", "Claire Trois", "Driss Quatre", "Élodie Cinq", "Farid Six")
USED = ("Claire Trois", "Farid Six")
"""Who has come to this initiative before."""
PLACES, DAYS = 3, 4


class Life(RuleBasedStateMachine):
    """A mission with one shift of three places in four days, six people; no acts yet."""

    templates: Templates
    engine: Engine
    folder: Path
    fairness = Fairness.FIRST_COME
    numbers = count(1)

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.stack = asyncio.Runner(), AsyncExitStack()
        self.keys, self.offset, self.steps = count(1), timedelta(), 0
        self.before: dict[int, SignupStatus] = {}
        self.taken: dict[int, int] = {}
        self.closed = self.squeezed = False
        self.erased: set[int] = set()
        self.rule = self.fairness
        self.breaths: list[int] = []
        try:
            self.runner.run(self.open())
        except BaseException:
            self.close()
            raise

    def run(self, verb: Coroutine[Any, Any, object]) -> None:
        """Carry out an act that may be refused, then what follows from it, then look at everything."""
        self.runner.run(self._act(verb))

    async def _act(self, verb: Coroutine[Any, Any, object]) -> None:
        self.steps += 1
        with suppress(DomainError):
            await verb
        await jobs.run_due(schedules=False)
        await self.fresh()
        await self.check()
        self.squeezed = False

    async def open(self) -> None:
        """The world, with nobody signed up."""
        fresh = await self.templates.fresh(self.engine)
        self.stack.push_async_callback(self.templates.drop, fresh)
        data = self.folder / str(next(self.numbers))
        data.mkdir()
        configure(Settings(
            environment="test", data=data, secret_key="t" * 40, base_url="http://testserver", argon2_cheap=True,
            database_url=fresh.url,
        ))  # fmt: skip
        await self.stack.enter_async_context(connected(fresh))
        create_app(with_worker=False)
        self.people = [await a_person(name) for name in PEOPLE]
        self.used = {person.id for person in self.people if person.name in USED}
        self.mission = await a_mission(places=PLACES, days=DAYS)
        self.shift = await Shift.get(mission_id=self.mission.id).select_related("mission__initiative", "mission__commune")
        await Shift.filter(id=self.shift.id).update(fairness=self.fairness)
        await self.some_have_come_before()

    async def some_have_come_before(self) -> None:
        """A shift of long ago, with who was there."""
        past = await a_shift(self.mission, days=40, places=5)
        long_ago = clock.now() - timedelta(days=30)
        for person in self.people:
            if person.name in USED:
                await Signup.create(
                    shift=past, role=await ShiftRole.get(shift_id=past.id), person=person, form_key=f"past-{person.id}",
                    status=SignupStatus.ATTENDED, confirmed_at=long_ago, created_at=long_ago, updated_at=long_ago,
                )  # fmt: skip
        await ShiftRole.filter(shift_id=past.id).update(taken=len(USED))
        await Shift.filter(id=past.id).update(
            taken=len(USED), starts_at=long_ago, ends_at=long_ago + timedelta(hours=2), fairness=Fairness.FIRST_COME
        )

    async def edited(self, places: int = 0, *, later: timedelta = timedelta(), kitchen: int | None = None) -> None:
        """The lead changes the number of places, the hours, the rule, or has a second role (0: no more, None: as it is)."""
        fresh = await self.fresh()
        slot = await shifts.slot_of(fresh)
        first, *rest = slot.roles
        first = replace(first, capacity=places or first.capacity, title="Accueil" if kitchen else first.title)
        if kitchen is not None:
            rest = [shifts.RoleWish(kitchen, title="Cuisine", id=rest[0].id if rest else 0)] if kitchen else []
        start, end = clock.local(fresh.starts_at + later), clock.local(fresh.ends_at + later)
        await shifts.edit(fresh, replace(
            slot, day=start.date(), start=start.time(), end=end.time(), roles=(first, *rest), fairness=self.rule,
        ))  # fmt: skip

    async def fresh(self) -> Shift:
        """The shift as it is now, kept for later acts."""
        self.shift = await Shift.get(id=self.shift.id).select_related("mission__initiative", "mission__commune")
        return self.shift

    async def role(self, *, last: bool = False) -> int:
        """The id of the first role, or of the last."""
        return (await places.roles_of(self.shift.id))[-1 if last else 0].id

    async def travel(self, by: timedelta) -> None:
        """Time goes by."""
        self.offset += by
        clock.travel(self.offset)

    async def one(self, which: int, *states: SignupStatus, erased: bool = False) -> Signup:
        """One of the sign-ups (in such a state); links of who was erased lead nowhere, but at the door she may stand."""
        rows = await Signup.filter(shift_id=self.shift.id).order_by("id")
        rows = [row for row in rows if not states or row.status in states]
        rows = [row for row in rows if erased or row.person_id not in self.erased]
        if not rows:
            raise DomainError("nobody")
        return rows[which % len(rows)]

    def teardown(self) -> None:
        """The shift begins and a day passes: nobody is left hanging, everything adds up."""
        try:
            self.runner.run(self.end())
        finally:
            self.close()

    def close(self) -> None:
        """Put the world away."""
        try:
            self.runner.run(self.stack.aclose())
        finally:
            self.runner.close()
            configure(None)
            clock.travel(timedelta())

    async def end(self) -> None:
        await self.fresh()
        await self.travel(max(timedelta(), self.shift.starts_at - clock.now()) + timedelta(days=1))
        await jobs.run_due(schedules=False)
        await self.fresh()
        await self.check()
        hanging = await Signup.filter(shift_id=self.shift.id, status__in=[SignupStatus.HELD, SignupStatus.OFFERED])
        assert not hanging, [(row.id, row.status) for row in hanging]
        said = await presence_said(self.shift, Actor(self.people[0]))
        await self.travel(timedelta(days=31))
        await jobs.run_due(schedules=False)
        kept = await GuardianConsent.filter(erased_at__isnull=True)
        assert not kept, "a guardian's address outlives its thirty days"
        assert await jobs.dead_letters() == []
        await hours_survive(self.shift, said)

    async def check(self) -> None:
        """Every invariant."""
        shift, roles = self.shift, await places.roles_of(self.shift.id)
        rows = await Signup.filter(shift_id=shift.id).order_by("id")
        pending = {row.signup_id for row in await GuardianConsent.all() if row.is_pending}
        refused = {row.signup_id for row in await GuardianConsent.filter(refused_at__isnull=False)}
        assert not [row.id for row in rows if row.is_active and row.id in refused], "a parent has said no"
        self._nobody_slips_in(rows)
        self._once_each(rows, pending)
        self._asked_rightly(shift, rows)
        offers = deadlines.offer_until(clock.now(), shift.starts_at) is not None
        for role in roles:
            here = [row for row in rows if row.role_id == role.id]
            self._counted(role, here)
            if shift.is_to_come and offers:
                self._nobody_waits_in_vain(shift, role, here, pending)
                self._in_order(shift, here, pending)
        await self._summed_up(shift, roles)
        if shift.is_to_come and not (await Mission.get(id=self.mission.id)).is_open:
            assert not [row.id for row in rows if row.status == SignupStatus.WAITING], "a closed mission keeps a queue"
        if shift.is_to_come:
            _answered_in_time(shift, rows)
        await told_and_written_down(rows, self.breaths)
        self.before = {row.id: row.status for row in rows}
        self.taken = {role.id: role.taken for role in roles}

    def _counted(self, role: ShiftRole, rows: list[Signup]) -> None:
        """Kept counters are the counts; nobody new sits where there are more people than places."""
        seated = sum(row.counts for row in rows)
        waiting = sum(row.status == SignupStatus.WAITING for row in rows)
        assert (role.taken, role.waiting) == (seated, waiting), f"{role.taken} taken, {seated} sit; {role.waiting}, {waiting}"
        assert role.ceiling == max(role.capacity, role.taken)
        if role.taken > self.taken.get(role.id, 0) and not self.squeezed:
            assert role.taken <= role.capacity, f"{role.taken} on {role.capacity}, and nobody was let in at the door"

    async def _summed_up(self, shift: Shift, roles: list[ShiftRole]) -> None:
        """The shift says what its roles say, and shows how many are too many."""
        sums = (sum(role.taken for role in roles), sum(role.waiting for role in roles), sum(role.capacity for role in roles))
        assert (shift.taken, shift.waiting, shift.capacity) == sums
        assert shift.overbooked == sum(max(0, role.taken - role.capacity) for role in roles)
        assert await tallies.verifications() == []
        if shift.is_to_come:
            need = await Need.get(source=f"mission:{shift.mission_id}")
            assert need.reached == shift.filled, "who is one too many fills no place"
            assert need.open is not self.closed

    def _nobody_slips_in(self, rows: list[Signup]) -> None:
        """Into a closed mission nobody signs up; who was erased comes to nothing any more."""
        new = [row for row in rows if row.id not in self.before]
        assert not self.closed or all(row.walk_in for row in new), "a sign-up for a closed mission"
        coming = [(row.id, row.status) for row in rows if row.person_id in self.erased and row.is_coming]
        assert not coming or self.shift.has_started, f"erased, and expected: {coming}"

    def _once_each(self, rows: list[Signup], pending: set[int]) -> None:
        active = [row.person_id for row in rows if row.is_active]
        assert len(active) == len(set(active)), "somebody sits twice"
        assert not [row for row in rows if row.status == SignupStatus.CONFIRMED and row.id in pending], "an unasked parent"
        assert not [row for row in rows if row.status == SignupStatus.CONFIRMED and not row.confirmed_at]
        assert not [row for row in rows if row.is_active and row.role_id is None], "a place in no role"
        assert not [row.id for row in rows if row.awaits_link and not row.hold_until], "an unconfirmed address waits for ever"
        late = [row for row in rows if row.is_coming and row.hold_until and row.hold_until <= clock.now()]
        assert not late, f"a hold outlived its time: {[(row.id, row.status) for row in late]}"
        for row in rows:
            assert row.status not in EXPECTED[:2] or row.hold_until

    def _asked_rightly(self, shift: Shift, rows: list[Signup]) -> None:
        """An offer to stand in is about a seat that is sought, large enough, and offered to her alone."""
        by_id = {row.id: row for row in rows}
        asked = [row for row in rows if row.is_offered and row.replaces_id]
        assert len(asked) == len({row.replaces_id for row in asked}), "one seat offered to two"
        for row in asked:
            seat = by_id[row.replaces_id or 0]
            assert seat.status in (SignupStatus.CONFIRMED, SignupStatus.ATTENDED), f"asked to stand in for {seat.status}"
            assert seat.stand_in_at is not None, "she comes herself"
            assert (row.role_id, row.party <= seat.party) == (seat.role_id, True), "a seat that is not hers to take"

    def _nobody_waits_in_vain(self, shift: Shift, role: ShiftRole, rows: list[Signup], pending: set[int]) -> None:
        waiting = [row for row in rows if row.status == SignupStatus.WAITING and self.may_have(shift, row)]
        assert not [row.id for row in waiting if row.party <= role.free], f"{role.free} free beside the queue"
        asked = {row.replaces_id for row in rows if row.is_offered}
        for seat in rows:
            if seat.seeks_stand_in and seat.id not in asked:
                fitting = [row.id for row in waiting if row.party <= seat.party and row.id not in pending]
                assert not fitting, f"seat {seat.id} is sought, {fitting} wait and nobody is asked"

    def _in_order(self, shift: Shift, rows: list[Signup], pending: set[int]) -> None:
        """Whoever waited already, could have been served and stood before somebody just served, was passed over."""
        ahead = [row for row in rows if row.status == SignupStatus.WAITING == self.before.get(row.id)]
        coming = [row for row in rows if row.counts and row.status != SignupStatus.ATTENDED]
        served = [row for row in coming if self.before.get(row.id, SignupStatus.WAITING) == SignupStatus.WAITING]
        for row in served:
            assert self.may_have(shift, row), f"{row.id} was served out of turn"
            passed = [
                one.id for one in ahead
                if self.rank(shift, one) < self.rank(shift, row) and one.party <= row.party and one.id not in pending
            ]  # fmt: skip
            assert not passed, f"{row.id} was served before {passed}"

    def may_have(self, shift: Shift, row: Signup) -> bool:
        """The rule lets her have a place now."""
        came = row.person_id in self.used
        return self.rule != Fairness.NEWCOMERS or shift.opens_to_all_at <= clock.now() or not came

    def rank(self, shift: Shift, row: Signup) -> tuple[int, int]:
        """Where she stands by the rule, written down here once more."""
        came = row.person_id in self.used
        fair = self.rule != Fairness.FIRST_COME and shift.opens_to_all_at > clock.now()
        return int(fair and came), row.id


def _answered_in_time(shift: Shift, rows: list[Signup]) -> None:
    """No offer ends at night or too near the shift, also for an address that nobody has confirmed."""
    for row in rows:
        if row.is_offered and row.hold_until:
            until = clock.local(row.hold_until)
            assert (8, 0) <= (until.hour, until.minute) <= (21, 0), f"an offer ends at {until}"
            assert row.hold_until <= shift.starts_at - timedelta(minutes=30)
