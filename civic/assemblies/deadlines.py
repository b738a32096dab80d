"""What must be done by when, counted back from the day of the assembly (PRODUCT S6).

The law leaves notice, quorum and proxies to the statutes of an association (loi du 1ᵉʳ juillet 1901, décret du 16 août
1901, art. 1). Its article 5 asks that changes among those who run it be declared within three months. Pure functions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dateutil.relativedelta import relativedelta

DECLARED_WITHIN = relativedelta(months=3)


class Step(StrEnum):
    """What is to be done."""

    CANDIDATES = "candidates"
    CONVOCATION = "convocation"
    MEETING = "meeting"
    SECOND_CALL = "second_call"
    DECLARATION = "declaration"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A step, its last day, and whether it is done."""

    step: Step
    day: date
    done: bool

    def is_late(self, today: date) -> bool:
        """Its day is past and it was not done."""
        return not self.done and self.day < today


def deadlines(
    held_on: date, notice_days: int, *, convened: bool, closed: bool, elects: bool, second_on: date | None
) -> Sequence[Deadline]:
    """The steps of an assembly held on this day, in order. Notice is counted in whole days before the day itself."""
    convocation = held_on - timedelta(days=notice_days)
    found = [Deadline(Step.CONVOCATION, convocation, convened), Deadline(Step.MEETING, held_on, closed)]
    if elects:
        found.insert(0, Deadline(Step.CANDIDATES, convocation, convened))
    if second_on:
        found.append(Deadline(Step.SECOND_CALL, second_on, closed))
    if elects:
        found.append(Deadline(Step.DECLARATION, held_on + DECLARED_WITHIN, False))
    return found
