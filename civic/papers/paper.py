"""One paper: A4, our two fonts, drawn from top to bottom. Imported only when one is drawn (`making`)."""

import io
from collections.abc import Sequence

import segno
from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from civic import i18n
from civic.i18n import _
from civic.papers.look import BRAND, FAMILY, FONTS, INK, LINE, MARGIN, MUTED
from civic.settings import settings

HEADED = 28.0
"""Millimetres that a heading needs, with the first lines under it."""


class Paper(FPDF):
    """A document being drawn. Each method adds below what is there and turns the page by itself."""

    def __init__(self, title: str, *, landscape: bool = False, foot: str = "") -> None:
        super().__init__(orientation="landscape" if landscape else "portrait", format="A4")
        self.foot = foot or settings().site_name
        self.add_font(FAMILY, "", FONTS / "LiberationSans-Regular.ttf")
        self.add_font(FAMILY, "B", FONTS / "LiberationSans-Bold.ttf")
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=MARGIN)
        self.set_title(title)
        self.set_author(settings().site_name)
        self.set_lang(i18n.locale())
        self.add_page()
        self._letters(10.5)

    def footer(self) -> None:
        """Who made it and which page it is, at the foot of each page; nothing once `foot` was emptied."""
        if not self.foot:
            return
        self.set_y(-14)
        self._letters(8, color=MUTED)
        number = _("Page %(n)s sur %(all)s", n=self.page_no(), all="{nb}")
        self.cell(0, 5, _printable(f"{self.foot} · {number}"), align="C")

    def heading(self, text: str, *, level: int = 1) -> None:
        """A title (level 1) or the heading of a part (2), which never stands alone at the foot of a page."""
        if level > 1:
            self._keep_together(HEADED)
        self.ln(0 if level == 1 else 3)
        self._letters(18 if level == 1 else 12.5, bold=True, color=BRAND)
        self._block(text, 8.5 if level == 1 else 6.5)
        self.ln(2)

    def text_block(self, text: str, *, bold: bool = False, size: float = 10.5, muted: bool = False) -> None:
        """A paragraph."""
        self._letters(size, bold=bold, color=MUTED if muted else INK)
        self._block(text, size * 0.5)
        self.ln(1.6)

    def facts(self, rows: Sequence[tuple[str, str]], *, label_width: float = 55) -> None:
        """Label and value, one under the other: what a form's boxes say."""
        for label, value in rows:
            self._keep_together(8)
            top = self.get_y()
            self._letters(9.5, color=MUTED)
            self.multi_cell(label_width, 5, _printable(label), new_x="LMARGIN", new_y="NEXT", align="L")
            below, page = self.get_y(), self.page_no()
            self.set_xy(self.l_margin + label_width, top)
            self._letters(10.5)
            self.multi_cell(0, 5, _printable(value), new_x="LMARGIN", new_y="NEXT", align="L")
            if self.page_no() == page:
                self.set_y(max(below, self.get_y()))
            self.ln(1)

    def rows(
        self, headers: Sequence[str], rows: Sequence[Sequence[str]], *, widths: Sequence[float],
        right: Sequence[int] = (), size: float = 9, total: Sequence[str] | None = None, least: float = 0,
    ) -> None:  # fmt: skip
        """A table whose head is repeated on each page; `widths` are shares, `right` the columns of amounts, `least`
        the height of a line at least."""
        aligned = tuple("RIGHT" if column in right else "LEFT" for column in range(len(headers)))
        self._letters(size)
        self.set_draw_color(*LINE)
        head = FontFace(emphasis="BOLD", color=BRAND)
        with self.table(
            col_widths=tuple(widths), text_align=aligned, headings_style=head, line_height=size * 0.55,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES, padding=0.9, width=int(self.epw),
        ) as table:  # fmt: skip
            table.row([_printable(header) for header in headers])
            for row in rows:
                table.row([_printable(cell) for cell in row], min_height=least or None)
            if total:
                table.row([_printable(cell) for cell in total], style=FontFace(emphasis="BOLD"))
        self.ln(3)

    def blank_lines(self, most: int, *, height: float, below: float) -> None:
        """Ruled lines to write on under a table: as many as leave room `below` on this page, or all on the next one if
        less than half of them fit."""
        top = self.get_y() - 3
        fits = min(most, int((self.page_break_trigger - top - below) // height))
        if 2 * fits < most:
            self.add_page()
            top, fits = self.get_y(), most
        self.set_draw_color(*LINE)
        for place in range(fits + 1):
            self.line(self.l_margin, top + place * height, self.w - self.r_margin, top + place * height)
        self.set_y(top + fits * height + 3)

    def signatures(self, labels: Sequence[str], *, height: float = 28, said: Sequence[str] = ()) -> None:
        """Boxes to sign in, side by side; `said`: what stands in each already."""
        self._keep_together(height + 10)
        width = (self.epw - 3 * (len(labels) - 1)) / max(1, len(labels))
        top = self.get_y() + 2
        self.set_draw_color(*LINE)
        for place, label in enumerate(labels):
            left = self.l_margin + place * (width + 3)
            self.rect(left, top, width, height)
            self.set_xy(left + 2, top + 1.5)
            self._letters(8.5, color=MUTED)
            self.multi_cell(width - 4, 4, _printable(label), align="L")
            if place < len(said):
                self.set_xy(left + 2, top + 8)
                self._letters(10.5, bold=True)
                self.multi_cell(width - 4, 5, _printable(said[place]), align="L")
        self.set_xy(self.l_margin, top + height + 3)

    def qr(self, address: str, *, size: float = 30, x: float | None = None, y: float | None = None) -> None:
        """An address for a phone's camera, at a place or below what is there; the place written to moves only then."""
        drawing = io.BytesIO()
        segno.make(address, error="m", micro=False).save(drawing, kind="png", scale=8, border=2)
        at_x, at_y = self.l_margin if x is None else x, self.get_y() if y is None else y
        self.image(drawing, at_x, at_y, size, size, alt_text=address)
        if y is None:
            self.set_y(at_y + size + 2)

    def cut_line(self) -> None:
        """A dashed line to cut along."""
        self.ln(2)
        self.set_draw_color(*MUTED)
        self.set_dash_pattern(dash=2, gap=2)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.set_dash_pattern()
        self.ln(3)

    def done(self) -> bytes:
        """The file."""
        return bytes(self.output())

    def _letters(self, size: float, *, bold: bool = False, color: tuple[int, int, int] = INK) -> None:
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*color)

    def _block(self, text: str, line: float) -> None:
        self.multi_cell(0, line, _printable(text), new_x="LMARGIN", new_y="NEXT", align="L")

    def _keep_together(self, height: float) -> None:
        if self.will_page_break(height):
            self.add_page()


def _printable(text: str) -> str:
    """Our font has no narrow no-break space."""
    return text.replace("\u202f", "\u00a0")
