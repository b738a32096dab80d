"""People, guardians, a lead and the clock do what they like with one shift; every promise holds after every step.

Random acts in a random order on the real services (Hypothesis makes the shortest one that goes wrong); what is looked
at after each is in `queue_life`. CIVIC_TEST_MODEL=100 lives that many other lives of each rule, on both engines.
"""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from civic import clock
from civic.database.config import Engine
from civic.people.actor import Actor
from tests.engines import Templates
from tests.volunteering.queue_acts import WHICH, WHO, Door, Lead
from tests.volunteering.queue_life import DAYS, Life
from volunteering.shifts.models import Fairness
from volunteering.signups import agreements, service, stand_ins
from volunteering.signups.consents import Minor
from volunteering.signups.models import GuardianConsent, SignupStatus

LONG = "CIVIC_TEST_MODEL" in os.environ
STEPS = int(os.environ.get("CIVIC_TEST_STEPS", "30"))
pytestmark = [] if LONG else [pytest.mark.one_engine("sqlite")]
PAUL = Minor(16, "Paul Rey", "paul@exemple.fr")
PARTY = st.sampled_from([1, 1, 1, 2, 3])
SEATED, HELD, WAITS, OFFERED, ATTENDED = (
    SignupStatus.CONFIRMED, SignupStatus.HELD, SignupStatus.WAITING, SignupStatus.OFFERED, SignupStatus.ATTENDED
)  # fmt: skip


