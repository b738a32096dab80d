"""What the lead of a shift does with it, and what happens at its door (test_model.py has what people do)."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from civic import clock
from civic.people.actor import Actor
from civic.people.models import Person
from tests.factories import a_person
from tests.volunteering.queue_life import PEOPLE, Life
from volunteering.missions import service as missions
from volunteering.missions.models import Mission
from volunteering.privacy import service as privacy
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Fairness
from volunteering.signups import attendance
from volunteering.signups.attendance import WalkIn
from volunteering.signups.models import SignupStatus

WHO, WHICH = st.integers(0, len(PEOPLE) - 1), st.integers(0, 9)


class Lead(Life):
    """The lead changes places, roles, hours and the rule, closes the mission, calls the shift off."""

    @rule(places=st.integers(1, 5))
    def the_lead_changes_the_places(self, places: int) -> None:
        self.run(self.edited(places))

    @rule(places=st.integers(0, 3))
    def the_lead_has_a_second_role(self, places: int) -> None:
        self.run(self.edited(kitchen=places))

    @rule(places=st.integers(2, 4), hours=st.sampled_from([-5, -20, 1, 6, 26, 170]))
    def the_lead_moves_it(self, places: int, hours: int) -> None:
        self.run(self.edited(places, later=timedelta(hours=hours)))

    @precondition(lambda self: self.steps > 6)
    @rule(fairness=st.sampled_from(Fairness))
    def the_lead_has_another_rule(self, fairness: Fairness) -> None:
        former, self.rule = self.rule, fairness

        async def act() -> None:
            await self.edited()

        self.run(act())
        if self.shift.fairness != fairness:
            self.rule = former

    @precondition(lambda self: self.steps > 8)
    @rule()
    def the_mission_closes_or_opens(self) -> None:
        async def act() -> None:
            mission = await Mission.get(id=self.mission.id)
            await (missions.open_(mission) if self.closed else missions.close(mission))
            self.closed = not self.closed

        self.run(act())

    @precondition(lambda self: self.steps > 12)
    @rule(really=st.sampled_from([False, False, False, True]))
    def the_lead_calls_it_off(self, really: bool) -> None:
        if really:
            self.run(shifts.cancel(self.shift, "Trop de vent"))


class Door(Life):
    """Who is there, who was said to be by mistake, who comes without having signed up; and who has herself forgotten."""

    @rule(which=WHICH, states=st.sampled_from([(SignupStatus.CONFIRMED,), ()]))
    def arrives(self, which: int, states: tuple[SignupStatus, ...]) -> None:
        async def act() -> None:
            found = await self.one(which, *states, erased=True)
            self.squeezed = True
            await attendance.arrive(self.shift, found.code, Actor(self.people[0]))

        self.run(act())

    @rule(which=WHICH)
    def was_not_there_after_all(self, which: int) -> None:
        async def act() -> None:
            found = await self.one(which, SignupStatus.ATTENDED, erased=True)
            await attendance.undo(self.shift, found.id, Actor(self.people[0]))

        self.run(act())

    @rule(who=WHO, party=st.integers(1, 2), known=st.booleans())
    def comes_without_having_signed_up(self, who: int, party: int, known: bool) -> None:
        async def act() -> None:
            one, key = self.people[who], f"porte-{next(self.keys)}"
            name, email = (one.name, str(one.email)) if known else (f"Zoé {key}", "")
            self.squeezed = True
            await attendance.walk_in(self.shift, WalkIn(name, 0, email, party), key, Actor(self.people[0]))

        self.run(act())

    @precondition(lambda self: self.steps > 5)
    @rule(who=WHO)
    def has_herself_forgotten(self, who: int) -> None:
        self.run(self.forget(self.people[who].id))

    def who_is_there_has_herself_forgotten(self) -> None:
        """The one who is there already."""

        async def act() -> None:
            await self.forget((await self.one(0, SignupStatus.ATTENDED)).person_id)

        self.run(act())

    async def forget(self, person_id: int) -> None:
        """Her data is erased; somebody else of that name takes her chair at this table, so that six go on playing."""
        gone = await Person.get(id=person_id)
        await privacy.erasures(gone)
        await Person.filter(id=gone.id).update(erased_at=clock.now(), email=None, name="Personne effacée")
        self.erased.add(gone.id)
        who = next((place for place, one in enumerate(self.people) if one.id == gone.id), None)
        if who is not None:
            self.people[who] = await a_person(PEOPLE[who], f"suite-{next(self.keys)}@exemple.fr")
