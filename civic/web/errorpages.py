"""Error pages: what went wrong in a sentence, what to do next, in the look of the house."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from jinja2 import TemplateNotFound
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from tortoise.exceptions import ValidationError

from civic.errors import DomainError, SignInNeeded, TooMany
from civic.web import problems, urls
from civic.web.page import redirect_to
from civic.web.templating import template

LONGEST_NAME = 120
"""So many signs the name of a thing in an address has at most."""


def render(
    request: Request, status: int, message: str = "", way_out: tuple[str, str] | None = None
) -> Response:  # fmt: skip
    """The page of this status; `message` is the refusal's own sentence, `way_out` its link (text, path)."""
    if problems.asked_by_program(request):
        return problems.answer(request, status, message)
    _fill_state(request)
    context = {
        "request": request, "path": request.url.path, "messages": [], "status": status, "message": message,
        "way_out": way_out,
    }  # fmt: skip
    try:
        html = template(f"errors/{status}.html").render(context)
    except TemplateNotFound:
        html = template(f"errors/{500 if status >= 500 else 404 if status == 410 else 403}.html").render(context)
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})


async def refusal(request: Request, error: Exception) -> Response:
    """A DomainError as a page; someone who must sign in first is led there and back."""
    assert isinstance(error, DomainError)
    if isinstance(error, SignInNeeded):
        back = request.url.path if request.method != "GET" else f"{request.url.path}?{request.url.query}".rstrip("?")
        return redirect_to(urls.path("people.sign_in", suite=back), flash=error.message, kind="info")
    answer = render(request, int(error.status), error.message, error.way_out)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


async def http_exception(request: Request, error: Exception) -> Response:
    """Starlette's own 404, 405 and the like; the address of a form, opened anew, leads to the page above it."""
    assert isinstance(error, HTTPException)
    asked_anew = error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET"
    if asked_anew and (above := urls.page_above(request.url.path)):
        return redirect_to(above)
    answer = render(request, error.status_code)
    answer.headers.update(error.headers or {})
    return answer


async def too_long(request: Request, error: Exception) -> Response:
    """A word of the address that no row can hold (a name of 400 signs) names nothing; in what is written it is our
    fault, and stays an error."""
    names = (value for value in request.path_params.values() if isinstance(value, str))
    if request.method in ("GET", "HEAD") or any(len(name) > LONGEST_NAME for name in names):
        return render(request, HTTPStatus.NOT_FOUND)
    raise error


HANDLERS: dict[Any, Callable[[Request, Exception], Any]] = {
    DomainError: refusal, HTTPException: http_exception, ValidationError: too_long,
}  # fmt: skip

def _fill_state(request: Request) -> None:
    for name, value in (("actor", None), ("locale", "fr"), ("theme", None)):
        if not hasattr(request.state, name):
            setattr(request.state, name, value)
