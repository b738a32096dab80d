"""The stage: what has been made so far, under short keys, and scenes that are played in the order of their moments."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from civic import clock, jobs
from civic.initiatives.models import Initiative
from civic.organisations.models import Organisation
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from demo.till import Till


@dataclass(slots=True)
class World:
    """Everything made so far; `till` is where backers pay, None where payments are off or real."""

    people: dict[str, Person] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    initiatives: dict[str, Initiative] = field(default_factory=dict)
    till: Till | None = None

    def actor(self, key: str, *roles: RoleName) -> Actor:
        """This person, acting in her own name."""
        return Actor(self.people[key], frozenset(roles))


@dataclass(slots=True, frozen=True)
class Scene:
    """Something that happened `days_ago` days ago at `hour` o'clock in Paris; 0 days and hour -1 mean now."""

    days_ago: int
    hour: int
    play: Callable[[World], Awaitable[None]]
    minute: int = 0

    @property
    def moment(self) -> datetime:
        """When, told from the real present; never later than now."""
        present = clock.now()
        if self.hour < 0:
            return present
        return min(present, clock.at(clock.today() - timedelta(days=self.days_ago), self.hour, self.minute))


async def perform(scenes: Iterable[Scene], world: World) -> None:
    """Play the scenes from the oldest to the latest; after each one, the jobs that are due at its moment run.

    The clock stands at each scene's moment meanwhile and shows the present again at the end.
    """
    clock.travel(timedelta())
    present = clock.now()
    timed = sorted(((scene.moment, place, scene) for place, scene in enumerate(scenes)), key=lambda one: one[:2])
    try:
        for moment, _place, scene in timed:
            clock.travel(moment - present)
            if world.till:
                await world.till.show(moment - present)
            await jobs.run_due(schedules=False)
            await scene.play(world)
            await jobs.run_due(schedules=False)
    finally:
        clock.travel(timedelta())
        if world.till:
            await world.till.show(timedelta())
    await jobs.run_due(schedules=False)
