"""The sitemap: the public pages of every kind, in parts, for search engines.

A page has one address in all languages, chosen by the reader, so that there is no `hreflang` to tell.
"""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree

from starlette.requests import Request
from starlette.responses import Response

from civic.api.answers import answer, count
from civic.api.lists import all_kinds, kind_meant
from civic.errors import NotFound
from civic.i18n import _
from civic.settings import settings
from civic.web import urls

SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"
XML = "application/xml"
OF_A_PART = 2_000
"""Far below the 50 000 that are allowed: a part is answered at once."""
COUNTS = 5
"""A part is counted as so many questions of open data."""
DOORS = (
    "home", "initiatives.index", "communes.index", "organisations.index", "events.index", "committees.index",
    "api.about", "network.legal", "network.privacy", "network.accessibility",
)  # fmt: skip
OPTIONAL_DOORS = {"campaigns": "campaigns.index", "volunteering": "missions.index"}


async def index(request: Request) -> Response:
    """Which parts there are."""
    count(request, COUNTS)
    parts = [urls.absolute("api.sitemap_doors")]
    for kind in all_kinds():
        pages = await kind.rows().count() if kind.page else 0
        for number in range(1, math.ceil(pages / OF_A_PART) + 1):
            parts.append(urls.absolute("api.sitemap_part", kind=kind.name, part=number))
    return _answer(request, "sitemapindex", "sitemap", ((address, None) for address in parts))


async def doors(request: Request) -> Response:
    """The pages that lead to all others."""
    more = [name for setting, name in OPTIONAL_DOORS.items() if getattr(settings(), setting)]
    return _answer(request, "urlset", "url", ((urls.absolute(name), None) for name in (*DOORS, *more)))


async def part(request: Request) -> Response:
    """The pages of some things of a kind. Raises NotFound beyond the last part."""
    count(request, COUNTS)
    kind, number = kind_meant(request), request.path_params["part"]
    rows = []
    if kind.page and 0 < number < OF_A_PART:
        rows = await kind.rows().order_by(kind.key).offset((number - 1) * OF_A_PART).limit(OF_A_PART)
    if not rows:
        raise NotFound(_("Cette partie du plan n’existe pas."))
    return _answer(request, "urlset", "url", ((kind.address(row), kind.changed_at(row)) for row in rows))


def _answer(request: Request, root: str, each: str, places: Iterable[tuple[str, datetime | None]]) -> Response:
    whole = ElementTree.Element(root, {"xmlns": SCHEMA})
    for address, changed_at in places:
        place = ElementTree.SubElement(whole, each)
        ElementTree.SubElement(place, "loc").text = address
        if changed_at:
            moment = changed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            ElementTree.SubElement(place, "lastmod").text = moment
    content = ElementTree.tostring(whole, encoding="utf-8", xml_declaration=True)
    return answer(request, content, XML)
