"""A person's place in a shift, written down for her own calendar.

In every calendar it has the shift's UID. Its SEQUENCE grows with each change of the shift and with each thing she did
herself: stepping back is one step, signing up for the same shift again another.
"""

from civic import clock
from civic.i18n import _
from volunteering.shifts import calendars
from volunteering.shifts.calendars import CANCELLED, CONFIRMED, TENTATIVE, Entry
from volunteering.signups.models import Signup, SignupStatus


async def invitation_to(signup: Signup, href: str) -> str:
    """What goes along with a mail to her. Needs person, shift, mission and its commune."""
    found = entry_of(signup, href, await _earlier(signup))
    found.changed_at = clock.now()
    return calendars.invitation(found, signup.person.name, signup.person.email or "")


async def file_for(signup: Signup, href: str) -> str:
    """The same as a file to download. Needs shift, mission and its commune."""
    return calendars.file_of(entry_of(signup, href, await _earlier(signup)))


def entry_of(signup: Signup, href: str, earlier: int) -> Entry:
    """Her place as it stands, after so many sign-ups of hers for the same shift that are over."""
    status = TENTATIVE if signup.status in (SignupStatus.OFFERED, SignupStatus.HELD) else CONFIRMED
    if not signup.is_active or signup.shift.is_cancelled:
        status = CANCELLED
    words = [_("Votre code à l’arrivée : %(code)s", code=signup.code)] if signup.code and status != CANCELLED else []
    if signup.shift.is_cancelled and signup.shift.reason:
        words = [_("La raison : %(reason)s", reason=signup.shift.reason)]
    return Entry(
        signup.shift, href, status, 2 * earlier + int(not signup.is_active), words, changed_at=signup.updated_at
    )


async def _earlier(signup: Signup) -> int:
    """How many times she signed up for this shift before."""
    return await Signup.filter(
        shift_id=signup.shift_id, person_id=signup.person_id, id__lt=signup.id
    ).count()
