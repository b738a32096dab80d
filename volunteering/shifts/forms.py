"""Shapes of the forms about shifts."""

import re
from datetime import date, time
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from civic import clock
from civic.errors import Invalid
from civic.i18n import _
from volunteering.shifts.models import Fairness, Shift
from volunteering.shifts.service import RoleWish, Slot

_TIME = re.compile(r"(\d{1,2})\s*(?:[hH:]\s*(\d{2})?)?")


def read_time(value: Any) -> time:
    """« 8 h », « 8h30 », « 08:30 ». Raises Invalid for anything else."""
    found = _TIME.fullmatch(str(value).strip())
    hours, minutes = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
    if hours > 23 or minutes > 59:
        raise Invalid(_("Écrivez une heure, par exemple 8 h 30."))
    return time(hours, minutes)


Hour = Annotated[time, BeforeValidator(read_time)]


class ShiftForm(BaseModel):
    """Hours and places of a shift with one role, on the territory's clocks."""

    day: date
    start: Hour
    end: Hour
    capacity: int = Field(ge=1, le=1000)
    minimum: int = Field(0, ge=0, le=1000)
    note: str = Field("", max_length=160)
    weeks: int = Field(1, ge=1, le=26)
    fairness: Fairness = Fairness.FIRST_COME

    def slot(self) -> Slot:
        """The same as the service understands it."""
        return Slot(
            self.day, self.start, self.end, (RoleWish(self.capacity, self.minimum),), self.note, self.fairness
        )


class CancelForm(BaseModel):
    """Why a shift is called off."""

    reason: str = Field("", max_length=300)


def filled(shift: Shift) -> dict[str, object]:
    """The form's fields of a shift that exists."""
    start, end = clock.local(shift.starts_at), clock.local(shift.ends_at)
    return {
        "day": start.date().isoformat(), "start": start.strftime("%H:%M"), "end": end.strftime("%H:%M"),
        "capacity": shift.capacity, "minimum": shift.minimum or "", "note": shift.note,
        "fairness": shift.fairness.value,
    }  # fmt: skip
