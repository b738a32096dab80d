"""Where those who run shifts find their week, and the shift that is being held, in their own space."""

from datetime import timedelta

from civic import clock
from civic.i18n import _
from civic.initiatives.queries import led_by
from civic.people.models import Person
from civic.slots import Panel, Todo
from civic.web import urls
from volunteering.boards.week import monday_of
from volunteering.missions.words import hours
from volunteering.shifts.models import Shift, ShiftStatus
from volunteering.signups.attendance import DOORS

NEXT = 5


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


async def person_todos(person: Person) -> list[Todo]:
    """The shifts that are being held, or begin within two hours: whoever runs them welcomes people. One query."""
    present = clock.now()
    rows = await Shift.filter(
        mission__initiative__leads__person_id=person.id, mission__initiative__leads__until__isnull=True,
        status=ShiftStatus.OPEN, starts_at__lte=present + DOORS, ends_at__gt=present,
    ).order_by("starts_at", "id").limit(NEXT).select_related("mission")  # fmt: skip
    return [
        Todo(
            _("Accueillir : %(title)s", title=row.mission.title),
            urls.path("signups.list", slug=row.mission.slug, id=row.id), "temps",
            detail=hours(row.starts_at, row.ends_at),
        )
        for row in rows
    ]  # fmt: skip
