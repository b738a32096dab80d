"""Shapes of the forms about hours."""

import re
from datetime import date
from typing import Any

from pydantic import BaseModel, Field, model_validator

from civic.errors import Invalid
from civic.i18n import _
from volunteering.hours.models import MOST_MINUTES, TimeKind
from volunteering.hours.service import Gift

QUARTERS = (0, 15, 30, 45)


WRITTEN = re.compile(r"\s*(\d{1,2})\s*(?:h|:)\s*(\d{2})?\s*(?:min)?\s*", re.IGNORECASE)
"""« 2h30 », « 2 h », « 2:30 » in the field of the hours."""


class Duration(BaseModel):
    """So many hours and minutes; « 2h30 » in the field of the hours is understood."""

    hours: int = Field(0, ge=0, le=24)
    minutes: int = Field(0, ge=0, le=59)

    @model_validator(mode="before")
    @classmethod
    def _as_people_write(cls, sent: Any) -> Any:
        found = WRITTEN.fullmatch(str(sent.get("hours", ""))) if isinstance(sent, dict) else None
        if not found:
            return sent
        return {**sent, "hours": found[1], "minutes": found[2] or sent.get("minutes", 0)}

    def total(self) -> int:
        """In minutes. Raises Invalid for nothing at all, and for more than a day."""
        found = self.hours * 60 + self.minutes
        if not 0 < found <= MOST_MINUTES:
            raise Invalid(_("Écrivez une durée, de quelques minutes à 24 heures."), field="hours")
        return found


class ProposeForm(Duration):
    """« J’ai aussi donné 2 h. »"""

    initiative: int = Field(ge=1)
    kind: TimeKind = TimeKind.MISSION
    day: date
    title: str = Field(min_length=3, max_length=120)
    note: str = Field("", max_length=300)

    def gift(self) -> Gift:
        """What she says she gave. Raises Invalid."""
        return Gift(self.kind, self.day, self.total(), self.title, self.note)


class CorrectForm(Duration):
    """Another number, and why."""

    note: str = Field(min_length=3, max_length=300)


class RefuseForm(BaseModel):
    """Why a coordinator does not agree."""

    answer: str = Field(min_length=5, max_length=300)


class SeenForm(BaseModel):
    """The minutes that stood on the page beside the button."""

    minutes: int = Field(ge=1, le=MOST_MINUTES)


class AllForm(BaseModel):
    """Everything that stood on the page, as « id:minutes »."""

    seen: list[str] = Field(default_factory=list, max_length=200)

    def minutes(self) -> dict[int, int]:
        """Id of each entry → the minutes it had on the page; what is not written so is left out."""
        pairs = (one.partition(":") for one in self.seen)
        return {
            int(entry): int(minutes) for entry, _colon, minutes in pairs
            if entry.isdecimal() and minutes.isdecimal() and len(entry) < 18 and len(minutes) < 5
        }  # fmt: skip
