"""What a person's own space says of the calls that await her answer."""

from civic import clock
from civic.i18n import _
from civic.people.models import Person
from civic.slots import Todo
from civic.web import urls
from volunteering.calls.letters import token_of
from volunteering.calls.models import RescueCall
from volunteering.missions.words import when
from volunteering.shifts.models import ShiftStatus

SHOWN = 5


async def person_todos(person: Person) -> list[Todo]:
    """« On vous demande de l’aide » for each shift to come that she has not answered. One query."""
    calls = RescueCall.filter(
        person_id=person.id, answer="", shift__starts_at__gt=clock.now(), shift__status=ShiftStatus.OPEN
    )
    return [
        Todo(
            _("On a besoin de vous : %(title)s", title=call.shift.mission.title),
            urls.path("calls.answer", token=token_of(call)), "temps", call.shift.starts_at,
            when(call.shift.starts_at, call.shift.ends_at),
        )
        for call in await calls.order_by("shift__starts_at").limit(SHOWN).select_related("shift__mission")
    ]  # fmt: skip
