"""The accountant's page and file."""

from datetime import date, timedelta

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.accounting.lines import Line, lines_of, totals_of
from civic import clock
from civic.errors import Forbidden, Invalid
from civic.i18n import _, speaking
from civic.papers import sheet_answer
from civic.papers.sheet import cents_text
from civic.people.actor import actor_of
from civic.settings import settings
from civic.web.forms import Form
from civic.web.page import page

LONGEST = timedelta(days=731)
HEADERS = (
    "Journal", "Numéro", "Date", "Compte", "Intitulé du compte", "Libellé", "Pièce", "Débit", "Crédit", "Collecte",
)  # fmt: skip


class Period(BaseModel):
    """From a day to a day, both included."""

    du: date
    au: date


async def index(request: Request) -> Response:
    """Choose a period, see its totals, download its file: for the treasurer and the team."""
    _may_read(request)
    form = _period(request)
    lines = await lines_of(form.data.du, form.data.au) if form.data else []
    totals = totals_of(lines)
    return page(
        request, "campaigns/accounting/index.html", status=422 if form.errors else 200, form=form, period=form.data,
        totals=totals, debit=sum(one.debit for one in totals), credit=sum(one.credit for one in totals),
        entries=len({line.entry for line in lines}), late=len({line.entry for line in lines if line.late}),
    )  # fmt: skip


async def export(request: Request) -> Response:
    """The file of a period, in French whatever the reader's language. Raises Invalid for days that are none."""
    _may_read(request)
    form = _period(request)
    if form.data is None:
        raise Invalid(next(iter(form.errors.values())))
    with speaking(settings().locale):
        lines = await lines_of(form.data.du, form.data.au)
    name = f"ecritures-{form.data.du:%Y%m%d}-{form.data.au:%Y%m%d}"
    return sheet_answer(name, HEADERS, map(_row, lines))


def _row(line: Line) -> list[object]:
    return [
        line.journal, line.entry, f"{line.day:%Y%m%d}", line.number, line.account, line.label, line.piece,
        cents_text(line.debit), cents_text(line.credit), line.campaign,
    ]  # fmt: skip


def _period(request: Request) -> Form[Period]:
    """The days asked for; without any, from the first of January until today."""
    today = clock.today()
    asked = {name: request.query_params[name] for name in ("du", "au") if name in request.query_params}
    form = Form.check(asked or {"du": today.replace(month=1, day=1).isoformat(), "au": today.isoformat()}, Period)
    if form.data and form.data.au < form.data.du:
        form.refuse(Invalid(_("Le dernier jour vient avant le premier."), field="au"))
    elif form.data and form.data.au - form.data.du > LONGEST:
        form.refuse(Invalid(_("Choisissez deux ans au plus."), field="au"))
    return form


def _may_read(request: Request) -> None:
    actor = actor_of(request)
    if not (actor.is_treasurer or actor.is_animator):
        raise Forbidden(_("Cette page est réservée à la trésorerie."))


routes: list[BaseRoute] = [
    Route("/tresorerie/comptabilite", index, name="accounting.index"),
    Route("/tresorerie/comptabilite.csv", export, name="accounting.export"),
]
