"""How hours and places are said."""

from datetime import datetime

from civic import clock
from civic.i18n import _
from civic.web.formats import day, hour
from volunteering.missions.models import Mission


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
