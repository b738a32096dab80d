"""Moments in forms (`ui.datetime`): people write them on the territory's clocks, they are kept in UTC."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator

from civic import clock


def _from_paris(moment: datetime) -> datetime:
    return clock.at(moment.date(), moment.hour, moment.minute) if moment.tzinfo is None else moment


Moment = Annotated[datetime, AfterValidator(_from_paris)]
"""A moment as people wrote it; what the clocks skip in March is the hour after."""


def typed(moment: datetime | None) -> str:
    """A moment as a field holds it; empty without one."""
    return clock.local(moment).strftime("%Y-%m-%dT%H:%M") if moment else ""
