"""The picture of a public thing for social networks: drawn from what open data says of it, so that it names nobody."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from civic.api.answers import count
from civic.api.kinds import Kind
from civic.api.lists import kind_meant, thing_meant
from civic.i18n import _, locale
from civic.papers import social
from civic.papers.social import Card
from civic.settings import settings
from civic.web.formats import dated_moment, opening

KEPT = "public, max-age=3600"
COUNTS = 5
"""Drawing takes a processor some time: a picture is counted as so many questions."""


async def picture(request: Request) -> Response:
    """The picture, or 304 to who has this very one."""
    count(request, COUNTS)
    kind = kind_meant(request)
    row = await thing_meant(request, kind)
    said = _said(kind, (await kind.told([row]))[0])
    content = await social.kept((said, locale()), lambda: social.card(said))
    headers = {"Cache-Control": KEPT, "ETag": social.mark_of(content), "Vary": "Accept-Language, Cookie"}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="image/png", headers=headers)


def _said(kind: Kind, item: Any) -> Card:
    """What it is called, where it is, what it is about, and when if it has an hour."""
    commune = getattr(item, "commune", None)
    title = str(getattr(item, "title", "") or getattr(item, "name", "") or getattr(item, "question", ""))
    text = str(getattr(item, "summary", "") or getattr(item, "purpose", "") or getattr(item, "epci_name", ""))
    starts_at = getattr(item, "starts_at", None)
    words = {
        "initiatives": _("Une initiative"), "organisations": _("Une organisation"), "missions": _("Une mission"),
        "communes": _("Ce qui se vit ici"),
    }  # fmt: skip
    foot = opening(dated_moment(starts_at)) if starts_at else words.get(kind.name, kind.title())
    if getattr(item, "cancelled", False):
        foot = _("Ce rendez-vous est annulé.")
    return Card(title, commune.name if commune else settings().territory_name, text, foot, settings().site_name)
