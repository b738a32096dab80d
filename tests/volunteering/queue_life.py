"""One shift with its people, its clock, and what must hold at every moment of its life (test_model.py does the acts)."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine

from app import create_app
from civic import clock, jobs
from civic.database.config import Engine
from civic.errors import DomainError
from civic.jobs.models import Job
from civic.needs.models import Need
from civic.settings import Settings, configure
from tests.engines import Templates, connected
from tests.factories import a_person
from tests.factories.volunteering import a_mission, a_shift
from tests.volunteering.queue_mails import expected_mails
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Fairness, Shift, ShiftRole
from volunteering.signups import deadlines, tallies
from volunteering.signups.models import EXPECTED, GuardianConsent, Signup, SignupChange, SignupStatus

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
        await self.check()

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

    async def edited(self, places: int, earlier: timedelta = timedelta()) -> None:
        """The lead changes the number of places, or puts the shift forward."""
        fresh = await Shift.get(id=self.shift.id).select_related("mission")
        start, end = clock.local(fresh.starts_at - earlier), clock.local(fresh.ends_at - earlier)
        slot = shifts.Slot(start.date(), start.time(), end.time(), (shifts.RoleWish(places),), fairness=self.fairness)
        await shifts.edit(fresh, slot)
        self.shift = await Shift.get(id=self.shift.id).select_related("mission__initiative", "mission__commune")

    async def travel(self, by: timedelta) -> None:
        """Time goes by."""
        self.offset += by
        clock.travel(self.offset)

    async def one(self, which: int, *states: SignupStatus) -> Signup:
        """One of the sign-ups (in such a state)."""
        rows = await Signup.filter(shift_id=self.shift.id).order_by("id")
        rows = [row for row in rows if not states or row.status in states]
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
        await self.travel(max(timedelta(), self.shift.starts_at - clock.now()) + timedelta(days=1))
        await jobs.run_due(schedules=False)
        await self.check()
        hanging = await Signup.filter(shift_id=self.shift.id, status__in=[SignupStatus.HELD, SignupStatus.OFFERED])
        assert not hanging, [(row.id, row.status) for row in hanging]
        await self.travel(timedelta(days=31))
        await jobs.run_due(schedules=False)
        kept = await GuardianConsent.filter(erased_at__isnull=True)
        assert not kept, "a guardian's address outlives its thirty days"
        assert await jobs.dead_letters() == []

    async def check(self) -> None:
        """Every invariant."""
        shift = await Shift.get(id=self.shift.id).select_related("mission")
        role = await ShiftRole.get(shift_id=shift.id)
        rows = await Signup.filter(shift_id=shift.id).order_by("id")
        pending = {row.signup_id for row in await GuardianConsent.all() if row.is_pending}
        await self._counted(shift, role, rows)
        self._once_each(rows, pending)
        self._asked_rightly(shift, rows)
        if shift.is_to_come:
            _answered_in_time(shift, rows)
            if deadlines.offer_until(clock.now(), shift.starts_at) is not None:
                self._nobody_waits_in_vain(shift, role, rows, pending)
                self._in_order(shift, rows, pending)
        await _told_and_written_down(rows, self.breaths)
        self.before = {row.id: row.status for row in rows}

    async def _counted(self, shift: Shift, role: ShiftRole, rows: list[Signup]) -> None:
        seated = sum(row.counts for row in rows)
        waiting = sum(row.status == SignupStatus.WAITING for row in rows)
        assert (role.taken, role.waiting) == (seated, waiting), f"{role.taken} taken, {seated} sit; {role.waiting}, {waiting}"
        assert (shift.taken, shift.waiting, shift.capacity) == (role.taken, role.waiting, role.capacity)
        assert role.ceiling == max(role.capacity, role.taken)
        assert role.taken <= max(PLACES, *self.capacities), "more people than there ever were places"
        assert await tallies.verifications() == []
        if shift.is_to_come:
            need = await Need.get(source=f"mission:{shift.mission_id}")
            assert need.reached == shift.filled, "who is one too many fills no place"

    capacities: tuple[int, ...] = (PLACES, PLACES)

    def _once_each(self, rows: list[Signup], pending: set[int]) -> None:
        active = [row.person_id for row in rows if row.is_active]
        assert len(active) == len(set(active)), "somebody sits twice"
        assert not [row for row in rows if row.status == SignupStatus.CONFIRMED and row.id in pending], "an unasked parent"
        assert not [row for row in rows if row.status == SignupStatus.CONFIRMED and not row.confirmed_at]
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
        served = [row for row in rows if row.counts and self.before.get(row.id, SignupStatus.WAITING) == SignupStatus.WAITING]
        for row in served:
            assert self.may_have(shift, row), f"{row.id} was served out of turn"
            passed = [
                one.id for one in ahead
                if self.rank(shift, one) < self.rank(shift, row) and one.party <= row.party and one.id not in pending
            ]  # fmt: skip
            assert not passed, f"{row.id} was served before {passed}"

    def may_have(self, shift: Shift, row: Signup) -> bool:
        """The rule lets her have a place now."""
        came = row.person_id in {one.id for one in self.people if one.name in USED}
        return self.fairness != Fairness.NEWCOMERS or shift.opens_to_all_at <= clock.now() or not came

    def rank(self, shift: Shift, row: Signup) -> tuple[int, int]:
        """Where she stands by the rule, written down here once more."""
        came = row.person_id in {one.id for one in self.people if one.name in USED}
        fair = self.fairness != Fairness.FIRST_COME and shift.opens_to_all_at > clock.now()
        return int(fair and came), row.id


def _answered_in_time(shift: Shift, rows: list[Signup]) -> None:
    """No offer ends at night or too near the shift; an address nobody has confirmed keeps it no longer than at the door."""
    for row in rows:
        if row.is_offered and row.hold_until and row.confirmed_at:
            until = clock.local(row.hold_until)
            assert (8, 0) <= (until.hour, until.minute) <= (21, 0), f"an offer ends at {until}"
            assert row.hold_until <= shift.starts_at - timedelta(minutes=30)


async def _told_and_written_down(rows: list[Signup], breaths: list[int]) -> None:
    """History has no gap, and each change was told by exactly one mail, or by none when it is nobody's business."""
    changes = await SignupChange.filter(signup_id__in=[row.id for row in rows]).order_by("id")
    breaths.append(max([change.id for change in changes], default=0))
    for row in rows:
        own = [change for change in changes if change.signup_id == row.id]
        assert own[-1].after == row.status.value, f"{row.id} is {row.status}, history says {own[-1].after}"
        assert all(one.after == two.before for one, two in pairwise(own)), [(one.before, one.after) for one in own]
    sent = {job.key for job in await Job.filter(name="send_mail") if job.key.startswith(("signup-", "guardian-"))}
    told_apart = ("-again-cle-", "-free-", "-reminder-", "-changed-")
    sent = {key for key in sent if not any(other in key for other in told_apart)}
    due = await expected_mails(rows, changes, breaths)
    perhaps = {key.replace("?", "") for key in due if "?" in key}
    due = {key for key in due if "?" not in key} | (perhaps & sent)
    assert sent == due, f"missing {sorted(due - sent)}, too much {sorted(sent - due)}"


