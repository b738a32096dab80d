"""How hours, places and conditions are said."""

from dataclasses import dataclass
from datetime import datetime

from civic import clock
from civic.i18n import _, _n
from civic.web.formats import day, hour
from volunteering.missions import skills
from volunteering.missions.models import Availability, Effort, Mission


def hours(starts_at: datetime, ends_at: datetime) -> str:
    """« 8 h à 11 h », « 22 h à 6 h le lendemain », on the territory's clocks."""
    start, end = hour(starts_at), hour(ends_at)
    if clock.local(starts_at).date() != clock.local(ends_at).date():
        return _("%(start)s\u00a0à\u00a0%(end)s le lendemain", start=start, end=end)
    return _("%(start)s\u00a0à\u00a0%(end)s", start=start, end=end)


def when(starts_at: datetime, ends_at: datetime) -> str:
    """« samedi 14 juin, 8 h à 11 h »."""
    return _("%(day)s, %(hours)s", day=day(starts_at), hours=hours(starts_at, ends_at))


def where(mission: Mission) -> str:
    """« Place du marché, Trévoux », « À distance », or nothing when the place is not known."""
    if mission.remote:
        return _("À distance")
    commune = mission.commune.label if mission.commune else ""
    return ", ".join(part for part in (mission.place, commune) if part)


@dataclass(slots=True, frozen=True)
class Told:
    """The conditions of a mission in words: skills needed and welcome, when it can be done, how late one may cancel."""

    required: str
    wished: str
    when: str
    cancelling: str


def told(mission: Mission) -> Told:
    """What whoever thinks of coming wants to know."""
    known = dict(availability_choices())
    times = [known[one.value] for one in Availability if mission.ongoing and one.value in mission.availabilities]
    return Told(
        _listed(skills.said(mission.required_skills), ", "), _listed(skills.said(mission.wished_skills), ", "),
        _listed(times, _(", ou ")), cancelling(mission.cancel_hours),
    )  # fmt: skip


def _listed(names: list[str], between: str) -> str:
    """One line of them, with a capital at its beginning only."""
    return between.join([*names[:1], *(name[0].lower() + name[1:] for name in names[1:])])


def efforts() -> list[tuple[str, str]]:
    """The degrees of effort, in words."""
    return [
        (Effort.LIGHT.value, _("Léger")), (Effort.MODERATE.value, _("Moyen")), (Effort.HARD.value, _("Physique")),
    ]  # fmt: skip


def availability_choices() -> list[tuple[str, str]]:
    """When one may have time, in words."""
    return [
        (Availability.WEEK_DAY.value, _("En semaine, la journée")),
        (Availability.WEEK_EVENING.value, _("En semaine, le soir")),
        (Availability.WEEKEND_DAY.value, _("Le week-end, la journée")),
        (Availability.WEEKEND_EVENING.value, _("Le week-end, le soir")),
    ]


def cancel_choices(hours: int = 24) -> list[tuple[int, str]]:
    """Until when one may step back without a reason; the mission's own number of hours is always among them."""
    known = {
        0: _("Jusqu’au début"), 2: _("Deux heures avant"), 12: _("Douze heures avant"),
        24: _("La veille, à la même heure"), 48: _("Deux jours avant"), 72: _("Trois jours avant"),
        168: _("Une semaine avant"),
    }  # fmt: skip
    own = {} if hours in known else {hours: _n("%(n)s heure avant", "%(n)s heures avant", hours)}
    return sorted({**known, **own}.items())


def cancelling(hours: int) -> str:
    """« On peut se désinscrire jusqu’à 24 heures avant, sans donner de raison. »"""
    if not hours:
        return _("On peut se désinscrire jusqu’au début, sans donner de raison.")
    if hours % 24 == 0 and hours > 24:
        return _n("On peut se désinscrire jusqu’à %(n)s jour avant sans donner de raison.",
                  "On peut se désinscrire jusqu’à %(n)s jours avant sans donner de raison.", hours // 24)  # fmt: skip
    return _n("On peut se désinscrire jusqu’à %(n)s heure avant sans donner de raison.",
              "On peut se désinscrire jusqu’à %(n)s heures avant sans donner de raison.", hours)  # fmt: skip


def field_said(name: str, value: object) -> str:
    """What stands in a field of a mission's form, in words."""
    if name == "effort":
        return dict(efforts())[str(value)]
    if name == "availabilities" and isinstance(value, list):
        known = dict(availability_choices())
        return ", ".join(known[str(one)] for one in value)
    if name in ("required_skills", "wished_skills") and isinstance(value, list):
        return ", ".join(skills.said(value))
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    return str(value if value is not None else "")
