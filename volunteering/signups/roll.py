"""Who comes to a shift, role by role, as its coordinators read it (PRODUCT V5)."""

from dataclasses import dataclass, field

from volunteering.shifts.models import Shift, ShiftRole
from volunteering.shifts.places import roles_of
from volunteering.signups import fairness
from volunteering.signups.models import OVER, SEATED, Signup, SignupStatus


@dataclass(slots=True)
class Group:
    """A role with who has a place in it, by name, and who waits for one, in order."""

    role: ShiftRole
    rows: list[Signup] = field(default_factory=list)
    waiting: list[Signup] = field(default_factory=list)


@dataclass(slots=True)
class Roll:
    """A shift's list."""

    groups: list[Group]

    @property
    def rows(self) -> list[Signup]:
        """Everybody who has a place."""
        return [row for group in self.groups for row in group.rows]

    @property
    def waiting(self) -> list[Signup]:
        """Everybody who waits."""
        return [row for group in self.groups for row in group.waiting]

    @property
    def here(self) -> int:
        """How many persons are there."""
        return sum(row.party for row in self.rows if row.status == SignupStatus.ATTENDED)

    @property
    def unconfirmed(self) -> int:
        """How many places wait for a link, a guardian or an answer."""
        waits = (SignupStatus.HELD, SignupStatus.OFFERED)
        return sum(row.party for row in self.rows if row.status in waits and row.counts)

    @property
    def unsaid(self) -> list[Signup]:
        """Of whom nobody has said yet whether she came."""
        return [row for row in self.rows if row.status == SignupStatus.CONFIRMED]


async def roll_of(shift: Shift) -> Roll:
    """The list of a shift. Needs the mission. Two queries, one or two more for a queue with a rule of fairness."""
    groups = {role.id: Group(role) for role in await roles_of(shift.id)}
    found = await Signup.filter(shift_id=shift.id).exclude(status__in=OVER).order_by("id").select_related("person")
    for row in sorted(found, key=lambda row: (row.person.name_folded, row.id)):
        if row.status in SEATED and row.role_id in groups:
            groups[row.role_id].rows.append(row)
    waiting = [row for row in found if row.status == SignupStatus.WAITING]
    for row in await fairness.in_order(shift, waiting) if waiting else ():
        groups[row.role_id].waiting.append(row)
    return Roll(list(groups.values()))
