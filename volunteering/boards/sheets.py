"""The A4 sheet that people sign on arrival, and the list for a spreadsheet (PRODUCT V5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from civic import clock
from civic.i18n import _, _n
from civic.papers import draw
from civic.papers.look import BRAND, FAMILY, INK, LINE, MARGIN
from civic.web import urls
from civic.web.formats import hour
from volunteering.missions.words import when, where
from volunteering.shifts.models import Shift
from volunteering.signups.models import Signup, SignupStatus
from volunteering.signups.roll import Roll

if TYPE_CHECKING:
    from civic.papers.paper import Paper

BLANK_LINES = 8
QR = 27.0
WIDTHS = (15, 60, 20, 20, 55)
LINE_HEIGHT = 10.0
"""Millimetres: room for a signature."""


@dataclass(slots=True, frozen=True)
class Rows:
    """A role's lines: code, name, arrival and departure as they are known; no title for the only role of a shift."""

    title: str
    lines: Sequence[tuple[str, str, str, str]]


async def sheet_paper(shift: Shift, roll: Roll) -> bytes:
    """The sheet: who is expected, role by role, blank lines for walk-ins, a code that opens the screen of re-entry.

    Needs the shift's mission with its commune and initiative.
    """
    mission = shift.mission
    title, facts = mission.title, [when(shift.starts_at, shift.ends_at), where(mission), shift.note]
    whose_ = _("Feuille de présence, %(initiative)s", initiative=mission.initiative.title)
    headers = (_("Code"), _("Prénom et nom"), _("Arrivée"), _("Départ"), _("Signature"))
    address = urls.absolute("boards.paper", slug=mission.slug, id=shift.id)
    hint = _("Après coup : photographiez ce dessin, et recopiez la feuille.")
    blocks = [Rows(group.role.title, [line for row in group.rows for line in _lines(row)]) for group in roll.groups]
    walk_ins = Rows(_("Personnes venues sans s’inscrire : prénom et nom en entier"), [("",) * 4] * BLANK_LINES)

    def fill(paper: Paper) -> None:
        _head(paper, title, [fact for fact in (whose_, *facts) if fact], address, hint)
        _tables(paper, headers, [*(block for block in blocks if block.lines), walk_ins])

    return await draw(_("Feuille de présence, %(title)s", title=title), fill, foot=f"{title}, {facts[0]}")


def _lines(row: Signup) -> list[tuple[str, str, str, str]]:
    """A line to sign for each head: hers, with the hours that are known already, and one for whoever comes with her."""
    known = [hour(moment) if moment else "" for moment in (row.arrived_at, row.left_at)]
    with_her = ("", _("avec %(name)s", name=row.person.short_name), known[0], known[1])
    return [(row.code, name_on_paper(row), known[0], known[1]), *[with_her] * (row.party - 1)]


def name_on_paper(row: Signup) -> str:
    """« Rose M. », « Rose M., 3 personnes », « Rose M., à confirmer »."""
    name = row.person.short_name
    if row.party > 1:
        name = _n("%(name)s, %(n)s personne", "%(name)s, %(n)s personnes", row.party, name=name)
    if row.status in (SignupStatus.HELD, SignupStatus.OFFERED):
        return _("%(name)s, à confirmer", name=name)
    return name


def _head(paper: Paper, title: str, facts: list[str], address: str, hint: str) -> None:
    """Title and facts on the left, the code on the right."""
    top = paper.get_y()
    paper.qr(address, size=QR, x=paper.l_margin + paper.epw - QR, y=top - 2)
    paper.set_right_margin(MARGIN + QR + 4)
    paper.heading(title)
    for fact in facts:
        paper.text_block(fact)
    paper.text_block(hint, size=8.5, muted=True)
    paper.set_right_margin(MARGIN)
    paper.set_y(max(paper.get_y(), top + QR) + 2)


def _tables(paper: Paper, headers: Sequence[str], blocks: Sequence[Rows]) -> None:
    """A table for each role; its head is repeated on each page, and its title never stands alone at a page's foot."""
    from fpdf.enums import TableBordersLayout  # loaded with the paper itself, in the thread that draws
    from fpdf.fonts import FontFace

    paper.set_draw_color(*LINE)
    head = FontFace(emphasis="BOLD", color=BRAND)
    for block in blocks:
        if paper.will_page_break(4 * LINE_HEIGHT):
            paper.add_page()
        if block.title:
            paper.heading(block.title, level=2)
        paper.set_font(FAMILY, "", 10)
        paper.set_text_color(*INK)
        with paper.table(
            col_widths=WIDTHS, text_align="LEFT", headings_style=head, line_height=5, padding=1.2,
            width=int(paper.epw), borders_layout=TableBordersLayout.ALL,
        ) as table:  # fmt: skip
            table.row(headers)
            for line in block.lines:
                table.row((*line, ""), min_height=LINE_HEIGHT)
        paper.ln(3)


def sheet_name(shift: Shift) -> str:
    """A file name that says of which mission and day it is. Needs the mission."""
    return f"presence-{shift.mission.slug[:60].strip('-')}-{clock.local(shift.starts_at):%Y-%m-%d-%Hh%M}"


def sheet_rows(shift: Shift, roll: Roll) -> list[list[object]]:
    """The list for a spreadsheet, one line a sign-up: no address leaves with it, messages are sent from here."""
    said = {
        SignupStatus.HELD: _("à confirmer"), SignupStatus.OFFERED: _("place proposée"),
        SignupStatus.CONFIRMED: _("vient"), SignupStatus.ATTENDED: _("était là"),
        SignupStatus.EXCUSED: _("avait prévenu"), SignupStatus.MISSED: _("pas là"),
        SignupStatus.WAITING: _("en attente"),
    }  # fmt: skip
    day = clock.local(shift.starts_at).date().isoformat()
    titles = {group.role.id: group.role.title for group in roll.groups}
    return [
        [
            shift.mission.title, day, row.code, row.person.short_name, titles[row.role_id], row.present,
            said[row.status], _clock(row.arrived_at), _clock(row.left_at), _("oui") if row.walk_in else "",
        ]
        for row in (*roll.rows, *roll.waiting)
    ]  # fmt: skip


def sheet_headers() -> list[str]:
    """What its columns hold."""
    return [
        _("Mission"), _("Jour"), _("Code"), _("Nom"), _("Poste"), _("Personnes"), _("État"), _("Arrivée"), _("Départ"),
        _("Sans s’inscrire"),
    ]  # fmt: skip


def _clock(moment: datetime | None) -> str:
    """« 17:36 », as a spreadsheet reads an hour."""
    return f"{clock.local(moment):%H:%M}" if moment else ""
