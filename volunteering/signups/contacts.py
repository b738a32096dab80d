"""How long those who run a shift may reach those who come, and read their whole names (PRODUCT A5).

From the sign-up until some days after the shift; then « Prénom N. » only. The pages of a shift ask here, and nowhere
else. Papers that lie about (the sheet to sign) or are kept (files) say « Prénom N. » at any time.
"""

from collections.abc import Callable
from datetime import timedelta

from civic import clock
from civic.people.models import Person, shortened
from civic.settings import settings
from volunteering.shifts.models import Shift


def shown(shift: Shift) -> bool:
    """Addresses of this shift's volunteers may be shown to who runs it (CIVIC_CONTACT_DAYS after its end)."""
    return shift.ends_at + timedelta(days=settings().contact_days) > clock.now()


def called(shift: Shift) -> Callable[[Person], str]:
    """How the pages of who runs this shift call somebody who comes: by the whole name, later « Prénom N. »."""
    named = called_by(shift)
    return lambda person: named(person.name)


def called_by(shift: Shift) -> Callable[[str], str]:
    """The same of a whole name."""
    return str if shown(shift) else shortened
