"""Reads about sign-ups, and the guards of their pages."""

from dataclasses import dataclass

from civic import clock
from civic.errors import NotFound
from civic.i18n import _
from civic.people import links
from civic.people.models import Person
from volunteering.shifts.models import Shift
from volunteering.signups import fairness
from volunteering.signups.models import COMING, OVER, Signup, SignupChange, SignupStatus


@dataclass(slots=True)
class Place:
    """A shift as one person sees it: with her sign-up, if she has one. `sought`: somebody seeks a stand-in."""

    shift: Shift
    mine: Signup | None = None
    rank: int = 0
    sought: bool = False


async def signup_of_link(purpose: str, token: str) -> Signup:
    """The sign-up behind a mailed link, with its person, shift, mission and initiative.

    Raises NotFound, also for somebody who had her data erased: nobody takes a place in her name any more. Raises Gone
    for a link of before she signed a device out.
    """
    found = await Signup.get_or_none(id=links.read(purpose, token)).select_related("person")
    if found is None or found.person.erased_at:
        raise NotFound(_("Cette inscription n’existe plus."))
    links.check_current(found.person, purpose, token)
    return await whole(found.id)


async def whole(signup_id: int) -> Signup:
    """A sign-up with person, role, shift, mission, initiative, commune and contact."""
    return await Signup.get(id=signup_id).select_related(
        "person", "role", "shift__mission__initiative", "shift__mission__commune", "shift__mission__contact"
    )


async def with_mine(shifts: list[Shift], person: Person | None) -> list[Place]:
    """The shifts, each with this person's sign-up. Two queries, one more for each queue she stands in."""
    full = [shift.id for shift in shifts if not shift.free]
    seats = Signup.filter(shift_id__in=full, status=SignupStatus.CONFIRMED, stand_in_at__isnull=False)
    sought = {int(str(one)) for one in await seats.values_list("shift_id", flat=True)} if full else set()
    if person is None or not shifts:
        return [Place(shift, sought=shift.id in sought) for shift in shifts]
    rows = await Signup.filter(person_id=person.id, shift_id__in=[shift.id for shift in shifts]).exclude(
        status__in=OVER
    )
    mine = {row.shift_id: row for row in rows}
    found = [Place(shift, mine.get(shift.id), sought=shift.id in sought) for shift in shifts]
    for place in found:
        if place.mine and place.mine.status == SignupStatus.WAITING:
            place.mine.shift = place.shift
            place.rank = await position(place.mine)
    return found


async def active_of(shift_id: int, person_id: int) -> Signup | None:
    """This person's sign-up for this shift, unless she has stepped back."""
    return await Signup.filter(shift_id=shift_id, person_id=person_id).exclude(status__in=OVER).first()


async def position(signup: Signup) -> int:
    """Her rank in the queue of her role, from 1, under the shift's rule of fairness. Needs shift and mission."""
    waiting = Signup.filter(role_id=signup.role_id, status=SignupStatus.WAITING)
    if fairness.is_open_to_all(signup.shift):
        return await waiting.filter(id__lte=signup.id).count()
    rows = await waiting.order_by("id")
    order = await fairness.in_order(signup.shift, rows)
    return next((rank for rank, one in enumerate(order, 1) if one.id == signup.id), 0)


async def ended_by(signup: Signup) -> str:
    """Why a cancelled sign-up ended (« stood_in », « mission_closed », …); empty for any other.

    Whoever gave up what she never had: « declined » an offered place, « left_queue ».
    """
    if signup.status != SignupStatus.CANCELLED:
        return ""
    last = await SignupChange.filter(signup_id=signup.id).order_by("-id").first()
    given_up = {SignupStatus.OFFERED.value: "declined", SignupStatus.WAITING.value: "left_queue"}
    return (given_up.get(last.before, last.cause) if last.cause == "by_person" else last.cause) if last else ""


async def coming_of(person: Person) -> list[Signup]:
    """Her sign-ups to come, the next first, with shift and mission."""
    return await Signup.filter(
        person_id=person.id, status__in=COMING, shift__ends_at__gt=clock.now()
    ).order_by("shift__starts_at").limit(30).select_related("shift__mission")  # fmt: skip


