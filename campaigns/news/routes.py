"""Pages of a campaign's news: read, write, preview, publish, take back; and the way out of its mails."""

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle.models import Campaign
from campaigns.news import asking_routes, queries, report_routes, service
from campaigns.news.forms import NewsForm
from campaigns.news.models import News
from civic.errors import DomainError
from civic.i18n import _
from civic.initiatives.queries import may_edit
from civic.media.models import Picture
from civic.media.service import store
from civic.people.actor import actor_of, visitor_or_actor
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect


async def index(request: Request) -> Response:
    """All news of a campaign; drafts and messages too for those who run it."""
    actor = visitor_or_actor(request)
    campaign = await queries.public_campaign(request.path_params["slug"], actor)
    runs = await may_edit(actor, campaign.initiative)
    return page(
        request, "campaigns/news/index.html", campaign=campaign, news=await queries.published(campaign.id), runs=runs,
        drafts=await queries.unpublished(campaign.id) if runs else [],
    )  # fmt: skip


async def show(request: Request) -> Response:
    """One news; for its author also the preview, with how many will read it by mail."""
    actor = visitor_or_actor(request)
    campaign = await queries.public_campaign(request.path_params["slug"], actor)
    news = await queries.news_to_show(campaign, request.path_params["id"], actor)
    runs = await may_edit(actor, campaign.initiative)
    return page(
        request, "campaigns/news/show.html", campaign=campaign, news=news, runs=runs,
        reached=await queries.recipients_count(campaign.id) if runs and news.mailed_at is None else 0,
        may_take_back=runs and queries.still_to_be_taken_back(news),
    )  # fmt: skip


async def new(request: Request) -> Response:
    """An empty draft; `?qui=contributeurs` begins a message to the backers only."""
    campaign = await queries.campaign_to_tell(request.path_params["slug"], actor_of(request))
    who = "contributeurs" if request.query_params.get("qui") == "contributeurs" else "tous"
    return _form_page(request, campaign, Form({"qui": who, "by_mail": "1"}), None)


async def write(request: Request) -> Response:
    """Keep the draft and show it as it will be."""
    campaign = await queries.campaign_to_tell(request.path_params["slug"], actor_of(request))
    return await _save(request, campaign, None)


async def edit(request: Request) -> Response:
    """Another wording of a draft, or the correction of what is published."""
    campaign, news = await _own(request)
    values = {
        "title": news.title, "body": news.body, "qui": "contributeurs" if news.only_backers else "tous",
        "by_mail": "1" if news.by_mail else "", "alt": news.picture.alt if news.picture else "",
    }  # fmt: skip
    return _form_page(request, campaign, Form(values), news)


async def save(request: Request) -> Response:
    """Keep the other wording."""
    campaign, news = await _own(request)
    return await _save(request, campaign, news)


async def _save(request: Request, campaign: Campaign, news: News | None) -> Response:
    actor = actor_of(request)
    async with request.form(max_fields=20, max_files=1) as sent:
        form = Form.check(sent, NewsForm)
        try:
            picture = await _photo(sent.get("picture"), form, str(actor.person.id))
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return _form_page(request, campaign, form, news, 422)
    if news is None:
        news = await service.write(campaign, actor.person, form.data, picture)
    else:
        await service.change(news, form.data, picture)
    done = _("La correction est en ligne.") if news.published_at else _("Le brouillon est gardé. Relisez-le.")
    return redirect("news.show", slug=campaign.slug, id=news.id, flash=done)


async def _photo(upload: object, form: Form[NewsForm], who: str) -> Picture | None:
    """The photo sent along, if any. Raises Invalid for what is none, TooMany for a flood."""
    if form.data is None or not isinstance(upload, UploadFile) or not upload.filename:
        return None
    await limits.hit("picture", who, most=30, per=3600)
    return await store(upload, alt=form.data.alt)


def _form_page(
    request: Request, campaign: Campaign, form: Form[NewsForm], news: News | None, status: int = 200
) -> Response:
    return page(request, "campaigns/news/form.html", status=status, campaign=campaign, form=form, news=news)


