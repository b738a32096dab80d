"""Reads about missions, and the guards of their pages."""

from datetime import timedelta

from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.initiatives.models import Stage
from civic.initiatives.queries import may_edit
from civic.people.actor import Actor
from volunteering.missions.models import Mission, MissionStatus

WEEK = timedelta(days=7)
OVER = (Stage.FINISHED, Stage.STOPPED)


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


async def open_missions_of(initiative_id: int) -> list[Mission]:
    """The open missions of one initiative, the next to come first."""
    query = Mission.filter(initiative_id=initiative_id, status=MissionStatus.OPEN)
    return await query.order_by("listed_at", "id").select_related("commune")


async def missions_of(initiative_id: int) -> list[Mission]:
    """All missions of one initiative, for its leads."""
    return await Mission.filter(initiative_id=initiative_id).order_by("listed_at", "id").select_related("commune")


def _is_public(mission: Mission) -> bool:
    return mission.status != MissionStatus.DRAFT and mission.initiative.is_public
