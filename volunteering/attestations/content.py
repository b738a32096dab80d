"""What a paper says, made of agreed entries of the ledger: lines per mission and role, skills, totals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from volunteering.hours.models import HoursEntry, TimeKind
from volunteering.missions.skills import CODES

APART = (TimeKind.GOVERNANCE, TimeKind.LEADING)
"""What is told apart from work on the ground."""


class Line(BaseModel):
    """What was done in one role of one mission: `days` different days, `minutes` in all; `first_id` names it."""

    kind: TimeKind
    initiative: str
    title: str
    role: str
    minutes: int
    days: int
    first_id: int = 0


class Content(BaseModel):
    """All that an attestation says, kept as it was on its day, in French. `entries` are the hours it was made from."""

    name: str
    body: str
    body_kind: str
    body_place: str = ""
    lines: list[Line]
    skills: list[str] = []
    entries: list[int]
    signatory: str
    function: str

    @property
    def minutes(self) -> int:
        """Everything, in minutes."""
        return total(self.lines)


@dataclass(slots=True)
class _Sum:
    line: Line
    days: set[object]


def lines(entries: Iterable[HoursEntry]) -> list[Line]:
    """The entries summed per kind, initiative, mission and role; the most time first. Needs their initiatives."""
    sums: dict[tuple[str, int, str, str], _Sum] = {}
    for entry in entries:
        key = (entry.kind, entry.initiative_id, entry.title, entry.role_title)
        found = sums.get(key)
        if found is None:
            line = Line(
                kind=entry.kind, initiative=entry.initiative.title, title=entry.title, role=entry.role_title,
                minutes=0, days=0, first_id=entry.id,
            )  # fmt: skip
            found = sums[key] = _Sum(line, set())
        found.line.minutes += entry.minutes
        found.line.first_id = min(found.line.first_id, entry.id)
        found.days.add(entry.day)
        found.line.days = len(found.days)
    order = list(TimeKind)
    summed = [one.line for one in sums.values()]
    return sorted(summed, key=lambda line: (order.index(line.kind), -line.minutes, line.title))


def total(rows: Iterable[Line]) -> int:
    """The minutes of these lines."""
    return sum(line.minutes for line in rows)


def on_the_ground(rows: Sequence[Line]) -> list[Line]:
    """The missions."""
    return [line for line in rows if line.kind not in APART]


def apart(rows: Sequence[Line]) -> list[Line]:
    """Governance and the leading of volunteers, which never mix with the rest."""
    return [line for line in rows if line.kind in APART]


def skills(entries: Iterable[HoursEntry]) -> dict[str, int]:
    """Code of each skill used → minutes in which it was, in the order of the nomenclature."""
    used: dict[str, int] = {}
    for entry in entries:
        for code in entry.skills:
            used[code] = used.get(code, 0) + entry.minutes
    return {code: used[code] for code in CODES if code in used}