async def publish(request: Request) -> Response:
    """Put it on the page now; the mails leave in ten minutes."""
    campaign, news = await _own(request)
    await service.publish(news, actor_of(request))
    minutes = int(service.TAKE_BACK.total_seconds()) // 60
    done = _("C’est publié. Vous pouvez encore reprendre cette nouvelle pendant %(n)s minutes.", n=minutes)
    return redirect("news.show", slug=campaign.slug, id=news.id, flash=done)


async def take_back(request: Request) -> Response:
    """A draft again, if the mails have not left."""
    campaign, news = await _own(request)
    try:
        await service.take_back(news)
    except DomainError as error:
        return redirect("news.show", slug=campaign.slug, id=news.id, flash=error.message, kind="warn")
    done = _("La nouvelle est de nouveau un brouillon. Rien n’a été envoyé.")
    return redirect("news.show", slug=campaign.slug, id=news.id, flash=done)


async def discard(request: Request) -> Response:
    """Throw a draft away."""
    campaign, news = await _own(request)
    try:
        await service.discard(news)
    except DomainError as error:
        return redirect("news.show", slug=campaign.slug, id=news.id, flash=error.message, kind="warn")
    return redirect("news.index", slug=campaign.slug, flash=_("Le brouillon est supprimé."))


async def _own(request: Request) -> tuple[Campaign, News]:
    actor = actor_of(request)
    campaign = await queries.campaign_to_tell(request.path_params["slug"], actor)
    return campaign, await queries.news_to_show(campaign, request.path_params["id"], actor)


async def no_more(request: Request) -> Response:
    """The way out of a campaign's mails, signed in or not: one button."""
    pledge = await queries.pledge_of_no_more(request.path_params["token"])
    return page(
        request, "campaigns/news/no_more.html", headers={"Cache-Control": "no-store"}, campaign=pledge.campaign,
        token=request.path_params["token"], stopped=await queries.wants_none(pledge),
    )  # fmt: skip


async def stop(request: Request) -> Response:
    """No more news of this campaign. A mail program that does it for its reader gets an empty answer (RFC 8058)."""
    pledge = await queries.pledge_of_no_more(request.path_params["token"])
    await service.stop(pledge)
    async with request.form(max_fields=5, max_files=0) as sent:
        if "List-Unsubscribe" in sent:
            return Response(status_code=204)
    return redirect("news.no_more", token=request.path_params["token"])


async def resume(request: Request) -> Response:
    """News again."""
    pledge = await queries.pledge_of_no_more(request.path_params["token"])
    await service.resume(pledge)
    done = _("Vous recevrez de nouveau les nouvelles de cette collecte.")
    return redirect("news.no_more", token=request.path_params["token"], flash=done)


routes: list[BaseRoute] = [
    Route("/campagnes/{slug}/nouvelles", index, name="news.index"),
    Route("/campagnes/{slug}/nouvelles/ecrire", new, name="news.new"),
    Route("/campagnes/{slug}/nouvelles/ecrire", write, methods=["POST"], name="news.write"),
    Route("/campagnes/{slug}/nouvelles/{id:int}", show, name="news.show"),
    Route("/campagnes/{slug}/nouvelles/{id:int}/modifier", edit, name="news.edit"),
    Route("/campagnes/{slug}/nouvelles/{id:int}/modifier", save, methods=["POST"], name="news.save"),
    Route("/campagnes/{slug}/nouvelles/{id:int}/publier", publish, methods=["POST"], name="news.publish"),
    Route("/campagnes/{slug}/nouvelles/{id:int}/reprendre", take_back, methods=["POST"], name="news.take_back"),
    Route("/campagnes/{slug}/nouvelles/{id:int}/supprimer", discard, methods=["POST"], name="news.discard"),
    Route("/nouvelles/{token}/arreter", no_more, name="news.no_more"),
    Route("/nouvelles/{token}/arreter", stop, methods=["POST"], name="news.stop"),
    Route("/nouvelles/{token}/recevoir", resume, methods=["POST"], name="news.resume"),
    *asking_routes.routes,
    *report_routes.routes,
]
