"""Sums over sign-ups: what was given in all, and whether the kept counters are true."""

from civic import database

_MINUTES = {
    "sqlite": "ROUND((julianday(shift.ends_at) - julianday(shift.starts_at)) * 1440)",
    "postgres": "EXTRACT(EPOCH FROM shift.ends_at - shift.starts_at) / 60",
}
_GIVEN = """SELECT COUNT(DISTINCT signup.person_id) AS people, SUM({minutes}) AS minutes
FROM signup JOIN shift ON shift.id = signup.shift_id WHERE signup.status = 'attended'"""
_SEATED = "('held', 'offered', 'confirmed', 'attended', 'excused', 'missed')"
_ROLES = f"""SELECT role.id AS id FROM shift_role role JOIN shift ON shift.id = role.shift_id
LEFT JOIN signup ON signup.role_id = role.id WHERE shift.status = 'open' GROUP BY role.id, role.taken, role.waiting
HAVING role.taken <> SUM(CASE WHEN signup.status IN {_SEATED}
AND NOT (signup.status = 'offered' AND signup.replaces_id IS NOT NULL) THEN signup.party ELSE 0 END)
OR role.waiting <> SUM(CASE WHEN signup.status = 'waiting' THEN 1 ELSE 0 END) ORDER BY role.id LIMIT 100"""  # noqa: S608
_SUMS = """SELECT shift.id AS id FROM shift JOIN shift_role role ON role.shift_id = shift.id
GROUP BY shift.id, shift.capacity, shift.minimum, shift.ceiling, shift.taken, shift.waiting
HAVING shift.capacity <> SUM(role.capacity) OR shift.minimum <> SUM(role.minimum) OR shift.ceiling <> SUM(role.ceiling)
OR shift.taken <> SUM(role.taken) OR shift.waiting <> SUM(role.waiting) ORDER BY shift.id LIMIT 100"""


async def given() -> tuple[int, int]:
    """How many persons gave time, and how many minutes in all, by the leads' confirmation. One query."""
    rows = await database.fetch_all(_GIVEN.format(minutes=_MINUTES[database.dialect()]))
    return int(rows[0]["people"]), int(rows[0]["minutes"] or 0)


async def verifications() -> list[str]:
    """Sentences for `civic verify`: each role whose counters differ from its sign-ups, each shift from its roles."""
    roles, shifts = await database.fetch_report(_ROLES), await database.fetch_report(_SUMS)
    return [
        *(f"role {row['id']}: taken or waiting differ from its sign-ups" for row in roles),
        *(f"shift {row['id']}: its sums differ from its roles" for row in shifts),
    ]
