"""Which day a monthly support is charged: a day the month does not have is its last day."""

from calendar import monthrange
from datetime import date, timedelta


def in_month(year: int, month: int, day: int) -> date:
    """Day `day` of that month, or its last day."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def following(on: date, day: int) -> date:
    """The charge of the month after the one `on` stands in."""
    year, month = (on.year + 1, 1) if on.month == 12 else (on.year, on.month + 1)
    return in_month(year, month, day)


def first_after(present: date, day: int, last_month: str = "") -> date:
    """The next charge from tomorrow on, in a month later than the last one that was charged (« 2026-11 » or none)."""
    found = in_month(present.year, present.month, day)
    while found <= present or month_of(found) <= last_month:
        found = following(found, day)
    return found


def first_from(present: date, day: int) -> date:
    """The first charge of a support that begins today: today itself when it is the day chosen."""
    return first_after(present - timedelta(days=1), day)


def after(charged: date, day: int, present: date) -> date:
    """The charge after one that was due on `charged`; months that passed while nothing ran are not made up for."""
    found = following(charged, day)
    while found <= present:
        found = following(found, day)
    return found


def month_of(day: date) -> str:
    """« 2026-11 »."""
    return f"{day.year:04d}-{day.month:02d}"
