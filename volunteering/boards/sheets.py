"""The A4 sheet that people sign on arrival, and the list for a spreadsheet (PRODUCT V5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from civic.i18n import _, _n
from civic.papers import Paper, draw
from civic.papers.paper import BRAND, FAMILY, INK, LINE, MARGIN
from civic.web import urls
from civic.web.formats import hour
from volunteering.missions.words import when, where
from volunteering.shifts.models import Shift
from volunteering.signups.models import Signup, SignupStatus
from volunteering.signups.roll import Roll

BLANK_LINES = 8
QR = 27.0
WIDTHS = (15, 60, 20, 20, 55)
LINE_HEIGHT = 10.0
"""Millimetres: room for a signature."""


@dataclass(slots=True, frozen=True)
class Rows:
    """A role's lines, each code and name; no title for the only role of a simple shift."""

    title: str
    lines: Sequence[tuple[str, str]]


async def sheet_paper(shift: Shift, roll: Roll) -> bytes:
    """The sheet: who is expected, role by role, blank lines for walk-ins, a code that opens the screen of re-entry.

    Needs the shift's mission with its commune.
    """
    mission = shift.mission
    title, facts = mission.title, [when(shift.starts_at, shift.ends_at), where(mission), shift.note]
    headers = (_("Code"), _("Prénom et nom"), _("Arrivée"), _("Départ"), _("Signature"))
    address = urls.absolute("boards.paper", slug=mission.slug, id=shift.id)
    hint = _("Après coup : photographiez ce dessin, et recopiez la feuille.")
    blocks = [Rows(group.role.title, [(row.code, name_on_paper(row)) for row in group.rows]) for group in roll.groups]
    walk_ins = Rows(_("Personnes venues sans s’inscrire : prénom et nom en entier"), [("", "")] * BLANK_LINES)

    def fill(paper: Paper) -> None:
        _head(paper, title, [fact for fact in facts if fact], address, hint)
        _table(paper, headers, [*(block for block in blocks if block.lines), walk_ins])

    return await draw(_("Feuille de présence, %(title)s", title=title), fill, foot=f"{title}, {facts[0]}")


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


def _table(paper: Paper, headers: Sequence[str], blocks: Sequence[Rows]) -> None:
    """One table whose head is repeated on each page, a heading line for each role."""
    paper.set_font(FAMILY, "", 10)
    paper.set_text_color(*INK)
    paper.set_draw_color(*LINE)
    head, part = FontFace(emphasis="BOLD", color=BRAND), FontFace(emphasis="BOLD", color=INK)
    with paper.table(
        col_widths=WIDTHS, text_align="LEFT", headings_style=head, line_height=5, padding=1.2, width=int(paper.epw),
        borders_layout=TableBordersLayout.ALL,
    ) as table:  # fmt: skip
        table.row(headers)
        for block in blocks:
            if block.title:
                table.row(style=part).cell(block.title, colspan=len(headers))
            for code, name in block.lines:
                table.row((code, name, "", "", ""), min_height=LINE_HEIGHT)


def sheet_rows(roll: Roll) -> list[list[object]]:
    """The list for a spreadsheet, one line a sign-up: no address leaves with it, messages are sent from here."""
    said = {
        SignupStatus.HELD: _("à confirmer"), SignupStatus.OFFERED: _("place proposée"),
        SignupStatus.CONFIRMED: _("vient"), SignupStatus.ATTENDED: _("était là"),
        SignupStatus.EXCUSED: _("avait prévenu"), SignupStatus.MISSED: _("pas là"),
        SignupStatus.WAITING: _("en attente"),
    }  # fmt: skip
    titles = {group.role.id: group.role.title for group in roll.groups}
    return [
        [
            row.code, row.person.short_name, titles[row.role_id], row.party, said[row.status],
            hour(row.arrived_at) if row.arrived_at else "", hour(row.left_at) if row.left_at else "",
            _("oui") if row.walk_in else "",
        ]
        for row in (*roll.rows, *roll.waiting)
    ]  # fmt: skip


def sheet_headers() -> list[str]:
    """What its columns hold."""
    return [
        _("Code"), _("Nom"), _("Poste"), _("Personnes"), _("État"), _("Arrivée"), _("Départ"), _("Sans s’inscrire"),
    ]  # fmt: skip