class OneShift(Door, Lead, Life):
    """What people, their guardians and the clock do; leads and the door are in `queue_acts`. Each act may
    be refused; none may leave anything untrue behind."""

    @initialize(parties=st.lists(PARTY, min_size=3, max_size=5), minor=st.booleans(), sought=st.booleans(), later=st.sampled_from([0, 6]))
    def first_people(self, parties: list[int], minor: bool, sought: bool, later: int) -> None:
        self.run(self.edited(later=timedelta(hours=later)))
        for who, party in enumerate(parties):
            self.signs_up(who=who, party=party, minor=minor and who == 1)
        if sought:
            self.seeks_a_stand_in(which=0)

    @rule(who=WHO, party=PARTY, minor=st.booleans(), last=st.booleans())
    def signs_up(self, who: int, party: int, minor: bool, last: bool = False) -> None:
        async def act() -> None:
            wish = service.Wish(await self.role(last=last), 1 if minor else party, minor=PAUL if minor else None, anyway=True)
            await service.sign_up(self.shift, Actor(self.people[who]), f"cle-{next(self.keys)}", wish)

        self.run(act())

    @rule(who=WHO, party=PARTY, minor=st.booleans(), last=st.booleans())
    def asks_without_account(self, who: int, party: int, minor: bool, last: bool) -> None:
        async def act() -> None:
            person = self.people[who]
            wish = service.Wish(await self.role(last=last), 1 if minor else party, minor=PAUL if minor else None)
            await service.hold(self.shift, person.name, str(person.email), f"cle-{next(self.keys)}", wish)

        self.run(act())

    @rule(which=WHICH)
    def uses_her_link(self, which: int) -> None:
        async def act() -> None:
            await service.confirm(await self.one(which, HELD, WAITS, OFFERED, ATTENDED))

        self.run(act())

    @rule(which=WHICH, offered=st.booleans())
    def says_yes(self, which: int, offered: bool) -> None:
        async def act() -> None:
            await service.accept(await self.one(which, *([OFFERED] if offered else [WAITS])))

        self.run(act())

    @rule(which=WHICH, states=st.sampled_from([(SEATED,), (WAITS,), (OFFERED,), ()]))
    def steps_back(self, which: int, states: tuple[SignupStatus, ...]) -> None:
        async def act() -> None:
            await service.step_back(await self.one(which, *states), None, reason="Un rendez-vous")

        self.run(act())

    @rule(which=WHICH)
    def comes_back(self, which: int) -> None:
        async def act() -> None:
            await service.come_back(await self.one(which, SignupStatus.CANCELLED, SignupStatus.LAPSED))

        self.run(act())

    @rule(which=WHICH)
    def seeks_a_stand_in(self, which: int) -> None:
        async def act() -> None:
            await stand_ins.seek(await self.one(which, SEATED), None)

        self.run(act())

    @rule(which=WHICH)
    def comes_herself_after_all(self, which: int) -> None:
        async def act() -> None:
            await stand_ins.keep(await self.one(which, SEATED), None)

        self.run(act())

    @rule(which=WHICH, party=st.integers(1, 2))
    def fewer_come(self, which: int, party: int) -> None:
        async def act() -> None:
            await service.come_fewer(await self.one(which, SEATED, WAITS), party, None)

        self.run(act())

    @rule(which=WHICH, given=st.booleans())
    def a_guardian_answers(self, which: int, given: bool) -> None:
        async def act() -> None:
            asked = GuardianConsent.filter(given_at__isnull=True, refused_at__isnull=True)
            if rows := await asked.filter(signup__confirmed_at__isnull=False).order_by("id"):
                await agreements.answer(rows[which % len(rows)].id, given=given)

        self.run(act())

    @rule(which=WHICH, given=st.booleans())
    def a_guardian_changes_her_mind(self, which: int, given: bool) -> None:
        async def act() -> None:
            said = {"refused_at__isnull" if given else "given_at__isnull": False}
            if rows := await GuardianConsent.filter(**said).order_by("id"):
                await agreements.answer(rows[which % len(rows)].id, given=given)

        self.run(act())

    @rule(minutes=st.sampled_from([5, 35, 35, 300, 300, 1440]))
    def time_passes(self, minutes: int) -> None:
        self.run(self.travel(timedelta(minutes=minutes)))

    @precondition(lambda self: self.offset < timedelta(days=DAYS - 2))
    @rule(minutes=st.sampled_from([25 * 60, 23 * 60, 13 * 60, 100, 40]))
    def the_shift_is_near(self, minutes: int) -> None:
        self.run(self.travel(self.shift.starts_at - clock.now() - timedelta(minutes=minutes)))

    @precondition(lambda self: self.steps > 4 and self.offset < timedelta(days=DAYS - 2))
    @rule(which=WHICH, state=st.sampled_from([OFFERED, HELD, SEATED, WAITS]), forgotten=st.booleans(), hours=st.sampled_from([0, 1, 26]))
    def is_there_early_for_nothing(self, which: int, state: SignupStatus, forgotten: bool, hours: int) -> None:
        """Two hours before: one gives her place back, another is there; then it is put off, or it was a mistake."""
        self.the_shift_is_near(minutes=115)
        self.signs_up(who=which % len(self.people), party=1, minor=state == HELD)
        self.steps_back(which=which, states=(SEATED,))
        self.arrives(which=which, states=(state,))
        if forgotten:
            self.who_is_there_has_herself_forgotten()
        if hours:
            self.the_lead_moves_it(places=3, hours=hours)
        else:
            self.was_not_there_after_all(which=which)


class FirstCome(OneShift):
    """The order of asking."""


class Newcomers(OneShift):
    """Whoever has come before waits until the day before."""

    fairness = Fairness.NEWCOMERS


class LeastServed(OneShift):
    """Whoever came least often is served first."""

    fairness = Fairness.LEAST_SERVED


@pytest.mark.parametrize("kind", [FirstCome, Newcomers, LeastServed])
def test_whatever_people_do_with_a_shift_its_places_and_its_queue_are_right(
    engine: Engine, templates: Templates, tmp_path: Path, kind: type[Life]
) -> None:
    kind.templates, kind.engine, kind.folder = templates, engine, tmp_path
    run_state_machine_as_test(kind, settings=profile(
        max_examples=int(os.environ.get("CIVIC_TEST_MODEL", 5)), stateful_step_count=STEPS, deadline=None,
        derandomize=not LONG, phases=[Phase.generate, Phase.shrink] if LONG else [Phase.generate],
        suppress_health_check=list(HealthCheck), database=None, print_blob=False,
    ))  # fmt: skip


