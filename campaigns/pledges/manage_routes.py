"""A promise in its backer's hands, by the link of her message: see it, change it, take it back."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle.queries import rewards
from campaigns.money import as_typed
from campaigns.pledges import editing, queries, service, wording
from campaigns.pledges.editing import Wish
from campaigns.pledges.forms import TIPS, EditForm, ShownForm
from campaigns.pledges.models import Pledge
from civic.errors import DomainError
from civic.i18n import _
from civic.people import service as people
from civic.web.forms import Form
from civic.web.page import page, redirect, redirect_to
from civic.web.urls import path


async def manage(request: Request) -> Response:
    """A promise as its backer sees it, and for an hour the button that undoes her last change."""
    found = await queries.pledge_to_manage(request.path_params["token"])
    on_page = await queries.on_own_page(found)
    undo = editing.read_undo(found, request.query_params.get("avant", ""))
    return page(
        request, "campaigns/pledges/manage.html", headers={"Cache-Control": "no-store"}, pledge=found,
        campaign=found.campaign, reference=service.reference(found), may_change=editing.amounts_change(found),
        may_show=found.status in queries.STANDING, may_return=await service.may_ask_back(found), undo=undo,
        on_page=on_page, state=wording.state_of(found, on_page=on_page), debit=wording.debit_of(found),
        amounts=wording.amounts_of(found), shown=wording.shown_of(found), token=request.path_params["token"],
        may_again=found.campaign.is_open() and found.status in wording.LET_GO, ask_until=service.ask_until(found),
        given=found.status in wording.GIVEN,
    )  # fmt: skip


async def edit(request: Request) -> Response:
    """The promise as a form."""
    found = await queries.pledge_to_manage(request.path_params["token"])
    if found.status not in queries.STANDING:
        return redirect("pledges.manage", token=request.path_params["token"])
    values = editing_values(editing.wish_of(found))
    return await _edit_page(request, found, Form(values))


def editing_values(wish: Wish) -> dict[str, str]:
    """What stands in the form."""
    euros = as_typed(wish.amount_cents)
    return {
        "other": euros, "reward": str(wish.reward_id), "tip": str(wish.tip_cents),
        "shown": "anonymous" if wish.anonymous else "name", "amount_hidden": "1" if wish.amount_hidden else "",
    }  # fmt: skip


async def change(request: Request) -> Response:
    """Make the promise what she wishes; 422 with the sentence beside the field."""
    found = await queries.pledge_to_manage(request.path_params["token"])
    if found.status not in queries.STANDING:
        said = _("Ce don ne change plus : voici où il en est.")
        return redirect("pledges.manage", token=request.path_params["token"], flash=said, kind="warn")
    form: Form[EditForm] | Form[ShownForm] = await (
        Form.read(request, EditForm) if editing.amounts_change(found) else Form.read(request, ShownForm)
    )
    try:
        if form.data is None:
            return await _edit_page(request, found, form, 422)
        before = await _changed(found, form.data)
    except DomainError as error:
        return await _edit_page(request, found, form.refuse(error), error.status)
    token = request.path_params["token"]
    if before is None:
        return redirect("pledges.manage", token=token, flash=_("Rien n’a changé."), kind="info")
    way = f"{path('pledges.manage', token=token)}?avant={editing.undo_token(found, before)}"
    told = isinstance(form.data, EditForm)
    return redirect_to(way, flash=_("C’est changé. Un message vous le confirme.") if told else _("C’est changé."))


async def _changed(found: Pledge, sent: EditForm | ShownForm) -> Wish | None:
    anonymous, hidden = sent.shown == "anonymous", sent.amount_hidden
    if isinstance(sent, EditForm):
        return await editing.change(found, Wish(sent.cents(), sent.tip, sent.reward, anonymous, hidden))
    return await editing.show(found, anonymous=anonymous, amount_hidden=hidden)


async def _edit_page(
    request: Request, found: Pledge, form: Form[EditForm] | Form[ShownForm], status: int = 200
) -> Response:
    tips = sorted({*TIPS, found.tip_cents})
    return page(
        request, "campaigns/pledges/edit.html", status=status, headers={"Cache-Control": "no-store"}, form=form,
        pledge=found, campaign=found.campaign, token=request.path_params["token"], tips=tips,
        amounts_too=editing.amounts_change(found), rewards=await rewards(found.campaign_id),
        reference=service.reference(found), crumb=wording.own_page(found),
    )  # fmt: skip


async def cancel(request: Request) -> Response:
    """Take the promise back."""
    found = await queries.pledge_to_manage(request.path_params["token"])
    try:
        await service.cancel(found)
    except DomainError as error:
        return redirect("pledges.manage", token=request.path_params["token"], flash=error.message, kind="warn")
    await people.confirm_address(found.person)
    done = _("Votre promesse est annulée. Rien ne sera débité. Un message vous le confirme.")
    return redirect("pledges.manage", token=request.path_params["token"], flash=done)


async def ask_back(request: Request) -> Response:
    """Change one's mind about a gift that was charged at once: the money goes back to the same card or account."""
    found = await queries.pledge_to_manage(request.path_params["token"])
    try:
        await service.ask_back(found)
    except DomainError as error:
        return redirect("pledges.manage", token=request.path_params["token"], flash=error.message, kind="warn")
    done = _("Votre remboursement est demandé. Un message vous dira quand il est parti.")
    return redirect("pledges.manage", token=request.path_params["token"], flash=done)


routes: list[BaseRoute] = [
    Route("/promesses/{token}", manage, name="pledges.manage"),
    Route("/promesses/{token}/modifier", edit, name="pledges.edit"),
    Route("/promesses/{token}/modifier", change, methods=["POST"], name="pledges.change"),
    Route("/promesses/{token}/annuler", cancel, methods=["POST"], name="pledges.cancel"),
    Route("/promesses/{token}/rembourser", ask_back, methods=["POST"], name="pledges.ask_back"),
]
