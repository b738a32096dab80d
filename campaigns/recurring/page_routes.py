"""The page of an initiative's monthly support, and how one begins to give."""

import secrets

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns import slots
from campaigns.ledger.models import Entry
from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.queries import cost_lines, last_note
from campaigns.pledges import guards, hosted
from campaigns.pledges.forms import explain
from campaigns.recurring import cards, service, standing, wording
from campaigns.recurring.forms import CHIPS, LINES, BeginForm, EndForm, KnownForm, LineForm, StandingForm
from campaigns.recurring.keys import own_page
from campaigns.recurring.models import Support
from campaigns.slots import Tool
from civic.errors import DomainError, Invalid, NotFound
from civic.i18n import _
from civic.initiatives.models import Initiative
from civic.initiatives.queries import initiative_to_show, may_edit
from civic.people import service as people
from civic.people.actor import visitor_or_actor
from civic.people.models import Person
from civic.settings import settings
from civic.web.forms import Form
from civic.web.middleware import content_security_policy
from civic.web.page import page, redirect_to

WRITES = (*standing.WRITABLE, *standing.OVER)
Shown = Form[KnownForm] | Form[BeginForm] | Form[StandingForm] | Form[LineForm] | Form[EndForm]


async def show(request: Request) -> Response:
    """GET: what the money does each month, and the form; leads see where it stands."""
    initiative, campaign, runs = await found(request)
    return await show_page(request, initiative, campaign, runs, Form({"amount": "1000", "day": "5"}))


async def found(request: Request) -> tuple[Initiative, Campaign | None, bool]:
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
    initiative, campaign, runs = await found(request)
    actor = visitor_or_actor(request)
    known = actor is not None and bool(actor.person.email)
    form: Form[KnownForm] | Form[BeginForm] = await (
        Form.read(request, KnownForm) if known else Form.read(request, BeginForm)
    )
    explain(form)
    if form.data is None or campaign is None:
        return await show_page(request, initiative, campaign, runs, form, 422)
    try:
        made = await _begun(request, campaign, form.data, actor.person if known and actor else None)
        if made.status in service.RUNNING:  # the same form again, its card saved meanwhile
            return own_page(request, await service.whole(made.id))
        return redirect_to(await cards.open_page(await service.whole(made.id)))
    except DomainError as error:
        return await show_page(request, initiative, campaign, runs, form.refuse(error), error.status)


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


async def show_page(
    request: Request, initiative: Initiative, campaign: Campaign | None, runs: bool,
    form: Shown, status: int = 200,
) -> Response:  # fmt: skip
    """The page of an initiative's monthly support, with a form that was sent, or a blank one."""
    count, cents = await standing.tally(campaign.id) if campaign else (0, None)
    lines = await cost_lines(campaign.id) if campaign else []
    headers = {"Content-Security-Policy": content_security_policy(hosted.pages_origin()), "Cache-Control": "no-store"}
    return page(
        request, "campaigns/recurring/show.html", status=status, headers=headers, initiative=initiative, form=form,
        campaign=campaign, runs=runs, writes=runs and (campaign is None or campaign.status in WRITES), count=count,
        cents=cents, chips=CHIPS, key=form.values.get("cle") or secrets.token_urlsafe(18), lines=lines, numbers=LINES,
        days=wording.days(), aim=campaign.optimum_cents if campaign else 0,
        told=await standing.told_cents(campaign.id) if campaign else 0,
        tells=count >= standing.LEAST_SHOWN, ended=campaign is not None and campaign.status in standing.OVER,
        note=await last_note(campaign.id) if campaign else "",
        has_books=campaign is not None and await Entry.filter(campaign_id=campaign.id).exists(),
        tools=await _tools(campaign, request), host=settings().host_name,
    )  # fmt: skip


async def _tools(campaign: Campaign | None, request: Request) -> list[Tool]:
    """What this person may do about it besides: spend, read the board."""
    actor = visitor_or_actor(request)
    if actor is None or campaign is None or not campaign.is_public:
        return []
    return sorted(
        [tool for fill in slots.campaign_tools for tool in await fill(campaign, actor)], key=lambda one: one.order
    )


_BASE = "/initiatives/{slug}/soutien-mensuel"
routes: list[BaseRoute] = [
    Route(_BASE, show, name="recurring.show"), Route(_BASE, begin, methods=["POST"], name="recurring.begin"),
]
