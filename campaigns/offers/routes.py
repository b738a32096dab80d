"""Offer time or a thing, follow it by its link; the lead's page of answers."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle import queries as campaigns
from campaigns.lifecycle.models import Campaign
from campaigns.offers import queries, service
from campaigns.offers.forms import AnswerForm, OfferForm
from campaigns.offers.models import Offer
from civic import clock
from civic.errors import DomainError, Forbidden, Invalid
from civic.i18n import _
from civic.people import links
from civic.people.actor import Actor, actor_of, person_of, visitor_or_actor
from civic.people.models import Person
from civic.people.service import meet
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect


async def new(request: Request) -> Response:
    """What do you offer, on which expense?"""
    campaign = await campaigns.campaign_to_show(request.path_params["slug"], visitor_or_actor(request))
    line = request.query_params.get("ligne", "")
    return await _new_page(request, campaign, Form({"line": line, "kind": "hours"}))


async def create(request: Request) -> Response:
    """Keep it; a visitor gets a mail, the lead hears of a signed-in person's at once."""
    campaign = await campaigns.campaign_to_show(request.path_params["slug"], visitor_or_actor(request))
    await limits.hit("offer", limits.address(request), most=10, per=3600)
    form = await Form.read(request, OfferForm)
    known = _known(request)
    try:
        if form.data is not None:
            if known is None:
                await limits.hit("offer-email", (form.data.contact()[1] or "").lower(), most=5, per=3600)
            person = known or await meet(*form.data.contact())
            hand = actor.hand if (actor := visitor_or_actor(request)) else None
            made = await service.offer(campaign, person, form.data, known=known is not None, hand=hand)
            if known is None:
                done = _("Merci ! Ouvrez le message que nous venons de vous envoyer pour confirmer.")
                return redirect("campaigns.show", slug=campaign.slug, flash=done)
            done = _("Merci ! Les porteurs vous répondent bientôt.")
            return redirect("offers.show", token=links.make(queries.MANAGE, made.id), flash=done)
    except DomainError as error:
        form.refuse(error)
    return await _new_page(request, campaign, form, 422)


def _known(request: Request) -> Person | None:
    person = person_of(request)
    return person if person and person.email else None


async def _new_page(request: Request, campaign: Campaign, form: Form[OfferForm], status: int = 200) -> Response:
    return page(
        request, "campaigns/offers/new.html", status=status, form=form, campaign=campaign,
        lines=await campaigns.cost_lines(campaign.id), known=_known(request),
    )  # fmt: skip


async def show(request: Request) -> Response:
    """One's own offer, by its link: confirm, see the answer, withdraw."""
    token = request.path_params["token"]
    return page(request, "campaigns/offers/show.html", offer=await queries.offer_of(token), token=token)


async def confirm(request: Request) -> Response:
    """The address is hers: the lead hears of it."""
    token = request.path_params["token"]
    await service.confirm(await queries.offer_of(token))
    return redirect("offers.show", token=token, flash=_("Merci, c’est confirmé. Les porteurs vous répondent bientôt."))


async def withdraw(request: Request) -> Response:
    """She changes her mind."""
    token = request.path_params["token"]
    try:
        await service.withdraw(await queries.offer_of(token))
    except DomainError as error:
        return redirect("offers.show", token=token, flash=error.message, kind="warn")
    return redirect("offers.show", token=token, flash=_("Votre proposition est retirée."))


async def index(request: Request) -> Response:
    """The lead's page: every offer, those that wait first."""
    campaign = await campaigns.campaign_to_run(request.path_params["slug"], actor_of(request))
    return await _index_page(request, campaign)


async def answer(request: Request) -> Response:
    """Accept at a value, or decline with a kind word."""
    actor = actor_of(request)
    found = await _offer(request)
    form = await Form.read(request, AnswerForm)
    try:
        if form.data is not None:
            await _answer(found, actor, form.data)
            return _back(request, _("Votre réponse est envoyée."))
    except DomainError as error:
        form.refuse(error)
    return await _index_page(request, found.campaign, form, found.id, 422)


async def _answer(found: Offer, actor: Actor, given: AnswerForm) -> None:
    if given.answer == "decline":
        return await service.decline(found, actor, given.note)
    if given.value is None:
        raise Invalid(_("Estimez ce que vaut cette aide, par exemple 160 €."), field="value")
    await service.accept(found, actor, given.value, given.note)


async def undo(request: Request) -> Response:
    """Take the answer back."""
    found, actor = await _offer(request), actor_of(request)
    try:
        await service.undo(found, actor)
    except DomainError as error:
        return _back(request, error.message, "warn")
    return _back(request, _("La réponse est reprise : la proposition attend de nouveau."))


async def relieve(request: Request) -> Response:
    """The team lets it lower the deciding minimum."""
    found, actor = await _offer(request), actor_of(request)
    try:
        await service.relieve(found, actor)
    except Forbidden:
        raise
    except DomainError as error:
        return _back(request, error.message, "warn")
    return _back(request, _("Cette aide compte maintenant dans le minimum."))


async def _offer(request: Request) -> Offer:
    return await queries.offer_to_answer(request.path_params["slug"], request.path_params["offer"], actor_of(request))


def _back(request: Request, text: str, kind: str = "ok") -> Response:
    return redirect("offers.index", slug=request.path_params["slug"], flash=text, kind=kind)


async def _index_page(
    request: Request, campaign: Campaign, form: Form[AnswerForm] | None = None, wrong: int = 0, status: int = 200
) -> Response:
    late = campaign.deadline is None or campaign.deadline < clock.now() + service.BEFORE_DEADLINE
    return page(
        request, "campaigns/offers/index.html", status=status, form=form or Form(), wrong=wrong, campaign=campaign,
        offers=await queries.of(campaign), late=late,
    )  # fmt: skip


_ONE = "/campagnes/{slug}/propositions/{offer:int}"
routes: list[BaseRoute] = [
    Route("/campagnes/{slug}/proposer", new, name="offers.new"),
    Route("/campagnes/{slug}/proposer", create, methods=["POST"], name="offers.create"),
    Route("/campagnes/{slug}/propositions", index, name="offers.index"),
    Route(_ONE, answer, methods=["POST"], name="offers.answer"),
    Route(_ONE + "/reprendre", undo, methods=["POST"], name="offers.undo"),
    Route(_ONE + "/compter", relieve, methods=["POST"], name="offers.relieve"),
    Route("/propositions/{token}", show, name="offers.show"),
    Route("/propositions/{token}/confirmer", confirm, methods=["POST"], name="offers.confirm"),
    Route("/propositions/{token}/retirer", withdraw, methods=["POST"], name="offers.withdraw"),
]
