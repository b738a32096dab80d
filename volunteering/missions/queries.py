"""Reads about missions, and the guards of their pages."""

from dataclasses import dataclass
from datetime import timedelta

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from civic import clock
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.initiatives.models import Stage
from civic.initiatives.queries import may_edit
from civic.people.actor import Actor
from civic.places import queries as places
from civic.places.distance import distance_km
from civic.places.models import Commune
from civic.web.paging import PER_PAGE, Page, cut, decode
from volunteering.missions.models import Mission, MissionStatus

MOST_KM = 60
WEEK = timedelta(days=7)
OVER = (Stage.FINISHED, Stage.STOPPED)


@dataclass(slots=True, frozen=True)
class Wanted:
    """What somebody looks for in the list: around a commune within `km`, without a car, this week."""

    commune: Commune | None = None
    km: int = 15
    car_free: bool = False
    this_week: bool = False


@dataclass(slots=True)
class Found:
    """A mission of the list and its distance in km, None when it is unknown or needs no travel."""

    mission: Mission
    km: float | None


async def mission_to_show(slug: str, actor: Actor | None) -> Mission:
    """A mission anybody may see, or a draft for the leads and the team. Raises NotFound."""
    mission = await Mission.get_or_none(slug=slug).select_related("initiative", "commune", "contact")
    if mission is None or not (_is_public(mission) or await may_edit(actor, mission.initiative)):
        raise NotFound(_("Cette mission n’existe pas, ou n’est pas encore ouverte."))
    return mission


async def mission_to_edit(slug: str, actor: Actor) -> Mission:
    """A mission of an initiative this person runs, or any for the team. Raises NotFound or Forbidden."""
    mission = await mission_to_show(slug, actor)
    if not await may_edit(actor, mission.initiative):
        raise Forbidden(_("Seules les personnes qui portent cette initiative peuvent modifier ses missions."))
    return mission


async def explore(wanted: Wanted, cursor: str | None = None) -> Page[Found]:
    """The open missions, the next to come first, those without a date last. Two queries at most."""
    query = _open().filter(await _filter(wanted))
    after = decode(cursor, "moment", "id")
    if after:
        moment, last = after
        query = query.filter(Q(listed_at__gt=moment) | Q(listed_at=moment, id__gt=last))
    rows = await query.order_by("listed_at", "id").limit(PER_PAGE + 1).select_related("initiative", "commune")
    shown = cut(rows, lambda row: [row.listed_at.isoformat(), row.id], cursor=cursor if after else None)
    return Page([Found(row, _km(wanted, row)) for row in shown.items], shown.after, shown.first)


async def open_missions_of(initiative_id: int) -> list[Mission]:
    """The open missions of one initiative, the next to come first."""
    query = Mission.filter(initiative_id=initiative_id, status=MissionStatus.OPEN)
    return await query.order_by("listed_at", "id").select_related("commune")


async def missions_of(initiative_id: int) -> list[Mission]:
    """All missions of one initiative, for its leads."""
    return await Mission.filter(initiative_id=initiative_id).order_by("listed_at", "id").select_related("commune")


def _open() -> QuerySet[Mission]:
    return Mission.filter(
        Q(last_at__gt=clock.now()) | Q(ongoing=True), status=MissionStatus.OPEN,
        initiative__published_at__isnull=False, initiative__stage__not_in=OVER,
    )  # fmt: skip


async def _filter(wanted: Wanted) -> Q:
    conditions = Q()
    if wanted.commune is not None:
        near = await places.around(wanted.commune, min(wanted.km, MOST_KM))
        conditions &= Q(remote=True) | Q(commune_id__in=[one.commune.insee for one in near])
    if wanted.car_free:
        conditions &= Q(car_free=True) | Q(remote=True)
    if wanted.this_week:
        conditions &= Q(listed_at__lte=clock.now() + WEEK)
    return conditions


def _km(wanted: Wanted, mission: Mission) -> float | None:
    if wanted.commune is None or mission.commune is None or mission.remote:
        return None
    return distance_km(wanted.commune, mission.commune)


def _is_public(mission: Mission) -> bool:
    return mission.status != MissionStatus.DRAFT and mission.initiative.is_public
