"""Answers: a whole page or the one block that htmx asks for, redirects, flash messages."""

import json
from typing import Any
from urllib.parse import quote

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from civic.settings import settings
from civic.web import urls
from civic.web.forms import Form
from civic.web.templating import template

FLASH = "flash"


def page(
    request: Request, name: str, /, *, status: int = 200, headers: dict[str, str] | None = None, **context: Any
) -> Response:
    """The page `templates/{name}`; when htmx targets the id of one of its blocks, that block alone."""
    messages = _flashes(request)
    context = {"request": request, "path": request.url.path, "messages": messages, **context}
    found = template(name)
    block = _wanted_block(request)
    answer_headers = {"Vary": "HX-Request, HX-Target, Cookie, Accept-Language"}
    if request.state.actor:
        answer_headers["Cache-Control"] = "no-store"
    answer_headers |= headers or {}
    if _was_refused(context):
        found.render(context)  # the summary on top names fields that are written further down
    if block and block in found.blocks:
        html = "".join(found.blocks[block](found.new_context(context)))
    else:
        html = found.render(context)
        if block:
            answer_headers |= {"HX-Retarget": "body", "HX-Reswap": "innerHTML", "HX-Push-Url": quote(request.url.path)}
    response = HTMLResponse(html, status_code=status, headers=answer_headers)
    if messages:
        response.delete_cookie(FLASH)
    return response


def redirect(name: str, /, *, flash: str | None = None, kind: str = "ok", **params: object) -> Response:
    """303 to a named route, with an optional message shown on the next page (kind: ok, info, warn, err)."""
    return redirect_to(urls.path(name, **params), flash=flash, kind=kind)


def redirect_to(target: str, *, flash: str | None = None, kind: str = "ok") -> Response:
    """303 to a path of ours, or to the payment page."""
    response = RedirectResponse(target, status_code=303)
    if flash:
        response.set_cookie(
            FLASH, _signer().dumps([[kind, flash]]), max_age=60, httponly=True, samesite="lax",
            secure=settings().secure,
        )  # fmt: skip
    return response


def safe_next(value: str | None) -> str:
    """A path of ours to go to after signing in; anything else means the home page."""
    if value and value.startswith("/") and not value.startswith(("//", "/\\")) and "\n" not in value:
        return value
    return "/"


def json_answer(data: Any, *, status: int = 200) -> Response:
    """Compact JSON."""
    return Response(json.dumps(data, ensure_ascii=False), status_code=status, media_type="application/json")


def _was_refused(context: dict[str, Any]) -> bool:
    return any(isinstance(value, Form) and value.errors for value in context.values())


def _wanted_block(request: Request) -> str | None:
    if request.headers.get("hx-request") != "true":
        return None
    return request.headers.get("hx-target", "").rpartition("#")[2] or None


def _flashes(request: Request) -> list[tuple[str, str]]:
    cookie = request.cookies.get(FLASH)
    if not cookie:
        return []
    try:
        return [(kind, text) for kind, text in _signer().loads(cookie)]
    except (BadSignature, ValueError):
        return []


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt="flash")
