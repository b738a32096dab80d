"""One's own monthly supports: by the link of a message without an account, or all of them in « Mon espace »."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.money import as_typed
from campaigns.payments import gateway
from campaigns.pledges import hosted
from campaigns.pledges.models import PledgeStatus
from campaigns.pledges.queries import MANAGE as PLEDGE
from campaigns.recurring import cards, letters, service, stopping, wording
from campaigns.recurring.forms import CHIPS, KnownForm, PauseForm
from campaigns.recurring.keys import keep_link, own_page
from campaigns.recurring.models import Support, SupportStatus
from civic.errors import DomainError, NotFound
from civic.i18n import _
from civic.people import links
from civic.people.actor import actor_of
from civic.web.forms import Form
from civic.web.middleware import content_security_policy
from civic.web.page import page, redirect, redirect_to


async def mine(request: Request) -> Response:
    """GET: every support of the person who is signed in, those that run first."""
    headers = {"Content-Security-Policy": content_security_policy(hosted.pages_origin()), "Cache-Control": "no-store"}
    found = await service.of_person(actor_of(request).person.id)
    return page(
        request, "campaigns/recurring/mine.html", headers=headers, given=await service.given_by_support(found),
        supports=[(support, links.make(letters.MANAGE, support.id)) for support in found], state=wording.state_text,
        next_charge=wording.next_charge,
        may_undo=stopping.may_undo,
    )  # fmt: skip


async def _support(request: Request) -> Support:
    """The support behind an e-mailed link. Raises NotFound."""
    found = await Support.get_or_none(id=links.read(letters.MANAGE, request.path_params["token"]))
    if found is None:
        raise NotFound(_("Ce soutien n’existe pas."))
    return await service.whole(found.id)


async def manage(request: Request) -> Response:
    """GET: one's own support, by the link of its message."""
    support = await _support(request)
    return await _own_page(request, support, Form(_values(support)))


def _values(support: Support) -> dict[str, str]:
    chip = support.amount_cents in CHIPS
    euros = as_typed(support.amount_cents)
    amount = str(support.amount_cents) if chip else "autre"
    return {"amount": amount, "other": "" if chip else euros, "day": str(support.day)}


async def back(request: Request) -> Response:
    """GET from the hosted page: look at what was done there."""
    known = await cards.of_ticket(request.path_params["token"])
    support = await service.whole(known.id) if known else await _support(request)
    try:
        if support.session_ref:
            await cards.settle(support.session_ref)
    except gateway.GatewayTrouble:
        waiting = _("La page de paiement ne répond pas encore. Vous recevrez un message dans quelques minutes.")
        return own_page(request, support, waiting)
    return own_page(request, await service.whole(support.id))


async def change(request: Request) -> Response:
    """POST: another sum or day."""
    support = await _support(request)
    form = await Form.read(request, KnownForm)
    try:
        if form.data is not None:
            await service.change(support, form.data.cents(), form.data.day)
            said = wording.with_next(_("C’est changé."), await service.whole(support.id))
            return redirect("recurring.manage", token=request.path_params["token"], flash=said)
    except DomainError as error:
        form.refuse(error)
    return await _own_page(request, support, form, 422)


async def pause(request: Request) -> Response:
    """POST: pause, or go on, as the button said; a second click on it changes nothing."""
    support = await _support(request)
    form = await Form.read(request, PauseForm)
    goes_on = form.data is not None and form.data.to == "active"
    if support.status != (SupportStatus.ACTIVE if goes_on else SupportStatus.PAUSED):
        await (service.resume(support) if goes_on else service.pause(support))
    said = wording.after_button(await service.whole(support.id))
    return redirect("recurring.manage", token=request.path_params["token"], flash=said)


async def stop(request: Request) -> Response:
    """POST: for good."""
    await stopping.stop(await _support(request))
    said = _("Votre soutien est arrêté. Plus rien ne sera débité, et votre carte sera effacée cette nuit.")
    return redirect("recurring.manage", token=request.path_params["token"], flash=said)


async def undo(request: Request) -> Response:
    """POST: the stop was a mistake, on its own day."""
    support = await _support(request)
    await stopping.undo(support)
    said = wording.after_button(await service.whole(support.id))
    return redirect("recurring.manage", token=request.path_params["token"], flash=said)


async def card(request: Request) -> Response:
    """POST: leave for the page where another card is saved."""
    support = await _support(request)
    if support.status in (SupportStatus.STOPPED, SupportStatus.ABANDONED):
        raise DomainError(_("Ce soutien est arrêté."))
    answer = redirect_to(await cards.open_page(support))
    return keep_link(answer, request.path_params["token"])


async def _own_page(request: Request, support: Support, form: Form[KnownForm], status: int = 200) -> Response:
    headers = {"Content-Security-Policy": content_security_policy(hosted.pages_origin()), "Cache-Control": "no-store"}
    months = await service.months_of(support.id)
    return page(
        request, "campaigns/recurring/manage.html", status=status, headers=headers, support=support, form=form,
        initiative=support.campaign.initiative, token=request.path_params["token"], chips=CHIPS,
        months=months, undo=stopping.may_undo(support), given=await service.given_cents(support.id),
        waits=next((row.pledge for row in months if row.pledge.status == PledgeStatus.NEEDS_BACKER), None),
        token_of=lambda pledge: links.make(PLEDGE, pledge.id), said=wording.month_text,
        shown=wording.state_text(support), next_charge=wording.next_charge(support),
    )  # fmt: skip


_OWN = "/soutiens/{token}"
routes: list[BaseRoute] = [
    Route("/mes-soutiens", mine, name="recurring.mine"),
    Route(_OWN, manage, name="recurring.manage"),
    Route(f"{_OWN}/retour", back, name="recurring.back"),
    Route(f"{_OWN}/changer", change, methods=["POST"], name="recurring.change"),
    Route(f"{_OWN}/pause", pause, methods=["POST"], name="recurring.pause"),
    Route(f"{_OWN}/arreter", stop, methods=["POST"], name="recurring.stop"),
    Route(f"{_OWN}/reprendre", undo, methods=["POST"], name="recurring.undo"),
    Route(f"{_OWN}/carte", card, methods=["POST"], name="recurring.card"),
]
