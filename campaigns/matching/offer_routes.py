"""« Proposer d’ajouter aux dons »: the page of whoever speaks for a commune or a company."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle.models import Campaign
from campaigns.matching import offering
from campaigns.matching.forms import OfferForm
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.organisations.models import Organisation
from civic.people.actor import actor_of
from civic.web.forms import Form
from civic.web.page import page, redirect


async def new(request: Request) -> Response:
    """How much she would add, by which rule."""
    campaign, hats = await offering.campaign_to_offer(request.path_params["slug"], actor_of(request))
    return _page(request, campaign, hats, Form({"rule": "double", "organisation": str(hats[0].id)}))


def _page(
    request: Request, campaign: Campaign, hats: list[Organisation], form: Form[OfferForm], status: int = 200
) -> Response:
    organisations = [(str(one.id), one.name) for one in hats]
    return page(
        request, "campaigns/matching/offer.html", status=status, campaign=campaign, form=form,
        organisations=organisations,
    )  # fmt: skip


async def send(request: Request) -> Response:
    """Tell the team, which writes the agreement."""
    actor = actor_of(request)
    campaign, hats = await offering.campaign_to_offer(request.path_params["slug"], actor)
    form = await Form.read(request, OfferForm)
    chosen = [one for one in hats if form.data and one.id == form.data.organisation]
    try:
        if form.data is not None and not chosen:
            raise Invalid(_("Choisissez la commune ou la structure que vous représentez."), field="organisation")
        if form.data is not None:
            form.data.check()
            await offering.offer(campaign, chosen[0], form.data, actor)
            done = _("Merci. L’équipe prépare l’accord et vous l’envoie : rien ne compte avant que vous l’acceptiez.")
            return redirect("matching.mine", flash=done)
    except DomainError as error:
        form.refuse(error)
    return _page(request, campaign, hats, form, 422)


routes: list[BaseRoute] = [
    Route("/campagnes/{slug}/abondements/offre", new, name="matching.offer"),
    Route("/campagnes/{slug}/abondements/offre", send, methods=["POST"], name="matching.send_offer"),
]
