"""What a card of the list says of a mission."""

from datetime import datetime
from typing import Any

from civic.i18n import _, _n
from civic.web import urls
from civic.web.formats import day
from volunteering.explorer.listing import Found
from volunteering.missions.models import Mission
from volunteering.missions.words import efforts, when, where
from volunteering.shifts.models import Shift


def card(found: Found) -> dict[str, Any]:
    """A mission as `ui.card_mission` takes it; asked for a day or a moment, with the shift that answers."""
    mission, shift = found.mission, found.shift
    places = shift or mission
    taken, total = _places(places)
    return {
        "href": urls.path("missions.show", slug=mission.slug, **({"creneau": shift.id} if shift else {})),
        "title": mission.title, "of": mission.initiative.title, "km": found.km or None,
        "when": said_when(mission, shift, found.free_at), "place": where(mission),
        "effort": dict(efforts())[mission.effort.value], "car_free": mission.car_free,
        "who": _("dès %(age)s ans", age=mission.minimum_age) if mission.minimum_age else "",
        "taken": taken, "total": total or None, "tags": _tags(found),
    }  # fmt: skip


def said_when(mission: Mission, shift: Shift | None = None, free_at: datetime | None = None) -> str:
    """« samedi 14 juin, 8 h à 11 h, et 2 autres dates »; of a mission without a date « Toute l’année, à convenir ».

    When that day is full, and another is not, it says so: « samedi 14 juin, 8 h à 11 h, complet, des places le … ».
    """
    if shift is None and not mission.is_dated:
        return _("Toute l’année, à convenir")
    ends_at = mission.next_ends_at or mission.listed_at
    start = when(shift.starts_at, shift.ends_at) if shift else when(mission.listed_at, ends_at)
    if shift is None and free_at and free_at > mission.listed_at:
        return ", ".join((start, _("complet"), _("des places le %(day)s", day=day(free_at))))
    later = mission.coming_shifts - 1
    more = _n("et %(n)s autre date", "et %(n)s autres dates", later) if later > 0 else ""
    return ", ".join(part for part in (start, more) if part)


def _places(of: Shift | Mission) -> tuple[int, int]:
    if isinstance(of, Shift):
        return of.filled, of.capacity
    return of.coming_taken, of.coming_capacity


def _tags(found: Found) -> list[tuple[str, str]]:
    if not found.missing:
        return []
    if found.mission.coming_shifts > 1:
        soon = _n("Il manque %(n)s personne d’ici 30 jours", "Il manque %(n)s personnes d’ici 30 jours", found.missing)
        return [(soon, "warn")]
    return [(_n("Il manque %(n)s personne", "Il manque %(n)s personnes", found.missing), "warn")]
