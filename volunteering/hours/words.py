"""How hours of the ledger are said."""

from civic.i18n import _
from civic.web.formats import number
from volunteering.hours.models import EntryStatus, HoursEntry, TimeKind


def duration(minutes: int) -> str:
    """« 45 min », « 3 h », « 1 250 h 05 »."""
    full, rest = divmod(minutes, 60)
    if not full and rest:
        return _("%(n)s\u00a0min", n=rest)
    if rest:
        return _("%(hours)s\u00a0h\u00a0%(minutes)s", hours=number(full), minutes=f"{rest:02d}")
    return _("%(n)s\u00a0h", n=number(full))


def kinds() -> list[tuple[str, str]]:
    """What time is given to, in words, in the order of the form."""
    return [
        (TimeKind.MISSION.value, _("Une mission, un coup de main")),
        (TimeKind.LEADING.value, _("Encadrer ou coordonner d’autres bénévoles")),
        (TimeKind.GOVERNANCE.value, _("La gouvernance : bureau, comité, assemblée")),
    ]  # fmt: skip


def kind_short(kind: TimeKind) -> str:
    """The kind as a tag, empty for ordinary work."""
    return {TimeKind.GOVERNANCE: _("Gouvernance"), TimeKind.LEADING: _("Encadrement")}.get(kind, "")


def status_tag(entry: HoursEntry) -> tuple[str, str]:
    """Where an entry stands: text and colour of its tag."""
    return {
        EntryStatus.PROPOSED: (_("À valider"), "warn"),
        EntryStatus.CORRECTED: (_("Corrigées, à valider"), "warn"),
        EntryStatus.VALIDATED: (_("Validées"), "ok"),
        EntryStatus.FROZEN: (_("Validées, définitives"), "ok"),
        EntryStatus.REFUSED: (_("Pas validées"), "err"),
        EntryStatus.WITHDRAWN: (_("Retirées"), ""),
    }[entry.status]


def title_of(entry: HoursEntry) -> str:
    """What she did; erased words become « Bénévolat »."""
    title = entry.title or _("Bénévolat")
    return f"{title}, {entry.role_title}" if entry.role_title else title
