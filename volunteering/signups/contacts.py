"""How long those who run a shift may reach those who come: from the sign-up until some days after it (PRODUCT A5).

Then names only. The pages, sheets and exports of a shift ask here, and nowhere else.
"""

from datetime import timedelta

from civic import clock
from civic.settings import settings
from volunteering.shifts.models import Shift


def shown(shift: Shift) -> bool:
    """Addresses of this shift's volunteers may be shown to who runs it (CIVIC_CONTACT_DAYS after its end)."""
    return shift.ends_at + timedelta(days=settings().contact_days) > clock.now()
