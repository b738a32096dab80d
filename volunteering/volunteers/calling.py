"""Whether a person may be asked to come where people are missing: she agreed, and a fortnight has passed (PRODUCT V5).

The only writer of `called_at`. One conditional UPDATE decides, so that two coordinators of two initiatives who ask her
at the same moment ask her once.
"""

from datetime import timedelta

from tortoise.expressions import Q

from civic import clock
from volunteering.volunteers.models import Volunteer

REST = timedelta(days=14)
"""Nobody is asked again before so long, across all initiatives."""


def rested() -> Q:
    """Volunteers who agreed to be asked and have not been for a fortnight."""
    return Q(may_be_called=True) & (Q(called_at__isnull=True) | Q(called_at__lte=clock.now() - REST))


async def take_turn(person_id: int) -> bool:
    """She is being asked now; False when somebody else has asked her lately, or she does not wish it any more."""
    return bool(await Volunteer.filter(rested(), person_id=person_id).update(called_at=clock.now()))


async def no_more(person_id: int) -> None:
    """She does not want to be asked any more; she finds the box again among her wishes."""
    await Volunteer.filter(person_id=person_id).update(may_be_called=False, updated_at=clock.now())
