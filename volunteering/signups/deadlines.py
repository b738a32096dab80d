"""Until when a place is kept for whom it was offered to (PRODUCT V3): shorter near the shift, never ending at night.

Time runs only from 9 h to 21 h on the territory’s clocks: whoever is asked at 23 h has until the next morning, and
nobody has to look at a telephone at night, or before breakfast, to keep a place. A guardian's days end by day too.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from civic import clock

MORNING, EVENING = time(9), time(21)
MOST = timedelta(hours=12)
"""One waking day, which is 24 hours for whoever is asked during the day."""
LEAST = timedelta(minutes=30)
SHARE = 4
"""A quarter of the waking time that is left until the shift."""


def offer_until(present: datetime, starts_at: datetime) -> datetime | None:
    """The end of an offer made now (UTC), at the latest half an hour before the shift.

    None when no half hour of daytime is left: then there is no offer, the place goes to whoever takes it first.
    """
    last = starts_at - LEAST
    left = waking(present, last)
    if left < LEAST:
        return None
    return _whole_minute(after_waking(present, min(MOST, max(LEAST, left / SHARE))))


def confirm_until(present: datetime, starts_at: datetime, span: timedelta) -> datetime:
    """Until when a place waits for somebody whose address nobody has confirmed yet (UTC): so much daytime.

    At the latest half an hour before the shift, like an offer. When no half hour of daytime is left before it the
    clock runs on: nobody is asked alone any more, and a place must not be kept all night for whom nobody knows.
    """
    last = starts_at - LEAST
    if waking(present, last) < LEAST:
        return present + span
    return min(after_waking(present, span), awake(last))


def consent_until(present: datetime, starts_at: datetime, most: timedelta, before: timedelta) -> datetime:
    """Until when a place waits for a guardian (UTC): `most`, at the latest so long before the shift, not at night.

    The evening before instead; when that leaves no half hour of daytime, the night runs on, and half an hour is left
    at any time.
    """
    last = min(present + most, starts_at - before)
    if waking(present, awake(last)) >= LEAST:
        last = awake(last)
    return max(present + LEAST, last).replace(microsecond=0)


def awake(moment: datetime) -> datetime:
    """The moment itself by day, at night the evening before it (UTC)."""
    day = clock.local(moment).date()
    if moment < clock.at(day, MORNING.hour):
        return clock.at(day - timedelta(days=1), EVENING.hour)
    return min(moment, clock.at(day, EVENING.hour))


def _whole_minute(moment: datetime) -> datetime:
    """The end of the minute that people read."""
    floor = moment.replace(second=0, microsecond=0)
    return floor if floor == moment else floor + timedelta(minutes=1)


def waking(since: datetime, until: datetime) -> timedelta:
    """How much daytime lies between two moments."""
    days = _days(since, until)
    return sum((max(timedelta(), min(end, until) - max(start, since)) for start, end in days), timedelta())


def after_waking(since: datetime, span: timedelta) -> datetime:
    """The moment (UTC) when so much daytime has gone by."""
    left = span
    for start, end in _days(since, since + timedelta(days=3) + 3 * span):
        begin = max(start, since)
        if begin + left <= end:
            return begin + left
        left -= max(timedelta(), end - begin)
    raise ValueError(f"no end of {span} within days of {since}")


def _days(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Morning and evening (UTC) of each day that touches the span."""
    day, last = clock.local(since).date(), clock.local(until).date()
    while day <= last:
        yield clock.at(day, MORNING.hour), clock.at(day, EVENING.hour)
        day += timedelta(days=1)
