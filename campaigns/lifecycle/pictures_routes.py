"""Step « Photos »: send one, describe, order, remove, put back."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle import pictures
from campaigns.lifecycle.forms import AltForm, MoveForm
from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.steps import campaign_of, step_page
from civic.errors import DomainError
from civic.i18n import _
from civic.people.actor import actor_of
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import redirect


async def edit(request: Request) -> Response:
    """The photos in their order, and a form for one more."""
    return await _page(request, await campaign_of(request), Form())


async def add(request: Request) -> Response:
    """Keep one more photo."""
    campaign = await campaign_of(request)
    await limits.hit("picture", str(actor_of(request).person.id), most=30, per=3600)
    async with request.form(max_fields=5, max_files=1) as sent:
        alt = " ".join(str(sent.get("alt", "")).split())[:200]
        try:
            await pictures.add(campaign, sent.get("picture"), alt)
        except DomainError as error:
            return await _page(request, campaign, Form({"alt": alt}).refuse(error), 422)
    return redirect("campaigns.edit_pictures", slug=campaign.slug, flash=_("La photo est en place."))


async def describe(request: Request) -> Response:
    """Change the words of a photo."""
    campaign = await campaign_of(request)
    form = await Form.read(request, AltForm)
    try:
        await pictures.describe(campaign, request.path_params["photo"], form.data.alt if form.data else "")
    except DomainError as error:
        return _back(campaign, error.message, "warn")
    return _back(campaign, _("La description est enregistrée."))


async def move(request: Request) -> Response:
    """One place earlier or later."""
    campaign = await campaign_of(request)
    form = await Form.read(request, MoveForm)
    up = form.data is None or form.data.way == "up"
    await pictures.move(campaign, request.path_params["photo"], up=up)
    return _back(campaign, _("L’ordre est changé."))


async def remove(request: Request) -> Response:
    """Take a photo off the page."""
    campaign = await campaign_of(request)
    await pictures.remove(campaign, request.path_params["photo"])
    return _back(campaign, _("La photo est retirée. Vous pouvez la remettre."))


async def put_back(request: Request) -> Response:
    """Undo the removal."""
    campaign = await campaign_of(request)
    try:
        await pictures.put_back(campaign, request.path_params["photo"])
    except DomainError as error:
        return _back(campaign, error.message, "warn")
    return _back(campaign, _("La photo est remise."))


def _back(campaign: Campaign, text: str, kind: str = "ok") -> Response:
    return redirect("campaigns.edit_pictures", slug=campaign.slug, flash=text, kind=kind)


async def _page(request: Request, campaign: Campaign, form: Form[AltForm], status: int = 200) -> Response:
    gone = await pictures.removed(campaign.id)
    return await step_page(request, campaign, "photos", status, form=form, gone=gone, most=pictures.MOST)


_PATH = "/campagnes/{slug}/modifier/photos"
routes: list[BaseRoute] = [
    Route(_PATH, edit, name="campaigns.edit_pictures"),
    Route(_PATH, add, methods=["POST"], name="campaigns.add_picture"),
    Route(_PATH + "/{photo:int}/texte", describe, methods=["POST"], name="campaigns.describe_picture"),
    Route(_PATH + "/{photo:int}/deplacer", move, methods=["POST"], name="campaigns.move_picture"),
    Route(_PATH + "/{photo:int}/retirer", remove, methods=["POST"], name="campaigns.remove_picture"),
    Route(_PATH + "/{photo:int}/remettre", put_back, methods=["POST"], name="campaigns.put_back_picture"),
]
