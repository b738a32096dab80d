"""Things that invented initiatives look for, and those that have been lent."""

from functools import partial

from civic.contributions import service as contributions
from civic.needs import service as needs
from civic.needs.models import NeedKind
from civic.web import urls
from demo.world import Scene, World

WANTED = (
    ("fournil", "Un pétrin, même ancien", 1, ""),
    ("vergers", "Une remorque pour deux jours", 1, ""),
    ("cafe", "Douze chaises dépareillées", 12, "martine paul simone camille leila"),
    ("conserverie", "Un autoclave d’occasion", 1, ""),
    ("bricotheque", "Des outils qui dorment", 200, "julie nour colette camille samir clara"),
    ("lavoirs", "Des guirlandes et des lampions", 20, "nicole sylvie"),
)


def scenes() -> list[Scene]:
    """Each thing is asked for; some are lent the same week."""
    return [Scene(12, 15, partial(_ask, place=place), place) for place in range(len(WANTED))]


async def _ask(world: World, *, place: int) -> None:
    key, title, pieces, lenders = WANTED[place]
    initiative = world.initiatives[key]
    lent = lenders.split()
    for who in lent:
        source = f"thing:{key}:{who}"
        await contributions.contribute(world.people[who].id, initiative.id, NeedKind.THING, source)
    await needs.keep(
        initiative.id, NeedKind.THING, f"thing:{key}", title=title, target=pieces, reached=len(lent),
        path=urls.path("initiatives.show", slug=initiative.slug),
    )  # fmt: skip
