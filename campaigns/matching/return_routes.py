"""Money that goes back to a matcher: noted from the bank statement by one person, confirmed by a treasurer."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns import two_persons
from campaigns.matching import queries, returning, transfers
from campaigns.matching.forms import ReturnForm
from campaigns.matching.models import MatchReturn, PaymentState
from civic.errors import DomainError
from civic.i18n import _
from civic.people.actor import Actor, actor_of, treasurer_of
from civic.web.forms import Form
from civic.web.page import page, redirect


async def show(request: Request) -> Response:
    """What is owed back for one agreement, how it came to that, and the form to note the transfer."""
    return await _page(request, Form({}))


async def enter(request: Request) -> Response:
    """Write down the transfer back."""
    actor = actor_of(request)
    campaign = await queries.campaign_to_match(request.path_params["slug"], actor)
    agreement = await queries.agreement_of(campaign, request.path_params["id"])
    form = await Form.read(request, ReturnForm)
    try:
        if form.data is not None:
            await returning.enter(agreement, actor, form.data.amount, form.data.returned_on, form.data.reference)
            done = _("Le virement est noté. Une autre personne, de la trésorerie, doit le confirmer.")
            return redirect("matching.back", slug=campaign.slug, id=agreement.id, flash=done)
    except DomainError as error:
        form.refuse(error)
    return await _page(request, form, 422)


async def confirm(request: Request) -> Response:
    """A second person saw the transfer back too."""
    row, actor = await _waiting(request)
    if row is None:
        return _back(request, _("Aucun virement n’attend de confirmation pour cet accord."), "warn")
    try:
        await returning.confirm(row, actor)
    except DomainError as error:
        if error.status == 403:
            raise
        return _back(request, error.message, "warn")
    return _back(request, _("Le virement est confirmé et inscrit dans les comptes. Le financeur est prévenu."))


async def refuse(request: Request) -> Response:
    """A second person does not find it."""
    row, actor = await _waiting(request)
    if row is None:
        return _back(request, _("Aucun virement n’attend de confirmation pour cet accord."), "warn")
    await transfers.refuse(row, actor)
    return _back(request, _("Le virement n’est pas retenu. Il peut être noté à nouveau."))


def _back(request: Request, flash: str, kind: str = "ok") -> Response:
    slug, id = request.path_params["slug"], request.path_params["id"]
    return redirect("matching.back", slug=slug, id=id, flash=flash, kind=kind)


async def _waiting(request: Request) -> tuple[MatchReturn | None, Actor]:
    """What waits for its second person; nothing when another tab, or somebody else, was faster."""
    actor = treasurer_of(request)
    campaign = await queries.campaign_to_match(request.path_params["slug"], actor)
    agreement = await queries.agreement_of(campaign, request.path_params["id"])
    return await MatchReturn.get_or_none(agreement_id=agreement.id, state=PaymentState.ENTERED), actor


async def _page(request: Request, form: Form[ReturnForm], status: int = 200) -> Response:
    actor = actor_of(request)
    campaign = await queries.campaign_to_match(request.path_params["slug"], actor)
    agreement = await queries.agreement_of(campaign, request.path_params["id"])
    returns, owed = await returning.returns_of(agreement.id), await returning.owed_to(agreement.id)
    waiting = next((row for row in returns if row.state == PaymentState.ENTERED), None)
    return page(
        request, "campaigns/matching/back.html", status=status, campaign=campaign, agreement=agreement, form=form,
        owed=owed, returns=returns, waiting=waiting, payment=await queries.payment_of(agreement.id),
        now_cents=agreement.reserved_cents,
        may_confirm=actor.is_treasurer and two_persons.may_answer(waiting, actor),
    )  # fmt: skip


_BASE = "/campagnes/{slug}/abondements/{id:int}/rendre"
routes: list[BaseRoute] = [
    Route(_BASE, show, name="matching.back"),
    Route(_BASE, enter, methods=["POST"], name="matching.give_back"),
    Route(f"{_BASE}/confirmer", confirm, methods=["POST"], name="matching.gone_back"),
    Route(f"{_BASE}/refuser", refuse, methods=["POST"], name="matching.not_gone"),
]
