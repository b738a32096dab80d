"""The convocation on paper: for the mail, and as letters for those without an address (S3).

It says when, where, the agenda with its hours, the quorum and the proxies; below a line to cut along, the blank proxy
to sign. Drawn in a thread from values read before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from civic.i18n import _, speaking
from civic.meetings import agenda as points
from civic.meetings import calls, convening, queries, words
from civic.meetings.attendance import Attendance
from civic.meetings.models import Item, Meeting
from civic.papers import draw
from civic.people.models import Person
from civic.web import urls
from civic.web.formats import day_short, hour, with_years

if TYPE_CHECKING:
    from civic.papers.paper import Paper

KIND = "convocation"
"""What names it in a mail: « convocation:12 », the line of the sheet it is for."""


@dataclass(slots=True)
class Convocation:
    """All that a convocation says; `names`: for whom one is written."""

    meeting: Meeting
    items: list[Item]
    quorum: str
    names: list[str]


async def paper(meeting: Meeting, row: Attendance | None = None) -> bytes:
    """The convocation of a meeting, for somebody's own hand when `row` (with its person) is given."""
    return await _drawn(meeting, [row.person.name] if row else [""])


async def letters(meeting: Meeting) -> bytes:
    """One page for each person expected who has no address, to print and hand over or post."""
    if meeting.is_prepared:
        found = convening.recipients(await queries.seats_to_convene(meeting))
        names = [one.person.name for one in found if not one.by_mail]
    else:
        rows = await queries.attendances_of(meeting.id)
        people = [person for row in rows for person in (row.person, row.substitute) if person]
        names = [person.name for person in people if not reachable(person)]
    return await _drawn(meeting, names or [""])


def reachable(person: Person) -> bool:
    """She gets mail."""
    return bool(person.email) and person.erased_at is None


async def _drawn(meeting: Meeting, names: list[str]) -> bytes:
    items = await queries.agenda_of(meeting.id)
    expected = meeting.expected or len(await queries.seats_to_convene(meeting))
    said = Convocation(meeting, items, await calls.quorum_of_letter(meeting, expected), names)
    with with_years():
        return await draw(_("Convocation : %(title)s", title=meeting.title), lambda sheet: _fill(sheet, said))


async def letter_papers(name: str) -> tuple[str, bytes] | None:
    """The convocation that goes along with a mail (slot `letter_papers`): its file name and content."""
    kind, _colon, attendance_id = name.partition(":")
    if kind != KIND:
        return None
    row = await Attendance.get_or_none(id=int(attendance_id)).select_related(
        "person", "meeting", "meeting__committee"
    )
    if row is None:
        return None
    with speaking(row.person.locale):
        return _("convocation.pdf"), await paper(row.meeting, row)


def _fill(sheet: Paper, said: Convocation) -> None:
    for number, name in enumerate(said.names):
        if number:
            sheet.add_page()
        _one(sheet, said, name)


def _one(sheet: Paper, said: Convocation, name: str) -> None:
    meeting = said.meeting
    sheet.text_block(meeting.committee.name, muted=True)
    sheet.heading(_("Convocation : %(title)s", title=meeting.title))
    if name:
        sheet.text_block(name, bold=True)
    if meeting.convened_at:
        sheet.text_block(_("Envoyée le %(day)s.", day=day_short(meeting.convened_at)), muted=True, size=9)
    facts = [(_("Quand"), words.when(meeting)), (_("Où"), words.where(meeting))]
    if meeting.remote_url and meeting.place:
        facts.append((_("À distance"), meeting.remote_url))
    facts += [(_("Quorum"), said.quorum), (_("Pouvoirs"), words.proxies(meeting))]
    sheet.facts(facts, label_width=32)
    for paragraph in meeting.call_text.split("\n\n"):
        if paragraph.strip():
            sheet.text_block(paragraph.strip())
    sheet.heading(_("Ordre du jour"), level=2)
    rows = [_row(line) for line in points.lines(meeting, said.items)]
    sheet.rows([_("Heure"), _("Point"), _("Durée")], rows, widths=(14, 68, 18))
    _texts(sheet, points.lines(meeting, said.items))
    sheet.text_block(_("Réponse et documents : %(address)s", address=urls.absolute("meetings.show", id=meeting.id)))
    if meeting.proxies_most:
        _proxy(sheet, meeting, name)


def _texts(sheet: Paper, lines: list[points.Line]) -> None:
    """What is to be read before: in an assembly the exact texts put to the vote, and who stands."""
    explained = [line for line in lines if line.item.explanation.strip()]
    if explained:
        sheet.heading(_("À lire avant la réunion"), level=2)
    for line in explained:
        sheet.text_block(f"{line.rank}. {line.item.title}", bold=True)
        sheet.text_block(line.item.explanation.strip())


def _row(line: points.Line) -> list[str]:
    item = line.item
    title = f"{line.rank}. {item.title} ({words.kind(item.kind).lower()})"
    if item.speaker:
        title += f"\n{item.speaker}"
    return [hour(line.at) if line.at else "", title, words.length(item.minutes)]


def _proxy(sheet: Paper, meeting: Meeting, name: str) -> None:
    """The blank proxy to cut off, fill in and sign."""
    if sheet.will_page_break(75):
        sheet.add_page()
    sheet.cut_line()
    sheet.heading(_("Pouvoir"), level=2)
    blank = "_" * 42
    sheet.text_block(_("Je soussigné(e) %(name)s, donne pouvoir à %(holder)s", name=name or blank, holder=blank))
    sheet.text_block(
        _(
            "pour me représenter et prendre part en mon nom aux décisions de la réunion « %(title)s », %(when)s.",
            title=meeting.title, when=words.when(meeting),
        )
    )
    sheet.text_block(_("Pouvoirs qu’une personne porte au plus : %(n)s.", n=meeting.proxies_most), muted=True, size=9)
    sheet.signatures([_("Date, et signature précédée de « Bon pour pouvoir »")], height=24)
