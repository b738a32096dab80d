"""The one clock. Every rule that depends on time asks `now()`; the demonstration and the tests may move it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
_shift = timedelta()


def now() -> datetime:
    """The present moment, UTC and aware."""
    return datetime.now(UTC) + _shift


def today() -> date:
    """Today's date as people on the territory see it (Europe/Paris)."""
    return now().astimezone(PARIS).date()


def local(moment: datetime) -> datetime:
    """The same moment on the territory's clocks (Europe/Paris)."""
    return moment.astimezone(PARIS)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """The UTC moment at which the territory's clocks show this day and hour.

    An hour that is skipped in March counts as the hour after it; one that comes twice in October means its first time.
    """
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS).astimezone(UTC)


def travel(delta: timedelta) -> None:
    """Shift `now()` by `delta` from real time. Raises RuntimeError in production: there the clock is never moved."""
    from civic.settings import settings

    if settings().environment == "production":
        raise RuntimeError("the clock is never moved in production")
    global _shift
    _shift = delta
