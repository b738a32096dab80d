"""How sums of time and periods are said."""

from datetime import date

from civic.i18n import _
from civic.web.formats import day_short, number
from volunteering.hours.models import TimeKind


def duration(minutes: int) -> str:
    """« 12 h », « 12 h 30 », « 45 min »."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s\u00a0min", minutes=rest)
    if not rest:
        return _("%(hours)s\u00a0h", hours=number(hours))
    return _("%(hours)s\u00a0h\u00a0%(minutes)s", hours=number(hours), minutes=f"{rest:02d}")


def period(first: date, last: date) -> str:
    """« du 1er janvier 2026 au 30 juin 2026 », « le 14 juin 2026 »."""
    if first == last:
        return _("le %(day)s", day=day_short(first))
    return _("du %(first)s au %(last)s", first=day_short(first), last=day_short(last))


def kinds() -> dict[str, str]:
    """What time was given to, in words."""
    return {
        TimeKind.MISSION.value: _("Missions"), TimeKind.GOVERNANCE.value: _("Gouvernance"),
        TimeKind.LEADING.value: _("Encadrement de bénévoles"),
    }  # fmt: skip
