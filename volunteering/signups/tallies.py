"""Sums over sign-ups: what was given in all, and whether the kept counters are true."""

from civic import database

_MINUTES = {
    "sqlite": "ROUND((julianday(shift.ends_at) - julianday(shift.starts_at)) * 1440)",
    "postgres": "EXTRACT(EPOCH FROM shift.ends_at - shift.starts_at) / 60",
}
_GIVEN = """SELECT COUNT(DISTINCT signup.person_id) AS people, SUM({minutes}) AS minutes
FROM signup JOIN shift ON shift.id = signup.shift_id WHERE signup.status = 'attended'"""
_COUNTERS = """SELECT shift.id AS id FROM shift LEFT JOIN signup ON signup.shift_id = shift.id
WHERE shift.status = 'open'
GROUP BY shift.id, shift.taken, shift.waiting
HAVING shift.taken <> SUM(CASE WHEN signup.status IN ('held', 'confirmed', 'attended', 'missed') THEN 1 ELSE 0 END)
OR shift.waiting <> SUM(CASE WHEN signup.status = 'waiting' THEN 1 ELSE 0 END)
ORDER BY shift.id LIMIT 100"""


async def given() -> tuple[int, int]:
    """How many persons gave time, and how many minutes in all, by the leads' confirmation. One query."""
    rows = await database.fetch_all(_GIVEN.format(minutes=_MINUTES[database.dialect()]))
    return int(rows[0]["people"]), int(rows[0]["minutes"] or 0)


async def verify() -> list[str]:
    """Sentences for `civic verify`: each shift whose counters differ from its sign-ups."""
    rows = await database.fetch_report(_COUNTERS)
    return [f"shift {row['id']}: taken or waiting differ from its sign-ups" for row in rows]
