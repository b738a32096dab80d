"""Reads the session cookie and puts the Actor into `request.state`. Visitors carry no cookie and cost no query."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from civic.people.queries import actor_of_session
from civic.settings import settings


class Sessions:
    """Who is signed in, for every route below."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            token = request.cookies.get(cookie_name())
            request.state.actor = await actor_of_session(token) if token else None
        await self.app(scope, receive, send)


def cookie_name() -> str:
    """`__Host-session` over https, plain `session` over http (outside production)."""
    return "__Host-session" if settings().secure else "session"


def keep_signed_in(answer: Response, token: str) -> Response:
    """Set the session cookie."""
    answer.set_cookie(
        cookie_name(), token, max_age=60 * 24 * 3600, httponly=True, samesite="lax", secure=settings().secure
    )
    return answer


def forget(answer: Response) -> Response:
    """Remove the session cookie."""
    answer.delete_cookie(cookie_name(), secure=settings().secure, httponly=True)
    return answer
