"""The papers of a meeting: the sheet to sign (émargement), and the minutes to be signed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from civic.i18n import _
from civic.meetings import sheet as sheets
from civic.meetings.attendance import Attendance, Coming
from civic.meetings.models import Meeting
from civic.meetings.record import Named, Point, Record, counted, quorum_words
from civic.papers import draw
from civic.web.formats import dated_moment, day_short

if TYPE_CHECKING:
    from civic.papers.paper import Paper

BLANKS, ROW, SIGNATURES = 6, 11.0, 42.0
"""Lines for others on the sheet; millimetres of a line to sign on, and of the boxes under the last one."""


Fill = Callable[["Paper"], None]


async def sign_in_sheet(meeting: Meeting) -> bytes:
    """The sheet to sign at the door, as a PDF."""
    return await draw(_("Feuille d’émargement, %(title)s", title=meeting.title), await sheet_to_sign(meeting))


async def sheet_to_sign(meeting: Meeting) -> Fill:
    """The sheet to sign at the door: who is expected by college, proxies, boxes, and lines for others."""
    rows = [_line(row) for row in await sheets.sheet_of(meeting) if row.college]
    facts = _facts(meeting)
    headers = (_("Nom"), _("Collège"), _("Pouvoir"), _("Signature"))
    people = [_name(meeting.chair), _name(meeting.secretary)]
    signed = (_("Président ou présidente de séance"), _("Secrétaire de séance"))
    call = _("Chaque personne signe à son arrivée. Qui porte un pouvoir signe aussi sur la ligne de qui l’a donné.")

    def fill(paper: Paper) -> None:
        paper.heading(_("Feuille d’émargement"))
        paper.text_block(meeting.title, bold=True, size=12)
        paper.facts(facts)
        paper.text_block(call, muted=True)
        paper.rows(headers, rows, widths=(34, 24, 20, 32), size=10, least=ROW)
        paper.blank_lines(BLANKS, height=ROW, below=SIGNATURES)
        paper.signatures(signed, said=people)

    return fill


def _line(row: Attendance) -> tuple[str, str, str, str]:
    name = row.person.name
    if row.organisation:
        name = f"{row.organisation.name}\n{name}"
    if row.substitute:
        name += "\n" + _("ou %(name)s, suppléant", name=row.substitute.name)
    given = _("à %(name)s", name=row.holder.name) if row.coming == Coming.PROXY and row.holder else ""
    return name, row.college.words if row.college else "", given, ""


async def minutes_paper(meeting: Meeting, record: Record) -> bytes:
    """The minutes on paper, to be signed by who presided and who wrote; a draft says that it is one."""
    title = _("Compte rendu, %(title)s", title=meeting.title)
    return await draw(title, minutes_to_sign(meeting, record, _("Compte rendu")))


def minutes_to_sign(meeting: Meeting, record: Record, heading: str) -> Fill:
    """The minutes under this heading, with room for both signatures."""
    facts = [*_facts(meeting), *_held(meeting, record)]
    state = (
        _("Approuvé le %(day)s.", day=day_short(meeting.approved_at))
        if meeting.approved_at
        else _("Projet : ce compte rendu n’est pas encore approuvé.")
    )
    people = [record.chair, record.secretary]
    signed = (_("Président ou présidente de séance"), _("Secrétaire de séance"))

    def fill(paper: Paper) -> None:
        paper.heading(heading)
        paper.text_block(f"{meeting.committee.name}\n{meeting.title}", bold=True, size=12)
        paper.text_block(state, muted=True)
        paper.facts(facts)
        _people(paper, record)
        for number, point in enumerate(record.points, 1):
            _point(paper, number, point)
        paper.ln(4)
        paper.signatures(signed, said=people)

    return fill


def _name(person: object) -> str:
    return str(getattr(person, "name", "") or "")


def _facts(meeting: Meeting) -> list[tuple[str, str]]:
    found = [(_("Comité"), meeting.committee.name)]
    if meeting.starts_at:
        found.append((_("Prévue"), dated_moment(meeting.starts_at)))
    if meeting.place:
        found.append((_("Lieu"), meeting.place))
    return found


def _held(meeting: Meeting, record: Record) -> list[tuple[str, str]]:
    found = []
    if meeting.opened_at:
        found.append((_("Ouverte"), dated_moment(meeting.opened_at)))
    if meeting.closed_at:
        found.append((_("Close"), dated_moment(meeting.closed_at)))
    return [*found, (_("Présences"), counted(record)), (_("Quorum"), " ".join(quorum_words(meeting, record)))]


def _people(paper: Paper, record: Record) -> None:
    for title, rows in (
        (_("Présents"), record.present), (_("Représentés"), record.represented), (_("Excusés"), record.excused),
        (_("Absents"), record.absent), (_("Invités, sans voix"), record.guests),
    ):  # fmt: skip
        if rows:
            paper.heading(title, level=2)
            paper.rows((_("Nom"), _("Collège"), _("Présence")), [_row(row) for row in rows], widths=(40, 30, 40))


def _row(row: Named) -> tuple[str, str, str]:
    return row.name, row.college, row.said


def _point(paper: Paper, number: int, point: Point) -> None:
    paper.heading(f"{number}. {point.item.title}", level=2)
    paper.text_block(point.item.notes or _("Rien n’a été noté."), muted=not point.item.notes)
    if point.item.decision and point.state:
        paper.text_block(
            _("Décision : %(question)s", question=point.item.decision.question), bold=True
        )  # fmt: skip
        paper.text_block(" ".join(one for one in (point.state + ".", point.result, point.participation) if one))
    for sentence in point.voted:
        paper.text_block(sentence)
    for name, one in point.promised:
        said = _("%(name)s s’engage : %(what)s, avant le %(day)s.")
        paper.text_block(said % {"name": name, "what": one.what, "day": day_short(one.due_on)})
