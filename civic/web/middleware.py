"""What surrounds every request, outermost first: headers, same origin, size, languages, the last safety net.

Plain ASGI classes, listed in `app.py`. The session middleware is in `civic.people`.
"""

import time
from collections.abc import Iterable
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from civic import i18n
from civic.errors import TooLarge
from civic.settings import settings
from civic.web import errorpages

log = structlog.get_logger("civic.web")
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
)
FRAMED = "default-src 'none'; style-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *"
"""The policy of a block for other sites: any site may frame it, and it does nothing else."""
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
BODY_LIMIT = 12 * 1024 * 1024


def content_security_policy(*form_targets: str) -> str:
    """The strict policy; `form_targets` are the origins a form of this page may end at (the payment page)."""
    return CSP.format(form_action=" ".join(("'self'", *form_targets)))


class SecurityHeaders:
    """Every answer carries the policy, whatever its status; a page may set a narrower or wider one of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", content_security_policy())
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
                headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
                if settings().secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
            await send(message)

        await self.app(scope, receive, with_headers)


class SameOrigin:
    """Refuse writes that come from another site: Sec-Fetch-Site decides, else Origin against Host."""

    def __init__(self, app: ASGIApp, trusted: Iterable[str] = ()) -> None:
        self.app = app
        self.trusted = frozenset(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and not self._is_ours(Headers(scope=scope)):
            answer = errorpages.render(Request(scope), 403, i18n._("Cette demande vient d’un autre site."))
            return await answer(scope, receive, send)
        await self.app(scope, receive, send)

    def _is_ours(self, headers: Headers) -> bool:
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin in self.trusted:
            return True
        if site:
            return site in ("same-origin", "none")
        return not origin or urlsplit(origin).netloc == headers.get("host")


class BodyLimit:
    """Refuse a body beyond 12 MiB before it is read, and stop reading one that lied about its size.

    A NUL, on which PostgreSQL and the file system break, is in no address of ours and is left out of what is asked.
    """

    def __init__(self, app: ASGIApp, most: int = BODY_LIMIT) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if "\x00" in scope["path"]:
            scope["path"] = "/"  # the page says where it is
            return await errorpages.render(Request(scope), 404)(scope, receive, send)
        if b"%00" in scope["query_string"]:
            scope["query_string"] = scope["query_string"].replace(b"%00", b"+")
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > self.most:
            answer = errorpages.render(Request(scope), 413, _too_large())
            return await answer(scope, receive, send)
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.most:
                raise TooLarge(_too_large())
            return message

        await self.app(scope, counted, send)


def _too_large() -> str:
    return i18n._("Cet envoi est trop lourd : 12 Mo au plus.")


class Locale:
    """The language: the person's choice (cookie), else the browser's, else French. Also the theme chosen by form."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            chosen = request.cookies.get("langue") or i18n.negotiate(request.headers.get("accept-language", ""))
            i18n.set_locale(chosen)
            request.state.locale = i18n.locale()
            theme = request.cookies.get("theme")
            request.state.theme = theme if theme in ("clair", "sombre") else None
            request.state.actor = None
        await self.app(scope, receive, send)


class LastNet:
    """Log each request without personal data, and turn an unforeseen error into the 500 page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started, status = time.perf_counter(), 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            log.exception("request failed", method=scope["method"], route=_route(scope))
            if status or settings().environment == "test":
                raise
            await errorpages.render(Request(scope), 500)(scope, receive, watched)
        finally:
            spent = round((time.perf_counter() - started) * 1000, 1)
            log.info("request", method=scope["method"], route=_route(scope), status=status, ms=spent)


def _route(scope: Scope) -> str:
    """The route's pattern, never the path itself: paths hold tokens and names."""
    route = scope.get("route")
    return getattr(route, "path", "") or getattr(scope.get("endpoint"), "__name__", "unrouted")
