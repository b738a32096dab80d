"""What is asked of missions and of their shifts, as SQL that both engines understand in the same way.

Table names: `m` mission, `i` initiative, `c` the mission's commune, `s` a shift, `a` (only when shifts are asked for)
the missions of which a shift answers. Hours are those of the territory's
clocks, in summer and in winter, counted from the known changes of the clocks; distances as the explorer counts them.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from civic import clock, database
from civic.initiatives.models import Stage
from civic.initiatives.topics import TOPICS
from volunteering.explorer.forms import NO_SKILL, MissionsForm, Wanted
from volunteering.missions.models import Availability, Effort
from volunteering.missions.skills import CODES

KM_PER_DEGREE = 111.195
AGE_OF_MAJORITY = 18
CLOCKS_KNOWN = timedelta(days=3 * 366)
EVENING_HOUR, LATE_HOUR = 17, 19
_EPOCH = {
    "sqlite": "CAST(strftime('%s', {column}) AS INTEGER)",
    "postgres": "CAST(EXTRACT(EPOCH FROM {column}) AS BIGINT)",
}
_REQUIRED = "CAST(m.required_skills AS TEXT)"
_FREE_ROLE = "EXISTS (SELECT 1 FROM shift_role r WHERE r.shift_id = s.id AND r.taken < r.capacity AND r.waiting = 0)"
_ROLE = """m.id IN (SELECT s.mission_id FROM shift s JOIN shift_role r ON r.shift_id = s.id
WHERE s.status = 'open' AND s.starts_at > ? AND CAST(r.skills AS TEXT) LIKE ?)"""


@dataclass(slots=True)
class Conditions:
    """Conditions that hold together, with their parameters in order."""

    parts: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)

    def add(self, part: str, *parameters: Any) -> None:
        """One more condition."""
        self.parts.append(part)
        self.parameters += parameters

    @property
    def sql(self) -> str:
        """All of them."""
        return " AND ".join(self.parts)


def of_missions(wanted: Wanted, present: datetime) -> Conditions:
    """Everything that is asked of a mission, its shifts included."""
    data, found = wanted.data, Conditions()
    over = [Stage.FINISHED.value, Stage.STOPPED.value]
    found.add("m.status = 'open' AND (m.last_at > ? OR m.ongoing = ?)", present, True)
    found.add(f"i.published_at IS NOT NULL AND i.stage NOT IN ({database.marks(over)})", *over)
    if wanted.found is not None:
        own, of_initiative = (ids or [0] for ids in wanted.found)
        marks = f"m.id IN ({database.marks(own)}) OR m.initiative_id IN ({database.marks(of_initiative)})"
        found.add(f"({marks})", *own, *of_initiative)
    if topics := [topic for topic in data.sujet if topic in TOPICS]:
        marks = database.marks(topics)
        found.add(f"m.initiative_id IN (SELECT initiative_id FROM initiative_topic WHERE topic IN ({marks}))", *topics)  # noqa: S608
    _who_and_how(data, found, present)
    _where(wanted, found)
    _when(data, found)
    return found


def of_shifts(data: MissionsForm, present: datetime) -> Conditions:
    """What is asked of one shift to come."""
    found = Conditions()
    found.add("s.status = 'open' AND s.starts_at > ?", present)
    if data.window:
        first, end = data.window
        found.add("s.starts_at >= ?", first)
        if end:
            found.add("s.starts_at < ?", end)
    if data.places:
        found.add(_FREE_ROLE)
    if chosen := {word for word in Availability if word.value in data.moment}:
        found.add(in_moments(chosen, present))
    return found


def square_km(wanted: Wanted) -> tuple[str, list[Any]]:
    """The square of the distance from the commune asked for, with its parameters."""
    latitude, longitude = wanted.centre or (0.0, 0.0)
    shrink = KM_PER_DEGREE * math.cos(math.radians(latitude))
    sql = "((c.latitude - ?) * (c.latitude - ?) * ? + (c.longitude - ?) * (c.longitude - ?) * ?)"
    return sql, [latitude, latitude, KM_PER_DEGREE**2, longitude, longitude, shrink**2]


def in_moments(chosen: Collection[Availability], present: datetime) -> str:
    """The whole shift lies in these moments of the week (the rule of `volunteers.matching.moments`, in SQL)."""
    start = f"({_epoch('s.starts_at')} + {_offset(present)})"
    weekday, hour = f"(({start} / 86400 + 3) % 7)", f"({start} % 86400 / 3600)"
    late = f"({start} % 86400 + {_epoch('s.ends_at')} - {_epoch('s.starts_at')} > {LATE_HOUR * 3600})"
    week = _part_of_day(hour, late, Availability.WEEK_DAY in chosen, Availability.WEEK_EVENING in chosen)
    weekend = _part_of_day(hour, late, Availability.WEEKEND_DAY in chosen, Availability.WEEKEND_EVENING in chosen)
    return f"(({weekday} < 5 AND {week}) OR ({weekday} >= 5 AND {weekend}))"


def _part_of_day(hour: str, late: str, day: bool, evening: bool) -> str:
    if day and evening:
        return "1 = 1"
    if evening:
        return f"{hour} >= {EVENING_HOUR}"
    return f"({hour} < {EVENING_HOUR} AND NOT {late})" if day else "1 = 0"


def _epoch(column: str) -> str:
    return _EPOCH[database.dialect()].format(column=column)


def _offset(present: datetime) -> str:
    """How many seconds the territory's clocks are ahead of UTC when a shift starts, for the next three years."""
    changes, moment = [], present.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    end = moment + CLOCKS_KNOWN
    while moment < end:
        following = moment + timedelta(days=1)
        if _ahead(moment) != _ahead(following):
            hours = (moment + timedelta(hours=hour) for hour in range(25))
            changed = next(one for one in hours if _ahead(one) != _ahead(moment))
            changes.append((changed.isoformat(" "), _ahead(moment)))
        moment = following
    cases = " ".join(f"WHEN s.starts_at < '{at}' THEN {seconds}" for at, seconds in changes)
    return f"CASE {cases} ELSE {_ahead(end)} END"


