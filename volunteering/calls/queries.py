"""Whom a shift that lacks people may ask, and what those said who were asked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from tortoise.expressions import Q

from civic import clock
from civic.errors import NotFound
from civic.i18n import _
from civic.people import links
from civic.people.models import Person
from civic.places import queries as communes
from civic.places.distance import distance_km, point_of
from volunteering.calls.models import RescueCall
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.shifts.places import roles_of
from volunteering.signups.models import OVER, Signup
from volunteering.signups.overlaps import busy_among
from volunteering.volunteers.calling import REST, rested
from volunteering.volunteers.matching import Fit, score
from volunteering.volunteers.models import Volunteer

LINK = "rescue"
MOST_OPEN = 5
"""So many may be asked about one shift and not have answered."""
PATIENCE = timedelta(hours=24)
"""After so long without an answer others may be asked."""
LOOKED_AT = 400
MOST_KM = 100
"""As far as anybody may say that she goes."""
SOON = timedelta(days=7)
"""So near to its start a shift with free places may ask, though its minimum is reached."""


@dataclass(slots=True, frozen=True)
class Proposal:
    """Somebody who could come, how far away she lives, and why it is she: the fit is explained, never scored."""

    person: Person
    fit: Fit


def may_ask(shift: Shift) -> bool:
    """People are missing, or places are free soon, and nobody stands in the queue. Needs mission and initiative."""
    lacks = shift.missing > 0 or shift.starts_at - clock.now() <= SOON
    return shift.mission.takes_people and shift.is_to_come and lacks and shift.free > 0 and not shift.waiting


async def proposals(shift: Shift, among: Collection[int] | None = None) -> list[Proposal]:
    """The few who fit best, the best first; of equals who was asked longest ago, or never (PRODUCT V5).

    Nobody who comes already, comes elsewhere at that time, has stepped back from this shift or was asked about it.
    Looks at 400 people at most; `among` asks of certain persons only. Needs the shift's mission and commune.
    """
    passed = await _passed_by(shift)
    roles, found = await roles_of(shift.id), []
    for volunteer in await _near(shift):
        if volunteer.person_id in passed or (among is not None and volunteer.person_id not in among):
            continue
        if fit := fit_of(volunteer, shift, roles):
            found.append(Proposal(volunteer.person, fit))
    busy = await busy_among([one.person.id for one in found], shift)
    free = [one for one in found if one.person.id not in busy]
    return sorted(free, key=lambda one: -one.fit.points)[:MOST_OPEN]


def fit_of(volunteer: Volunteer, shift: Shift, roles: list[ShiftRole]) -> Fit | None:
    """How the shift suits her, None when it does not. Needs her commune and the mission's."""
    known = volunteer.commune is not None and shift.mission.commune is not None
    km = distance_km(volunteer.commune, shift.mission.commune) if known else None  # type: ignore[arg-type]
    return score(volunteer, shift.mission, shift, km, roles)


async def unanswered(shift_id: int) -> int:
    """How many were asked about a shift within a day and have not answered."""
    since = clock.now() - PATIENCE
    return await RescueCall.filter(shift_id=shift_id, answered_at__isnull=True, asked_at__gt=since).count()


@dataclass(slots=True, frozen=True)
class Told:
    """Somebody who was asked: « Prénom N. », and asked, comes, gave_back or declined. Nothing else is known of her."""

    name: str
    state: str


async def told(shift_id: int) -> list[Told]:
    """What those said who were asked about a shift, in the order of asking. Two queries."""
    calls = await RescueCall.filter(shift_id=shift_id).order_by("id").select_related("person")
    rows = await Signup.filter(shift_id=shift_id, status__not_in=OVER).values_list("person_id", flat=True)
    coming = {int(str(one)) for one in rows}
    return [Told(call.person.short_name, _state(call, call.person_id in coming)) for call in calls]


def _state(call: RescueCall, comes: bool) -> str:
    if comes:
        return "comes"
    return {"": "asked", "yes": "gave_back", "no": "declined"}[call.answer]


async def call_of_link(token: str) -> RescueCall:
    """The call behind a mailed link, with person, shift, mission, initiative and commune. Raises NotFound."""
    found = await RescueCall.get_or_none(id=links.read(LINK, token)).select_related("person")
    if found is None:
        raise NotFound(_("Cette demande n’existe plus."))
    found.shift = await Shift.get(id=found.shift_id).select_related(
        "mission__initiative", "mission__commune", "mission__contact"
    )
    return found


async def call_to_answer(token: str) -> RescueCall:
    """The same for who may see and take the place. Raises Gone for a link of before she signed a device out.

    Such a link only serves to be left alone.
    """
    found = await call_of_link(token)
    links.check_current(found.person, LINK, token)
    return found


async def _near(shift: Shift) -> list[Volunteer]:
    """Volunteers who may be asked, within 100 km when there is a place to go to, the longest left alone first."""
    rows = Volunteer.filter(rested(), person__erased_at__isnull=True, person__email_verified_at__isnull=False)
    commune = shift.mission.commune
    if commune is not None and not shift.mission.remote and point_of(commune):
        near = await communes.around(commune, MOST_KM)
        rows = rows.filter(commune_id__in=[one.commune.insee for one in near])
    rows = rows.order_by("called_at", "id").select_related("person", "commune")
    never = await rows.filter(called_at__isnull=True).limit(LOOKED_AT)
    left = LOOKED_AT - len(never)
    return [*never, *(await rows.filter(called_at__isnull=False).limit(left) if left else [])]


async def _passed_by(shift: Shift) -> set[int]:
    """Everybody who has a sign-up on this shift, whatever became of it, who was asked about it, or lately at all.

    The last too: who deletes her wishes and writes them anew is not asked again for that.
    """
    signed = await Signup.filter(shift_id=shift.id).values_list("person_id", flat=True)
    asked = await RescueCall.filter(Q(shift_id=shift.id) | Q(asked_at__gt=clock.now() - REST)).values_list(
        "person_id", flat=True
    )
    return {int(str(one)) for one in [*signed, *asked]}
