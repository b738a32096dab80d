"""An initiative's monthly support, and one's own by the link of its message."""

import secrets

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle.models import Campaign, CampaignStatus
from campaigns.payments import gateway
from campaigns.pledges import guards, hosted
from campaigns.pledges.forms import explain
from campaigns.recurring import cards, letters, service, standing
from campaigns.recurring.forms import CHIPS, BeginForm, KnownForm, StandingForm
from campaigns.recurring.models import Support, SupportStatus
from civic.errors import DomainError, Invalid, NotFound
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.initiatives.queries import initiative_to_edit, initiative_to_show, may_edit
from civic.people import links
from civic.people import service as people
from civic.people.actor import actor_of, visitor_or_actor
from civic.people.models import Person
from civic.settings import settings
from civic.web.forms import Form
from civic.web.middleware import content_security_policy
from civic.web.page import page, redirect, redirect_to

LEAST_SHOWN = 3
"""From so many supports on, what they come to is public; below, one sum could be guessed (invariant 15)."""


async def show(request: Request) -> Response:
    """GET: what the money does each month, and the form; leads see where it stands."""
    initiative, campaign, runs = await _found(request)
    return await _page(request, initiative, campaign, runs, Form({"amount": "1000", "day": "5"}))


async def _found(request: Request) -> tuple[Initiative, Campaign | None, bool]:
    """Raises NotFound for visitors while there is nothing to see."""
    actor = visitor_or_actor(request)
    initiative = await initiative_to_show(request.path_params["slug"], actor)
    runs = await may_edit(actor, initiative)
    campaign = await standing.of_initiative(initiative.id, public_only=not runs)
    if campaign is None and not runs:
        raise NotFound(_("Cette initiative ne reçoit pas de soutien mensuel."))
    return initiative, campaign, runs


async def begin(request: Request) -> Response:
    """POST: leave for the page where the card is saved; the same form twice is one support."""
    initiative, campaign, runs = await _found(request)
    actor = visitor_or_actor(request)
    known = actor is not None and bool(actor.person.email)
    form: Form[KnownForm] | Form[BeginForm] = await (
        Form.read(request, KnownForm) if known else Form.read(request, BeginForm)
    )
    explain(form)
    if form.data is None or campaign is None:
        return await _page(request, initiative, campaign, runs, form, 422)
    try:
        made = await _begun(request, campaign, form.data, actor.person if known and actor else None)
        return redirect_to(await cards.open_page(await service.whole(made.id)))
    except DomainError as error:
        return await _page(request, initiative, campaign, runs, form.refuse(error), error.status)


async def _begun(request: Request, campaign: Campaign, sent: KnownForm | BeginForm, known: Person | None) -> Support:
    if settings().payments == "off":
        raise DomainError(_("Les paiements par carte ne sont pas ouverts sur ce site."))
    if not sent.terms:
        raise Invalid(_("Cochez la case pour dire que vous acceptez un débit chaque mois."), field="terms")
    cents = sent.cents()
    email = str(sent.email) if isinstance(sent, BeginForm) else str(known.email if known else "")
    await guards.let_through(request, email, campaign.id, cents)
    backer = known or await people.meet(getattr(sent, "name", ""), email)
    return await service.begin(campaign, backer, cents, sent.day, sent.cle or secrets.token_urlsafe(18))


async def _page(
    request: Request, initiative: Initiative, campaign: Campaign | None, runs: bool,
    form: Form[KnownForm] | Form[BeginForm] | Form[StandingForm], status: int = 200,
) -> Response:  # fmt: skip
    count, cents = await standing.tally(campaign.id) if campaign else (0, 0)
    writes = runs and (campaign is None or campaign.status in (*standing.WRITABLE, CampaignStatus.CANCELLED))
    headers = {"Content-Security-Policy": content_security_policy(hosted.pages_origin()), "Cache-Control": "no-store"}
    return page(
        request, "campaigns/recurring/show.html", status=status, headers=headers, initiative=initiative, form=form,
        campaign=campaign, runs=runs, writes=writes, count=count, cents=cents, chips=CHIPS,
        key=form.values.get("cle") or secrets.token_urlsafe(18), shows_sum=count >= LEAST_SHOWN,
        host=settings().host_name,
    )  # fmt: skip


