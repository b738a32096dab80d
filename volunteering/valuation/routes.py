"""The yearly report: the network's for the team and the treasurer, an initiative's for its leads; page, PDF, CSV.

Whoever represents an organisation reads, prints and downloads its own; the team and the leads close the year.
"""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic import clock
from civic.errors import DomainError, Forbidden, NotFound
from civic.i18n import _, _n, speaking
from civic.initiatives.queries import initiative_to_edit
from civic.organisations.models import Organisation
from civic.organisations.queries import hats_of, organisation_to_show
from civic.papers import pdf_answer, sheet_answer
from civic.papers.sheet import cents_text
from civic.people.actor import Actor, actor_of
from civic.people.service import audit
from civic.web import urls
from civic.web.page import page, redirect_to
from volunteering.hours.words import duration
from volunteering.valuation import report as reports
from volunteering.valuation import words
from volunteering.valuation.drawing import report_paper
from volunteering.valuation.report import Part, Report, Scope

HEADERS = (
    "Année", "Structure", "Initiative", "Sorte", "Heures", "Minutes", "Taux horaire", "Cotisations en %",
    "Source du taux", "Valeur", "Compte de charges", "Compte de produits", "État",
)  # fmt: skip
SPRING = 7
"""Until June the report one looks for is last year's."""


async def show(request: Request) -> Response:
    """The numbers of a year, how they come about, and the files."""
    actor, scope = await _scope(request)
    report = await reports.report_of(_year(request), scope)
    years = sorted({*await reports.years_of(scope), report.year}, reverse=True)
    body = request.path_params.get("organisation", "")
    return page(
        request, "volunteering/valuation/show.html", headers={"Cache-Control": "no-store"}, report=report, words=words,
        duration=duration, scope=scope, method=words.method(), actor=actor,
        tabs=[(str(year), _path(request, "show", annee=year), year == report.year) for year in years],
        pdf=_path(request, "paper", annee=report.year), csv=_path(request, "sheet", annee=report.year),
        closing="" if body else _path(request, "close", annee=report.year), body=body,
        slug=request.path_params.get("slug", ""),
        freezes_from=date(report.year + 1, 1, 1),
    )  # fmt: skip


async def paper(request: Request) -> Response:
    """The report to sign and to hand in."""
    actor, scope = await _scope(request)
    report = await reports.report_of(_year(request), scope)
    await audit(actor, "valuation_printed", _subject(scope), year=report.year)
    return pdf_answer(await report_paper(report), f"benevolat-{report.year}")


async def sheet(request: Request) -> Response:
    """The numbers for a spreadsheet, a line for each initiative, sort and rate; in French. The download is logged."""
    actor, scope = await _scope(request)
    report = await reports.report_of(_year(request), scope)
    await audit(actor, "valuation_exported", _subject(scope), year=report.year, rows=len(report.parts))
    with speaking("fr"):
        state = _("définitif") if report.is_closed else _("provisoire")
        rows = [_row(report, part, state) for part in report.parts]
    return sheet_answer(f"benevolat-{report.year}", HEADERS, rows)


async def close(request: Request) -> Response:
    """Freeze the agreed hours of the year."""
    actor, scope = await _scope(request)
    year = _year(request)
    back = _path(request, "show", annee=year)
    try:
        frozen = await reports.close(year, scope, actor)
    except DomainError as error:
        return redirect_to(back, flash=error.message, kind="warn")
    text = _n(
        "%(n)s ligne est figée. Le bilan est définitif.",
        "%(n)s lignes sont figées. Le bilan est définitif.", frozen,
    )  # fmt: skip
    return redirect_to(back, flash=text)


async def _scope(request: Request) -> tuple[Actor, Scope]:
    """Whose report, for whom: an initiative's leads, whoever represents an organisation, the team and the treasurer."""
    actor = actor_of(request)
    if "organisation" in request.path_params:
        body = await organisation_to_show(request.path_params["organisation"])
        hers = body.id in {one.id for one in await hats_of(actor.person)}
        if not (hers or actor.is_animator or actor.is_treasurer):
            raise Forbidden(_("Ce bilan est réservé à qui représente la structure, et à l’équipe."))
        return actor, Scope("organisation", body.id, body.name)
    if "slug" in request.path_params:
        initiative = await initiative_to_edit(request.path_params["slug"], actor)
        return actor, Scope("initiative", initiative.id, initiative.title)
    if not (actor.is_animator or actor.is_treasurer):
        raise Forbidden(_("Cette page est réservée à l’équipe."))
    asked = request.query_params.get("structure", "")
    if not (asked.isdecimal() and len(asked) < 18):
        return actor, Scope()
    organisation = await Organisation.get_or_none(id=int(asked))
    if organisation is None:
        raise NotFound(_("Cette structure n’existe pas."))
    return actor, Scope("organisation", organisation.id, organisation.name)


def _year(request: Request) -> int:
    """The year asked for; without one, the latest that is likely to be over."""
    asked = request.query_params.get("annee", "")
    if asked.isdecimal() and len(asked) == 4 and 2000 <= int(asked) <= 2200:
        return int(asked)
    today = clock.today()
    return today.year - 1 if today.month < SPRING else today.year


def _path(request: Request, verb: str, **query: object) -> str:
    names = {
        "show": ("valuation.network", "valuation.initiative", "valuation.organisation"),
        "paper": ("valuation.network_paper", "valuation.initiative_paper", "valuation.organisation_paper"),
        "sheet": ("valuation.network_sheet", "valuation.initiative_sheet", "valuation.organisation_sheet"),
        "close": ("valuation.close_network", "valuation.close_initiative"),
    }[verb]  # fmt: skip
    if body := request.path_params.get("organisation"):
        return urls.path(names[2], organisation=body, **query)
    if slug := request.path_params.get("slug"):
        return urls.path(names[1], slug=slug, **query)
    return urls.path(names[0], structure=request.query_params.get("structure", ""), **query)


def _subject(scope: Scope) -> str:
    return f"{scope.kind}:{scope.id}" if scope.kind else "network"


def _row(report: Report, part: Part, state: str) -> list[object]:
    hundredths = (part.minutes * 100 + 30) // 60
    accounts = ("", "") if part.governance else ("864", "875")
    return [
        report.year, part.organisation, part.initiative, _("gouvernance") if part.governance else _("activité"),
        cents_text(hundredths), part.minutes, cents_text(part.rate.cents), part.rate.charges, part.rate.source,
        cents_text(part.cents), *accounts, state,
    ]  # fmt: skip


routes: list[BaseRoute] = [
    Route("/pupitre/benevolat", show, name="valuation.network"),
    Route("/pupitre/benevolat.pdf", paper, name="valuation.network_paper"),
    Route("/pupitre/benevolat.csv", sheet, name="valuation.network_sheet"),
    Route("/pupitre/benevolat/figer", close, methods=["POST"], name="valuation.close_network"),
    Route("/annuaire/{organisation}/benevolat", show, name="valuation.organisation"),
    Route("/annuaire/{organisation}/benevolat.pdf", paper, name="valuation.organisation_paper"),
    Route("/annuaire/{organisation}/benevolat.csv", sheet, name="valuation.organisation_sheet"),
    Route("/initiatives/{slug}/heures/bilan", show, name="valuation.initiative"),
    Route("/initiatives/{slug}/heures/bilan.pdf", paper, name="valuation.initiative_paper"),
    Route("/initiatives/{slug}/heures/bilan.csv", sheet, name="valuation.initiative_sheet"),
    Route("/initiatives/{slug}/heures/bilan/figer", close, methods=["POST"], name="valuation.close_initiative"),
]
