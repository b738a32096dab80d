"""Who goes home early leaves her voice to somebody who stays (S3): a proxy that counts from that moment on.

In the transaction of her going, the meeting's row held: two who go at once do not load one person beyond the cap.
"""

from collections.abc import Iterable
from datetime import datetime

from tortoise.expressions import F, Q

from civic.errors import Invalid
from civic.i18n import _
from civic.meetings import answers
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.models import Meeting

_OWN_VOICE = Q(coming__isnull=True) | Q(coming__in=[Coming.PRESENT, Coming.REMOTE, Coming.EXCUSED])


def holders(meeting: Meeting, sheet: Iterable[Attendance]) -> list[Attendance]:
    """Who may carry one more voice now: she sits here herself, gave hers to nobody, and is not at the cap."""
    return [
        row for row in sheet
        if row.college and row.is_here and row.came_id in (None, row.person_id) and row.coming != Coming.PROXY
        and row.proxies_held < meeting.proxies_most
    ]  # fmt: skip


async def hand_over(meeting: Meeting, line_id: int, holder_id: int, moment: datetime) -> None:
    """She leaves now; what she carried for others goes back to them: there are no chains.

    Raises Invalid for a meeting without proxies, a guest, and a holder who is not here or at the cap.
    """
    row = await Attendance.get(id=line_id)
    if row.college is None or not meeting.proxies_most:
        raise Invalid(_("On ne peut pas donner pouvoir à cette réunion."), field="holder")
    if holder_id == row.person_id:
        raise Invalid(_("Choisissez une autre personne que vous."), field="holder")
    await answers.let_go(row)
    await answers.give_back_all(row)
    here = Attendance.filter(
        _OWN_VOICE, meeting_id=meeting.id, person_id=holder_id, college__isnull=False, arrived_at__isnull=False,
        left_at__isnull=True, proxies_held__lt=meeting.proxies_most,
    )  # fmt: skip
    herself = here.filter(Q(came_id__isnull=True) | Q(came_id=holder_id))
    if not await herself.update(proxies_held=F("proxies_held") + 1):
        raise Invalid(
            _("Cette personne ne peut pas porter ce pouvoir : elle n’est pas là, ou elle a déjà tous ceux permis."),
            field="holder",
        )  # fmt: skip
    await Attendance.filter(id=line_id).update(
        coming=Coming.PROXY, holder_id=holder_id, answered_at=moment, answered_by_id=row.came_id or row.person_id
    )
    await answers.tell(line_id, "given", moment)


async def take_back(row: Attendance) -> None:
    """She is here again, or had not gone: the voice that she left when going is hers; `row` is how it stood."""
    if row.coming != Coming.PROXY or row.left_at is None or row.answered_at != row.left_at:
        return
    held = Attendance.filter(meeting_id=row.meeting_id, person_id=row.holder_id, proxies_held__gt=0)
    await held.update(proxies_held=F("proxies_held") - 1)
    await Attendance.filter(id=row.id).update(coming=Coming.PRESENT, holder_id=None)