def _ahead(moment: datetime) -> int:
    offset = clock.local(moment).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _who_and_how(data: MissionsForm, found: Conditions, present: datetime) -> None:
    if efforts := [effort.value for effort in Effort if effort.value in data.effort]:
        found.add(f"m.effort IN ({database.marks(efforts)})", *efforts)
    if data.sans_voiture:
        found.add("(m.car_free = ? OR m.remote = ?)", True, True)
    if data.a_distance:
        found.add("m.remote = ?", True)
    if data.mineurs:
        found.add("(m.minimum_age IS NULL OR m.minimum_age < ?)", AGE_OF_MAJORITY)
    if data.competence == NO_SKILL:
        found.add(f"({_REQUIRED} = '[]' AND (m.coming_shifts = 0 OR {_ROLE}))", present, "[]")
    elif data.competence in CODES:
        word = f'%"{data.competence}"%'
        asked = f"{_REQUIRED} LIKE ? OR CAST(m.wished_skills AS TEXT) LIKE ? OR {_ROLE}"
        found.add(f"({asked})", word, word, present, word)


def _where(wanted: Wanted, found: Conditions) -> None:
    """In these communes; within the radius, or to be done from home."""
    if codes := wanted.data.lieu:
        found.add(f"m.commune_id IN ({database.marks(codes)})", *codes)
    if not wanted.centre:
        return
    latitude, longitude = wanted.centre
    high = wanted.data.rayon / KM_PER_DEGREE
    wide = high / math.cos(math.radians(latitude))
    distance, extra = square_km(wanted)
    box = "c.latitude BETWEEN ? AND ? AND c.longitude BETWEEN ? AND ?"
    found.add(
        f"(m.remote = ? OR ({box} AND {distance} <= ?))",
        True, latitude - high, latitude + high, longitude - wide, longitude + wide, *extra,
        float(wanted.data.rayon**2),
    )  # fmt: skip


def _when(data: MissionsForm, found: Conditions) -> None:
    if data.genre:
        found.add("m.coming_shifts > 0" if data.genre == "date" else "m.ongoing = ?", *[True] * (data.genre != "date"))
    if not data.asks_for_shift:
        return
    if data.window:
        found.add("a.mission_id IS NOT NULL")
        return
    words = [f'%"{word.value}"%' for word in Availability if word.value in data.moment]
    said = " OR ".join(["CAST(m.availabilities AS TEXT) LIKE ?"] * len(words))
    undated = "m.coming_shifts = 0 AND m.ongoing = ?" + (
        f" AND (CAST(m.availabilities AS TEXT) = '[]' OR {said})" if words else ""
    )
    found.add(f"(a.mission_id IS NOT NULL OR ({undated}))", True, *words)
