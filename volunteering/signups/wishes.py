"""What somebody asks for when she signs up, and whether she may have it."""

from collections.abc import Sequence
from dataclasses import dataclass

from civic.errors import Invalid
from civic.i18n import _
from volunteering.missions.skills import said
from volunteering.shifts import places
from volunteering.shifts.models import Shift, ShiftRole
from volunteering.signups.consents import Minor
from volunteering.signups.models import MOST_TOGETHER


@dataclass(slots=True, frozen=True)
class Wish:
    """What somebody asks for: a role (0: the first), how many come together, what she can do, who is a minor.

    `picks`: she was shown the roles, so that none of several is an answer that is missing.
    """

    role_id: int = 0
    party: int = 1
    skills: Sequence[str] = ()
    wants_lift: bool = False
    minor: Minor | None = None
    anyway: bool = False
    picks: bool = False


async def role_wanted(shift: Shift, wish: Wish) -> ShiftRole:
    """The role, if she may take it. Raises Invalid with the field and what to do."""
    roles = await places.roles_of(shift.id)
    first = roles[0] if not wish.role_id and not (wish.picks and len(roles) > 1) else None
    role = next((one for one in roles if one.id == wish.role_id), first)
    if role is None:
        raise Invalid(_("Choisissez un poste."), field="role")
    if not 1 <= wish.party <= MOST_TOGETHER:
        raise Invalid(_("Écrivez un nombre de 1 à %(n)s.", n=MOST_TOGETHER), field="party")
    if wish.party > role.capacity:
        raise Invalid(_("Il n’y a que %(n)s places en tout.", n=role.capacity), field="party")
    lacking = [code for code in {*shift.mission.required_skills, *role.skills} if code not in wish.skills]
    if lacking:
        raise Invalid(_("Pour ce poste il faut : %(skills)s.", skills=", ".join(said(lacking))), field="skills")
    youngest = max(shift.mission.minimum_age or 0, role.minimum_age or 0)
    if wish.minor and wish.minor.age < youngest:
        raise Invalid(_("Il faut avoir au moins %(n)s ans.", n=youngest), field="age")
    if wish.minor and wish.party > 1:
        raise Invalid(_("Avant 18 ans, chaque personne s’inscrit à son nom : laissez vide."), field="party")
    return role
