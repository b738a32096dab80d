"""Sums over sign-ups: whether the kept counters are true."""

from civic import database
from volunteering.shifts.places import LACK

_SEATED = "('held', 'offered', 'confirmed', 'attended', 'excused', 'missed')"
_ROLES = f"""SELECT role.id AS id FROM shift_role role JOIN shift ON shift.id = role.shift_id
LEFT JOIN signup ON signup.role_id = role.id WHERE shift.status = 'open' GROUP BY role.id, role.taken, role.waiting
HAVING role.taken <> SUM(CASE WHEN signup.status IN {_SEATED}
AND NOT (signup.status = 'offered' AND signup.replaces_id IS NOT NULL) THEN signup.party ELSE 0 END)
OR role.waiting <> SUM(CASE WHEN signup.status = 'waiting' THEN 1 ELSE 0 END) ORDER BY role.id LIMIT 100"""  # noqa: S608
_SUMS = f"""SELECT shift.id AS id FROM shift JOIN shift_role role ON role.shift_id = shift.id
GROUP BY shift.id, shift.capacity, shift.minimum, shift.ceiling, shift.taken, shift.waiting,
shift.missing
HAVING shift.capacity <> SUM(role.capacity) OR shift.minimum <> SUM(role.minimum) OR shift.ceiling <> SUM(role.ceiling)
OR shift.taken <> SUM(role.taken) OR shift.waiting <> SUM(role.waiting) OR shift.missing <> {LACK}
ORDER BY shift.id LIMIT 100"""  # noqa: S608


async def verifications() -> list[str]:
    """Sentences for `civic verify`: each role whose counters differ from its sign-ups, each shift from its roles."""
    roles, shifts = await database.fetch_report(_ROLES), await database.fetch_report(_SUMS)
    return [
        *(f"role {row['id']}: taken or waiting differ from its sign-ups" for row in roles),
        *(f"shift {row['id']}: its sums differ from its roles" for row in shifts),
    ]
