"""The team's pages about one gift: read its whole history, ask for a refund, approve or refuse it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.ledger import wording as ledger
from campaigns.payees import queries as payees
from campaigns.pledges import wording as pledge_wording
from campaigns.pledges.models import Pledge
from campaigns.pledges.service import reference
from campaigns.refunds import position, queries, requesting, story, wording
from campaigns.refunds.forms import RefusalForm, RequestForm
from campaigns.refunds.models import RefundMeans, RefundStatus
from civic.errors import DomainError
from civic.i18n import _
from civic.people.actor import actor_of
from civic.web.forms import Form
from civic.web.page import page, redirect


async def show(request: Request) -> Response:
    """One gift with everything that happened to it."""
    pledge = await queries.pledge_to_examine(request.path_params["id"], actor_of(request))
    return await _page(request, pledge, Form({"means": "gateway"}))


async def ask(request: Request) -> Response:
    """Ask for a refund; a second person decides."""
    actor = actor_of(request)
    pledge = await queries.pledge_to_examine(request.path_params["id"], actor)
    form = await Form.read(request, RequestForm)
    try:
        if form.data is not None:
            means = RefundMeans(form.data.means)
            await requesting.request(pledge.id, actor, form.data.amount, form.data.reason, means)
            done = _("Le remboursement est demandé. Une autre personne, à la trésorerie, doit l’approuver.")
            return redirect("refunds.show", id=pledge.id, flash=done)
    except DomainError as error:
        form.refuse(error)
    return await _page(request, pledge, form, 422)


async def approve(request: Request) -> Response:
    """Let the money go."""
    actor = actor_of(request)
    waiting = await queries.refund_to_decide(request.path_params["id"], actor)
    refund = await requesting.approve(waiting.id, actor)
    done = _("C’est approuvé. L’argent part dans un instant, et la personne reçoit un message.")
    return redirect("refunds.show", id=refund.pledge_id, flash=done)


async def refuse(request: Request) -> Response:
    """Say no, with a reason."""
    actor = actor_of(request)
    waiting = await queries.refund_to_decide(request.path_params["id"], actor)
    await requesting.must_refuse(waiting, actor)
    form = await Form.read(request, RefusalForm)
    if form.data is None:
        return redirect("treasury.index", flash=_("Écrivez la raison du refus, en quelques mots."), kind="warn")
    await requesting.refuse(waiting.id, actor, form.data.reason)
    if waiting.requested_by_id == actor.hand.id:
        return redirect("treasury.index", flash=_("Votre demande de remboursement est retirée."))
    return redirect("treasury.index", flash=_("Le remboursement est refusé, la raison est gardée."))


async def _page(request: Request, pledge: Pledge, form: Form[RequestForm], status: int = 200) -> Response:
    found = await position.position_of(pledge)
    history = await queries.history_of(pledge)
    return page(
        request, "campaigns/refunds/show.html", status=status, form=form, pledge=pledge, campaign=pledge.campaign,
        reference=reference(pledge), state=story.title(pledge), position=found, history=history,
        amounts=pledge_wording.amounts_of(pledge, hers=False), wording=wording, story=story, ledger=ledger,
        actor=actor_of(request),
        purse=await queries.purse_after(pledge.campaign), cut_off=await payees.is_cut_off(pledge.campaign.payee_id),
        waits=any(row.status == RefundStatus.REQUESTED for row in history.refunds),
        headers={"Cache-Control": "no-store"},
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/tresorerie/dons/{id:int}", show, name="refunds.show"),
    Route("/tresorerie/dons/{id:int}/rembourser", ask, methods=["POST"], name="refunds.ask"),
    Route("/tresorerie/remboursements/{id:int}/approuver", approve, methods=["POST"], name="refunds.approve"),
    Route("/tresorerie/remboursements/{id:int}/refuser", refuse, methods=["POST"], name="refunds.refuse"),
]
