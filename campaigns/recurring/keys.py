"""Who may open the page of a support on the way back from its payment page: its giver, never whoever typed her name.

That page leads to every gift of the support, and through them to the name, the door and the receipts of its giver. So
its link travels by mail; a browser shows it only to her who is signed in, or who came with it.
"""

from starlette.requests import Request
from starlette.responses import Response

from campaigns.recurring import letters
from campaigns.recurring.models import Support
from civic.errors import DomainError
from civic.i18n import _
from civic.people import links
from civic.people.actor import visitor_or_actor
from civic.settings import settings
from civic.web.page import redirect

COOKIE, LIFE_SECONDS = "soutien", 7200


def keep_link(answer: Response, token: str) -> Response:
    """She leaves for the payment page from her own link: it waits for her in this browser."""
    answer.set_cookie(
        COOKIE, token, max_age=LIFE_SECONDS, httponly=True, samesite="lax", secure=settings().secure, path="/soutiens"
    )
    return answer


def own_page(request: Request, support: Support, said: str | None = None) -> Response:
    """Her own page, or, for anybody else, the initiative's with a word on where the link is.

    `support` comes with its campaign and initiative.
    """
    actor = visitor_or_actor(request)
    if (actor and actor.person.id == support.person_id) or _held(request) == support.id:
        return redirect("recurring.manage", token=links.make(letters.MANAGE, support.id), flash=said, kind="info")
    done = _("Merci. Le message que vous recevez contient le lien vers votre soutien : gardez-le.")
    left = _("L’enregistrement n’est pas terminé et rien n’a été débité.")
    shown = said or (done if support.method_ref else left)
    kind = "ok" if support.method_ref and not said else "info"
    return redirect("recurring.show", slug=support.campaign.initiative.slug, flash=shown, kind=kind)


def _held(request: Request) -> int | None:
    try:
        return links.read(letters.MANAGE, request.cookies.get(COOKIE, ""))
    except DomainError:
        return None
