"""Where those who run shifts find their week, in their own space."""

from datetime import timedelta

from civic import clock
from civic.i18n import _
from civic.initiatives.queries import led_by
from civic.people.models import Person
from civic.slots import Panel
from volunteering.boards.week import monday_of
from volunteering.shifts.models import Shift, ShiftStatus


async def person_panels(person: Person) -> list[Panel]:
    """« Ma semaine » with how many shifts are ahead in it, for whoever runs an initiative. Two queries."""
    runs = await led_by(person)
    if not runs:
        return []
    end = clock.at(monday_of("") + timedelta(days=7), 0)
    ahead = Shift.filter(
        mission__initiative_id__in=[one.id for one in runs], status=ShiftStatus.OPEN, ends_at__gt=clock.now(),
        starts_at__lt=end,
    )  # fmt: skip
    words = {"ahead": await ahead.count(), "heading": _("Ma semaine")}
    return [Panel("volunteering/boards/_week.html", words, order=12)]
