"""Who comes to a shift, role by role, as its coordinators read it (PRODUCT V5)."""

from dataclasses import dataclass, field

from volunteering.shifts.models import Shift, ShiftRole
from volunteering.shifts.places import roles_of
from volunteering.signups import contacts, fairness, restoring
from volunteering.signups.models import OVER, SEATED, GuardianConsent, Signup, SignupStatus


@dataclass(slots=True)
class Group:
    """A role with who has a place in it, by name, and who waits for one, in order."""

    role: ShiftRole
    rows: list[Signup] = field(default_factory=list)
    waiting: list[Signup] = field(default_factory=list)


@dataclass(slots=True)
class Roll:
    """A shift's list: who comes, who gave a place back with a word (`gone`), and the consents of who is a minor."""

    groups: list[Group]
    gone: list[Signup] = field(default_factory=list)
    minors: dict[int, GuardianConsent] = field(default_factory=dict)

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
        return sum(row.present for row in self.rows if row.status == SignupStatus.ATTENDED)

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
    """The list of a shift. Needs the mission. Four queries, one or two more for a queue with a rule of fairness."""
    groups = {role.id: Group(role) for role in await roles_of(shift.id)}
    found = await Signup.filter(shift_id=shift.id).exclude(status__in=OVER).order_by("id").select_related("person")
    for row in sorted(found, key=lambda row: (row.person.name_folded, row.id)):
        if row.status in SEATED and row.role_id in groups:
            groups[row.role_id].rows.append(row)
    waiting = [row for row in found if row.status == SignupStatus.WAITING]
    for row in await fairness.in_order(shift, waiting) if waiting else ():
        groups[row.role_id].waiting.append(row)
    roll = Roll(list(groups.values()))
    asked = await GuardianConsent.filter(signup_id__in=[row.id for row in found]) if found else []
    roll.minors = {one.signup_id: one for one in asked}
    if shift.is_cancelled:
        roll.gone = [signup for signup, _change in await restoring.sent_away(shift.id)]
    elif contacts.shown(shift):
        left = Signup.filter(shift_id=shift.id, status=SignupStatus.CANCELLED).exclude(reason="")
        roll.gone = await left.order_by("-updated_at").select_related("person")
    return roll
