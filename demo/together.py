"""Who may be called when people are missing, a call for help of last week, and who shares a car."""

from dataclasses import dataclass
from functools import partial

from civic import clock
from civic.people.models import Person
from civic.places.models import Commune
from demo import market_day
from demo.world import Scene, World
from volunteering.calls import service as calls
from volunteering.calls.models import RescueCall
from volunteering.lifts import service as lifts
from volunteering.missions.models import Availability
from volunteering.shifts.models import Shift
from volunteering.signups.models import Signup
from volunteering.volunteers.models import Volunteer

WEEKEND = [Availability.WEEKEND_DAY.value]


@dataclass(slots=True, frozen=True)
class Way:
    """Who goes to an initiative's next shift, from where, with how many seats (0: seeks one)."""

    initiative: str
    key: str
    insee: str
    seats: int
    note: str = ""


READY = {
    "martine": ["listening"], "yvette": ["care", "listening"], "louis": [], "colette": ["cooking"], "delphine": [],
    "nicole": ["driving"], "samir": [], "julie": ["serving"],
}  # fmt: skip
"""Those who agree to be asked, and what they can do."""
ASKED = ("louis", "nicole", "samir")
WAYS = (
    Way("navette", "odile", "01052", 2, "Je passe à 7 h 40 devant la mairie."),
    Way("navette", "fatou", "01443", 0),
    Way("vergers", "lucien", "01074", 3, "Retour vers midi et demi, bottes dans le coffre."),
    Way("vergers", "jeanne", "01427", 0),
)


def scenes() -> list[Scene]:
    """They say so a few days before; the lead of the shuttle calls for help the day before yesterday."""
    return [
        Scene(20, 9, _ready),
        *(Scene(3, 18, partial(_share, way=way), n) for n, way in enumerate(WAYS)),
        Scene(2, 9, _call),
    ]


async def _ready(world: World) -> None:
    for key, skills in READY.items():
        person = await Person.get(id=world.people[key].id).select_related("commune")
        if not await Volunteer.filter(person_id=person.id).update(may_be_called=True):
            await Volunteer.create(
                person=person, commune=person.commune, km=40, has_car=True, skills=skills, availabilities=WEEKEND,
                may_be_called=True, updated_at=clock.now(),
            )  # fmt: skip


async def _next_shift(world: World, initiative: str) -> Shift:
    rows = Shift.filter(mission__initiative_id=world.initiatives[initiative].id, starts_at__gt=clock.now())
    found = await rows.exclude(mission__title=market_day.TITLE).order_by("starts_at").first().select_related("mission__initiative", "mission__commune")
    assert found is not None
    return found


async def _share(world: World, *, way: Way) -> None:
    shift = await _next_shift(world, way.initiative)
    signup = await Signup.get(shift_id=shift.id, person_id=world.people[way.key].id)
    await lifts.say(signup, await Commune.get(insee=way.insee), way.seats, way.note)


async def _call(world: World) -> None:
    """Three are asked; one cannot come, the others have not answered."""
    shift = await _next_shift(world, "navette")
    await calls.ask(shift, [world.people[key].id for key in ASKED], world.actor("anne-marie"))
    for call in await RescueCall.filter(shift_id=shift.id).order_by("id").limit(1):
        await calls.decline(call)
