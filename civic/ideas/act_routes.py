"""Acts of neighbours: support, offer help, follow, with or without an account; the pages behind their mailed links."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _
from civic.ideas import offers, queries, service, words
from civic.ideas.forms import OfferForm
from civic.ideas.models import Idea, IdeaOffer, OfferState
from civic.ideas.visitors import who_acts, who_is_named
from civic.initiatives import service as initiatives
from civic.people.actor import actor_of, person_of
from civic.web.forms import Form
from civic.web.page import page, redirect

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
MOST = 20
"""So many supports, and so many offers, a person signed in gives in an hour."""


async def support_form(request: Request) -> Response:
    """Name and address, for who has no account; one button for who has."""
    return _support_page(request, await queries.idea_to_show(request.path_params["slug"]), Form())


async def support(request: Request) -> Response:
    """« Je soutiens »."""
    idea = await queries.idea_to_show(request.path_params["slug"])
    async with request.form(max_fields=10, max_files=0) as sent:
        form: Form[Any] = Form()
        who = who_is_named(request, form, sent)
        if form.errors:
            return _support_page(request, idea, form, status=422)
        try:
            person, confirmed = await who_acts(request, who, "idea-support", most=MOST, per=3600)
            await service.support(person, idea, confirmed=confirmed)
        except DomainError as error:
            return _support_page(request, idea, form.refuse(error), status=422)
    if not confirmed:
        return redirect("ideas.sent")
    return redirect("ideas.show", slug=idea.slug, flash=_("Merci ! Votre soutien est compté."))


async def take_back(request: Request) -> Response:
    """« Je ne soutiens plus »."""
    idea = await queries.idea_to_show(request.path_params["slug"])
    await service.take_back(actor_of(request).person, idea.id)
    return redirect("ideas.show", slug=idea.slug, flash=_("Votre soutien est retiré."))


async def help_form(request: Request) -> Response:
    """What one can bring."""
    return _help_page(request, await queries.idea_to_show(request.path_params["slug"]), Form())


async def offer(request: Request) -> Response:
    """« Je peux aider »."""
    idea = await queries.idea_to_show(request.path_params["slug"])
    async with request.form(max_fields=10, max_files=0) as sent:
        form: Form[Any] = Form.check(sent, OfferForm)
        who = who_is_named(request, form, sent)
        if form.data is None:
            return _help_page(request, idea, form, status=422)
        try:
            person, confirmed = await who_acts(request, who, "idea-offer", most=MOST, per=3600)
            await offers.offer(person, idea, form.data, confirmed=confirmed)
        except DomainError as error:
            return _help_page(request, idea, form.refuse(error), status=422)
    if not confirmed:
        return redirect("ideas.sent")
    flash = _("Merci ! L’auteur lit votre proposition et vous répond.")
    return redirect("ideas.show", slug=idea.slug, flash=flash)


async def follow(request: Request) -> Response:
    """Read by mail what becomes of it."""
    idea = await queries.idea_to_show(request.path_params["slug"])
    await service.follow(actor_of(request).person, idea)
    return redirect("ideas.show", slug=idea.slug, flash=_("Vous suivez cette idée."))


async def unfollow(request: Request) -> Response:
    """Stop following."""
    idea = await queries.idea_to_show(request.path_params["slug"])
    await service.unfollow(actor_of(request).person, idea)
    return redirect("ideas.show", slug=idea.slug, flash=_("Vous ne suivez plus cette idée."))


async def my_support(request: Request) -> Response:
    """The page behind a supporter's link; nothing changes by looking."""
    row = await queries.support_of_link(request.path_params["token"])
    token = request.path_params["token"]
    return page(request, "civic/ideas/my_support.html", headers=PRIVATE, row=row, idea=row.idea, token=token)


async def confirm_support(request: Request) -> Response:
    """It counts from now on."""
    row = await queries.support_of_link(request.path_params["token"])
    await service.confirm_support(row)
    flash = _("Merci ! Votre soutien est compté.")
    return redirect("ideas.my_support", token=request.path_params["token"], flash=flash)


