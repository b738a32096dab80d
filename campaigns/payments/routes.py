"""Leaving for the hosted page, coming back from it, and the door for webhooks."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle.queries import campaign_to_show
from campaigns.payments import checkout, gateway, inbox
from campaigns.payments.till import till_of
from campaigns.pledges import draft, queries, wording
from campaigns.pledges.models import Pledge, PledgeStatus
from campaigns.pledges.service import reference
from civic.errors import NotFound
from civic.i18n import _
from civic.needs.models import Need, NeedKind
from civic.needs.queries import needs_of
from civic.people.actor import visitor_or_actor
from civic.web.page import page, redirect, redirect_to
from civic.web.urls import path


async def leave(request: Request) -> Response:
    """303 to the hosted page of a promise, or to « Merci » when its card is saved already.

    Gifts that are charged at once have a page of their own, whose end settlement books.
    """
    pledge = await queries.pledge_to_pay(request.path_params["token"])
    if pledge.campaign.charges_at_once:
        return redirect("settlement.leave", slug=pledge.campaign.slug, token=request.path_params["token"])
    address = await checkout.open_page(pledge)
    if address is None:
        return redirect("payments.thanks", slug=pledge.campaign.slug, s=(await pledge_now(pledge)).session_ref)
    return redirect_to(address)


async def pledge_now(pledge: Pledge) -> Pledge:
    """The promise as the database has it now."""
    return await Pledge.get(id=pledge.id)


async def thanks(request: Request) -> Response:
    """« Merci »: fetches the hosted page anew and confirms, unless the webhook was faster."""
    slug, session_ref = request.path_params["slug"], request.query_params.get("s", "")
    campaign = await campaign_to_show(slug, visitor_or_actor(request))
    found = await queries.pledge_of_session(session_ref) if session_ref else None
    if found is None or found.campaign_id != campaign.id:
        raise NotFound(_("Cette promesse de don n’existe pas."))
    late = False
    if found.status == PledgeStatus.CREATED:
        late = not await _settled(found)
        found = await queries.pledge_of_session(session_ref) or found
    if found.status == PledgeStatus.CREATED and not late:
        return redirect("pledges.verify", slug=slug)
    campaign = await campaign_to_show(slug, visitor_or_actor(request))
    answer = page(
        request, "campaigns/payments/thanks.html", headers={"Cache-Control": "no-store"}, campaign=campaign,
        pledge=found, reference=reference(found), late=late, needs=await _other_needs(campaign.initiative_id),
        amounts=wording.amounts_of(found), debit=wording.debit_of(found),
    )  # fmt: skip
    if late:
        return answer
    if found.status in wording.LET_GO:
        return draft.forget(answer, slug)
    return draft.done(answer, campaign.id, slug, path("payments.thanks", slug=slug, s=session_ref))


async def _settled(pledge: Pledge) -> bool:
    """Whether the gateway answered; when it does not, the webhook or the sweep will confirm later."""
    try:
        await checkout.settle(till_of(pledge.campaign), pledge.session_ref)
    except gateway.GatewayTrouble:
        return False
    return True


async def _other_needs(initiative_id: int) -> list[Need]:
    return [need for need in await needs_of(initiative_id) if need.kind != NeedKind.MONEY][:3]


routes: list[BaseRoute] = [
    Route("/campagnes/{slug}/payer/{token}", leave, name="payments.leave"),
    Route("/campagnes/{slug}/merci", thanks, name="payments.thanks"),
    Route("/webhooks/stripe", inbox.receive, methods=["POST"], name="payments.webhook"),
]
