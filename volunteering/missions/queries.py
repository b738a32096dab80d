"""Reads about missions, and the guards of their pages."""

from collections.abc import Collection
from datetime import timedelta

from civic import database
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.initiatives.models import Stage
from civic.initiatives.queries import may_edit
from civic.people.actor import Actor
from volunteering.missions.models import Mission, MissionStatus

WEEK = timedelta(days=7)
OVER = (Stage.FINISHED, Stage.STOPPED)
_by_slug = database.Prepared(lambda slug: Mission.filter(slug=slug).select_related("initiative", "commune", "contact"))


async def mission_to_show(slug: str, actor: Actor | None) -> Mission:
    """A mission anybody may see, or a draft for the leads and the team. Raises NotFound."""
    found = await _by_slug(slug)
    return await check_shown(found[0] if found else None, actor)


async def check_shown(mission: Mission | None, actor: Actor | None) -> Mission:
    """The mission, with its initiative, if this person may see it. Raises NotFound."""
    if mission is None or not (_is_public(mission) or await may_edit(actor, mission.initiative)):
        raise NotFound(_("Cette mission n’existe pas, ou n’est pas encore ouverte."))
    return mission


async def mission_to_edit(slug: str, actor: Actor) -> Mission:
    """A mission of an initiative this person runs, or any for the team. Raises NotFound or Forbidden."""
    mission = await mission_to_show(slug, actor)
    if not await may_edit(actor, mission.initiative):
        raise Forbidden(_("Seules les personnes qui portent cette initiative peuvent modifier ses missions."))
    return mission


async def open_missions_of(initiative_id: int) -> list[Mission]:
    """The open missions of one initiative, the next to come first."""
    query = Mission.filter(initiative_id=initiative_id, status=MissionStatus.OPEN)
    return await query.order_by("listed_at", "id").select_related("commune")


async def missions_of(initiative_id: int) -> list[Mission]:
    """All missions of one initiative, for its leads."""
    return await Mission.filter(initiative_id=initiative_id).order_by("listed_at", "id").select_related("commune")


async def told_of(initiative_id: int) -> list[Mission]:
    """Every mission that was ever open, the first before the rest."""
    rows = Mission.filter(initiative_id=initiative_id, opened_at__isnull=False).exclude(status=MissionStatus.DRAFT)
    return await rows.order_by("id")


async def running_of(initiative_ids: Collection[int], limit: int) -> list[Mission]:
    """The missions of these initiatives that are open or still drafts, the next to come first. One query."""
    query = Mission.filter(initiative_id__in=list(initiative_ids), status__not=MissionStatus.CLOSED)
    return await query.order_by("listed_at", "id").limit(limit)


def _is_public(mission: Mission) -> bool:
    return mission.status != MissionStatus.DRAFT and mission.initiative.is_public
