"""Reads about volunteers: what she said, and what suits her."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F, Q

from civic import clock
from civic.initiatives.queries import led_by
from civic.people.models import Person
from civic.places import queries as places
from civic.places.distance import distance_km
from volunteering.missions.models import UNDATED, Mission, MissionStatus
from volunteering.missions.queries import OVER as OVER_STAGES
from volunteering.shifts.models import Shift, ShiftRole, ShiftStatus
from volunteering.shifts.queries import roles_by_shift
from volunteering.signups.models import OVER, Signup
from volunteering.signups.overlaps import touch
from volunteering.volunteers.matching import Fit, score
from volunteering.volunteers.models import Volunteer

AHEAD = timedelta(days=60)
LOOKED_AT = 400
SHOWN = 12


@dataclass(slots=True, frozen=True)
class Suggestion:
    """A mission that suits her, the shift of it that does (none for work without a date), and why."""

    mission: Mission
    shift: Shift | None
    fit: Fit

    @property
    def order(self) -> tuple[int, datetime, int]:
        """More reasons first, then sooner."""
        return -self.fit.points, self.shift.starts_at if self.shift else UNDATED, self.mission.id


@dataclass(slots=True, frozen=True)
class Reach:
    """Where she goes (codes of communes, None when unknown) and the initiatives she leads herself."""

    communes: list[str] | None
    led: list[int]

    def of(self, prefix: str) -> Q:
        """The condition on a mission: within reach, or to be done from home."""
        if self.communes is None:
            return Q()
        near: dict[str, Any] = {f"{prefix}commune_id__in": self.communes or ["-"]}
        from_home: dict[str, Any] = {f"{prefix}remote": True}
        return Q(**near) | Q(**from_home)


async def wishes_of(person: Person) -> Volunteer | None:
    """What she said of herself, with her commune; None when she said nothing yet."""
    return await Volunteer.get_or_none(person_id=person.id).select_related("commune")


def says_something(volunteer: Volunteer | None) -> bool:
    """There is something to compare missions with."""
    return volunteer is not None and bool(volunteer.skills or volunteer.availabilities or volunteer.commune_id)


async def suggestions(person: Person, volunteer: Volunteer, limit: int = SHOWN) -> list[Suggestion]:
    """What suits her in the next sixty days, one shift of each mission: the best reasons first, then the soonest.

    Never a mission that she already comes to, a shift that she gave back, hours that touch another sign-up of hers
    with the way between both, or the work of an initiative she leads. Six queries whatever there is.
    """
    signups = await Signup.filter(person_id=person.id, shift__ends_at__gt=clock.now()).select_related(
        "shift__mission__commune"
    )
    hers = [one.shift for one in signups if one.status not in OVER]
    given_back = {one.shift_id for one in signups}
    reach = Reach(await _communes(volunteer), [one.id for one in await led_by(person)] or [0])
    offered = await _offered(reach, {shift.mission_id for shift in hers})
    shifts = [one for one in offered if one.id not in given_back and not any(touch(one, other) for other in hers)]
    roles = await roles_by_shift(shifts)
    found: dict[int, Suggestion] = {}
    for shift in shifts:
        _keep(found, volunteer, shift.mission, shift, roles[shift.id])
    for mission in await _undated(reach):
        _keep(found, volunteer, mission, None, [])
    return sorted(found.values(), key=lambda one: one.order)[:limit]


def _keep(
    found: dict[int, Suggestion], volunteer: Volunteer, mission: Mission, shift: Shift | None, roles: list[ShiftRole]
) -> None:
    """Keep this shift when it suits her better than those of its mission found so far."""
    home, there = volunteer.commune, mission.commune
    km = distance_km(home, there) if home and there else None
    fit = score(volunteer, mission, shift, km, roles)
    if fit is None:
        return
    one = Suggestion(mission, shift, fit)
    if mission.id not in found or one.order < found[mission.id].order:
        found[mission.id] = one


async def _offered(reach: Reach, joined: set[int]) -> list[Shift]:
    """The next shifts within reach that have a free place."""
    present = clock.now()
    query = Shift.filter(
        reach.of("mission__"), status=ShiftStatus.OPEN, starts_at__gt=present,
        starts_at__lt=present + AHEAD, taken__lt=F("ceiling"), mission__status=MissionStatus.OPEN,
        mission__initiative__published_at__isnull=False, mission__initiative__stage__not_in=OVER_STAGES,
        mission__initiative_id__not_in=reach.led, mission_id__not_in=joined or {0},
    )  # fmt: skip
    rows = query.order_by("starts_at", "id").limit(LOOKED_AT)
    return await rows.select_related("mission__initiative", "mission__commune")


async def _undated(reach: Reach) -> list[Mission]:
    """Work within reach for which one agrees on a time."""
    query = Mission.filter(
        reach.of(""), ongoing=True, coming_shifts=0, status=MissionStatus.OPEN,
        initiative__published_at__isnull=False, initiative__stage__not_in=OVER_STAGES,
        initiative_id__not_in=reach.led,
    )  # fmt: skip
    return await query.order_by("-opened_at", "-id").limit(LOOKED_AT).select_related("initiative", "commune")


async def _communes(volunteer: Volunteer) -> list[str] | None:
    """The codes of the communes within her radius; None when we do not know where she is."""
    if volunteer.commune is None or not volunteer.commune.has_point:
        return None
    return [near.commune.insee for near in await places.around(volunteer.commune, volunteer.km)]
