"""What states, answers and lengths are called on the page, in letters and on paper."""

from collections.abc import Sequence
from datetime import datetime

from civic.i18n import _, _n
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.dates import Suits
from civic.meetings.models import ItemKind, Meeting, MeetingStatus
from civic.web.formats import day, hour, moment, percent


def state(meeting: Meeting) -> tuple[str, str]:
    """A meeting's state: words and the state of its tag."""
    return {
        MeetingStatus.DRAFT: (_("En préparation"), "info"), MeetingStatus.POLLING: (_("On cherche une date"), "voix"),
        MeetingStatus.CONVENED: (_("Convoquée"), "ok"), MeetingStatus.RUNNING: (_("En cours"), "voix"),
        MeetingStatus.CLOSED: (_("Terminée"), ""), MeetingStatus.CANCELLED: (_("Annulée"), "err"),
    }[meeting.status]  # fmt: skip


def length(minutes: int) -> str:
    """« 45 min », « 1 h 30 », « 2 h »."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(n)s min", n=rest)
    return _("%(h)s h %(m)s", h=hours, m=f"{rest:02d}") if rest else _("%(h)s h", h=hours)


def when(meeting: Meeting) -> str:
    """« samedi 14 juin, 18 h à 19 h 30 », or that it is not known yet."""
    if meeting.starts_at is None or meeting.ends_at is None:
        return _("date à fixer")
    return span(meeting.starts_at, meeting.ends_at)


def span(starts_at: datetime, ends_at: datetime) -> str:
    """« samedi 14 juin, 18 h à 19 h 30 »; with both days when it ends on another one."""
    if day(starts_at) != day(ends_at):
        return _("du %(from)s au %(to)s", **{"from": moment(starts_at), "to": moment(ends_at)})
    return _("%(day)s, %(from)s à %(to)s", day=day(starts_at), **{"from": hour(starts_at), "to": hour(ends_at)})


def where(meeting: Meeting) -> str:
    """The place, in words for anybody."""
    return meeting.place or (_("À distance") if meeting.remote_url else _("Lieu à préciser"))


def agenda_sum(meeting: Meeting, minutes: int) -> str:
    """« 1 h 40 prévues pour 1 h 30 : 10 min de trop. »"""
    if minutes > meeting.lasts:
        return _(
            "%(sum)s prévues pour %(length)s : %(over)s de trop.", sum=length(minutes), length=length(meeting.lasts),
            over=length(minutes - meeting.lasts),
        )  # fmt: skip
    if minutes == meeting.lasts:
        return _("%(sum)s prévues : juste la durée de la réunion.", sum=length(minutes))
    return _(
        "%(sum)s prévues pour %(length)s : il reste %(left)s.", sum=length(minutes), length=length(meeting.lasts),
        left=length(meeting.lasts - minutes),
    )  # fmt: skip


def kind(found: ItemKind) -> str:
    """What a point is for."""
    return {
        ItemKind.INFORMATION: _("Information"), ItemKind.DISCUSSION: _("Échange"), ItemKind.DECISION: _("Décision"),
    }[found]  # fmt: skip


def suits(found: Suits) -> str:
    """What one says of a date."""
    return {Suits.YES: _("Oui"), Suits.MAYBE: _("Si besoin"), Suits.NO: _("Non")}[found]


def coming(found: Coming | None) -> str:
    """What one says before the meeting."""
    if found is None:
        return _("Sans réponse")
    return {
        Coming.PRESENT: _("Présent"), Coming.REMOTE: _("À distance"), Coming.EXCUSED: _("Excusé"),
        Coming.PROXY: _("Donne pouvoir"),
    }[found]  # fmt: skip


def answered(row: Attendance) -> str:
    """Somebody's answer in a sentence for the list; `holder`, `person` and `answered_by` are loaded."""
    said = coming(row.coming)
    if row.coming == Coming.PROXY and row.holder:
        said = _("Donne pouvoir à %(name)s", name=row.holder.short_name)
    if row.answered_by and row.answered_by_id != row.person_id:
        said = _("%(said)s (réponse de %(name)s)", said=said, name=row.answered_by.short_name)
    return said


def my_answer(row: Attendance) -> str:
    """The same answer said to who gave it; `holder`, `person` and `answered_by` are loaded."""
    if row.coming == Coming.PROXY and row.holder:
        said = _("Je donne pouvoir à %(name)s", name=row.holder.short_name)
    else:
        said = {
            Coming.PRESENT: _("Je viens"), Coming.REMOTE: _("Je suis à distance"), Coming.EXCUSED: _("Je ne viens pas")
        }.get(row.coming, coming(row.coming))  # fmt: skip
    if row.answered_by and row.answered_by_id != row.person_id:
        said = _("%(said)s (réponse de %(name)s)", said=said, name=row.answered_by.short_name)
    return said


def quorum(meeting: Meeting, expected: int) -> str:
    """The quorum as a sentence; without one, that there is none."""
    if not meeting.quorum_percent:
        return _("Il n’y a pas de quorum.")
    needed = -(-expected * meeting.quorum_percent // 100)
    return _(
        "Il faut %(share)s des personnes attendues, présentes ou représentées : %(n)s sur %(total)s.",
        share=percent(meeting.quorum_percent), n=needed, total=expected,
    )  # fmt: skip


def proxies(meeting: Meeting) -> str:
    """How many proxies one may carry."""
    if not meeting.proxies_most:
        return _("On ne peut pas donner pouvoir.")
    return _n(
        "On peut donner pouvoir à une personne attendue. Chacune en porte %(n)s au plus.",
        "On peut donner pouvoir à une personne attendue. Chacune en porte %(n)s au plus.", meeting.proxies_most,
    )  # fmt: skip


def counts(rows: Sequence[Attendance]) -> str:
    """« 5 présents, 1 à distance, 2 excusés, 1 pouvoir, 3 sans réponse. »; of those expected."""
    said: list[Coming | None] = [row.coming for row in rows if row.college is not None]
    parts = [
        (_n("%(n)s présent", "%(n)s présents", said.count(Coming.PRESENT)), said.count(Coming.PRESENT)),
        (_n("%(n)s à distance", "%(n)s à distance", said.count(Coming.REMOTE)), said.count(Coming.REMOTE)),
        (_n("%(n)s pouvoir", "%(n)s pouvoirs", said.count(Coming.PROXY)), said.count(Coming.PROXY)),
        (_n("%(n)s excusé", "%(n)s excusés", said.count(Coming.EXCUSED)), said.count(Coming.EXCUSED)),
        (_n("%(n)s sans réponse", "%(n)s sans réponse", said.count(None)), said.count(None)),
    ]
    return ", ".join(text for text, n in parts if n) + "." if said else ""


def seat(row: Attendance) -> str:
    """For which college or organisation somebody sits; empty for a guest."""
    if row.organisation:
        return row.organisation.name
    return row.college.words if row.college else _("Sur invitation")

