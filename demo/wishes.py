"""What some residents like to do, and the skills that help in each mission, so that « Pour moi » has something to say."""

from dataclasses import dataclass
from functools import partial

from demo.world import Scene, World
from volunteering.missions import service as missions
from volunteering.missions.models import Mission
from volunteering.volunteers import service
from volunteering.volunteers.service import Wishes

HELPFUL = {
    "navette": "listening driving", "sentinelles": "nature_guide photo", "carron": "repair sewing",
    "paniers": "gardening", "vergers": "gardening", "radio": "reading_aloud writing", "repit": "listening care",
    "clics": "computers teaching",
}  # fmt: skip


@dataclass(slots=True, frozen=True)
class Likes:
    """A resident's wishes, skills and moments as words; she starts from her own commune."""

    key: str
    skills: str
    moments: str
    km: int = 15
    has_car: bool = True
    may_be_called: bool = True


LIKES = (
    Likes("camille", "sewing reading_aloud gardening", "weekend_day week_evening", 30, has_car=False),
    Likes("rose", "listening cooking", "week_day weekend_day", 30),
    Likes("lucien", "repair gardening driving", "weekend_day", 25),
    Likes("emma", "nature_guide photo web", "weekend_day weekend_evening", 30, has_car=False),
    Likes("jeanne", "till serving sewing", "weekend_day", 10),
    Likes("gerard", "driving", "week_day", 15, may_be_called=False),
    Likes("yvette", "care listening first_aid", "week_day", 20),
    Likes("nicole", "gardening", "", 20),
    Likes("fatou", "languages cooking", "weekend_day week_evening", 15, has_car=False),
)


def scenes() -> list[Scene]:
    """Leads say which skills help; later, residents say what they like."""
    asked = [Scene(27, 19, partial(_ask, key=key, skills=skills.split())) for key, skills in HELPFUL.items()]
    return [*asked, *[Scene(12, 20, partial(_say, likes=likes)) for likes in LIKES]]


async def _ask(world: World, *, key: str, skills: list[str]) -> None:
    for mission in await Mission.filter(initiative_id=world.initiatives[key].id).select_related("initiative"):
        await missions.edit(mission, {"wished_skills": skills, "commune_id": mission.commune_id})


async def _say(world: World, *, likes: Likes) -> None:
    person = world.people[likes.key]
    insee: str | None = getattr(person, "commune_id")  # noqa: B009
    wishes = Wishes(
        likes.skills.split(), likes.moments.split(), insee, likes.km, likes.has_car, likes.may_be_called
    )
    await service.say(person, wishes)
