"""Who comes first when more people want a place than there are (the rule that a lead chose and the page shows).

First come: the order of asking. Newcomers: until 24 hours before the start, whoever has already come to this
initiative waits behind those who never have. Least served: a place that becomes free goes to who came least often in
the last 90 days. In the last 24 hours every shift is open to all in the order of asking. Nobody is scored or ranked
beyond the one queue she stands in.
"""

from collections import Counter
from collections.abc import Collection
from datetime import timedelta

from civic import clock
from volunteering.shifts.models import Fairness, Shift
from volunteering.signups.models import Signup, SignupStatus

RECENT = timedelta(days=90)


def is_open_to_all(shift: Shift) -> bool:
    """The order of asking alone counts."""
    return shift.fairness == Fairness.FIRST_COME or shift.opens_to_all_at <= clock.now()


async def must_wait(shift: Shift, person_id: int) -> bool:
    """She has come before, and newcomers go first until the day before. Needs the shift's mission."""
    if shift.fairness != Fairness.NEWCOMERS or is_open_to_all(shift):
        return False
    return bool((await _times(shift, [person_id]))[person_id])


async def in_order(shift: Shift, waiting: list[Signup]) -> list[Signup]:
    """The queue of a role (given in the order of asking) as places are offered. Needs the shift's mission.

    One query at most; whoever must still wait stands behind.
    """
    if is_open_to_all(shift) or not waiting:
        return waiting
    times = await _times(shift, [one.person_id for one in waiting])
    if shift.fairness == Fairness.NEWCOMERS:
        return sorted(waiting, key=lambda one: (times[one.person_id] > 0, one.id))
    return sorted(waiting, key=lambda one: (times[one.person_id], one.id))


async def entitled(shift: Shift, waiting: list[Signup]) -> list[Signup]:
    """Those of the queue to whom a free place may be offered now, in order."""
    ordered = await in_order(shift, waiting)
    if shift.fairness != Fairness.NEWCOMERS or is_open_to_all(shift):
        return ordered
    times = await _times(shift, [one.person_id for one in waiting])
    return [one for one in ordered if not times[one.person_id]]


async def _times(shift: Shift, people: Collection[int]) -> Counter[int]:
    """How often each of them has come to this initiative: ever, or for the least served in the last 90 days."""
    came = Signup.filter(
        person_id__in=people, status=SignupStatus.ATTENDED, shift__mission__initiative_id=shift.mission.initiative_id
    )
    if shift.fairness == Fairness.LEAST_SERVED:
        came = came.filter(shift__starts_at__gte=clock.now() - RECENT)
    return Counter(int(str(one)) for one in await came.values_list("person_id", flat=True))
