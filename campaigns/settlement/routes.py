"""The page of recovery: read without an account, by the signed link of a letter."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.offline.howto import how_to
from campaigns.offline.papers import promise_paper
from campaigns.pledges import hosted, wording
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.queries import on_own_page, pledge_to_pay
from campaigns.pledges.service import reference
from campaigns.settlement import direct, letters, outcomes, pages, reasons, recovery, rules
from campaigns.settlement.team_routes import routes as team_routes
from civic.errors import DomainError, Gone
from civic.i18n import _
from civic.papers import pdf_answer
from civic.people import links
from civic.web import limits
from civic.web.middleware import content_security_policy
from civic.web.page import page, redirect, redirect_to


async def leave(request: Request) -> Response:
    """GET: 303 to the page where a gift is paid at once, or to « Merci » when it is paid."""
    pledge = await pledge_to_pay(request.path_params["token"])
    address = await direct.pay_now(pledge)
    return redirect_to(address) if address else _after_paying(await Pledge.get(id=pledge.id).select_related("campaign"))


def _after_paying(pledge: Pledge) -> Response:
    """« Merci », or the last step again when the page was left."""
    slug = pledge.campaign.slug
    if pledge.status not in (PledgeStatus.CREATED, PledgeStatus.ABANDONED):
        return redirect("payments.thanks", slug=slug, s=pledge.session_ref)
    left = _("Le paiement n’est pas terminé et rien n’a été débité. Votre don est gardé : reprenez quand vous voulez.")
    return redirect("pledges.verify", slug=slug, flash=left, kind="info")


async def show(request: Request) -> Response:
    """GET: why the charge did not work, and the three ways; or where the gift stands now."""
    return await _page(request, await _pledge(request))


async def pay(request: Request) -> Response:
    """POST: leave for the hosted page (another card, or her bank's confirmation)."""
    pledge = await _pledge(request)
    await limits.hit("pay again", str(pledge.id), most=10, per=3600)
    try:
        address = await recovery.pay_again(pledge)
    except DomainError as refusal:
        return await _page(request, await _pledge(request), status=refusal.status, refusal=refusal.message)
    return redirect_to(address) if address else _to_page(request)


async def offline(request: Request) -> Response:
    """POST: a cheque or a transfer instead."""
    pledge = await _pledge(request)
    try:
        await recovery.switch_offline(pledge)
    except DomainError as refusal:
        return await _page(request, await _pledge(request), status=refusal.status, refusal=refusal.message)
    return _to_page(request)


async def slip(request: Request) -> Response:
    """GET: the slip to print and send along with the cheque, as PDF."""
    pledge = await _pledge(request)
    if pledge.status != PledgeStatus.SWITCHED_OFFLINE:
        raise Gone(_("Ce bulletin ne sert plus : nous n’attendons plus ce don."))
    how = how_to(pledge.campaign, reference(pledge), pledge.amount_cents)
    return pdf_answer(await promise_paper(pledge.campaign, how, pledge.person.name), f"bulletin-{how.reference}")


async def back(request: Request) -> Response:
    """GET from the hosted page: look at what was done there, then show it."""
    attempt = await pages.attempt_of(request.path_params["ticket"])
    await recovery.come_back(attempt.pledge)
    fresh = await Pledge.get(id=attempt.pledge_id).select_related("campaign")
    if fresh.campaign.charges_at_once and fresh.session_ref == attempt.session_ref:
        return _after_paying(fresh)
    slug = request.path_params["slug"]
    return redirect("settlement.show", slug=slug, token=links.make(letters.RECOVER, attempt.pledge_id))


async def _pledge(request: Request) -> Pledge:
    return await recovery.pledge_to_recover(request.path_params["slug"], request.path_params["token"])


def _to_page(request: Request) -> Response:
    return redirect("settlement.show", slug=request.path_params["slug"], token=request.path_params["token"])


async def _page(request: Request, pledge: Pledge, *, status: int = 200, refusal: str = "") -> Response:
    on_page = await on_own_page(pledge)
    return page(
        request, "campaigns/settlement/show.html", status=status, pledge=pledge, campaign=pledge.campaign,
        token=request.path_params["token"], refusal=refusal, reason=reasons.sentence(pledge.decline_code),
        by_bank=pledge.decline_code == reasons.ASKS, waits=recovery.waits(pledge),
        on_page=on_page, until=rules.told(await outcomes.last_moment(pledge)),
        same_card=recovery.same_card_may_try(pledge),
        title=_title(pledge, on_page), how=how_to(pledge.campaign, reference(pledge), pledge.amount_cents),
        amounts=wording.amounts_of(pledge), headers={
            "Cache-Control": "no-store", "Content-Security-Policy": content_security_policy(hosted.pages_origin())
        },
    )  # fmt: skip


def _title(pledge: Pledge, on_page: bool) -> str:
    """As her own space says it, until the page she opened is done."""
    titles = {
        "needs_backer": _("Votre don n’a pas pu être prélevé"), "charging": _("Votre paiement est en cours"),
        "unknown": _("Votre paiement est en cours"), "processing": _("Votre prélèvement est en route"),
        "collected": _("Votre don est arrivé, merci"), "switched_offline": _("Nous attendons votre chèque ou virement"),
    }  # fmt: skip
    return titles.get("needs_backer" if on_page else pledge.status, _("Cette promesse de don est terminée"))


_BASE = "/campagnes/{slug}/reprise"
routes: list[BaseRoute] = [
    Route("/campagnes/{slug}/regler/{token}", leave, name="settlement.leave"),
    *team_routes,
    Route(f"{_BASE}/retour/{{ticket}}", back, name="settlement.back"),
    Route(f"{_BASE}/{{token}}", show, name="settlement.show"),
    Route(f"{_BASE}/{{token}}/payer", pay, methods=["POST"], name="settlement.pay"),
    Route(f"{_BASE}/{{token}}/autrement", offline, methods=["POST"], name="settlement.offline"),
    Route(f"{_BASE}/{{token}}/bulletin.pdf", slip, name="settlement.slip"),
]
