"""From a search to the missions that answer it: one set of conditions for the list, the count and the map."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from civic import clock, database, search
from civic.places.distance import distance_km
from civic.web import paging
from civic.web.paging import PER_PAGE
from volunteering.explorer.conditions import Conditions, of_missions, of_shifts, square_km
from volunteering.explorer.forms import Wanted
from volunteering.missions.models import UNDATED, Mission
from volunteering.shifts.models import Shift

COUNT_MOST = 1000
MAP_MOST = 500
FOUND_MOST = 300
SOON = timedelta(days=30)
NOWHERE = 1e9
"""What needs no travel, or whose place is unknown, comes after all distances."""
_TABLES = """FROM mission m JOIN initiative i ON i.id = m.initiative_id
LEFT JOIN commune c ON c.insee = m.commune_id"""
_MISSING = """(SELECT COALESCE(SUM(s.missing), 0) FROM shift s
WHERE s.mission_id = m.id AND s.status = 'open' AND s.starts_at > ? AND s.starts_at < ?)"""
_NEXT = "(SELECT MIN(starts_at) FROM shift WHERE starts_at > ? AND status = 'open')"
_NEXT_FREE = """(SELECT MIN(s.starts_at) FROM shift s
WHERE s.mission_id = m.id AND s.status = 'open' AND s.starts_at > ? AND s.taken < s.ceiling)"""
_FREE = "CASE WHEN m.coming_capacity > m.coming_taken THEN m.coming_capacity - m.coming_taken ELSE 0 END"


@dataclass(slots=True)
class Found:
    """A mission of the list: its distance in km, the shift that answers, how many are missing to its next minimums.

    `km` is None when unknown or when it needs no travel; `shift` when no shift was asked for; `free_at` (UTC), when the
    first shift with a place begins, when there is none.
    """

    mission: Mission
    km: float | None
    missing: int
    shift: Shift | None = None
    free_at: datetime | None = None


@dataclass(slots=True)
class Results:
    """A page of missions, and how many there are in all (counted up to 1 000)."""

    found: list[Found]
    count: int
    after: str | None
    first: bool


async def look_up_words(wanted: Wanted) -> None:
    """Ask the search index, when there are words: missions that say them, and all those of initiatives that do."""
    if wanted.data.q:
        own = await search.search("mission", wanted.data.q, limit=FOUND_MOST)
        of_initiative = await search.search("initiative", wanted.data.q, limit=FOUND_MOST)
        wanted.found = [one for one, _ in own], [one for one, _ in of_initiative]


async def find(wanted: Wanted) -> Results:
    """One page of a search: two queries, two more when shifts are asked for, however many missions there are."""
    present = clock.glance()
    cursor = wanted.data.apres
    after = paging.decode(cursor, "moment" if wanted.order == "" else "number", "id")
    rows = await database.fetch_all(*page_query(wanted, present, after))
    cut = paging.cut(rows, lambda row: [_plain(row["sort_key"]), row["id"]], cursor=cursor if after else None)
    ids = [int(row["id"]) for row in cut.items]
    missions = {one.id: one for one in await Mission.filter(id__in=ids or [0]).select_related("initiative", "commune")}
    shifts = await _first_shifts(wanted, ids, present)
    found = [
        Found(
            missions[row["id"]], _km(wanted, missions[row["id"]]), int(row["missing"]), shifts.get(row["id"]),
            _moment(row["free_at"]),
        )
        for row in cut.items
    ]
    return Results(found, _counted(rows), cut.after, cut.first)


async def points(wanted: Wanted) -> list[dict[str, Any]]:
    """Where the matches are, gathered by commune: insee, name, n, latitude, longitude, slug, title; 500 at most."""
    source = _source(wanted, clock.glance())
    sql = f"""{source.asked}SELECT c.insee, c.name, count(*) AS n, avg(c.latitude) AS latitude,
    avg(c.longitude) AS longitude, min(m.slug) AS slug, min(m.title) AS title {source.tables} WHERE
    {source.conditions.sql} AND c.latitude IS NOT NULL AND m.remote = ?
    GROUP BY c.insee, c.name ORDER BY n DESC, c.insee LIMIT ?"""
    return await database.fetch_all(sql, [*source.parameters, *source.conditions.parameters, False, MAP_MOST])


def page_query(wanted: Wanted, present: datetime, after: list[Any] | None) -> tuple[str, list[Any]]:
    """The statement for a page's rows, one more than is shown, and its parameters.

    Each row also tells `n`, how many match in all, and `next_start`, when the next shift of any mission begins.
    """
    sorting, extra, down = _sorting(wanted, present)
    source, beyond = _source(wanted, present), Conditions()
    if after:
        value, last = after
        further = f"({sorting} {'<' if down else '>'} ? OR ({sorting} = ? AND m.id > ?))"
        beyond.add(f"AND {sorting} {'<=' if down else '>='} ?", *extra, value)
        beyond.add(further, *extra, value, *extra, value, last)
    matching = f"{source.tables} WHERE {source.conditions.sql}"
    sql = f"""{source.asked}SELECT m.id, {_MISSING} AS missing, {sorting} AS sort_key, {_NEXT} AS next_start,
    {_NEXT_FREE} AS free_at,
    (SELECT count(*) FROM (SELECT 1 AS one {matching} LIMIT ?) AS bounded) AS n
    {matching} {beyond.sql} ORDER BY {sorting} {'DESC' if down else 'ASC'}, m.id LIMIT ?"""  # noqa: S608
    shown = [present, present + SOON, *extra, present, present, *source.conditions.parameters, COUNT_MOST + 1]
    found = [*source.conditions.parameters, *beyond.parameters, *extra, PER_PAGE + 1]
    return sql, [*source.parameters, *shown, *found]


@dataclass(slots=True)
class _Source:
    """Where rows come from: the missions of which a shift answers (`asked`, its parameters), tables, conditions."""

    asked: str
    parameters: list[Any]
    tables: str
    conditions: Conditions


def _source(wanted: Wanted, present: datetime) -> _Source:
    """When shifts are asked for, they are looked through once; `first` is the first of each mission that answers."""
    conditions = of_missions(wanted, present)
    if not wanted.data.asks_for_shift:
        return _Source("", [], _TABLES, conditions)
    shifts = of_shifts(wanted.data, present)
    asked = f"""WITH asked AS MATERIALIZED (SELECT s.mission_id, MIN(s.starts_at) AS first FROM shift s
    WHERE {shifts.sql} GROUP BY s.mission_id) """  # noqa: S608
    return _Source(asked, shifts.parameters, f"{_TABLES} LEFT JOIN asked a ON a.mission_id = m.id", conditions)


def _counted(rows: list[dict[str, Any]]) -> int:
    """How many match in all. The page holds until the next shift of any mission starts; an empty one cannot fill up."""
    if not rows:
        return 0
    if following := rows[0]["next_start"]:
        clock.changes_at(_moment(following) or clock.now())
    return int(rows[0]["n"])


async def _first_shifts(wanted: Wanted, ids: list[int], present: datetime) -> dict[int, Shift]:
    """The first shift of each mission that answers to what is asked of shifts."""
    if not ids or not wanted.data.asks_for_shift:
        return {}
    conditions = of_shifts(wanted.data, present)
    inner = f"""SELECT s.id, row_number() OVER (PARTITION BY s.mission_id ORDER BY s.starts_at, s.id) AS place
    FROM shift s WHERE s.mission_id IN ({database.marks(ids)}) AND {conditions.sql}"""  # noqa: S608
    sql = f"SELECT id FROM ({inner}) AS numbered WHERE place = 1"  # noqa: S608
    rows = await database.fetch_all(sql, [*ids, *conditions.parameters])
    shifts = await Shift.filter(id__in=[row["id"] for row in rows] or [0])
    return {shift.mission_id: shift for shift in shifts}


def _sorting(wanted: Wanted, present: datetime) -> tuple[str, list[Any], bool]:
    """The sorting expression, its parameters, and whether it goes down."""
    if wanted.order == "proche":
        sql, extra = square_km(wanted)
        return f"CASE WHEN m.remote = ? OR c.latitude IS NULL THEN {NOWHERE} ELSE {sql} END", [True, *extra], False
    if wanted.order == "besoin":
        return f"CAST({_MISSING} * 1000 + {_FREE} AS DOUBLE PRECISION)", [present, present + SOON], True
    if wanted.data.asks_for_shift:
        return "COALESCE(a.first, ?)", [UNDATED], False
    return "m.listed_at", [], False


def _moment(value: object) -> datetime | None:
    """As the engines give a moment: SQLite as words."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value if isinstance(value, datetime) else None


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _km(wanted: Wanted, mission: Mission) -> float | None:
    if wanted.commune is None or mission.commune is None or mission.remote:
        return None
    return distance_km(wanted.commune, mission.commune)
