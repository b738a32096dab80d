"""How wishes and reasons are said."""

from datetime import datetime

from babel.dates import format_date

from civic import clock
from civic.i18n import _, locale
from civic.web import formats
from volunteering.missions import skills
from volunteering.missions.models import Availability
from volunteering.volunteers.matching import EVENING, Fit

NEXT_DOOR_KM = 1


def availability_words() -> dict[str, str]:
    """When one may have time, in words."""
    return {
        Availability.WEEK_DAY.value: _("En semaine, la journée"),
        Availability.WEEK_EVENING.value: _("En semaine, le soir"),
        Availability.WEEKEND_DAY.value: _("Le week-end, la journée"),
        Availability.WEEKEND_EVENING.value: _("Le week-end, le soir"),
    }


def reasons(fit: Fit) -> list[str]:
    """Why a mission suits somebody, each reason as a piece of a sentence: place, moment, way, skills."""
    said = [_place(fit)]
    if fit.starts_at:
        said.append(_("%(day)s comme vous l’avez dit", day=_some_day(fit.starts_at)))
    if fit.car_free:
        said.append(_("accessible sans voiture"))
    if fit.skills:
        known = ", ".join(word[:1].lower() + word[1:] for word in skills.said(list(fit.skills)))
        said.append(_("c’est dans vos cordes : %(skills)s", skills=known))
    return [reason for reason in said if reason]


def sentence(fit: Fit) -> str:
    """« À 4 km de chez vous, un samedi comme vous l’avez dit, et c’est dans vos cordes : coudre. »"""
    *before, last = reasons(fit)
    whole = _("%(before)s, et %(last)s", before=", ".join(before), last=last) if before else last
    return f"{formats.opening(whole)}."


def _place(fit: Fit) -> str:
    if fit.remote:
        return _("à distance, depuis chez vous")
    if fit.km is None:
        return ""
    if fit.km < NEXT_DOOR_KM:
        return _("tout près de chez vous")
    return _("à %(km)s de chez vous", km=formats.km(round(fit.km)))


def _some_day(starts_at: datetime) -> str:
    day = format_date(clock.local(starts_at).date(), "EEEE", locale=locale())
    return _("un %(day)s soir", day=day) if clock.local(starts_at).hour >= EVENING else _("un %(day)s", day=day)
