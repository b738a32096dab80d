"""Who offers or seeks a seat on the way to a shift, for those who come to it."""

from collections import defaultdict
from dataclasses import dataclass, field

from civic import clock
from civic.errors import Forbidden, NotFound
from civic.i18n import _
from civic.web import urls
from volunteering.lifts.models import Lift
from volunteering.shifts.models import Shift, ShiftStatus
from volunteering.signups import consents
from volunteering.signups.letters import LINK
from volunteering.signups.models import Signup, SignupStatus
from volunteering.signups.queries import signup_of_link


@dataclass(slots=True)
class Ways:
    """What anybody may know of the way to a shift: seats by commune, and how many look for one. No names."""

    shift: Shift
    seats: dict[str, int] = field(default_factory=dict)
    seeking: int = 0


async def signup_to_share(token: str) -> Signup:
    """The sign-up behind its own link, of somebody of age who surely comes. Raises NotFound or Forbidden.

    A minor's way is her parents' business: she is neither shown nor shows herself here.
    """
    signup = await signup_of_link(LINK, token)
    back = (_("Voir ma place"), urls.path("signups.show", token=token))
    if signup.status != SignupStatus.CONFIRMED or not signup.shift.is_to_come:
        raise Forbidden(_("Le covoiturage s’ouvre une fois votre place confirmée, jusqu’au créneau."), way_out=back)
    if await consents.of(signup.id):
        raise Forbidden(_("Avant 18 ans, voyez le trajet avec vos parents."), way_out=back)
    return signup


async def lifts_of(shift_id: int) -> list[Lift]:
    """Offers, then wishes, of those who come today, by commune; with person and commune. Who has left is gone."""
    rows = await Lift.filter(
        signup__shift_id=shift_id, signup__status=SignupStatus.CONFIRMED
    ).select_related("signup__person", "commune")  # fmt: skip
    return sorted(rows, key=lambda one: (one.seats == 0, one.commune.folded, one.id))


async def lift_of(signup_id: int) -> Lift | None:
    """What this sign-up offers or seeks."""
    return await Lift.get_or_none(signup_id=signup_id).select_related("commune")


async def lift_to_answer(signup: Signup, lift_id: int) -> Lift:
    """Somebody else's offer or wish for the same shift, while she comes. Raises NotFound."""
    found = next((one for one in await lifts_of(signup.shift_id) if one.id == lift_id), None)
    if found is None or found.signup_id == signup.id:
        raise NotFound(_("Cette annonce n’est plus là."))
    return found


async def seeking_without_commune(shift_id: int) -> list[Signup]:
    """Who ticked « je cherche une place » and said no more; with the person, for those who run the shift."""
    said = {one.signup_id for one in await lifts_of(shift_id)}
    rows = await Signup.filter(shift_id=shift_id, wants_lift=True, status=SignupStatus.CONFIRMED).select_related(
        "person"
    )
    return [row for row in rows if row.id not in said]


async def ways_of(mission_id: int) -> list[Ways]:
    """Seats offered and sought for each shift to come, the next first; without names. Two queries."""
    mine = {
        "signup__shift__mission_id": mission_id, "signup__shift__starts_at__gt": clock.now(),
        "signup__shift__status": ShiftStatus.OPEN, "signup__status": SignupStatus.CONFIRMED, "seats__gt": 0,
    }  # fmt: skip
    seats: dict[int, dict[str, int]] = defaultdict(dict)
    shifts: dict[int, Shift] = {}
    for one in await Lift.filter(**mine).order_by("commune__folded").select_related("signup__shift", "commune"):
        by_commune, shift = seats[one.signup.shift_id], one.signup.shift
        shifts[shift.id] = shift
        by_commune[one.commune.label] = by_commune.get(one.commune.label, 0) + one.seats
    seeking: dict[int, int] = defaultdict(int)
    for row in await Signup.filter(
        shift__mission_id=mission_id, shift__starts_at__gt=clock.now(), shift__status=ShiftStatus.OPEN,
        status=SignupStatus.CONFIRMED, wants_lift=True,
    ).select_related("shift"):  # fmt: skip
        shifts[row.shift_id] = row.shift
        seeking[row.shift_id] += row.party
    ordered = sorted(shifts.values(), key=lambda shift: (shift.starts_at, shift.id))
    return [Ways(shift, seats.get(shift.id, {}), seeking.get(shift.id, 0)) for shift in ordered]
