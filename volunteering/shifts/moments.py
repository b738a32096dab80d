"""The moments before a shift at which something is said of it, on the territory's clocks (PRODUCT V4).

Two reminders: in the evening two days before, and three hours before. Nobody is written to at night: three hours
before a shift of the morning is still night, so that one goes out the evening before.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from civic import clock, jobs
from volunteering.shifts.models import Shift

MORNING, NIGHT = 7, 21
"""Reminders go out from 7 h to 21 h."""
LATE_EVENING = 20
TWO_DAYS_BEFORE = 18
SETTLES = timedelta(minutes=10)
"""A lead who corrects herself within so long is one change, told once."""
SETTLES_SOON = timedelta(minutes=1)
SOON = timedelta(hours=3)


NOTEWORTHY = timedelta(minutes=5)
Hours = tuple[datetime, datetime]


def is_noteworthy(before: Hours, after: Hours) -> bool:
    """Whether start or end (UTC) differ by more than five minutes: worth a message."""
    return max(abs(before[0] - after[0]), abs(before[1] - after[1])) > NOTEWORTHY


class Reminder(StrEnum):
    """Two days before, or three hours before."""

    DAYS = "days"
    HOURS = "hours"


def moment_of(kind: Reminder, starts_at: datetime) -> datetime:
    """When (UTC) a shift that starts then is recalled."""
    if kind == Reminder.DAYS:
        return clock.at(clock.local(starts_at).date() - timedelta(days=2), TWO_DAYS_BEFORE)
    before = clock.local(starts_at - timedelta(hours=3))
    if before.hour < MORNING:
        return clock.at(before.date() - timedelta(days=1), LATE_EVENING)
    return clock.at(before.date(), LATE_EVENING) if before.hour >= NIGHT else starts_at - timedelta(hours=3)


def morning_after(moment: datetime) -> datetime | None:
    """When the night (UTC) that this moment lies in ends; None by day."""
    local = clock.local(moment)
    if MORNING <= local.hour < NIGHT:
        return None
    return clock.at(local.date() + timedelta(days=int(local.hour >= NIGHT)), MORNING)


async def await_reminders(shift: Shift) -> None:
    """Come back to this shift at both moments, unless they have gone by. Its hours and each moment are the key."""
    for kind in Reminder:
        at = moment_of(kind, shift.starts_at)
        if at > clock.now():
            await come_back(shift, kind, at)


async def come_back(shift: Shift, kind: Reminder, at: datetime) -> None:
    """Look at it again at that moment (UTC)."""
    await jobs.enqueue(
        "shift_nears", key=f"shift:{shift.id}:{shift.starts_at.isoformat()}:{kind}:{at.isoformat()}", run_at=at,
        shift_id=shift.id, kind=kind.value, starts_at=shift.starts_at.isoformat(),
    )  # fmt: skip


async def tell_change(shift: Shift, old_start: datetime, old_end: datetime) -> None:
    """Tell those who come, once the lead has left it alone for a while; sooner when the shift is near."""
    soon = min(shift.starts_at, old_start) - clock.now() < SOON
    await jobs.enqueue(
        "shift_changed", key=f"shift:{shift.id}:{shift.sequence}", shift_id=shift.id, sequence=shift.sequence,
        run_at=clock.now() + (SETTLES_SOON if soon else SETTLES), old_start=old_start.isoformat(),
        old_end=old_end.isoformat(),
    )  # fmt: skip
