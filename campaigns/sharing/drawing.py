"""Drawn by the server: the picture that social networks show, and the poster with slips to tear off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import ImageDraw

from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.wording import ends_text, state_text
from campaigns.sharing.words import address, place_of
from civic import clock
from civic.i18n import _
from civic.papers import draw, social
from civic.papers.look import BRAND, INK, LINE, MUTED
from civic.papers.social import EDGE, PAPER_COLOR, WIDTH, font, plain
from civic.settings import settings
from civic.web.formats import day_short, money, percent
from civic.web.formats import until as until_text

if TYPE_CHECKING:
    from civic.papers.paper import Paper

WALL, BRICK = (244, 237, 225), (166, 63, 34)
SLIPS, SLIP_HEIGHT, CODE = 8, 66.0, 54.0
"""Slips to tear off, their height and the side of the code, in millimetres."""
TITLE, SUMMARY, TOTAL, WHEN, LINE_HEIGHT = 34.0, 16.0, 19.0, 15.0, 0.42
"""The smallest letters of a poster in points, and the millimetres of a line for each point."""


@dataclass(slots=True, frozen=True)
class Said:
    """What a picture or a poster says; texts are ready to be drawn, `share` is 0 to 1."""

    title: str
    place: str
    summary: str
    total: str
    goal: str
    standing: str
    share: float
    foot: str
    site: str
    until: str
    short_until: str
    address: str

    @property
    def key(self) -> tuple[object, ...]:
        """What its drawing depends on."""
        return self.title, self.place, self.total, self.goal, self.share, self.foot, self.site


def said_of(campaign: Campaign, source: str) -> Said:
    """A campaign, with its initiative and commune, in the words of the page's language."""
    goal = campaign.needed_cents
    sentence = _("sur %(goal)s, soit %(percent)s", goal=money(goal), percent=percent(campaign.percent))
    so_far = _("%(total)s sur %(goal)s, au %(day)s",
               total=money(campaign.shown_cents), goal=money(goal), day=day_short(clock.today()))  # fmt: skip
    standing = so_far if campaign.shown_cents else _("Objectif : %(goal)s", goal=money(goal))
    until = _("Jusqu’au %(when)s", when=until_text(campaign.deadline)) if campaign.deadline else ""
    short_until = _("Jusqu’au %(day)s", day=day_short(campaign.last_day)) if campaign.last_day else ""
    return Said(
        campaign.title, place_of(campaign), campaign.summary, money(campaign.shown_cents), sentence, standing,
        min(1.0, campaign.shown_cents / goal) if goal else 0.0, ends_text(campaign) or state_text(campaign),
        settings().site_name, until, short_until,
        address(campaign, source),
    )  # fmt: skip


async def social_picture(campaign: Campaign) -> bytes:
    """A PNG of 1200 × 630: title, commune, gauge. Drawn once for what it says."""
    said = said_of(campaign, "partage")
    return await social.kept(said.key, lambda: _picture(said))


def _picture(said: Said) -> bytes:
    image, pen = social.sheet(said.place or said.site)
    social.title(pen, said.title)
    pen.text((EDGE, 340), plain(said.total), font=font(72, bold=True), fill=BRICK)
    beside = EDGE + pen.textlength(plain(said.total), font=font(72, bold=True)) + 24
    pen.text((beside, 370), plain(said.goal), font=font(36), fill=INK)
    _wall(pen, said.share)
    pen.text((EDGE, 536), plain(said.foot), font=font(36, bold=True), fill=INK)
    social.signature(pen, said.site)
    return social.png(image)


def _wall(pen: ImageDraw.ImageDraw, share: float) -> None:
    """The gauge of money: a wall whose bricks are laid up to what was given."""
    left, top, right, bottom = EDGE, 448, WIDTH - EDGE, 512
    pen.rounded_rectangle((left, top, right, bottom), 8, fill=WALL, outline=LINE, width=2)
    if share:
        pen.rounded_rectangle((left, top, left + max(12, (right - left) * share), bottom), 8, fill=BRICK)
    for row, y in enumerate((top + 21, top + 42, bottom)):
        if y < bottom:
            pen.line((left, y, right, y), fill=PAPER_COLOR, width=2)
        for x in range(left + 30 + row % 2 * 26, right, 53):
            pen.line((x, y - 21, x, y), fill=PAPER_COLOR, width=2)


async def poster(campaign: Campaign) -> bytes:
    """One A4 page: what, where, how far, a code for the phone, eight slips to tear off."""
    said = said_of(campaign, "affiche")
    texts = (
        _("Photographiez ce code pour voir la collecte"),
        _("ou écrivez cette adresse :"),
        _("dès 1 €, sans compte"),
    )
    return await draw(said.title, lambda paper: _fill(paper, said, texts), foot=said.site)


