"""Pages and files with which a campaign is made known elsewhere."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from campaigns.lifecycle.models import Campaign
from campaigns.lifecycle.queries import campaign_to_show
from campaigns.lifecycle.wording import ends_text, state_text
from campaigns.sharing import drawing, words
from civic.errors import NotFound
from civic.i18n import _
from civic.papers import pdf_answer
from civic.papers.social import mark_of
from civic.people.actor import visitor_or_actor
from civic.web.middleware import FRAMED, content_security_policy
from civic.web.page import page
from civic.web.templating import template


async def kit(request: Request) -> Response:
    """Everything to make a campaign known: block, poster, picture, texts."""
    campaign = await _shared(request)
    policy = content_security_policy() + "; frame-src 'self'"
    return page(
        request, "campaigns/sharing/kit.html", headers={"Content-Security-Policy": policy}, campaign=campaign,
        code=words.block_code(campaign), short=words.short_text(campaign), long=words.long_text(campaign),
        address=words.address(campaign, "partage"), height=words.BLOCK_HEIGHT,
    )  # fmt: skip


async def block(request: Request) -> Response:
    """The block that other sites frame: no cookie, no script, its own small style sheet."""
    campaign = await _shared(request)
    html = template("campaigns/sharing/block.html").render(
        campaign=campaign, lang=request.state.locale, place=words.place_of(campaign),
        foot=ends_text(campaign) or state_text(campaign), href=words.address(campaign, "bloc"),
    )
    headers = {"Content-Security-Policy": FRAMED, "Cache-Control": "public, max-age=300", "Vary": "Accept-Language"}
    return HTMLResponse(html, headers=headers)


async def picture(request: Request) -> Response:
    """The picture for social networks (Open Graph)."""
    campaign = await _shared(request)
    content = await drawing.social_picture(campaign)
    etag = mark_of(content)
    headers = {"Cache-Control": "public, max-age=3600", "ETag": etag}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="image/png", headers=headers)


async def poster(request: Request) -> Response:
    """A4 to print, with a code for phones and slips to tear off."""
    campaign = await _shared(request)
    return pdf_answer(await drawing.poster(campaign), f"affiche-{campaign.slug}")


async def bulletin(request: Request) -> Response:
    """The text for a municipal bulletin as a file: `?texte=court` for the short one."""
    campaign = await _shared(request)
    text = words.short_text(campaign) if request.query_params.get("texte") == "court" else words.long_text(campaign)
    disposition = {"Content-Disposition": f'attachment; filename="bulletin-{campaign.slug}.txt"'}
    return PlainTextResponse(text + "\n", headers=disposition)


async def _shared(request: Request) -> Campaign:
    """A campaign that everybody sees. Raises NotFound."""
    campaign = await campaign_to_show(request.path_params["slug"], visitor_or_actor(request))
    if not campaign.is_public:
        raise NotFound(_("Cette collecte n’est pas encore publiée."))
    return campaign


routes: list[BaseRoute] = [
    Route("/campagnes/{slug}/faire-connaitre", kit, name="sharing.kit"),
    Route("/campagnes/{slug}/bloc", block, name="sharing.block"),
    Route("/campagnes/{slug}/image.png", picture, name="sharing.picture"),
    Route("/campagnes/{slug}/affiche.pdf", poster, name="sharing.poster"),
    Route("/campagnes/{slug}/bulletin.txt", bulletin, name="sharing.bulletin"),
]
