"""A commune's life as a block for the town hall's own site, and the page where its code is copied (PRODUCT D4)."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from civic.discovery import matching
from civic.discovery.matching import Search
from civic.events.queries import coming
from civic.i18n import _
from civic.places.models import Commune
from civic.places.queries import commune_to_show
from civic.web import urls
from civic.web.middleware import FRAMED, content_security_policy
from civic.web.page import page
from civic.web.templating import template

NEAR_KM, INITIATIVES, EVENTS, HEIGHT = 15, 3, 2, 400
SOURCE = "bloc"


async def block(request: Request) -> Response:
    """What other sites frame: no cookie, no script, its own small style sheet; it names nobody."""
    commune = await commune_to_show(request.path_params["slug"])
    wanted = Search(commune=commune, km=NEAR_KM, sort="proche")
    html = template("civic/discovery/block.html").render(
        commune=commune, lang=request.state.locale, km=NEAR_KM, source=SOURCE,
        near=await matching.matches(wanted, after=None, limit=INITIATIVES) if commune.has_point else [],
        count=await matching.count(wanted) if commune.has_point else 0,
        events=await coming(insee=commune.insee, limit=EVENTS),
    )  # fmt: skip
    headers = {
        "Content-Security-Policy": FRAMED, "Cache-Control": "public, max-age=300", "Vary": "Accept-Language, Cookie",
    }  # fmt: skip
    return HTMLResponse(html, headers=headers)


async def kit(request: Request) -> Response:
    """The code to copy, with the block as it will look, and the commune's feeds."""
    commune = await commune_to_show(request.path_params["slug"])
    policy = content_security_policy() + "; frame-src 'self'"
    return page(
        request, "civic/discovery/block_kit.html", headers={"Content-Security-Policy": policy}, commune=commune,
        code=_code(commune), height=HEIGHT,
    )  # fmt: skip


def _code(commune: Commune) -> str:
    """The HTML that a town hall pastes into its site."""
    source = escape(urls.absolute("communes.block", slug=commune.slug))
    href = escape(urls.absolute("communes.show", slug=commune.slug, src=SOURCE))
    title = escape(_("Ce qui se vit à %(name)s", name=commune.name))
    return (
        f'<iframe src="{source}" title="{title}" width="100%" height="{HEIGHT}" loading="lazy" '
        f'style="border:0;max-width:30rem"></iframe>\n<p><a href="{href}">{title}</a></p>'
    )


routes: list[BaseRoute] = [
    Route("/communes/{slug}/bloc", block, name="communes.block"),
    Route("/communes/{slug}/bloc/code", kit, name="communes.kit"),
]
