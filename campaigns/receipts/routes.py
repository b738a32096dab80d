"""The treasurer's register of receipts, and the year of one donor on paper."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns import tax
from campaigns.receipts import drawing, queries, service
from campaigns.receipts.donor_routes import routes as donor_routes
from campaigns.receipts.forms import ReasonForm
from campaigns.receipts.models import Receipt
from civic import clock
from civic.errors import DomainError, NotFound
from civic.i18n import _
from civic.papers import pdf_answer, sheet_answer
from civic.papers.sheet import cents_text
from civic.people.actor import treasurer_of
from civic.settings import settings
from civic.web import urls
from civic.web.forms import Form
from civic.web.page import page, redirect

PER_PAGE = 50


async def register(request: Request) -> Response:
    """The treasurer's register of one year: its count and total to declare, its numbers."""
    treasurer_of(request)
    return await _register(request, Form())


async def _register(request: Request, form: Form[ReasonForm], status: int = 200, of: int = 0) -> Response:
    issuer = settings().receipt_number
    wanted = request.query_params.get("annee", "")
    known = await queries.years(issuer)
    present = known[0] if known else clock.today().year
    year = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) == 4 else present
    before = request.query_params.get("avant", "")
    from_number = int(before) if before.isascii() and before.isdigit() and len(before) < 9 else None
    rows = await queries.of_year(issuer, year, from_number, PER_PAGE + 1)
    shown = rows[:PER_PAGE]
    years, here = sorted({year, clock.today().year, *known}, reverse=True), urls.path("receipts.register")
    return page(
        request, "campaigns/receipts/register.html", status=status, form=form, wrong=of, receipts=shown, year=year,
        more=shown[-1].number if len(rows) > PER_PAGE else None, voided=await queries.voided_ids(shown),
        report=await queries.report(issuer, year), ready=tax.issues_receipts(),
        years=years, tabs=[(str(one), f"{here}?annee={one}", one == year) for one in years],
    )  # fmt: skip


async def report(request: Request) -> Response:
    """The year's register as a CSV, for the declaration of art. 222 bis and the accountant."""
    treasurer_of(request)
    year = int(request.path_params["year"])
    receipts = await queries.all_of_year(settings().receipt_number, year)
    gone = await queries.voided_ids(receipts)
    headers = (_("Numéro"), _("État"), _("Donateur"), _("Jour du don"), _("Établi le"), _("Montant"), _("Raison"))
    rows = [
        (
            r.label, _state(r, gone), r.content["donor"], r.given_on.isoformat(),
            clock.local(r.issued_at).date().isoformat(), cents_text(r.amount_cents), r.reason,
        )
        for r in receipts
    ]  # fmt: skip
    return sheet_answer(f"recus-{year}", headers, rows)


def _state(receipt: Receipt, gone: set[int]) -> str:
    if receipt.voids_id:
        return _("annulation")
    return _("annulé") if receipt.id in gone else _("valable")


async def its_paper(request: Request) -> Response:
    """Any number of the register as a PDF, for the treasurer."""
    treasurer_of(request)
    receipt = await Receipt.get_or_none(id=request.path_params["id"])
    if receipt is None:
        raise NotFound(_("Ce reçu n’existe pas."))
    original = await Receipt.get(id=receipt.voids_id) if receipt.voids_id else receipt
    undone = await Receipt.get_or_none(voids_id=original.id)
    return pdf_answer(await drawing.receipt_paper(original, undone.label if undone else ""), f"recu-{receipt.label}")


async def donor_year(request: Request) -> Response:
    """The year of this receipt's donor as a PDF, for the treasurer to hand over or to post."""
    treasurer_of(request)
    receipt = await Receipt.get_or_none(id=request.path_params["id"])
    receipts = await queries.of_donor(receipt) if receipt else []
    if receipt is None or not receipts:
        raise NotFound(_("Cette personne n’a pas de reçu valable pour cette année."))
    year = receipt.given_on.year
    return pdf_answer(await drawing.statement_paper(receipts[-1].content["donor"], year, receipts), f"releve-{year}")


async def void(request: Request) -> Response:
    """Take a receipt back, with a reason that its donor reads."""
    actor = treasurer_of(request)
    receipt = await queries.receipt_to_void(request.path_params["id"])
    form = await Form.read(request, ReasonForm)
    if form.data is None:
        return await _register(request, form, 422, receipt.id)
    await service.void(receipt, form.data.reason, actor)
    return redirect("receipts.register", flash=_("Le reçu %(n)s est annulé.", n=receipt.label))


async def send(request: Request) -> Response:
    """Write to its donor again where her receipt is."""
    actor = treasurer_of(request)
    receipt = await queries.receipt_to_void(request.path_params["id"])
    try:
        await service.send_again(receipt, actor)
    except DomainError as error:
        return redirect("receipts.register", flash=error.message, kind="warn")
    return redirect("receipts.register", flash=_("Le lien du reçu %(n)s est reparti.", n=receipt.label))


routes: list[BaseRoute] = [
    *donor_routes,
    Route("/tresorerie/recus", register, name="receipts.register"),
    Route("/tresorerie/recus-{year:int}.csv", report, name="receipts.report"),
    Route("/tresorerie/recus/{id:int}.pdf", its_paper, name="receipts.its_paper"),
    Route("/tresorerie/recus/{id:int}/releve.pdf", donor_year, name="receipts.donor_year"),
    Route("/tresorerie/recus/{id:int}/annuler", void, methods=["POST"], name="receipts.void"),
    Route("/tresorerie/recus/{id:int}/renvoyer", send, methods=["POST"], name="receipts.send"),
]