async def withdraw_support(request: Request) -> Response:
    """Take it back, or « ce n’est pas moi »."""
    row = await queries.support_of_link(request.path_params["token"])
    await service.take_back(row.person, row.idea_id)
    return redirect("ideas.show", slug=row.idea.slug, flash=_("Votre soutien est retiré."))


async def follow_child(request: Request) -> Response:
    """Who supported the idea follows the initiative that was born of it, in one tap."""
    row = await queries.support_of_link(request.path_params["token"])
    if row.idea.initiative is None or row.confirmed_at is None:
        return redirect("ideas.my_support", token=request.path_params["token"])
    await initiatives.follow(row.person, row.idea.initiative)
    flash = _("Vous suivez cette initiative.")
    return redirect("initiatives.show", slug=row.idea.initiative.slug, flash=flash)


async def my_offer(request: Request) -> Response:
    """The page behind a helper's link."""
    return _offer_page(request, await queries.offer_of_link(request.path_params["token"]))


async def confirm_offer(request: Request) -> Response:
    """The author reads it from now on."""
    row = await queries.offer_of_link(request.path_params["token"])
    await offers.confirm(row)
    flash = _("Merci ! L’auteur lit votre proposition et vous répond.")
    return redirect("ideas.my_offer", token=request.path_params["token"], flash=flash)


async def withdraw_offer(request: Request) -> Response:
    """Take it back, or « ce n’est pas moi »."""
    row = await queries.offer_of_link(request.path_params["token"])
    await offers.withdraw(row)
    return redirect("ideas.show", slug=row.idea.slug, flash=_("Votre proposition est retirée."))


def _support_page(request: Request, idea: Idea, form: Form[Any], status: int = 200) -> Response:
    return page(
        request, "civic/ideas/support.html", status=status, idea=idea, form=form, person=person_of(request),
        headers={"Cache-Control": "no-store"},
    )  # fmt: skip


def _help_page(request: Request, idea: Idea, form: Form[Any], status: int = 200) -> Response:
    kinds = [(kind.value, text) for kind, text in words.kinds().items()]
    return page(
        request, "civic/ideas/help.html", status=status, idea=idea, form=form, person=person_of(request), kinds=kinds,
        headers={"Cache-Control": "no-store"},
    )  # fmt: skip


def _offer_page(request: Request, row: IdeaOffer) -> Response:
    return page(
        request, "civic/ideas/my_offer.html", headers=PRIVATE, row=row, idea=row.idea, kinds=words.kinds(),
        waits=row.state == OfferState.UNCONFIRMED, gone=row.state == OfferState.WITHDRAWN,
        state=words.offer_states()[row.state], token=request.path_params["token"],
    )  # fmt: skip


_ONE = "/idees/{slug}"
_SUPPORT, _OFFER = "/mes-soutiens/{token}", "/propositions-aide/{token}"
routes: list[BaseRoute] = [
    Route(_ONE + "/soutenir", support_form, methods=["GET"], name="ideas.support_form"),
    Route(_ONE + "/soutenir", support, methods=["POST"], name="ideas.support"),
    Route(_ONE + "/ne-plus-soutenir", take_back, methods=["POST"], name="ideas.take_back"),
    Route(_ONE + "/aider", help_form, methods=["GET"], name="ideas.help_form"),
    Route(_ONE + "/aider", offer, methods=["POST"], name="ideas.offer"),
    Route(_ONE + "/suivre", follow, methods=["POST"], name="ideas.follow"),
    Route(_ONE + "/ne-plus-suivre", unfollow, methods=["POST"], name="ideas.unfollow"),
    Route(_SUPPORT, my_support, methods=["GET"], name="ideas.my_support"),
    Route(_SUPPORT, confirm_support, methods=["POST"], name="ideas.confirm_support"),
    Route(_SUPPORT + "/retirer", withdraw_support, methods=["POST"], name="ideas.withdraw_support"),
    Route(_SUPPORT + "/suivre", follow_child, methods=["POST"], name="ideas.follow_child"),
    Route(_OFFER, my_offer, methods=["GET"], name="ideas.my_offer"),
    Route(_OFFER, confirm_offer, methods=["POST"], name="ideas.confirm_offer"),
    Route(_OFFER + "/retirer", withdraw_offer, methods=["POST"], name="ideas.withdraw_offer"),
]
