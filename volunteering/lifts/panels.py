"""What a mission's page says of the way there: seats by commune, never a name; and one's own page: one's lift."""

from civic.people.models import Person
from civic.slots import Panel
from volunteering.lifts import queries
from volunteering.missions.models import Mission
from volunteering.signups import consents
from volunteering.signups.models import Signup, SignupStatus

SHOWN = 6


async def mission_panels(mission: Mission, _person: Person | None) -> list[Panel]:
    """« 3 places en covoiturage depuis Villars », for each shift to come that has any."""
    ways = [] if mission.remote else await queries.ways_of(mission.id)
    return [Panel("volunteering/lifts/_panel.html", {"ways": ways[:SHOWN]}, order=30)] if ways else []


async def signup_panels(signup: Signup, token: str) -> list[Panel]:
    """What she offers or seeks, and with whom she could go (« Prénom N. »), once she surely comes. Two queries.

    A minor's way is her parents' business: nothing is shown.
    """
    shift = signup.shift
    if signup.status != SignupStatus.CONFIRMED or not shift.is_to_come or shift.mission.remote:
        return []
    if await consents.of(signup.id):
        return []
    rows = await queries.lifts_of(shift.id)
    own = next((one for one in rows if one.signup_id == signup.id), None)
    fitting = [one for one in rows if own and one.signup_id != signup.id and bool(one.seats) != bool(own.seats)]
    words = {"own": own, "fitting": fitting[:SHOWN], "more": len(fitting[SHOWN:]), "token": token}
    return [Panel("volunteering/lifts/_mine.html", words, order=30)]
