"""The method and the state of a report in words: the same on the page, in the PDF and in the guide."""

from civic.i18n import _
from civic.web.formats import day_short, money, percent
from volunteering.hours.words import duration
from volunteering.valuation.rates import Rate
from volunteering.valuation.report import Report


def rate_line(rate: Rate) -> str:
    """« 12,02 € de l’heure depuis le 01/01/2026 (SMIC horaire brut, décret …) »."""
    said = _(
        "%(amount)s de l’heure depuis le %(day)s (%(source)s)", amount=money(rate.cents), day=day_short(rate.since),
        source=rate.source,
    )  # fmt: skip
    if rate.charges:
        return _("%(rate)s, plus %(share)s de cotisations employeur", rate=said, share=percent(rate.charges))
    return said.strip()


def method() -> list[str]:
    """How the numbers come about, one sentence each."""
    return [
        _("Chaque ligne vient d’une feuille de présence ou de la personne, et une autre personne l’a validée."),
        _("Le temps est compté à la minute, puis multiplié par le taux du jour où il a été donné."),
        _("Qui vient à plusieurs compte pour tous : une famille de trois pendant deux heures donne six heures."),
        _("Les heures de gouvernance (bureau, comité, assemblée) sont montrées à part et n’entrent pas dans le total."),
        _("Aucune heure n’est payée : la même valeur figure en charges (864) et en produits (875)."),
        _("Le taux est une référence, le même pour toutes les tâches. Gardez la même méthode d’une année à l’autre."),
    ]  # fmt: skip


def state(report: Report) -> str:
    """Provisional or for good, what came too late, and what is missing."""
    if report.is_closed:
        said = _("Définitif : ces heures sont figées et ne changent plus.")
    elif report.is_over and not report.open_lines:
        said = ""  # nothing was agreed to: there is nothing to freeze
    elif report.is_over:
        said = _("Provisoire : des heures de cette année ne sont pas encore figées.")
    else:
        said = _("Provisoire : l’année n’est pas finie.")
    if report.late:
        said += " " + _(
            "%(time)s ont été validées après la clôture : elles comptent pour chacun et pas dans ce bilan.",
            time=duration(report.late),
        )  # fmt: skip
    if report.waiting:
        said += " " + _("%(time)s attendent une validation et ne sont pas comptées.", time=duration(report.waiting))
    return said


def title(report: Report) -> str:
    """« Bilan du bénévolat 2026, La Navette des Hameaux »."""
    name = f", {report.scope.name}" if report.scope.name else ""
    return _("Bilan du bénévolat %(year)s", year=report.year) + name


def nobody() -> str:
    """Stands where an initiative has no organisation."""
    return _("Sans structure porteuse")
