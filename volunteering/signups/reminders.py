"""Reminders, and news of a shift that has changed (PRODUCT V4).

A reminder exists once for a sign-up and the hours it recalls: its mail's key says so, and it is queued in the
transaction that marks the shift's job done, so that no restart makes two and none is lost. Whoever is told has a
place, and had it before the moment came: a confirmation of the same evening is reminder enough.
"""

from datetime import datetime, timedelta

from civic import clock, jobs
from civic.jobs import Handler
from volunteering.shifts import moments, places
from volunteering.shifts.models import Shift, ShiftStatus
from volunteering.shifts.moments import Reminder
from volunteering.signups import letters
from volunteering.signups.models import COMING, Signup, SignupChange, SignupStatus

TOO_LATE = timedelta(minutes=15)
"""So near to the start nobody reads a reminder that was held up."""
LOOKED_AHEAD = timedelta(days=4)


async def shift_nears(*, shift_id: int, kind: str, starts_at: str) -> None:
    """One of a shift's two moments has come: those who come are reminded, unless it is not that shift any more."""
    start, which = datetime.fromisoformat(starts_at), Reminder(kind)
    await places.lock(shift_id)
    shift = await Shift.get_or_none(id=shift_id)
    if shift is None or shift.is_cancelled or shift.starts_at != start or start - clock.now() < TOO_LATE:
        return
    if which == Reminder.DAYS and moments.moment_of(Reminder.HOURS, start) <= clock.now():
        return
    if morning := moments.morning_after(clock.now()):
        if morning < start - TOO_LATE:
            await moments.come_back(shift, which, morning)
        return
    due = moments.moment_of(which, start)
    async with jobs.together():
        for signup in await _with_a_place(shift_id, due):
            await letters.reminder(signup, which, start)


async def shift_changed(*, shift_id: int, sequence: int, old_start: str, old_end: str) -> None:
    """The lead has left the shift alone for a while: everyone who comes or waits hears what she does not know yet."""
    await places.lock(shift_id)
    shift = await Shift.get_or_none(id=shift_id)
    if shift is None or shift.is_cancelled or shift.has_started or shift.sequence != sequence:
        return
    rows = Signup.filter(shift_id=shift_id, status__in=COMING, confirmed_at__isnull=False).order_by("id")
    async with jobs.together():
        for signup in await rows.select_related(*letters.WHOLE):
            await letters.changed(signup, {"start": old_start, "end": old_end})


async def _with_a_place(shift_id: int, before: datetime) -> list[Signup]:
    """Who comes, and got the place before that moment (UTC), with all that a mail says. Two queries."""
    rows = await Signup.filter(shift_id=shift_id, status=SignupStatus.CONFIRMED).order_by("id").select_related(
        *letters.WHOLE
    )
    late = SignupChange.filter(signup__shift_id=shift_id, after=SignupStatus.CONFIRMED, at__gt=before)
    newcomers = set(await late.exclude(before=SignupStatus.CONFIRMED).values_list("signup_id", flat=True))
    return [row for row in rows if row.id not in newcomers]


async def reminders_awaited() -> None:
    """Shifts that nobody asked to be recalled, as those of an earlier release, are; of the others nothing is new."""
    near = Shift.filter(status=ShiftStatus.OPEN, starts_at__gt=clock.now(), starts_at__lt=clock.now() + LOOKED_AHEAD)
    async with jobs.together():
        for shift in await near.order_by("id"):
            await moments.await_reminders(shift)


handlers: dict[str, Handler] = {
    "shift_nears": shift_nears, "shift_changed": shift_changed, "reminders_awaited": reminders_awaited,
}  # fmt: skip
minutes = {"reminders_awaited": 720}
