"""Refusals for programs: what an error page says, as `application/problem+json` (RFC 9457)."""

import json
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from civic.i18n import _

BELOW = "/api/"
MEDIA_TYPE = "application/problem+json"
OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*"}
"""Pages of any site may read what is below `/api/`: it is the same for everybody."""


def asked_by_program(request: Request) -> bool:
    """A program asked, not a person."""
    return request.url.path.startswith(BELOW)


def answer(request: Request, status: int, message: str = "") -> Response:
    """The refusal: its status, what that is called, and one sentence that says what to do."""
    detail = message or _sentences().get(status) or _("Cela n’a pas marché. Réessayez plus tard.")
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    headers = {**OPEN_TO_ALL, "Cache-Control": "no-store", "Vary": "Accept-Language"}
    content = json.dumps(body, ensure_ascii=False)
    return Response("" if request.method == "HEAD" else content, status, headers, media_type=MEDIA_TYPE)


def _sentences() -> dict[int, str]:
    return {
        404: _("Il n’y a rien à cette adresse. La liste de ce qui peut être lu est à /api/v1/."),
        405: _("Ces données se lisent seulement, par GET ou HEAD."),
    }
