"""How periods and kinds of time are said on papers."""

from datetime import date

from civic.i18n import _
from civic.web.formats import day_short
from volunteering.hours.models import TimeKind


def period(first: date, last: date) -> str:
    """« du 1ᵉʳ janvier 2026 au 30 juin 2026 », « le 14 juin 2026 »."""
    if first == last:
        return _("le %(day)s", day=day_short(first))
    return _("du %(first)s au %(last)s", first=day_short(first), last=day_short(last))


def kinds() -> dict[str, str]:
    """What time was given to, in words."""
    return {
        TimeKind.MISSION.value: _("Missions"), TimeKind.GOVERNANCE.value: _("Gouvernance"),
        TimeKind.LEADING.value: _("Encadrement de bénévoles"),
    }  # fmt: skip
