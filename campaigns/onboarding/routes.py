"""« Ouvrir le compte de paiement de l’association »: the page, leaving for Stripe, coming back, an old link."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns import slots
from campaigns.lifecycle.models import Campaign
from campaigns.onboarding import service
from campaigns.payees.models import Payee
from campaigns.pledges import hosted
from civic.errors import DomainError
from civic.i18n import _
from civic.people.actor import actor_of
from civic.settings import settings
from civic.web.middleware import content_security_policy
from civic.web.page import page, redirect, redirect_to


async def show(request: Request) -> Response:
    """What the account may do, what is missing, and the button for who may open it."""
    return await _page(request, *await _found(request))


async def leave(request: Request) -> Response:
    """303 to Stripe's page, made for a few minutes."""
    campaign, payee = await _found(request)
    try:
        return redirect_to(await service.leave(actor_of(request), campaign, payee))
    except DomainError as error:
        if error.status == 403:
            raise
        return await _page(request, campaign, payee, error.status, error.message)


async def back(request: Request) -> Response:
    """She comes back: ask Stripe at once, its message may be late."""
    campaign, payee = await _found(request)
    fresh = await service.look(payee)
    done = _("Le compte peut encaisser. La collecte peut s’ouvrir dès qu’elle est relue.")
    waits = _("Stripe vérifie encore, ou il manque une pièce. Nous relisons l’état du compte plusieurs fois par jour.")
    said, kind = (done, "ok") if fresh.charges_enabled else (waits, "warn")
    return redirect("onboarding.show", slug=campaign.slug, flash=said, kind=kind)


async def again(request: Request) -> Response:
    """Stripe's link was too old, or was used already: a new one is a button away."""
    campaign, _payee = await _found(request)
    said = _("Ce lien ne servait qu’une fois, pendant quelques minutes. Continuez avec le bouton ci-dessous.")
    return redirect("onboarding.show", slug=campaign.slug, flash=said, kind="warn")


async def _found(request: Request) -> tuple[Campaign, Payee]:
    return await service.campaign_with_account(request.path_params["slug"], actor_of(request))


async def _page(request: Request, campaign: Campaign, payee: Payee, status: int = 200, trouble: str = "") -> Response:
    panels = [panel for fill in slots.account_panels for panel in await fill(campaign)]
    policy = content_security_policy(hosted.account_pages_origin())
    return page(
        request, "campaigns/onboarding/show.html", status=status, campaign=campaign, payee=payee, trouble=trouble,
        parts=sorted(panels, key=lambda panel: panel.order),
        headers={"Content-Security-Policy": policy}, host=settings().host_name,
        may_open=await service.may_open(actor_of(request), campaign, payee),
    )  # fmt: skip


routes: list[BaseRoute] = [
    Route("/campagnes/{slug}/compte", show, name="onboarding.show"),
    Route("/campagnes/{slug}/compte", leave, methods=["POST"], name="onboarding.leave"),
    Route("/campagnes/{slug}/compte/retour", back, name="onboarding.back"),
    Route("/campagnes/{slug}/compte/suite", again, name="onboarding.again"),
]
