"""The home page: what this is, and what one can do here this week (PRODUCT N1)."""

from collections.abc import Iterable
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from civic import clock, slots
from civic.activity.models import Activity
from civic.activity.queries import latest
from civic.discovery import matching
from civic.discovery.cards import cards
from civic.discovery.matching import Search
from civic.errors import DomainError
from civic.people.actor import person_of
from civic.people.queries import person_to_name
from civic.places.models import Commune
from civic.places.queries import commune_meant
from civic.slots import Figure, Way
from civic.web import urls
from civic.web.page import page

ORDER = ("voix", "temps", "argent", "chose")
OUTCOMES = ("outcome_published", "campaign_funded", "stage_changed")
"""The facts that say what came of people's help; the others announce something."""
STEPS = ("launched", "alive", "finished")
FEED = 5


async def home(request: Request) -> Response:
    """Five seconds to see what one can do here."""
    commune = await _commune(request)
    wanted = Search(commune=commune, km=30) if commune and commune.has_point else Search(sort="bientot")
    near = await matching.matches(wanted, after=None, limit=3)
    return page(
        request, "civic/network/home.html", commune=commune, cards=await cards(near),
        count=await matching.count(Search()),
        ways=await ways_of_week(), moments=await _coming(), feed=await _changes(), figures=await _figures(),
        week=(clock.today(), clock.today() + timedelta(days=7)),
        panorama=urls.path("landscapes.show", motif="panorama", seed="2"),
    )  # fmt: skip


async def ways_of_week() -> list[Way]:
    """What is open in each of the four ways, always in the same order."""
    found = [way for fill in slots.home_ways for way in await fill()]
    return sorted(found, key=lambda way: ORDER.index(way.kind))


async def _commune(request: Request) -> Commune | None:
    """The commune asked for, else that of the person who is signed in."""
    if asked := request.query_params.get("commune", "")[:80]:
        try:
            return await commune_meant(asked)
        except DomainError:
            return None
    person = person_of(request)
    return (await person_to_name(person.id)).commune if person else None


async def _coming() -> Iterable[slots.Moment]:
    """The next gatherings."""
    found = [moment for fill in slots.agenda for moment in await fill()]
    return sorted(found, key=lambda moment: moment.at)[:4]


async def _changes() -> list[Activity]:
    """What has changed: results first, then what else is new; that something stopped is thanks to nobody."""
    rows = await latest(4 * FEED, kinds=OUTCOMES)
    results = [row for row in rows if row.parameters.get("stage") in (None, *STEPS)][:FEED]
    others = await latest(FEED) if len(results) < FEED else []
    return [*results, *(row for row in others if row.kind not in OUTCOMES)][:FEED]


async def _figures() -> list[Figure]:
    """Figures with their definitions."""
    found = [figure for fill in slots.figures for figure in await fill()]
    return sorted(found, key=lambda figure: figure.order)[:4]


