"""Pages of receipts: the donor's by her secret link, the treasurer's register."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns import tax
from campaigns.pledges.models import Pledge
from campaigns.receipts import drawing, queries, service
from campaigns.receipts.eligibility import refusal
from campaigns.receipts.forms import DonorForm, ReasonForm
from campaigns.receipts.models import Receipt
from campaigns.settlement.crash import crash_point
from civic import clock
from civic.errors import DomainError, NotFound
from civic.i18n import _
from civic.papers import pdf_answer, sheet_answer
from civic.papers.sheet import cents_text
from civic.people.actor import treasurer_of
from civic.settings import settings
from civic.web.forms import Form
from civic.web.page import page, redirect

PER_PAGE = 50


async def show(request: Request) -> Response:
    """The donor's page: her receipt, what is missing for it, or why there is none."""
    pledge = await queries.gift_of_link(request.path_params["token"])
    donor = await queries.donor_of(pledge.person_id)
    names = ("kind", "name", "legal_form", "number", "street", "postcode", "city", "country")
    values = {name: getattr(donor, name) for name in names} if donor else {
        "kind": "person", "name": pledge.person.name, "country": "France"
    }  # fmt: skip
    return await _page(request, pledge, Form(values))


async def tell(request: Request) -> Response:
    """Who she is; her receipt follows at once when the money is here."""
    pledge = await queries.gift_of_link(request.path_params["token"])
    form = await Form.read(request, DonorForm)
    if form.data is None:
        return await _page(request, pledge, form, 422)
    await service.tell_identity(pledge, form.data)
    try:
        await service.issue(pledge.id)
        said = _("Votre reçu est prêt.")
    except service.NoReceipt as later:
        said = _("C’est noté. %(why)s", why=later.message)
    return redirect("receipts.show", token=request.path_params["token"], flash=said)


async def _page(request: Request, pledge: Pledge, form: Form[DonorForm], status: int = 200) -> Response:
    receipt = await queries.receipt_of(pledge.id)
    facts = await queries.facts_of(pledge, await queries.donor_of(pledge.person_id))
    why = refusal(facts)
    given = facts.received_on or clock.today()
    return page(
        request, "campaigns/receipts/show.html", status=status, headers={"Cache-Control": "no-store"}, form=form,
        pledge=pledge, campaign=pledge.campaign, receipt=receipt, why=why, token=request.path_params["token"],
        may_come=tax.issues_receipts() and not facts.returned and facts.beneficiary == settings().receipt_issuer,
        cost=tax.cost_cents(facts.amount_cents, given), year=given.year,
    )  # fmt: skip


async def paper(request: Request) -> Response:
    """The donor's receipt as a PDF."""
    pledge = await queries.gift_of_link(request.path_params["token"])
    receipt = await queries.receipt_of(pledge.id)
    if receipt is None:
        raise NotFound(_("Ce don n’a pas de reçu pour l’instant."))
    content = await drawing.receipt_paper(receipt)
    crash_point("receipt_drawn")
    return pdf_answer(content, f"recu-{receipt.label}")


async def statement(request: Request) -> Response:
    """A donor's year as a PDF."""
    pledge = await queries.gift_of_link(request.path_params["token"])
    year = int(request.path_params["year"])
    receipts = await queries.of_person(pledge.person_id, year)
    if not receipts:
        raise NotFound(_("Vous n’avez pas de reçu pour cette année."))
    return pdf_answer(await drawing.statement_paper(receipts[0].content["donor"], year, receipts), f"releve-{year}")


async def register(request: Request) -> Response:
    """The treasurer's register of one year: its count and total to declare, its numbers."""
    treasurer_of(request)
    return await _register(request, Form())


async def _register(request: Request, form: Form[ReasonForm], status: int = 200, of: int = 0) -> Response:
    issuer = settings().receipt_number
    wanted = request.query_params.get("annee", "")
    year = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) == 4 else clock.today().year
    before = request.query_params.get("avant", "")
    from_number = int(before) if before.isascii() and before.isdigit() and len(before) < 9 else None
    rows = await queries.of_year(issuer, year, from_number, PER_PAGE + 1)
    shown = rows[:PER_PAGE]
    return page(
        request, "campaigns/receipts/register.html", status=status, form=form, wrong=of, receipts=shown, year=year,
        more=shown[-1].number if len(rows) > PER_PAGE else None, voided=await queries.voided_ids(shown),
        report=await queries.report(issuer, year), years=await queries.years(issuer), ready=tax.issues_receipts(),
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
    Route("/promesses/{token}/recu", show, name="receipts.show"),
    Route("/promesses/{token}/recu", tell, methods=["POST"], name="receipts.tell"),
    Route("/promesses/{token}/recu.pdf", paper, name="receipts.paper"),
    Route("/promesses/{token}/releve-{year:int}.pdf", statement, name="receipts.statement"),
    Route("/tresorerie/recus", register, name="receipts.register"),
    Route("/tresorerie/recus-{year:int}.csv", report, name="receipts.report"),
    Route("/tresorerie/recus/{id:int}.pdf", its_paper, name="receipts.its_paper"),
    Route("/tresorerie/recus/{id:int}/annuler", void, methods=["POST"], name="receipts.void"),
    Route("/tresorerie/recus/{id:int}/renvoyer", send, methods=["POST"], name="receipts.send"),
]
