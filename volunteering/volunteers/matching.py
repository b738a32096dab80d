"""Whether a mission suits a volunteer, and why (PRODUCT V1, V5). Pure: no database, no language, the same answer twice.

It serves two questions. « Pour moi » asks it of one person and many missions. A rescue call asks it of one shift and
the people who agreed to be called. It compares what she said of herself with what the work asks for, nothing else:
neither how often she came, nor what others think of her. `points` put missions in an order for her, or say whom to ask
first; they are never kept and never shown.

It does not suit her (None) when it asks for a skill that she has not said, is farther than she goes, cannot be reached
without the car she has not, falls when she has no time, or when nothing of what she said speaks for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from civic import clock
from volunteering.missions.models import Availability, Mission
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.volunteers.models import Volunteer

EVENING = 17
"""Whatever starts from this hour on is in the evening; from STAYS_LATE on, what began by day takes the evening too."""
STAYS_LATE = 19
SATURDAY = 5
BY_BIKE_KM = 8
"""So far one goes without a car."""
MOST_SKILLS = 3
SKILL, MOMENT, NEAR, FROM_HOME, CAR_FREE = 3, 3, 4, 2, 1
"""Points: for each skill asked that she has (three at most), for the right moment, for a place next door (fading to
none at the end of her radius), for work that she can do from home, for one she reaches without the car she has not."""


@dataclass(slots=True, frozen=True)
class Fit:
    """A mission suits her, and these are the reasons (`volunteers.words.sentence` says them).

    `km` from her commune to the work, None when unknown or remote · `starts_at` (UTC) of a shift at a moment when she
    said she has time · `skills` asked for, required or wished, that she has · `car_free`: she has no car, needs none.
    """

    points: int
    km: float | None = None
    remote: bool = False
    starts_at: datetime | None = None
    skills: tuple[str, ...] = ()
    car_free: bool = False


def score(
    volunteer: Volunteer, mission: Mission, shift: Shift | None, km: float | None, roles: Iterable[ShiftRole] = ()
) -> Fit | None:
    """How well a mission, or one shift of it, suits a volunteer; None when it does not.

    `km`: from her commune to the mission's, None when one is unknown. `roles`: those of the shift, when they are known;
    then she must have the skills of one that has places and no queue (without them only the mission's own count).
    """
    skills = _skills(volunteer, mission, list(roles))
    if skills is None or _is_too_far(volunteer, mission, km) or not has_time(volunteer, mission, shift):
        return None
    near = None if mission.remote else km
    fit = Fit(
        0, near, mission.remote, shift.starts_at if shift and volunteer.availabilities else None, skills,
        mission.car_free and not volunteer.has_car and not mission.remote,
    )  # fmt: skip
    if near is None and not (fit.remote or fit.starts_at or fit.skills):
        return None
    return Fit(_points(volunteer, fit), fit.km, fit.remote, fit.starts_at, fit.skills, fit.car_free)


def moments(starts_at: datetime, ends_at: datetime) -> frozenset[Availability]:
    """When a shift (UTC) takes place, on the territory's clocks: by day, in the evening, or both; week or weekend."""
    start, end = clock.local(starts_at), clock.local(ends_at)
    late = (end.date(), end.hour, end.minute) > (start.date(), STAYS_LATE, 0)
    weekend = start.weekday() >= SATURDAY
    day = Availability.WEEKEND_DAY if weekend else Availability.WEEK_DAY
    evening = Availability.WEEKEND_EVENING if weekend else Availability.WEEK_EVENING
    if start.hour >= EVENING:
        return frozenset({evening})
    return frozenset({day, evening}) if late else frozenset({day})


def has_time(volunteer: Volunteer, mission: Mission, shift: Shift | None) -> bool:
    """Nothing she said speaks against the hours; who said nothing of her time may have it always."""
    said = set(volunteer.availabilities)
    if not said:
        return True
    if shift is not None:
        return moments(shift.starts_at, shift.ends_at) <= said
    return not mission.availabilities or bool(said & set(mission.availabilities))


def _skills(volunteer: Volunteer, mission: Mission, roles: list[ShiftRole]) -> tuple[str, ...] | None:
    """The skills asked for that she has; None when she lacks a required one, or no role is left for her."""
    hers = set(volunteer.skills)
    open_to_her = [role for role in roles if role.free and not role.waiting and set(role.skills) <= hers]
    if not set(mission.required_skills) <= hers or (roles and not open_to_her):
        return None
    asked = [*mission.required_skills, *(code for role in open_to_her for code in role.skills), *mission.wished_skills]
    return tuple(dict.fromkeys(code for code in asked if code in hers))


def _is_too_far(volunteer: Volunteer, mission: Mission, km: float | None) -> bool:
    """Beyond her radius, or beyond a bicycle ride when she has no car and nobody takes her along."""
    if mission.remote or km is None:
        return False
    lifted = volunteer.has_car or mission.car_free or bool(mission.car_note)
    return km > volunteer.km or (not lifted and km > BY_BIKE_KM)


def _points(volunteer: Volunteer, fit: Fit) -> int:
    near = 0 if fit.km is None else round(NEAR * (1 - fit.km / max(1, volunteer.km)))
    return (
        SKILL * min(MOST_SKILLS, len(fit.skills)) + MOMENT * bool(fit.starts_at) + near + FROM_HOME * fit.remote
        + CAR_FREE * fit.car_free
    )  # fmt: skip
