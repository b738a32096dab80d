"""Hours of the demonstration: a list noted, one correction, some hours agreed on, some that still wait."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from civic import clock
from demo.world import Scene, World
from volunteering.hours import service
from volunteering.hours.models import HoursEntry, TimeKind
from volunteering.hours.service import Gift
from volunteering.shifts.models import Shift
from volunteering.signups import attendance
from volunteering.signups.models import Signup, SignupStatus

EXCUSED = "lucien"
VALIDATED = ("rose",)


@dataclass(slots=True, frozen=True)
class Told:
    """Hours somebody says she gave, so many days ago; `by` validates them the day after, nobody yet when empty."""

    initiative: str
    who: str
    days_ago: int
    minutes: int
    title: str
    kind: TimeKind = TimeKind.MISSION
    by: str = ""


HOURS = (
    Told("navette", "anne-marie", 34, 120, "Réunion du bureau", TimeKind.GOVERNANCE, "selim"),
    Told("navette", "selim", 33, 180, "Former trois accompagnatrices", TimeKind.LEADING, "anne-marie"),
    Told("navette", "rose", 27, 90, "Affiches au marché", by="anne-marie"),
    Told("carron", "camille", 24, 120, "Rempailler deux chaises", by="naima"),
    Told("carron", "jeanne", 20, 210, "Tri des outils donnés", by="naima"),
    Told("vergers", "lucien", 16, 240, "Préparer les trous de plantation", by="thomas"),
    Told("navette", "anne-marie", 4, 90, "Préparer l’assemblée", TimeKind.GOVERNANCE),
    Told("navette", "gerard", 3, 60, "Laver le minibus"),
)


def scenes() -> list[Scene]:
    """The list of the last shuttle is noted six days ago; the rest around it."""
    told = [Scene(one.days_ago, 20, partial(_tell, one=one), place) for place, one in enumerate(HOURS)]
    agreed = [
        Scene(one.days_ago - 1, 9, partial(_agree, one=one), place) for place, one in enumerate(HOURS) if one.by
    ]
    list_ = [Scene(6, 10, _note_list), Scene(5, 18, _correct), Scene(5, 20, _validate)]
    return [*told, *agreed, *list_]


async def _tell(world: World, *, one: Told) -> None:
    person = world.people[one.who]
    gift = Gift(one.kind, clock.today() - timedelta(days=1), one.minutes, one.title)
    await service.propose(world.initiatives[one.initiative], person, gift, person.id)


async def _agree(world: World, *, one: Told) -> None:
    entry = await HoursEntry.get(person_id=world.people[one.who].id, title=one.title).select_related("initiative")
    await service.validate(entry, one.minutes, world.actor(one.by))


async def _note_list(world: World) -> None:
    shift = await Shift.filter(
        mission__initiative_id=world.initiatives["navette"].id, ends_at__lt=clock.now()
    ).select_related("mission").first()  # fmt: skip
    assert shift is not None
    away = world.people[EXCUSED].id
    said = [
        attendance.Said(row.id, row.status, SignupStatus.EXCUSED if row.person_id == away else SignupStatus.ATTENDED)
        for row in await Signup.filter(shift_id=shift.id, status__in=attendance.SEEN).order_by("id")
    ]
    await attendance.say(shift, said, world.actor("selim"))


async def _correct(world: World) -> None:
    entry = await _of_list(world, "odile")
    await service.correct(entry, 240, "J’ai ramené le minibus et rangé ensuite.", world.people["odile"].id)


async def _validate(world: World) -> None:
    for key in VALIDATED:
        await service.validate(await _of_list(world, key), 180, world.actor("selim"))


async def _of_list(world: World, key: str) -> HoursEntry:
    return await HoursEntry.get(person_id=world.people[key].id, signup_ref__isnull=False).select_related("initiative")
