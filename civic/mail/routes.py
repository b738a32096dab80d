"""The demonstration's mailbox: what would have been sent, newest first. Absent where an SMTP server is set."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from civic.errors import NotFound
from civic.i18n import _
from civic.mail.compose import blocks
from civic.mail.models import OutboxMessage
from civic.settings import settings
from civic.web.page import page


async def index(request: Request) -> Response:
    """The last hundred messages, of all or of one address (`?a=`)."""
    _only_in_demo()
    query = OutboxMessage.all().order_by("-id")
    if reader := request.query_params.get("a"):
        query = query.filter(to=reader)
    return page(request, "civic/mail/index.html", mails=await query.limit(100), reader=reader or "")


async def show(request: Request) -> Response:
    """One message: its text, and its HTML part in a frame of its own."""
    mail = await _message(request)
    return page(request, "civic/mail/show.html", mail=mail, blocks=blocks(mail.text))


async def html(request: Request) -> Response:
    """The HTML part alone, with the inline styles that mail programs need and nothing else allowed."""
    mail = await _message(request)
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return HTMLResponse(mail.html, headers={"Content-Security-Policy": policy})


async def _message(request: Request) -> OutboxMessage:
    _only_in_demo()
    mail = await OutboxMessage.get_or_none(id=request.path_params["id"])
    if mail is None:
        raise NotFound(_("Ce message n’existe pas."))
    return mail


def _only_in_demo() -> None:
    if settings().environment != "demo":
        raise NotFound(_("La boîte aux lettres n’existe que dans la démonstration."))


routes: list[BaseRoute] = [
    Route("/_mail", index, name="mail.index"),
    Route("/_mail/{id:int}", show, name="mail.show"),
    Route("/_mail/{id:int}/html", html, name="mail.html"),
]
