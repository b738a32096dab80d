"""Routes that belong to no slice: health, theme, language, the style guide, static files."""

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from civic import database, i18n
from civic.settings import settings
from civic.web import assets, urls
from civic.web.forms import Form, fields_of
from civic.web.page import page, redirect_to, safe_next

YEAR = 365 * 24 * 3600


async def healthz(_request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


async def readyz(_request: Request) -> Response:
    """The database answers too."""
    await database.fetch_all("SELECT 1 AS one", [])
    return PlainTextResponse("ready")


async def theme(request: Request) -> Response:
    """Choose light, dark or the system's."""
    return await _choose(request, "theme", ("clair", "sombre"))


async def language(request: Request) -> Response:
    """Choose a language."""
    return await _choose(request, "langue", i18n.languages())


async def styleguide(request: Request) -> Response:
    """Every component in every state."""
    form: Form[BaseModel] = Form({"email": "camille@", "nom": "Camille"})
    form.errors = {"email": i18n._("Écrivez une adresse complète, par exemple camille@exemple.fr.")}
    return page(request, "styleguide.html", form=form)


async def robots(_request: Request) -> Response:
    """Nothing private to index, nothing to hide."""
    lines = ["User-agent: *", "Disallow: /connexion", "Disallow: /mon-espace", "Disallow: /pupitre", "Disallow: /_"]
    lines += ["", f"Sitemap: {urls.absolute('api.sitemap')}"]
    return PlainTextResponse("\n".join(lines) + "\n")


async def _choose(request: Request, cookie: str, allowed: tuple[str, ...]) -> Response:
    sent = await fields_of(request)
    answer = redirect_to(safe_next(str(sent.get("suite", "/"))))
    value = str(sent.get("valeur", ""))
    if value in allowed:
        answer.set_cookie(
            cookie, value, max_age=YEAR, httponly=True, samesite="lax", secure=settings().secure
        )
    else:
        answer.delete_cookie(cookie)
    return answer


routes: list[BaseRoute] = [
    Route("/healthz", healthz, name="web.healthz"),
    Route("/readyz", readyz, name="web.readyz"),
    Route("/robots.txt", robots, name="web.robots"),
    Route("/apparence", theme, methods=["POST"], name="web.theme"),
    Route("/langue", language, methods=["POST"], name="web.locale"),
    Route("/styleguide", styleguide, name="web.styleguide"),
    Route("/static/{version}/{name:path}", assets.serve, name="web.static"),
]