async def propose(request: Request) -> Response:
    """POST: a lead writes what the money is for, and sends it to be read."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    form = await Form.read(request, StandingForm)
    known = await standing.of_initiative(initiative.id, public_only=False)
    try:
        if form.data is None:
            return await _page(request, initiative, known, True, form, 422)
        await standing.propose(initiative, actor.person, form.data.purpose)
    except DomainError as error:
        return await _page(request, initiative, known, True, form.refuse(error), error.status)
    sent = _("C’est envoyé. Une autre personne le relit avant l’ouverture.")
    return redirect("recurring.show", slug=initiative.slug, flash=sent)


async def launch(request: Request) -> Response:
    """POST: a lead opens what was accepted."""
    actor = actor_of(request)
    initiative = await initiative_to_edit(request.path_params["slug"], actor)
    campaign = await standing.of_initiative(initiative.id, public_only=False)
    if campaign is None:
        raise NotFound(_("Cette initiative ne reçoit pas de soutien mensuel."))
    await standing.launch(campaign, actor.person)
    return redirect("recurring.show", slug=initiative.slug, flash=_("Le soutien mensuel est ouvert."))


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
    euros = f"{support.amount_cents / 100:.2f}".replace(".", ",").replace(",00", "")
    amount = str(support.amount_cents) if chip else "autre"
    return {"amount": amount, "other": "" if chip else euros, "day": str(support.day)}


async def back(request: Request) -> Response:
    """GET from the hosted page: look at what was done there."""
    support = await _support(request)
    try:
        if support.session_ref:
            await cards.settle(support.session_ref)
    except gateway.GatewayTrouble:
        waiting = _("La page de paiement ne répond pas encore. Vous recevrez un message dans quelques minutes.")
        return redirect("recurring.manage", token=request.path_params["token"], flash=waiting, kind="info")
    return redirect("recurring.manage", token=request.path_params["token"])


async def change(request: Request) -> Response:
    """POST: another sum or day."""
    support = await _support(request)
    form = await Form.read(request, KnownForm)
    try:
        if form.data is not None:
            await service.change(support, form.data.cents(), form.data.day)
            return redirect("recurring.manage", token=request.path_params["token"], flash=_("C’est changé."))
    except DomainError as error:
        form.refuse(error)
    return await _own_page(request, support, form, 422)


async def pause(request: Request) -> Response:
    """POST: pause, or go on."""
    support = await _support(request)
    paused = support.status == SupportStatus.PAUSED
    await (service.resume(support) if paused else service.pause(support))
    said = _("Votre soutien reprend.") if paused else _("Votre soutien est en pause. Rien n’est débité.")
    return redirect("recurring.manage", token=request.path_params["token"], flash=said)


async def stop(request: Request) -> Response:
    """POST: for good."""
    await service.stop(await _support(request))
    said = _("Votre soutien est arrêté. Votre carte est effacée et plus rien ne sera débité.")
    return redirect("recurring.manage", token=request.path_params["token"], flash=said)


async def card(request: Request) -> Response:
    """POST: leave for the page where another card is saved."""
    support = await _support(request)
    if support.status in (SupportStatus.STOPPED, SupportStatus.ABANDONED):
        raise DomainError(_("Ce soutien est arrêté."))
    return redirect_to(await cards.open_page(support))


async def _own_page(request: Request, support: Support, form: Form[KnownForm], status: int = 200) -> Response:
    headers = {"Content-Security-Policy": content_security_policy(hosted.pages_origin()), "Cache-Control": "no-store"}
    return page(
        request, "campaigns/recurring/manage.html", status=status, headers=headers, support=support, form=form,
        initiative=support.campaign.initiative, token=request.path_params["token"], chips=CHIPS,
        months=await service.months_of(support.id),
    )  # fmt: skip


_BASE, _OWN = "/initiatives/{slug}/soutien-mensuel", "/soutiens/{token}"
routes: list[BaseRoute] = [
    Route(_BASE, show, name="recurring.show"),
    Route(_BASE, begin, methods=["POST"], name="recurring.begin"),
    Route(f"{_BASE}/proposer", propose, methods=["POST"], name="recurring.propose"),
    Route(f"{_BASE}/ouvrir", launch, methods=["POST"], name="recurring.launch"),
    Route(_OWN, manage, name="recurring.manage"),
    Route(f"{_OWN}/retour", back, name="recurring.back"),
    Route(f"{_OWN}/changer", change, methods=["POST"], name="recurring.change"),
    Route(f"{_OWN}/pause", pause, methods=["POST"], name="recurring.pause"),
    Route(f"{_OWN}/arreter", stop, methods=["POST"], name="recurring.stop"),
    Route(f"{_OWN}/carte", card, methods=["POST"], name="recurring.card"),
]
