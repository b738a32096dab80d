"""The yearly report on paper, from values only; in French, for the accounts are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from civic import clock
from civic.i18n import _, speaking
from civic.papers import draw
from civic.settings import settings
from civic.web.formats import day_short, money
from volunteering.hours.words import duration
from volunteering.valuation import words
from volunteering.valuation.report import Line, Report

if TYPE_CHECKING:
    from civic.papers.paper import Paper

WIDTHS = (40, 15, 15, 15, 15)
METHOD, RATE = 86.0, 6.0
"""Millimetres of the method with the box to sign below it, and of each rate: nobody signs a page that says nothing."""


async def report_paper(report: Report) -> bytes:
    """One year on A4: totals, accounts, the table of initiatives, the method written out, room to sign."""
    with speaking("fr"):
        return await draw(words.title(report), lambda paper: _fill(paper, report))


def _fill(paper: Paper, report: Report) -> None:
    paper.heading(words.title(report))
    paper.text_block(_(
        "Valorisation du bénévolat, règlement ANC n° 2018-06 (contributions volontaires en nature)."
    ), muted=True)  # fmt: skip
    paper.text_block(words.state(report), bold=True)
    paper.facts([
        (_("Établi par"), settings().operator_name), (_("Établi le"), day_short(clock.today())),
        (_("Période"), _("du 1ᵉʳ janvier au 31 décembre %(year)s", year=report.year)),
        (_("Temps donné"), duration(report.minutes)), (_("Valeur"), money(report.cents)),
    ])  # fmt: skip
    paper.heading(_("Pour les comptes"), level=2)
    paper.rows(
        (_("Structure"), _("864, personnel bénévole"), _("875, bénévolat")),
        [(group.organisation or words.nobody(), money(group.total.cents), money(group.total.cents))
         for group in report.groups if group.total.cents],
        widths=(52, 24, 24), right=(1, 2),
        total=(_("Total"), money(report.cents), money(report.cents)) if len(report.groups) > 1 else None,
    )  # fmt: skip
    if len(report.groups) > 1:
        paper.text_block(_("Chaque structure inscrit sa propre ligne dans ses comptes."), muted=True)
    if report.governance_minutes:
        paper.text_block(_(
            "À part : %(time)s de gouvernance, soit %(value)s au même taux. Elles ne sont pas dans ces comptes ; "
            "votre comptable dit s’il faut les y ajouter, et le même choix vaut chaque année.",
            time=duration(report.governance_minutes), value=money(report.governance_cents),
        ))  # fmt: skip
    paper.heading(_("Par initiative"), level=2)
    _table(paper, report)
    if paper.will_page_break(METHOD + RATE * len(report.rates)):
        paper.add_page()
    paper.heading(_("La méthode"), level=2)
    for rate in report.rates:
        paper.text_block(_("Taux : %(rate)s.", rate=words.rate_line(rate)))
    paper.text_block(" ".join(words.method()))
    paper.signatures([_("Date et signature, pour la structure")], height=24)


def _table(paper: Paper, report: Report) -> None:
    """A table for each organisation; the columns of governance only when there is some."""
    governs = bool(report.governance_minutes)
    headers = (_("Initiative"), _("Temps"), _("Valeur"), _("Gouvernance"), _("Sa valeur"))
    shown = len(headers) if governs else 3
    for group in report.groups:
        paper.text_block(group.organisation or words.nobody(), bold=True)
        paper.rows(
            headers[:shown], [_row(line.initiative, line)[:shown] for line in group.lines], widths=WIDTHS[:shown],
            right=tuple(range(1, shown)),
            total=_row(_("Total"), group.total)[:shown] if len(group.lines) > 1 else None,
        )  # fmt: skip


def _row(name: str, line: Line) -> tuple[str, ...]:
    return (
        name, duration(line.minutes), money(line.cents), duration(line.governance_minutes),
        money(line.governance_cents),
    )  # fmt: skip
