"""The treasurer's pages about deposit slips: group cheques or cash, print, note the day, undo."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.offline import deposits, papers, queries, service, wording
from campaigns.offline.forms import BankedForm, ChequeForm, DepositForm
from campaigns.offline.models import Mode
from civic import clock
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.papers import pdf_answer
from civic.people.actor import actor_of
from civic.web.forms import Form
from civic.web.page import page, redirect


async def deposit_index(request: Request) -> Response:
    """What can go to the bank, and the slips made so far."""
    return await _deposits_page(request, Form())


async def _deposits_page(request: Request, form: Form[DepositForm] | Form[BankedForm], status: int = 200) -> Response:
    queries.must_supervise(actor_of(request))
    made = await queries.deposits()
    sums = {one.id: await queries.of_deposit(one.id) for one in made}
    return page(
        request, "campaigns/offline/deposits.html", status=status, form=form, deposits=made, contents=sums,
        off={one.id: queries.to_take_off(sums[one.id]) for one in made if not one.banked_on},
        groups=[(mode, wording.modes()[mode], await queries.to_bank(mode)) for mode in (Mode.CHEQUE, Mode.CASH)],
        bare=await queries.without_number(), today=clock.today().isoformat(), modes=wording.modes(),
    )  # fmt: skip


async def prepare(request: Request) -> Response:
    """Group what is ticked on a new slip."""
    actor = actor_of(request)
    queries.must_supervise(actor)
    form = await Form.read(request, DepositForm)
    try:
        if form.data is not None:
            made = await deposits.prepare(Mode(form.data.mode), form.data.ids, actor)
            said = _("Le bordereau %(number)s est prêt : imprimez-le.", number=made.number)
            return redirect("offline.deposits", flash=said)
    except DomainError as error:
        return redirect("offline.deposits", flash=error.message, kind="warn")
    return await _deposits_page(request, form, 422)


async def number(request: Request) -> Response:
    """Write the bank and the number of a cheque that came without."""
    actor = actor_of(request)
    gift = await queries.gift_to_supervise(request.path_params["id"], actor)
    form = await Form.read(request, ChequeForm)
    said, kind = _("Le numéro du chèque est noté."), "ok"
    try:
        if form.data is None:
            raise Invalid(_("Écrivez la banque et le numéro qui sont sur le chèque."))
        await service.number_cheque(gift, actor, form.data.reference)
    except DomainError as error:
        said, kind = error.message, "warn"
    return redirect("offline.deposits", flash=said, kind=kind)


async def deposit_paper(request: Request) -> Response:
    """The slip as PDF."""
    found = await queries.deposit_to_see(request.path_params["id"], actor_of(request))
    content = await papers.deposit_paper(found, await queries.of_deposit(found.id))
    return pdf_answer(content, f"remise-{found.number}")


async def bank(request: Request) -> Response:
    """The bank took it."""
    actor = actor_of(request)
    found = await queries.deposit_to_see(request.path_params["id"], actor)
    form = await Form.read(request, BankedForm)
    try:
        if form.data is not None:
            await deposits.bank(found, form.data.banked_on, actor)
            return redirect("offline.deposits", flash=_("La remise %(number)s est déposée.", number=found.number))
    except DomainError as error:
        form.refuse(error)
    return await _deposits_page(request, form, 422)


async def take_apart(request: Request) -> Response:
    """Undo a slip that has not been to the bank."""
    actor = actor_of(request)
    found = await queries.deposit_to_see(request.path_params["id"], actor)
    try:
        await deposits.take_apart(found, actor)
    except DomainError as error:
        return redirect("offline.deposits", flash=error.message, kind="warn")
    return redirect("offline.deposits", flash=_("La remise est défaite : ses dons attendent la suivante."))


_T = "/tresorerie"
routes: list[BaseRoute] = [
    Route(f"{_T}/remises", deposit_index, name="offline.deposits"),
    Route(f"{_T}/remises", prepare, methods=["POST"], name="offline.prepare"),
    Route(f"{_T}/hors-ligne/{{id:int}}/numero", number, methods=["POST"], name="offline.number"),
    Route(f"{_T}/remises/{{id:int}}.pdf", deposit_paper, name="offline.deposit_paper"),
    Route(f"{_T}/remises/{{id:int}}/deposer", bank, methods=["POST"], name="offline.bank"),
    Route(f"{_T}/remises/{{id:int}}/defaire", take_apart, methods=["POST"], name="offline.take_apart"),
]
