"""Which role of a shift is ticked already on the form: one that fits her, or the only free one (PRODUCT V2).

With several roles and no such reason nothing is ticked: whoever signs up says where she wants to be.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from civic.i18n import _
from volunteering.missions import skills
from volunteering.missions.models import Mission
from volunteering.shifts.models import ShiftRole
from volunteering.shifts.words import role_line


@dataclass(slots=True, frozen=True)
class Ticked:
    """The role's id as the form sends it (empty: none), and why it is ticked."""

    role: str = ""
    why: str = ""


def ticked(roles: Sequence[ShiftRole], hers: Collection[str]) -> Ticked:
    """What the form proposes to somebody with these skills (codes)."""
    free = [role for role in roles if role.free]
    if len(roles) < 2:
        return Ticked(str(roles[0].id)) if free else Ticked()
    fitting = [role for role in free if role.skills and set(role.skills) <= set(hers)]
    if len(fitting) == 1:
        asked = ", ".join(skills.said(fitting[0].skills))
        return Ticked(str(fitting[0].id), _("Coché d’avance : ce poste demande ce que vous savez faire (%(skills)s).",
                                            skills=asked))  # fmt: skip
    if len(free) == 1:
        return Ticked(str(free[0].id), _("Coché d’avance : c’est le seul poste où il reste de la place."))
    return Ticked()


def role_words(role: ShiftRole) -> str:
    """« Cuisine, 1 place (cuisiner, dès 16 ans) »."""
    asked = skills.said(role.skills) + ([_("dès %(age)s ans", age=role.minimum_age)] if role.minimum_age else [])
    return f"{role_line(role)} ({', '.join(asked)})" if asked else role_line(role)


def needed(mission: Mission, roles: Sequence[ShiftRole]) -> list[tuple[str, str]]:
    """The skills that this mission, or one of the roles, asks for: code and words."""
    asked = {*mission.required_skills, *(code for role in roles for code in role.skills)}
    return [(code, text) for code, text in skills.words().items() if code in asked]