def _fill(paper: Paper, said: Said, texts: tuple[str, str, str]) -> None:
    """Letters as large as the paper lets them be, the code above the slips, what room is left between the blocks."""
    paper.set_auto_page_break(False)
    paper.foot = ""  # the slips reach the edge
    code_top = paper.h - SLIP_HEIGHT - CODE - 18
    when = " · ".join(part for part in (said.until, texts[2]) if part)
    scale, left = _scale(paper, said, when, code_top - paper.t_margin - 6)
    gap = min(9.0, left / 4)
    if said.place:
        _large(paper, said.place, 17 * scale, MUTED, bold=False)
    _large(paper, said.title, TITLE * scale, BRAND)
    paper.ln(gap)
    _large(paper, said.summary, SUMMARY * scale, INK, bold=False)
    paper.ln(gap)
    _large(paper, said.standing, TOTAL * scale, INK)
    if said.share:
        _bar(paper, said.share)
    _large(paper, when, WHEN * scale, INK)
    _code(paper, said, texts, code_top)
    _slips(paper, said)


def _scale(paper: Paper, said: Said, when: str, room: float) -> tuple[float, float]:
    """How much larger than 34 points of title the words may be, and the millimetres that are left."""
    words = (
        (said.place, 17.0),
        (said.title, TITLE),
        (said.summary, SUMMARY),
        (said.standing, TOTAL),
        (when, WHEN),
    )
    for scale in (1.5, 1.4, 1.3, 1.2, 1.1, 1.0, 0.9):
        height = 15.0
        for text, size in words:
            paper.set_font("Liberation", "B", size * scale)
            lines = _folded(paper, plain(text), paper.epw - 2) if text else []
            height += len(lines) * size * scale * LINE_HEIGHT
        if height <= room:
            break
    return scale, max(0.0, room - height)


def _code(paper: Paper, said: Said, texts: tuple[str, str, str], top: float) -> None:
    """The code for a phone with its sentence, and the whole address on a line of its own below."""
    paper.qr(said.address, size=CODE, x=paper.l_margin, y=top)
    paper.set_left_margin(paper.l_margin + CODE + 10)
    paper.set_y(top + CODE / 2 - 12)
    _large(paper, texts[0], 19, BRAND)
    paper.ln(2)
    paper.text_block(texts[1], size=13, muted=True)
    paper.set_left_margin(20)
    shown, size = said.address.partition("?")[0].partition("://")[2], 15.0
    paper.set_font("Liberation", "B", size)
    while size > 8 and paper.get_string_width(shown) > paper.epw - 2:
        size -= 0.5
        paper.set_font("Liberation", "B", size)
    paper.set_text_color(*INK)
    paper.set_xy(paper.l_margin, top + CODE + 3)
    paper.cell(0, 7, shown)


def _large(paper: Paper, text: str, size: float, color: tuple[int, int, int], *, bold: bool = True) -> None:
    paper.set_font("Liberation", "B" if bold else "", size)
    paper.set_text_color(*color)
    paper.multi_cell(0, size * LINE_HEIGHT, plain(text), new_x="LMARGIN", new_y="NEXT", align="L")


def _bar(paper: Paper, share: float) -> None:
    top, width = paper.get_y() + 2, paper.epw
    paper.set_draw_color(*LINE)
    paper.set_fill_color(*WALL)
    paper.rect(paper.l_margin + 1, top, width - 2, 9, style="DF")
    if share:
        paper.set_fill_color(*BRICK)
        paper.rect(paper.l_margin + 1, top, (width - 2) * share, 9, style="F")
    paper.set_y(top + 13)


def _slips(paper: Paper, said: Said) -> None:
    """Cut along the dashes; each slip says the title and the address, upright along the paper's edge."""
    top, width = paper.h - SLIP_HEIGHT, paper.w / SLIPS
    paper.set_draw_color(*MUTED)
    paper.set_dash_pattern(dash=2, gap=2)
    paper.line(0, top, paper.w, top)
    for place in range(1, SLIPS):
        paper.line(place * width, top, place * width, paper.h)
    paper.set_dash_pattern()
    for place in range(SLIPS):
        _slip(paper, said, place * width, width)


def _slip(paper: Paper, said: Said, left: float, width: float) -> None:
    top = paper.h - SLIP_HEIGHT
    paper.qr(said.address, size=width - 8, x=left + 4, y=top + 2)
    bottom, room = paper.h - 4, SLIP_HEIGHT - width - 1
    paper.set_font("Liberation", "B", 8.5)
    words = [(line, 8.5, "B", INK) for line in _folded(paper, plain(said.title), room)[:3]]
    words += [(said.short_until, 7.5, "", MUTED), (said.site, 7.5, "B", BRAND)]
    for line, (text, size, style, color) in enumerate(words):
        x = left + 6.5 + line * 4.2
        paper.set_font("Liberation", style, size)
        paper.set_text_color(*color)
        shown = plain(text)
        while shown and paper.get_string_width(shown) > room:
            shown = shown[:-2].rstrip() + "…" if len(shown) > 2 else ""
        with paper.rotation(90, x, bottom):
            paper.text(x, bottom, shown)


def _folded(paper: Paper, text: str, room: float) -> list[str]:
    """The text on lines no longer than `room` millimetres in the paper's letters of now."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and paper.get_string_width(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
