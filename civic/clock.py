"""The one clock. Every rule that depends on time asks `now()`; the demonstration and the tests may move it.

A page kept in memory (civic/web/cache.py) is good until the clock would have answered differently: while a page is
made, each question notes until when its answer holds. `now()` holds to the end of the second, because the moments that
public pages compare with it are whole seconds; `today()` to midnight; `is_over()` and `changes_at()` say it exactly.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
SECOND = timedelta(seconds=1)
_shift = timedelta()


@dataclass(slots=True)
class Watch:
    """From when until when (excluded) everything the clock was asked would be answered alike."""

    since: datetime
    until: datetime


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


def now() -> datetime:
    """The present moment, UTC and aware."""
    present = glance()
    if _watch.get():
        changes_at(present.replace(microsecond=0) + SECOND)
    return present


def glance() -> datetime:
    """The present moment, for who says with `changes_at` how long what it makes of it holds."""
    return datetime.now(UTC) + _shift


def today() -> date:
    """Today's date as people on the territory see it (Europe/Paris)."""
    day = glance().astimezone(PARIS).date()
    if _watch.get():
        changes_at(at(day + timedelta(days=1), 0))
    return day


def is_over(moment: datetime) -> bool:
    """Whether a moment has come; while it has not, the answer holds until then."""
    present = glance()
    if moment > present:
        changes_at(moment)
    return moment <= present


def changes_at(*moments: datetime | None) -> None:
    """What is being made changes at the first of these moments (None and what was over already say nothing)."""
    if watch := _watch.get():
        ahead = [moment for moment in moments if moment is not None and moment > watch.since]
        watch.until = min([watch.until, *ahead])


@contextmanager
def watched(longest: timedelta) -> Iterator[Watch]:
    """Note within the block until when the clock's answers hold, `longest` at most."""
    present = glance()
    watch = Watch(present, present + longest)
    token = _watch.set(watch)
    try:
        yield watch
    finally:
        _watch.reset(token)


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
