"""The yearly report on paper, from values only; in French, for the accounts are."""

from civic import clock
from civic.i18n import _, speaking
from civic.papers import Paper, draw
from civic.settings import settings
from civic.web.formats import day_short, money
from volunteering.hours.words import duration
from volunteering.valuation import words
from volunteering.valuation.report import Line, Report

WIDTHS = (40, 15, 15, 15, 15)


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
        (_("Période"), _("du 1er janvier au 31 décembre %(year)s", year=report.year)),
        (_("Temps donné"), duration(report.minutes)), (_("Valeur"), money(report.cents)),
    ])  # fmt: skip
    paper.heading(_("Pour les comptes"), level=2)
    paper.rows(
        (_("Compte"), _("Intitulé"), _("Débit"), _("Crédit")),
        [("864", _("Personnel bénévole (emplois)"), money(report.cents), ""),
         ("875", _("Bénévolat (ressources)"), "", money(report.cents))],
        widths=(12, 48, 20, 20), right=(2, 3),
    )  # fmt: skip
    if report.governance_minutes:
        paper.text_block(_(
            "À part : %(time)s de gouvernance, soit %(value)s au même taux. Elles ne sont pas dans ces comptes ; "
            "votre comptable dit s’il faut les y ajouter, et le même choix vaut chaque année.",
            time=duration(report.governance_minutes), value=money(report.governance_cents),
        ))  # fmt: skip
    paper.heading(_("Par initiative"), level=2)
    _table(paper, report)
    paper.heading(_("La méthode"), level=2)
    for rate in report.rates:
        paper.text_block(_("Taux : %(rate)s.", rate=words.rate_line(rate)))
    for sentence in words.method():
        paper.text_block(sentence)
    paper.signatures([_("Date et signature, pour la structure")], height=24)


def _table(paper: Paper, report: Report) -> None:
    headers = (_("Initiative"), _("Temps"), _("Valeur"), _("Gouvernance"), _("Sa valeur"))
    for organisation, lines in by_organisation(report):
        paper.text_block(organisation or _("Sans structure porteuse"), bold=True)
        paper.rows(headers, [_row(line) for line in lines], widths=WIDTHS, right=(1, 2, 3, 4), total=_sum(lines))


def by_organisation(report: Report) -> list[tuple[str, list[Line]]]:
    """The lines of each organisation, in the order of the report; the one without a name comes first."""
    found: dict[str, list[Line]] = {}
    for line in report.lines:
        found.setdefault(line.organisation, []).append(line)
    return list(found.items())


def _row(line: Line) -> tuple[str, ...]:
    return (
        line.initiative, duration(line.minutes), money(line.cents), duration(line.governance_minutes),
        money(line.governance_cents),
    )  # fmt: skip


def _sum(lines: list[Line]) -> tuple[str, ...]:
    return (
        _("Total"), duration(sum(line.minutes for line in lines)), money(sum(line.cents for line in lines)),
        duration(sum(line.governance_minutes for line in lines)), money(sum(line.governance_cents for line in lines)),
    )  # fmt: skip
