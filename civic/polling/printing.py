"""What a polling station prints: the sheet to sign, blank ballots two on a page, the receipt of the counter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from civic.committees.models import CollegeKind
from civic.counting.rules import Method
from civic.decisions import words
from civic.decisions.models import Decision, Elector, Option, Stance
from civic.i18n import _, _n
from civic.papers import draw
from civic.papers.look import BRAND, FAMILY, INK, LINE, MUTED
from civic.polling import lines
from civic.polling import said as papers
from civic.polling.queries import Line
from civic.web.formats import dated_moment, money

if TYPE_CHECKING:
    from civic.papers.paper import Paper

ROW, SIGNED = 11.0, (9, 62, 40, 32, 47)
"""Millimetres: room for a signature; shares of the columns."""
HALF_MARGIN, HALF_WIDTH, LOWEST = 13.0, 122.5, 197.0
BOX = {Method.DOTS: (11.0, 7.0), Method.RANKED: (11.0, 7.0)}
TICK = (5.5, 5.5)


@dataclass(frozen=True, slots=True)
class Texts:
    """What stands on a blank ballot."""

    head: str
    question: str
    who: str
    how: str
    options: Sequence[tuple[str, str]]
    foot: Sequence[str]
    reason: str = ""
    colleges: Sequence[str] = ("",)


async def sheet(decision: Decision, electors: Sequence[Line]) -> bytes:
    """Every elector with room to sign for her paper; who voted on the screen has a word there instead."""
    title = _("Feuille d’émargement")
    facts = [
        decision.committee.name, _("Clôture le %(when)s.", when=dated_moment(decision.closes_at)),
        _("Signe qui reçoit un bulletin papier. Cette feuille ne dit jamais ce que quelqu’un a voté."),
    ]  # fmt: skip
    headers = ("", _("Prénom et nom"), _("Collège"), _("Déjà noté"), _("Signature"))
    rows = [
        (str(n), one.name, one.elector.college.words, one.state[0] if one.has_voted or one.on_paper else "", "")
        for n, one in enumerate(electors, 1)
    ]

    def fill(paper: Paper) -> None:
        paper.heading(title)
        paper.text_block(decision.question, bold=True, size=12)
        for fact in facts:
            paper.text_block(fact)
        _table(paper, headers, rows)

    return await draw(title, fill, foot=decision.question)


def _table(paper: Paper, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from fpdf.enums import TableBordersLayout  # loaded with the paper itself, in the thread that draws
    from fpdf.fonts import FontFace

    paper.set_draw_color(*LINE)
    paper.set_font(FAMILY, "", 10)
    paper.set_text_color(*INK)
    head = FontFace(emphasis="BOLD", color=BRAND)
    with paper.table(
        col_widths=SIGNED, text_align="LEFT", headings_style=head, line_height=5, padding=1.2, width=int(paper.epw),
        borders_layout=TableBordersLayout.ALL,
    ) as table:  # fmt: skip
        table.row(headers)
        for row in rows:
            table.row([cell.replace("\u202f", "\u00a0") for cell in row], min_height=ROW)


async def ballots(decision: Decision, options: Sequence[Option]) -> bytes:
    """The blank ballot, two on an A4 sheet to cut; one on a sheet when it is too long. A page for each college that
    weighs in a secret vote, because those papers are counted apart."""
    title, texts, ends = _("Bulletin de vote"), _texts(decision, options), [0.0]

    def two_up(paper: Paper) -> None:
        paper.foot = ""
        paper.set_auto_page_break(False)
        for number, college in enumerate(texts.colleges):
            if number:
                paper.add_page()
            for left in (HALF_MARGIN, paper.w / 2 + HALF_MARGIN):
                paper.set_left_margin(left)
                paper.set_right_margin(paper.w - left - HALF_WIDTH)
                paper.set_xy(left, HALF_MARGIN)
                _ballot(paper, decision, texts, college)
                ends.append(paper.get_y())
            _cut(paper)

    def one_up(paper: Paper) -> None:
        paper.foot = ""
        for number, college in enumerate(texts.colleges):
            if number:
                paper.add_page()
            _ballot(paper, decision, texts, college)

    made = await draw(title, two_up, landscape=True)
    return made if max(ends) <= LOWEST else await draw(title, one_up)


def _texts(decision: Decision, options: Sequence[Option]) -> Texts:
    shown = [
        (words.code_words(option.code) if option.code else _title(decision, letter, option), words.meaning(option))
        for letter, option in lines.lettered(options)
    ]
    weighs = decision.is_secret and decision.weights is not None
    colleges = [CollegeKind(name).words for name, weight in (decision.weights or {}).items() if weight]
    return Texts(
        _("Bulletin de vote, %(committee)s", committee=decision.committee.name), decision.question,
        _("Vote secret : n’écrivez ni votre nom, ni aucun signe.") if decision.is_secret else _("Prénom et nom :"),
        how(decision), shown,
        [papers.rule(decision), _("À rendre au bureau de vote avant la clôture, %(when)s.",
                                  when=dated_moment(decision.closes_at))],
        _("Pourquoi ? Une objection a besoin d’une raison.") if decision.method == Method.CONSENT else "",
        colleges if weighs else ("",),
    )  # fmt: skip


def _title(decision: Decision, letter: str, option: Option) -> str:
    named = f"{letter}. {option.title}"
    return f"{named} ({money(option.cost_cents)})" if option.cost_cents else named


def how(decision: Decision) -> str:
    """How to fill a paper in, for its method."""
    if decision.is_crossed:
        return _n("Cochez une case au plus.", "Cochez %(n)s cases au plus.", decision.dots)
    if decision.method == Method.DOTS:
        given = _n(
            "Vous avez %(n)s point : écrivez-le dans la case de votre choix.",
            "Vous avez %(n)s points : écrivez dans chaque case combien vous en mettez.", decision.dots,
        )  # fmt: skip
        if not decision.dots_on_one:
            return given
        return given + " " + _n(
            "Au plus %(n)s sur un même choix.", "Au plus %(n)s sur un même choix.", decision.dots_on_one
        )
    return {
        Method.RANKED: _(
            "Écrivez 1 dans la case de ce que vous préférez, puis 2, puis 3… Deux choix peuvent avoir la même place. "
            "Ce que vous ne classez pas vient après."
        ),
        Method.BUDGET: _("Cochez tout ce que vous soutenez, sans avoir à tenir dans le budget."),
    }.get(decision.method, _("Cochez une seule case."))


def _ballot(paper: Paper, decision: Decision, texts: Texts, college: str) -> None:
    paper.text_block(f"{texts.head} · {college}" if college else texts.head, size=8.5, muted=True)
    paper.text_block(texts.question, bold=True, size=15)
    paper.text_block(texts.who, size=10)
    if not decision.is_secret:
        _rule_line(paper, paper.l_margin + 30, paper.get_y() - 2.4)
        paper.ln(2)
    paper.text_block(texts.how, bold=True, size=10.5)
    paper.ln(1)
    for title, meaning in texts.options:
        _option(paper, BOX.get(decision.method, TICK), title, meaning)
    if texts.reason:
        paper.text_block(texts.reason, size=9.5)
        for _line in range(3):
            paper.ln(7)
            _rule_line(paper, paper.l_margin, paper.get_y())
        paper.ln(3)
    for foot in texts.foot:
        paper.text_block(foot, size=9, muted=True)


def _option(paper: Paper, box: tuple[float, float], title: str, meaning: str) -> None:
    """A box to write in, the option beside it."""
    if paper.auto_page_break and paper.will_page_break(18):
        paper.add_page()
    left, top = paper.l_margin, paper.get_y()
    paper.set_draw_color(*INK)
    paper.rect(left, top, *box)
    paper.set_left_margin(left + box[0] + 3)
    paper.set_xy(left + box[0] + 3, top + 0.4)
    paper.text_block(title, bold=True, size=12)
    if meaning:
        paper.set_y(paper.get_y() - 1.2)
        paper.text_block(meaning, size=10, muted=True)
    paper.set_left_margin(left)
    paper.set_xy(left, max(paper.get_y(), top + box[1] + 1.5) + 0.8)


def _rule_line(paper: Paper, left: float, y: float) -> None:
    """A line to write on, up to the right margin."""
    paper.set_draw_color(*MUTED)
    paper.line(left, y, paper.w - paper.r_margin, y)


def _cut(paper: Paper) -> None:
    """Where to cut the sheet in two."""
    paper.set_draw_color(*MUTED)
    paper.set_dash_pattern(dash=2, gap=2)
    paper.line(paper.w / 2, 6, paper.w / 2, paper.h - 6)
    paper.set_dash_pattern()


async def receipt(decision: Decision, elector: Elector, stance: Stance, noted: str) -> bytes:
    """What was noted for an elector, to take home. Persons are loaded, `noted` is her answer in words."""
    title = _("Reçu d’une réponse notée")
    hand = stance.recorded_by.short_name if stance.recorded_by else ""
    facts = [
        (_("Question"), decision.question), (_("Comité"), decision.committee.name),
        (_("Réponse de"), elector.person.name), (_("Ce qui est noté"), noted),
        *([(_("Raison"), stance.reason)] if stance.reason else []),
        (_("Noté le"), dated_moment(stance.at)), (_("Par"), hand),
    ]  # fmt: skip
    ends = _("La clôture est le %(when)s. Jusque-là, une erreur se corrige au bureau de vote.",
             when=dated_moment(decision.closes_at))  # fmt: skip

    def fill(paper: Paper) -> None:
        paper.heading(title)
        paper.facts(facts)
        paper.ln(2)
        paper.text_block(ends)
        paper.signatures([elector.person.name, hand])

    return await draw(title, fill)
