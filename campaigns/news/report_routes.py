"""« Signaler » beside questions, answers and words; what the team does about it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle.models import Campaign
from campaigns.news import queries, reporting
from campaigns.news.forms import ReasonForm, ReportForm
from campaigns.news.reporting import Text
from civic.i18n import _
from civic.people.actor import Actor, actor_of, visitor_or_actor
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect


async def new(request: Request) -> Response:
    """The text that is reported, and the form."""
    campaign, text = await _public(request)
    return page(request, "campaigns/news/report.html", campaign=campaign, text=text, form=Form())


async def send(request: Request) -> Response:
    """Keep the report for the team."""
    campaign, text = await _public(request)
    await limits.hit("report", limits.address(request), most=10, per=3600)
    form = await Form.read(request, ReportForm)
    if form.data is None:
        return page(request, "campaigns/news/report.html", status=422, campaign=campaign, text=text, form=form)
    await reporting.report(campaign, text, form.data.reason, str(form.data.email or "").lower())
    done = _("Merci. L’équipe regarde ce texte et décide.")
    return redirect("questions.index", slug=campaign.slug, flash=done)


async def index(request: Request) -> Response:
    """What readers report about a campaign, and what is hidden."""
    campaign, _actor = await _moderated(request)
    return await _index_page(request, campaign)


async def _index_page(request: Request, campaign: Campaign, refused: tuple[str, Form[Any]] | None = None) -> Response:
    return page(
        request, "campaigns/news/reports.html", status=422 if refused else 200, campaign=campaign,
        waiting=await reporting.waiting(campaign), hidden=await reporting.hidden_of(campaign),
        refused=refused[1] if refused else None, key=refused[0] if refused else "",
    )  # fmt: skip


async def hide(request: Request) -> Response:
    """Hide it, with a reason."""
    campaign, team = await _moderated(request)
    text = await _text(request, campaign)
    form = await Form.read(request, ReasonForm)
    if form.data is None:
        return await _index_page(request, campaign, (f"{text.subject.value}-{text.id}", form))
    await reporting.hide(campaign, text, team, form.data.reason)
    return redirect("reports.index", slug=campaign.slug, flash=_("Le texte est masqué, et son auteur sait pourquoi."))


async def leave(request: Request) -> Response:
    """Leave it where it is."""
    campaign, team = await _moderated(request)
    await reporting.leave(campaign, await _text(request, campaign), team)
    return redirect("reports.index", slug=campaign.slug, flash=_("Le texte reste en place."))


async def keep(request: Request) -> Response:
    """A hidden word that was written anew stays hidden."""
    campaign, team = await _moderated(request)
    await reporting.keep_hidden(await _text(request, campaign), team)
    return redirect("reports.index", slug=campaign.slug, flash=_("Le mot reste masqué."))


async def show_again(request: Request) -> Response:
    """Show it again."""
    campaign, team = await _moderated(request)
    await reporting.show_again(campaign, await _text(request, campaign), team)
    return redirect("reports.index", slug=campaign.slug, flash=_("Le texte est de nouveau visible."))


async def _public(request: Request) -> tuple[Campaign, Text]:
    campaign = await queries.public_campaign(request.path_params["slug"], visitor_or_actor(request))
    return campaign, await _text(request, campaign)


async def _moderated(request: Request) -> tuple[Campaign, Actor]:
    actor = actor_of(request)
    return await reporting.campaign_to_moderate(request.path_params["slug"], actor), actor


async def _text(request: Request, campaign: Campaign) -> Text:
    return await reporting.text_of(campaign, request.path_params["kind"], request.path_params["id"])


_BASE = "/campagnes/{slug}/signalements"
_ONE = _BASE + "/{kind}/{id:int}"
routes: list[BaseRoute] = [
    Route("/campagnes/{slug}/signaler/{kind}/{id:int}", new, name="reports.new"),
    Route("/campagnes/{slug}/signaler/{kind}/{id:int}", send, methods=["POST"], name="reports.send"),
    Route(_BASE, index, name="reports.index"),
    Route(_ONE + "/masquer", hide, methods=["POST"], name="reports.hide"),
    Route(_ONE + "/laisser", leave, methods=["POST"], name="reports.leave"),
    Route(_ONE + "/garder", keep, methods=["POST"], name="reports.keep"),
    Route(_ONE + "/remontrer", show_again, methods=["POST"], name="reports.show_again"),
]
