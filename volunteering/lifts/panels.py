"""What a mission's page says of the way there: seats by commune, never a name."""

from civic.people.models import Person
from civic.slots import Panel
from volunteering.lifts import queries
from volunteering.missions.models import Mission

SHOWN = 6


async def mission_panels(mission: Mission, _person: Person | None) -> list[Panel]:
    """« 3 places en covoiturage depuis Villars », for each shift to come that has any."""
    ways = [] if mission.remote else await queries.ways_of(mission.id)
    return [Panel("volunteering/lifts/_panel.html", {"ways": ways[:SHOWN]}, order=30)] if ways else []
