"""Routes of discovery."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from tortoise.expressions import F, Q

from civic.discovery import block, explorer, matching
from civic.discovery.cards import cards
from civic.discovery.matching import Search
from civic.needs.models import Need, NeedKind
from civic.organisations.models import Organisation
from civic.places.models import Commune
from civic.places.queries import around, commune_to_show
from civic.places.territory import communes_of_territory
from civic.web.page import page, redirect

NEAR_KM = 15
NEEDS, NEEDS_LOOKED_AT = 6, 60
NEVER = datetime.max.replace(tzinfo=UTC)


async def communes(request: Request) -> Response:
    """The communes of the territory, by name."""
    return page(request, "civic/discovery/communes.html", communes=await communes_of_territory())


async def commune(request: Request) -> Response:
    """What lives in a commune and within 15 km (PRODUCT D4)."""
    found = await commune_to_show(request.path_params["slug"])
    if request.path_params["slug"] != found.slug:
        return redirect("communes.show", slug=found.slug)
    wanted = Search(commune=found, km=NEAR_KM, sort="proche")
    near = await matching.matches(wanted, after=None, limit=9) if found.has_point else []
    total = await matching.count(wanted) if found.has_point else 0
    return page(
        request, "civic/discovery/commune.html", commune=found, cards=await cards(near), count=total, km=NEAR_KM,
        needs=await _needs(near), organisations=await _organisations(found),
        neighbours=(await around(found, NEAR_KM))[1:9] if found.has_point else [],
    )  # fmt: skip


async def _needs(near: list[matching.Match]) -> list[Need]:
    """What people around are looked for, soonest first; not the hours that have found everybody."""
    kinds = [NeedKind.TIME, NeedKind.VOICE, NeedKind.THING]
    ids = [match.id for match in near] or [0]
    found_everybody = Q(kind=NeedKind.TIME, target__gt=0, reached__gte=F("target"))
    query = Need.filter(initiative_id__in=ids, open=True, kind__in=kinds).exclude(found_everybody)
    rows = await query.order_by("id").limit(NEEDS_LOOKED_AT).select_related("initiative")
    coming = [need for need in rows if not need.is_past]
    return sorted(coming, key=lambda need: (need.ends_at or NEVER, need.id))[:NEEDS]


async def _organisations(found: Commune) -> list[Organisation]:
    return await Organisation.filter(commune_id=found.insee).order_by("name_folded").limit(12)


routes: list[BaseRoute] = [
    Route("/initiatives", explorer.index, name="initiatives.index"),
    Route("/communes", communes, name="communes.index"),
    Route("/communes/{slug}", commune, name="communes.show"),
    *block.routes,
]
